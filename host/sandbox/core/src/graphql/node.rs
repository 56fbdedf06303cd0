//! Records as nodes: their fields, their parents, and the connections to their children.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::Source;
use super::connection::{is_one_of, select};
use super::document::Selected;
use super::error::{GraphError, Kind, Result};
use super::value::{self, ResolvedField};
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_soql::limits::PARENT_RELATIONSHIPS;
use sandbox_soql::{Plan, for_each_row};

/// Nodes by the ids of their records.
pub(super) type Nodes = HashMap<String, Json>;

/// What a selected field of a record is.
enum Member<'a> {
    /// A text that the record has by being one.
    Id,
    ApiName,
    DisplayValue,
    Value(&'a Field),
    Parent(&'a Field),
    Children(&'a Object, &'a str),
}

/// The fields of records, by id.
type Rows = HashMap<String, HashMap<String, ResolvedField>>;

impl<'a> Source<'a> {
    /// Returns the records of an object with these ids; deleted ones are left out.
    pub(super) fn nodes(
        self,
        object: &'a Object,
        ids: &[String],
        fields: &[Selected],
        path: &[String],
    ) -> Result<Nodes> {
        let wanted: Vec<&Selected> = fields
            .iter()
            .filter(|it| it.applies_to(&object.name))
            .collect();
        let mut known = Vec::with_capacity(wanted.len());
        for field in &wanted {
            let path = [path, std::slice::from_ref(&field.key)].concat();
            known.push(self.member(object, field, &path)?);
        }
        let parents = known
            .iter()
            .filter(|member| matches!(member, Member::Parent(_)))
            .count();
        if parents > PARENT_RELATIONSHIPS {
            let message = format!(
                "A query may follow {PARENT_RELATIONSHIPS} relationships to parents at most."
            );
            return Err(GraphError::new(Kind::DataFetchingException, message).within(path));
        }
        let rows = self.rows(object, ids, &known)?;
        let mut nodes: HashMap<String, Map<String, Json>> =
            rows.keys().map(|id| (id.clone(), Map::new())).collect();
        for (field, member) in wanted.into_iter().zip(&known) {
            let path = [path, std::slice::from_ref(&field.key)].concat();
            let of_field = self.of_member(object, field, member, &rows, &path)?;
            for (id, value) in of_field {
                if let Some(node) = nodes.get_mut(&id) {
                    node.insert(field.key.clone(), value);
                }
            }
        }
        Ok(nodes
            .into_iter()
            .map(|(id, node)| (id, Json::Object(node)))
            .collect())
    }

    fn member(
        self,
        object: &'a Object,
        selected: &Selected,
        path: &[String],
    ) -> Result<Member<'a>> {
        let name = selected.name.as_str();
        let scalar = match name {
            "Id" => Some(Member::Id),
            "ApiName" | "__typename" => Some(Member::ApiName),
            "DisplayValue" => Some(Member::DisplayValue),
            _ => None,
        };
        if let Some(scalar) = scalar {
            if selected.fields.is_empty() {
                return Ok(scalar);
            }
            let message = format!("Subselection not allowed on leaf type of field '{name}'");
            return Err(
                GraphError::invalid("SubselectionNotAllowed", path, message).at(selected.at)
            );
        }
        if let Some(field) = object.field(name).filter(|field| field.name == name)
            && !matches!(field.field_type, FieldType::Address | FieldType::Base64)
        {
            value::check(field, selected.at, &selected.fields, path)?;
            return Ok(Member::Value(field));
        }
        let is_named = |field: &&Field| {
            field
                .reference()
                .and_then(|it| it.relationship_name.as_deref())
                == Some(name)
        };
        if let Some(field) = object.relationship(name).filter(is_named) {
            return Ok(Member::Parent(field));
        }
        let way = object
            .child_relationship(name)
            .filter(|way| way.relationship_name.as_deref() == Some(name));
        let way = way.and_then(|way| {
            Some(Member::Children(
                self.schema
                    .object(&way.child_object)
                    .filter(|child| child.queryable)?,
                &way.field,
            ))
        });
        way.ok_or_else(|| GraphError::undefined(path, name, &object.name).at(selected.at))
    }

    /// Reads the fields that nodes are made of.
    fn rows(self, object: &'a Object, ids: &[String], members: &[Member<'a>]) -> Result<Rows> {
        let mut fields: Vec<&Field> = object.field("Id").into_iter().collect();
        for member in members {
            let field = match member {
                Member::Value(field) | Member::Parent(field) => Some(*field),
                Member::DisplayValue => object.name_field(),
                _ => None,
            };
            fields
                .extend(field.filter(|field| !fields.iter().any(|known| known.name == field.name)));
        }
        let mut rows = Rows::with_capacity(ids.len());
        if ids.is_empty() {
            return Ok(rows);
        }
        let mut query = select(object, fields.iter().map(|field| field.name.as_str()));
        query.filter = Some(is_one_of("Id", ids));
        let plan = Plan::from_query(&query, "", self.schema, self.options)?;
        let leaves = plan
            .projection()
            .map(sandbox_soql::projection::Projection::leaves)
            .unwrap_or_default();
        for_each_row(self.connection, &plan, |row| {
            let mut values = HashMap::with_capacity(fields.len());
            for (field, leaf) in fields.iter().zip(&leaves) {
                let shown = ResolvedField::new(field, leaf.kind, row.get_ref(leaf.column)?);
                values.insert(field.name.clone(), shown);
            }
            rows.insert(row.get(0)?, values);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Returns what a member is for each record.
    fn of_member(
        self,
        object: &'a Object,
        selected: &Selected,
        member: &Member<'a>,
        rows: &Rows,
        path: &[String],
    ) -> Result<Vec<(String, Json)>> {
        let each = |value: &dyn Fn(&String, &HashMap<String, ResolvedField>) -> Json| {
            rows.iter()
                .map(|(id, row)| (id.clone(), value(id, row)))
                .collect()
        };
        Ok(match member {
            Member::Id => each(&|id, _| json!(id)),
            Member::ApiName => each(&|_, _| json!(object.name)),
            Member::DisplayValue => each(&|_, row| {
                let name = object.name_field().and_then(|field| row.get(&field.name));
                name.map_or(Json::Null, |name| name.value().clone())
            }),
            Member::Value(field) => each(&|_, row| {
                let shown = row.get(&field.name);
                shown.map_or(Json::Null, |shown| shown.members(field, &selected.fields))
            }),
            Member::Parent(field) => {
                let parents = self.parents(field, selected, rows, path)?;
                each(&|_, row| {
                    let id = row.get(&field.name).and_then(|id| id.value().as_str());
                    id.and_then(|id| parents.get(id))
                        .cloned()
                        .unwrap_or(Json::Null)
                })
            }
            Member::Children(child, reference) => {
                let ids: Vec<String> = rows.keys().cloned().collect();
                let children = self.child_connections((child, reference), &ids, selected, path)?;
                ids.into_iter().zip(children).collect()
            }
        })
    }

    /// Returns the records that a reference points to; of several objects, if it is polymorphic.
    fn parents(
        self,
        field: &Field,
        selected: &Selected,
        rows: &Rows,
        path: &[String],
    ) -> Result<Nodes> {
        let mut nodes = Nodes::new();
        let targets = field
            .reference()
            .map(|it| it.to.as_slice())
            .unwrap_or_default();
        let pointed = rows
            .values()
            .filter_map(|row| row.get(&field.name)?.value().as_str());
        let mut ids: Vec<String> = pointed.map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        for target in targets {
            let Some(object) = self.schema.object(target) else {
                continue;
            };
            let of_target = ids.iter().filter(|id| id.starts_with(&object.key_prefix));
            let of_target: Vec<String> = of_target.cloned().collect();
            if of_target.is_empty() && targets.len() > 1 {
                continue;
            }
            nodes.extend(self.nodes(object, &of_target, &selected.fields, path)?);
        }
        Ok(nodes)
    }
}
