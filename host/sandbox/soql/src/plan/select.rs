//! The SELECT list of queries that give records.

use std::collections::HashSet;

use sandbox_model::schema::{ADDRESS_MEMBERS, FieldType, Object};

use super::super::ast::{FieldSet, Name, Operand, Path, Query, SelectItem, TypeOf};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::limits;
use super::super::projection::{Content, ProjectedField, Projection, Source};
use super::aggregate::alias_rejected;
use super::column::Column;
use super::function::{is_aggregate, keeps_name};
use super::scope::{PathTarget, Scope};

/// Collects the output columns of a query while the shape of its records grows.
pub(super) struct Selection<'s, 'a> {
    scope: &'s mut Scope<'a>,
    columns: Vec<String>,
    selected: HashSet<String>,
    /// The root's members.
    fields: Vec<ProjectedField>,
}

/// Result of reading a SELECT list.
pub(super) struct Selected {
    /// SQL of the output columns; the first is the record's id.
    pub(super) columns: Vec<String>,
    /// The shape of the records.
    pub(super) projection: Projection,
}

impl<'s, 'a> Selection<'s, 'a> {
    /// Reads the SELECT list; `children` is called for each sub-query and returns its place among the plan's children and the
    /// member's name.
    pub(super) fn read(
        scope: &'s mut Scope<'a>,
        query: &Query,
        mut children: impl FnMut(&Query) -> Result<(usize, String)>,
    ) -> Result<Selected> {
        let id = scope.id_at(&PathTarget::One(0));
        let object = scope.object;
        let mut selection = Self {
            scope,
            columns: vec![id],
            selected: HashSet::new(),
            fields: Vec::new(),
        };
        for item in &query.select {
            match item {
                SelectItem::Value { operand, alias } => selection.value(operand, alias.as_ref())?,
                SelectItem::Children(query) => {
                    let (at, name) = children(query)?;
                    selection.claim(&name)?;
                    selection.fields.push(ProjectedField {
                        name,
                        content: Content::Children(at),
                    });
                }
                SelectItem::TypeOf(type_of) => selection.type_of(type_of)?,
                SelectItem::Fields(set, at) => selection.fields(object, *set, *at)?,
            }
        }
        check_fields_limit(query)?;
        let source = Source::Object {
            name: object.name.clone(),
            id: 0,
        };
        Ok(Selected {
            columns: selection.columns,
            projection: Projection {
                source,
                fields: selection.fields,
            },
        })
    }

    /// Rejects what is selected twice.
    fn claim(&mut self, path: &str) -> Result<()> {
        if self.selected.insert(path.to_ascii_lowercase()) {
            return Ok(());
        }
        Err(SoqlError::new(
            ErrorCode::InvalidField,
            format!("duplicate field selected: {path}"),
        ))
    }

    fn value(&mut self, operand: &Operand, alias: Option<&Name>) -> Result<()> {
        match operand {
            Operand::Field(path) => {
                if let Some(alias) = alias {
                    return Err(alias_rejected(self.scope, alias));
                }
                self.path(path)
            }
            Operand::Function(function) if keeps_name(function) && !is_aggregate(operand) => {
                let column = self.scope.operand(operand)?;
                let name = alias.map_or_else(|| column.name.clone(), |alias| alias.text.clone());
                self.claim(&name)?;
                let projected = self.leaf(name, column);
                self.fields.push(projected);
                Ok(())
            }
            Operand::Function(function) => {
                self.scope.operand(operand)?;
                let message = format!("{} can only be selected if it is grouped by", function.name);
                Err(self.scope.reject(function.at, message))
            }
        }
    }

    fn column(&mut self, sql: String) -> usize {
        match self.columns.iter().position(|known| *known == sql) {
            Some(known) => known,
            None => {
                self.columns.push(sql);
                self.columns.len() - 1
            }
        }
    }

    fn leaf(&mut self, name: String, column: Column<'a>) -> ProjectedField {
        let at = self.column(column.sql);
        ProjectedField {
            name,
            content: Content::Value {
                column: at,
                kind: column.kind,
            },
        }
    }

    /// Adds a field of the object or of a parent, which becomes a member of a member.
    fn path(&mut self, path: &Path) -> Result<()> {
        let (names, place) = self.scope.place_of(path)?;
        let Some((last, parents)) = names.split_last() else {
            return Err(self
                .scope
                .no_column(path.at, &path.text(), &self.scope.object.name));
        };
        let column = self.scope.field_at(&place, last, path.at)?;
        let text: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
        self.claim(&text.join("."))?;
        let projected = if *column.field_type == FieldType::Address {
            self.address(&place, &column)
        } else {
            self.leaf(column.name.clone(), column)
        };
        let mut at = Vec::new();
        for end in 1..=parents.len() {
            let way: Vec<Name> = parents
                .iter()
                .take(end)
                .map(|name| (*name).clone())
                .collect();
            at.push(self.step(&Path {
                at: path.at,
                names: way,
            })?);
        }
        self.put(&at, projected);
        Ok(())
    }

    /// Returns the member of a relationship path, still empty.
    fn step(&mut self, way: &Path) -> Result<ProjectedField> {
        let (place, field) = self.scope.relationship(way)?;
        let id = self.scope.id_at(&place);
        let id = self.column(id);
        let source = match self.scope.object_at(&place) {
            Some(object) => Source::Object {
                name: object.name.clone(),
                id,
            },
            None => Source::Named {
                id,
                targets: prefixes(&self.scope.targets(&place)),
            },
        };
        let name = field
            .reference()
            .and_then(|reference| reference.relationship_name.clone());
        Ok(ProjectedField {
            name: name.unwrap_or_else(|| way.text()),
            content: Content::Parent(Projection {
                source,
                fields: Vec::new(),
            }),
        })
    }

