//! Which column a field path means.

use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::store::quoted;

use super::super::ast::{Name, Path};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::column::Column;
use super::scope::{PathTarget, Scope};

/// Fields of whatever is behind a polymorphic reference (Object Reference, "Name").
const NAME_FIELDS: &[&str] = &[
    "Alias",
    "Email",
    "FirstName",
    "Id",
    "IsActive",
    "LastName",
    "Name",
    "Phone",
    "ProfileId",
    "Title",
    "Username",
];

impl<'a> Scope<'a> {
    /// Returns the column a field path means.
    pub(super) fn column(&mut self, path: &Path) -> Result<Column<'a>> {
        let (start, names) = self.start(path);
        let Some((last, parents)) = names.split_last() else {
            let name = path.text();
            return Err(self.no_column(path.at, &name, &self.object.name));
        };
        let place = self.walk(path, PathTarget::One(start.unwrap_or(0)), parents)?;
        self.field_at(&place, last, path.at)
    }

    /// Splits a field path into where it leads and the field's name, and joins what is on the way.
    pub(super) fn place_of<'p>(&mut self, path: &'p Path) -> Result<(Vec<&'p Name>, PathTarget)> {
        let (start, names) = self.start(path);
        let parents = names.split_last().map_or(&[][..], |(_, parents)| parents);
        let place = self.walk(path, PathTarget::One(start.unwrap_or(0)), parents)?;
        Ok((names.iter().collect(), place))
    }

    /// Returns the column of a field at a place.
    pub(super) fn field_at(
        &self,
        place: &PathTarget,
        name: &Name,
        at: usize,
    ) -> Result<Column<'a>> {
        match place {
            PathTarget::One(table) => {
                let object = self.object_of(*table);
                let field = object
                    .field(&name.text)
                    .ok_or_else(|| self.no_column(at, &name.text, &object.name))?;
                Ok(self.field_of(*table, object, field))
            }
            PathTarget::Many(tables) => {
                let found = self.name_field(tables, &name.text);
                found.ok_or_else(|| self.no_column(at, &name.text, "Name"))
            }
        }
    }

    fn field_of(&self, table: usize, object: &'a Object, field: &'a Field) -> Column<'a> {
        let sql = format!("{}.{}", self.alias(table), quoted(&field.name));
        let sql = match &field.field_type {
            // Salesforce takes a boolean of a missing parent for false.
            FieldType::Boolean if table > 0 => format!("COALESCE({sql}, 0)"),
            FieldType::Base64 => format!("({sql} IS NOT NULL OR NULL)"),
            _ => sql,
        };
        Column::of_field(sql, object, field)
    }

    /// Returns a field of whatever a polymorphic reference points to.
    fn name_field(&self, tables: &[usize], name: &str) -> Option<Column<'a>> {
        if name.eq_ignore_ascii_case("Type") {
            return Some(self.type_field(tables));
        }
        NAME_FIELDS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))?;
        let is_name = name.eq_ignore_ascii_case("Name");
        let field_in = |object: &'a Object| {
            if is_name {
                object.name_field()
            } else {
                object.field(name)
            }
        };
        let found: Vec<_> = tables
            .iter()
            .filter_map(|table| Some((*table, field_in(self.object_of(*table))?)))
            .collect();
        let (_, field) = *found
            .iter()
            .find(|(_, field)| field.name.eq_ignore_ascii_case(name))
            .or(found.first())?;
        let parts: Vec<_> = found
            .iter()
            .map(|(table, field)| format!("{}.{}", self.alias(*table), quoted(&field.name)))
            .collect();
        let collation = if matches!(field.field_type, FieldType::Id | FieldType::Reference(_)) {
            "BINARY"
        } else {
            "NOCASE"
        };
        let sql = format!("(COALESCE({}, NULL) COLLATE {collation})", parts.join(", "));
        let mut column = Column::of_field(sql, self.object, field);
        column.object = None;
        if is_name {
            "Name".clone_into(&mut column.name);
        }
        Some(column)
    }

    fn type_field(&self, tables: &[usize]) -> Column<'a> {
        let mut sql = "(CASE".to_owned();
        for table in tables {
            let name = self.context.binder.one(self.object_of(*table).name.clone());
            sql.push_str(&format!(
                " WHEN {}.\"Id\" IS NOT NULL THEN {name}",
                self.alias(*table)
            ));
        }
        sql.push_str(" END COLLATE NOCASE)");
        Column::computed(sql, "Type", FieldType::String)
    }

    /// Returns the id of what is at a place, NULL if nothing is.
    pub(super) fn id_at(&self, place: &PathTarget) -> String {
        match place {
            PathTarget::One(table) => format!("{}.\"Id\"", self.alias(*table)),
            PathTarget::Many(tables) => {
                let ids: Vec<_> = tables
                    .iter()
                    .map(|table| format!("{}.\"Id\"", self.alias(*table)))
                    .collect();
                format!("COALESCE({}, NULL)", ids.join(", "))
            }
        }
    }

    /// Returns the object at a place, if it can be but one.
    pub(super) fn object_at(&self, place: &PathTarget) -> Option<&'a Object> {
        match place {
            PathTarget::One(table) => Some(self.object_of(*table)),
            PathTarget::Many(_) => None,
        }
    }

    /// Each table of a polymorphic place with its object.
    pub(super) fn targets(&self, place: &PathTarget) -> Vec<(usize, &'a Object)> {
        match place {
            PathTarget::One(table) => vec![(*table, self.object_of(*table))],
            PathTarget::Many(tables) => tables
                .iter()
                .map(|table| (*table, self.object_of(*table)))
                .collect(),
        }
    }

    pub(super) fn no_column(&self, at: usize, name: &str, entity: &str) -> SoqlError {
        let message = format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append \
             the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate \
             names."
        );
        self.context.error(at, ErrorCode::InvalidField, message)
    }

    pub(super) fn no_relationship(&self, at: usize, name: &str) -> SoqlError {
        let message = format!(
            "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be \
             sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call \
             for the appropriate names."
        );
        self.context.error(at, ErrorCode::InvalidField, message)
    }
}
