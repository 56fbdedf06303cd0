//! The columns of a CSV, as a tree that a record's members are looked up in.

use super::RowError;
use super::scan::Scan;
use crate::soql::{Item, SelectList};

/// A place in the tree; the root stands for the record.
pub(super) type NodeId = usize;
/// The record itself.
pub(super) const ROOT: NodeId = 0;

/// A member of a record or of one of its parents.
#[derive(Default)]
struct Node {
    /// Its name, as the org spells it once a record has been seen.
    name: Vec<u8>,
    /// The column that takes its value; a parent has none.
    column: Option<usize>,
    /// The members below it, in the order of the SELECT list.
    members: Vec<NodeId>,
}

/// Which column takes which member.
pub(super) struct Columns {
    nodes: Vec<Node>,
    header: Vec<String>,
}

impl Columns {
    /// Makes columns of the paths of members.
    pub fn new(paths: &[Vec<String>]) -> Self {
        let mut columns = Self {
            nodes: vec![Node::default()],
            header: Vec::new(),
        };
        for path in paths {
            let node = path
                .iter()
                .fold(ROOT, |node, name| columns.member(node, name));
            let index = columns.header.len();
            if let Some(node) = columns
                .nodes
                .get_mut(node)
                .filter(|node| node.column.is_none())
            {
                node.column = Some(index);
                columns.header.push(path.join("."));
            }
        }
        columns
    }

    /// Finds the member `name` below `parent`, or adds it.
    fn member(&mut self, parent: NodeId, name: &str) -> NodeId {
        if let Some((_, found)) = self.find(parent, name.as_bytes(), 0) {
            return found;
        }
        let added = self.nodes.len();
        self.nodes.push(Node {
            name: name.as_bytes().to_vec(),
            ..Node::default()
        });
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.members.push(added);
        }
        added
    }

    /// Finds the member `name` below `parent`, in any case, and its position there. `expected` is the position to look at
    /// first: members come in the order of the SELECT list.
    pub fn find(
        &mut self,
        parent: NodeId,
        name: &[u8],
        expected: usize,
    ) -> Option<(usize, NodeId)> {
        let members = &self.nodes.get(parent)?.members;
        let hit = members
            .get(expected)
            .filter(|node| self.nodes.get(**node).is_some_and(|node| node.name == name));
        if let Some(node) = hit {
            return Some((expected, *node));
        }
        let same = |node: &NodeId| {
            self.nodes
                .get(*node)
                .is_some_and(|node| node.name.eq_ignore_ascii_case(name))
        };
        let position = members.iter().position(same)?;
        let node = *members.get(position)?;
        // From now on it is found by the org's spelling.
        if let Some(found) = self.nodes.get_mut(node) {
            found.name = name.to_vec();
        }
        Some((position, node))
    }

    /// Returns the column that takes this member's value.
    pub fn column(&self, node: NodeId) -> Option<usize> {
        self.nodes.get(node)?.column
    }

    /// Says whether the members of this one have columns of their own.
    pub fn is_parent(&self, node: NodeId) -> bool {
        self.nodes
            .get(node)
            .is_some_and(|node| !node.members.is_empty())
    }

    /// Lists the names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }
}

/// Lists the paths that the SELECT list tells; FIELDS() takes the names that `record` has besides those.
pub(super) fn paths(
    select: &SelectList,
    record: Option<&[u8]>,
) -> Result<Vec<Vec<String>>, RowError> {
    let mut paths = Vec::new();
    let mut open = record;
    for item in &select.items {
        match item {
            Item::Value(path) => paths.push(path.clone()),
            Item::Fields => {
                if let Some(record) = open.take() {
                    paths.extend(other_members(select, record)?);
                }
            }
            Item::Children(_) => {}
        }
    }
    Ok(paths)
}

/// Lists the members of a record that the SELECT list does not name.
fn other_members(select: &SelectList, record: &[u8]) -> Result<Vec<Vec<String>>, RowError> {
    let mut found = Vec::new();
    Scan::new(record).members(|scan, name| {
        if scan.take_attributes(name)? {
            return Ok(true);
        }
        let text = String::from_utf8_lossy(name).into_owned();
        let named = select
            .items
            .iter()
            .any(|item| matches!(item, Item::Value(path) if is_first(path, &text)));
        if !named {
            found.push(vec![text]);
        }
        scan.skip_value()?;
        Ok(true)
    })?;
    Ok(found)
}

fn is_first(path: &[String], name: &str) -> bool {
    path.first()
        .is_some_and(|first| first.eq_ignore_ascii_case(name))
}