    /// Puts a member into the record at the end of `way`, making what is missing of the way.
    fn put(&mut self, way: &[ProjectedField], projected: ProjectedField) {
        let mut fields = &mut self.fields;
        for step in way {
            let known = fields
                .iter()
                .position(|projected| projected.name == step.name);
            let at = known.unwrap_or_else(|| {
                fields.push(step.clone());
                fields.len() - 1
            });
            match fields.get_mut(at).map(|projected| &mut projected.content) {
                Some(Content::Parent(parent)) => fields = &mut parent.fields,
                _ => return,
            }
        }
        fields.push(projected);
    }

    fn address(&mut self, place: &PathTarget, compound: &Column<'a>) -> ProjectedField {
        let object = self.scope.object_at(place).unwrap_or(self.scope.object);
        let mut members = Vec::new();
        for (member, ending) in ADDRESS_MEMBERS {
            let part = compound.field.and_then(|compound| {
                object
                    .parts_of(compound)
                    .find(|part| part.name.trim_end_matches("__c").ends_with(ending))
            });
            let name = part.map(|part| Name {
                text: part.name.clone(),
                at: 0,
            });
            if let Some(Ok(column)) = name.map(|name| self.scope.field_at(place, &name, 0)) {
                let at = self.column(column.sql);
                members.push((*member, at, column.kind));
            }
        }
        ProjectedField {
            name: compound.name.clone(),
            content: Content::Address(members),
        }
    }

    fn fields(&mut self, object: &'a Object, set: FieldSet, at: usize) -> Result<()> {
        let version = self.scope.context.options.version;
        if version < limits::FIELDS_SINCE {
            let message = format!(
                "The SOQL FIELDS function is not supported in API version {version}.0; use {}.0 or later",
                limits::FIELDS_SINCE
            );
            return Err(SoqlError::new(ErrorCode::UnsupportedApiVersion, message));
        }
        let wanted = |custom: bool| match set {
            FieldSet::All => true,
            FieldSet::Standard => !custom,
            FieldSet::Custom => custom,
        };
        for field in object.fields().iter().filter(|field| wanted(field.custom)) {
            self.path(&Path {
                names: vec![Name {
                    text: field.name.clone(),
                    at,
                }],
                at,
            })?;
        }
        Ok(())
    }

    fn type_of(&mut self, type_of: &TypeOf) -> Result<()> {
        let (place, field) = self.scope.relationship(&type_of.relationship)?;
        let at = type_of.relationship.at;
        let name = field
            .reference()
            .and_then(|reference| reference.relationship_name.clone())
            .unwrap_or_default();
        self.claim(&name)?;
        let targets = self.scope.targets(&place);
        for (object, _) in &type_of.when {
            if !targets
                .iter()
                .any(|(_, target)| target.name.eq_ignore_ascii_case(&object.text))
            {
                let message = format!(
                    "'{}' can not be the type of relationship '{name}'",
                    object.text
                );
                return Err(self.scope.reject(object.at, message));
            }
        }
        let id = self.scope.id_at(&place);
        let id = self.column(id);
        let mut cases = Vec::new();
        for (table, object) in targets {
            let when = type_of
                .when
                .iter()
                .find(|(known, _)| known.text.eq_ignore_ascii_case(&object.name));
            let (paths, place) = match when {
                Some((_, paths)) => (paths, PathTarget::One(table)),
                None if type_of.otherwise.is_empty() => continue,
                None => (&type_of.otherwise, PathTarget::Many(vec![table])),
            };
            let fields = self.case(paths, &place, at)?;
            let source = Source::Object {
                name: object.name.clone(),
                id,
            };
            cases.push((object.key_prefix.clone(), Projection { source, fields }));
        }
        self.fields.push(ProjectedField {
            name,
            content: Content::OneOf { id, cases },
        });
        Ok(())
    }

    fn case(
        &mut self,
        paths: &[Path],
        place: &PathTarget,
        at: usize,
    ) -> Result<Vec<ProjectedField>> {
        let mut fields = Vec::new();
        for path in paths {
            let [name] = path.names.as_slice() else {
                return Err(self.scope.no_relationship(path.at, &path.text()));
            };
            let column = self.scope.field_at(place, name, at.max(path.at))?;
            fields.push(match &*column.field_type {
                FieldType::Address => self.address(place, &column),
                _ => self.leaf(column.name.clone(), column),
            });
        }
        Ok(fields)
    }
}

fn prefixes(targets: &[(usize, &Object)]) -> Vec<(String, String)> {
    targets
        .iter()
        .map(|(_, object)| (object.key_prefix.clone(), object.name.clone()))
        .collect()
}

fn check_fields_limit(query: &Query) -> Result<()> {
    let unbounded = |item: &SelectItem| {
        matches!(
            item,
            SelectItem::Fields(FieldSet::All | FieldSet::Custom, _)
        )
    };
    let bounded = query
        .limit
        .is_some_and(|limit| limit <= limits::FIELDS_LIMIT_ROWS);
    if !bounded && query.select.iter().any(unbounded) {
        let message = format!(
            "The SOQL FIELDS function must have a LIMIT of at most {}",
            limits::FIELDS_LIMIT_ROWS
        );
        return Err(SoqlError::new(ErrorCode::MalformedQuery, message));
    }
    Ok(())
}
