//! What names mean in one query: its object, its aliases, and the parents joined to it.

use sandbox_model::schema::{Field, Object, Reference};
use sandbox_model::store::quoted;

use super::super::ast::{From, Name, Path};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::context::Context;

/// A table in the FROM of the SQL.
#[derive(Debug)]
struct Table<'a> {
    alias: String,
    object: &'a Object,
    /// The table and reference field it is joined through; `None` for the first.
    via: Option<(usize, &'a Field)>,
}

/// Where a relationship path leads: one table, or one for each object a polymorphic reference may point to.
#[derive(Debug, Clone)]
pub(super) enum PathTarget {
    /// One.
    One(usize),
    /// Several; at most one of them has a row.
    Many(Vec<usize>),
}

/// One query's names.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) object: &'a Object,
    tables: Vec<Table<'a>>,
    /// Names that mean a table, in lower case: aliases and the object's own name.
    names: Vec<(String, usize)>,
    relationships: usize,
}

impl<'a> Scope<'a> {
    /// Creates a scope whose first table is `object`, called as FROM says.
    pub(super) fn new(context: &'a Context<'a>, object: &'a Object, from: &From) -> Self {
        let table = Table {
            alias: context.binder.table(),
            object,
            via: None,
        };
        let names = from
            .alias
            .iter()
            .map(|alias| (alias.text.to_ascii_lowercase(), 0))
            .collect();
        Self {
            context,
            object,
            tables: vec![table],
            names,
            relationships: 0,
        }
    }

    /// Adds the names of the old form, `FROM Contact c, c.Account a`.
    pub(super) fn join_named(&mut self, joined: &[From]) -> Result<()> {
        for from in joined {
            let (start, names) = self.start(&from.path);
            if start.is_none() || names.is_empty() {
                let message = "A driving SObject type has already been set, all other entity types in the FROM clause \
                    must be relationships to the initial object. The driving object is ";
                let message = format!("{message}{}.", self.object.name);
                return Err(self.reject(from.path.at, message));
            }
            let PathTarget::One(table) =
                self.walk(&from.path, PathTarget::One(start.unwrap_or(0)), names)?
            else {
                return Err(self.no_relationship(from.path.at, &from.path.text()));
            };
            let name = from.alias.as_ref().or(from.path.names.last());
            self.names
                .extend(name.map(|name| (name.text.to_ascii_lowercase(), table)));
        }
        Ok(())
    }

    pub(super) fn root(&self) -> &str {
        self.alias(0)
    }

    pub(super) fn alias(&self, table: usize) -> &str {
        self.tables
            .get(table)
            .map_or("t0", |table| table.alias.as_str())
    }

