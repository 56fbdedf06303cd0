//! A whole record in memory.

use rusqlite::{Connection, OptionalExtension};

use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object};
use sandbox_model::store::{ColumnKind, quoted};
use sandbox_model::value::Value;

/// All values of a record, in the order of its object's fields.
#[derive(Debug, Clone)]
pub struct Row<'o> {
    /// The record's object.
    pub object: &'o Object,
    /// One value for each field.
    pub values: Vec<Value>,
}

impl<'o> Row<'o> {
    /// Returns a record without any value.
    #[must_use]
    pub fn empty(object: &'o Object) -> Self {
        Self {
            object,
            values: vec![Value::Null; object.fields().len()],
        }
    }

    /// Reads a record and whether it is deleted; `None` if there is none.
    ///
    /// # Errors
    /// The database's.
    pub fn load(
        connection: &Connection,
        object: &'o Object,
        id: &str,
    ) -> Result<Option<(Self, bool)>, ApiError> {
        let sql = object.load.get_or_init(|| {
            let (columns, table) = (columns(object), quoted(&object.name));
            format!("SELECT {columns}, \"IsDeleted\" FROM {table} WHERE \"Id\" = ?1")
        });
        let mut statement = connection.prepare_cached(sql)?;
        let row = statement.query_row([id], |row| {
            let mut values = Vec::with_capacity(object.fields().len());
            let mut column = 0;
            for field in object.fields() {
                let Some(kind) = ColumnKind::from_field(field) else {
                    values.push(Value::Null);
                    continue;
                };
                values.push(Value::read(row.get_ref(column)?, kind));
                column += 1;
            }
            Ok((Self { object, values }, row.get(column)?))
        });
        Ok(row.optional()?)
    }

    /// Returns the value of the field called `name`; null if there is no such field.
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        self.object
            .field_index(name)
            .and_then(|at| self.values.get(at))
            .unwrap_or(&Value::Null)
    }

    /// Sets the field called `name`, if there is one.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(place) = self
            .object
            .field_index(name)
            .and_then(|at| self.values.get_mut(at))
        {
            *place = value;
        }
    }

    /// Each field with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'o Field, &Value)> {
        self.object.fields().iter().zip(&self.values)
    }

    /// Writes the record as a new row.
    pub(super) fn insert(&self, connection: &Connection) -> Result<(), ApiError> {
        let (mut names, mut marks) = (String::new(), String::new());
        let mut values: Vec<&Value> = Vec::with_capacity(self.values.len());
        for (field, value) in self.iter().filter(|(_, value)| !value.is_null()) {
            let comma = if values.is_empty() { "" } else { "," };
            names.extend([comma, "\"", &field.name, "\""]);
            marks.extend([comma, "?"]);
            values.push(value);
        }
        let sql = format!(
            "INSERT INTO {} ({names}) VALUES ({marks})",
            quoted(&self.object.name)
        );
        connection
            .prepare_cached(&sql)?
            .execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }

    /// Writes what differs from `before`.
    pub(super) fn update(&self, connection: &Connection, before: &Row<'_>) -> Result<(), ApiError> {
        let mut assignments = String::new();
        let mut values: Vec<&Value> = Vec::new();
        let changed = self
            .iter()
            .zip(&before.values)
            .filter(|((_, value), old)| value != old);
        for ((field, value), _) in changed {
            let comma = if values.is_empty() { "" } else { "," };
            assignments.extend([comma, "\"", &field.name, "\"=?"]);
            values.push(value);
        }
        if values.is_empty() {
            return Ok(());
        }
        values.push(self.get("Id"));
        let sql = format!(
            "UPDATE {} SET {assignments} WHERE \"Id\"=?",
            quoted(&self.object.name)
        );
        connection
            .prepare_cached(&sql)?
            .execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }
}

fn columns(object: &Object) -> String {
    let columns: Vec<_> = object
        .fields()
        .iter()
        .filter(|field| !field.is_compound())
        .map(|field| quoted(&field.name))
        .collect();
    columns.join(",")
}