    pub(super) fn object_of(&self, table: usize) -> &'a Object {
        self.tables
            .get(table)
            .map_or(self.object, |table| table.object)
    }

    pub(super) fn reject(&self, at: usize, message: impl std::fmt::Display) -> SoqlError {
        self.context.error(at, ErrorCode::MalformedQuery, message)
    }

    /// Strips what only says which table is meant.
    pub(super) fn start<'p>(&self, path: &'p Path) -> (Option<usize>, &'p [Name]) {
        let Some((first, rest)) = path.names.split_first() else {
            return (None, &[]);
        };
        let name = first.text.to_ascii_lowercase();
        if let Some((_, table)) = self.names.iter().find(|(known, _)| *known == name) {
            return (Some(*table), rest);
        }
        let means_object = !rest.is_empty() && name == self.object.name.to_ascii_lowercase();
        if means_object && self.object.relationship(&name).is_none() {
            return (Some(0), rest);
        }
        (None, &path.names)
    }

    /// Where the relationships of `path` lead, all names being relationships.
    pub(super) fn relationship(&mut self, path: &Path) -> Result<(PathTarget, &'a Field)> {
        let (start, names) = self.start(path);
        let start = PathTarget::One(start.unwrap_or(0));
        let Some((last, parents)) = names.split_last() else {
            return Err(self.no_relationship(path.at, &path.text()));
        };
        let place = self.walk(path, start, parents)?;
        let PathTarget::One(table) = place else {
            return Err(self.no_relationship(path.at, &last.text));
        };
        let field = self.object_of(table).relationship(&last.text);
        let field = field.ok_or_else(|| self.no_relationship(path.at, &last.text))?;
        Ok((self.step(path, &PathTarget::One(table), last)?, field))
    }

    pub(super) fn walk(
        &mut self,
        path: &Path,
        start: PathTarget,
        names: &[Name],
    ) -> Result<PathTarget> {
        if names.len() > limits::PARENT_LEVELS {
            let message = format!(
                "Relationship paths may have {} levels: {}",
                limits::PARENT_LEVELS,
                path.text()
            );
            return Err(self.reject(path.at, message));
        }
        let mut place = start;
        for name in names {
            place = self.step(path, &place, name)?;
        }
        Ok(place)
    }

    fn step(&mut self, path: &Path, from: &PathTarget, name: &Name) -> Result<PathTarget> {
        let PathTarget::One(table) = *from else {
            return Err(self.no_relationship(path.at, &name.text));
        };
        let field = self.object_of(table).relationship(&name.text);
        let reference = field.and_then(|field| Some((field, field.reference()?)));
        let (field, reference) =
            reference.ok_or_else(|| self.no_relationship(path.at, &name.text))?;
        self.join(path, table, field, reference)
    }

    fn join(
        &mut self,
        path: &Path,
        table: usize,
        field: &'a Field,
        reference: &'a Reference,
    ) -> Result<PathTarget> {
        let before = self.tables.len();
        let mut joined = Vec::new();
        for target in &reference.to {
            if let Some(object) = self.context.schema.object(target) {
                joined.push(self.table(table, field, object));
            }
        }
        self.relationships += usize::from(self.tables.len() > before);
        if self.relationships > limits::PARENT_RELATIONSHIPS {
            let most = limits::PARENT_RELATIONSHIPS;
            return Err(self.reject(
                path.at,
                format!("A query may use at most {most} child-to-parent relationships"),
            ));
        }
        match joined.as_slice() {
            [one] if !reference.is_polymorphic() => Ok(PathTarget::One(*one)),
            _ => Ok(PathTarget::Many(joined)),
        }
    }

    fn table(&mut self, parent: usize, field: &'a Field, object: &'a Object) -> usize {
        let same = |table: &Table<'_>| {
            table.object.name == object.name
                && table
                    .via
                    .is_some_and(|(from, via)| from == parent && via.name == field.name)
        };
        if let Some(known) = self.tables.iter().position(same) {
            return known;
        }
        let alias = self.context.binder.table();
        self.tables.push(Table {
            alias,
            object,
            via: Some((parent, field)),
        });
        self.tables.len() - 1
    }

    /// Returns the joins of parents, each after the table that refers to it. Parents in the recycle bin count as missing unless deleted
    /// rows are asked for.
    pub(super) fn joins(&self) -> String {
        let mut sql = String::new();
        for table in &self.tables {
            let Some((parent, field)) = table.via else {
                continue;
            };
            let (name, alias) = (quoted(&table.object.name), &table.alias);
            let reference = format!("{}.{}", self.alias(parent), quoted(&field.name));
            sql.push_str(&format!(
                " LEFT JOIN {name} {alias} ON {alias}.\"Id\" = {reference}"
            ));
            if !self.context.options.include_deleted {
                sql.push_str(&format!(" AND {alias}.\"IsDeleted\" = 0"));
            }
        }
        sql
    }

    /// Returns the first table and its joins.
    pub(super) fn tables_and_joins(&self) -> String {
        format!(
            "{} {}{}",
            quoted(&self.object.name),
            self.root(),
            self.joins()
        )
    }
}
