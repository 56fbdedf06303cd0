//! Finding and reading what a search asks for.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::expression::Expression;
use super::{Group, MAX_ROWS, Returning, Search, searchable, words};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object, Schema};
use sandbox_model::store::quoted;
use sandbox_soql::ast::{Condition, Name, Operand, Path, Value};
use sandbox_soql::literal::{Literal, Text};
use sandbox_soql::projection::Content;
use sandbox_soql::render::Format;
use sandbox_soql::{Options, Plan, for_each_row};

/// What was found of one object.
#[derive(Debug)]
pub struct Hits<'s> {
    /// The object.
    pub object: &'s Object,
    /// Its records as the format writes them.
    pub records: Vec<Vec<u8>>,
    /// Name and label of each field shown.
    pub fields: Vec<(String, String)>,
}

impl Search {
    /// Finds the records and writes them with `format`, object by object. Without LIMIT, [`MAX_ROWS`] is taken; a limit
    /// is shared out evenly among the objects that have more.
    ///
    /// # Errors
    /// `INVALID_TYPE`, `INVALID_FIELD`, `MALFORMED_QUERY` for a RETURNING that makes no sense; the database's.
    pub fn run<'s>(
        &self,
        schema: &'s Schema,
        connection: &Connection,
        options: &Options,
        format: &dyn Format,
    ) -> Result<Vec<Hits<'s>>, ApiError> {
        let limit = self.limit.unwrap_or(MAX_ROWS).min(MAX_ROWS);
        let mut all = Vec::new();
        if self.returning.is_empty() {
            for object in searchable(schema) {
                let only_ids = Returning {
                    object: object.name.clone(),
                    ..Returning::default()
                };
                all.push(self.hits(object, &only_ids, schema, connection, options, format)?);
            }
        } else {
            for returning in &self.returning {
                let object = find(schema, &returning.object)?;
                all.push(self.hits(object, returning, schema, connection, options, format)?);
            }
        }
        skip(&mut all, self.offset);
        share(&mut all, limit);
        Ok(all)
    }

    fn hits<'s>(
        &self,
        object: &'s Object,
        returning: &Returning,
        schema: &Schema,
        connection: &Connection,
        options: &Options,
        format: &dyn Format,
    ) -> Result<Hits<'s>, ApiError> {
        let plan = self.plan(object, returning, schema, connection, options)?;
        let mut records = Vec::new();
        let Some(projection) = plan.projection().filter(|_| !plan.is_aggregate()) else {
            return Err(super::malformed("RETURNING takes fields, no aggregates"));
        };
        for_each_row(connection, &plan, |row| {
            if records.len() < MAX_ROWS.saturating_add(self.offset) {
                let mut record = Vec::new();
                format.record(&mut record, projection, row, &[])?;
                records.push(record);
            }
            Ok(())
        })?;
        let label = |name: &str| {
            object
                .field(name)
                .map_or(name, |field| &field.label)
                .to_owned()
        };
        let shown = projection
            .fields
            .iter()
            .filter(|projected| !matches!(projected.content, Content::Children(_)));
        let fields = shown
            .map(|projected| (projected.name.clone(), label(&projected.name)))
            .collect();
        Ok(Hits {
            object,
            records,
            fields,
        })
    }

    /// Returns the SOQL of one object, with the ids that match as one more condition.
    fn plan(
        &self,
        object: &Object,
        returning: &Returning,
        schema: &Schema,
        connection: &Connection,
        options: &Options,
    ) -> Result<Plan, ApiError> {
        let fields = if returning.fields.is_empty() {
            "Id"
        } else {
            &returning.fields
        };
        let soql = format!("SELECT {fields} FROM {} {}", object.name, returning.tail);
        let mut query = sandbox_soql::parse(&soql)?;
        let ids = matching(connection, object, self.group, &self.terms)?;
        let is_found = Condition::In(id_field(query.at), true, ids);
        query.filter = Some(match query.filter.take() {
            Some(filter) => Condition::And(vec![filter, is_found]),
            None => is_found,
        });
        Ok(Plan::from_query(&query, &soql, schema, options)?)
    }
}

fn id_field(at: usize) -> Operand {
    let id = Name {
        text: "Id".into(),
        at,
    };
    Operand::Field(Path {
        names: vec![id],
        at,
    })
}

fn find<'s>(schema: &'s Schema, name: &str) -> Result<&'s Object, ApiError> {
    schema.object(name).filter(|object| object.searchable).ok_or_else(|| {
        let message = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the \
             '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
        );
        ApiError::new("INVALID_TYPE", message)
    })
}

/// Returns the ids of the records (not deleted) whose words match.
fn matching(
    connection: &Connection,
    object: &Object,
    group: Group,
    terms: &Expression,
) -> Result<Vec<Value>, ApiError> {
    let searched: Vec<&Field> = object
        .fields()
        .iter()
        .filter(|field| group.has(field) && !field.is_compound())
        .collect();
    let columns: String = searched
        .iter()
        .map(|field| format!(", {}", quoted(&field.name)))
        .collect();
    let sql = format!(
        "SELECT \"Id\"{columns} FROM {} WHERE \"IsDeleted\" = 0",
        quoted(&object.name)
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    // A list must not be empty, and no record has this id.
    let mut ids = vec![id_value("000000000000000AAA")?];
    while let Some(row) = rows.next()? {
        let mut for_record = Vec::new();
        for (at, field) in searched.iter().enumerate() {
            if let ValueRef::Text(text) = row.get_ref(at + 1)? {
                for_record.extend(words_of(field, &String::from_utf8_lossy(text)));
            }
        }
        if terms.matches(&for_record) {
            ids.push(id_value(&row.get::<_, String>(0)?)?);
        }
    }
    Ok(ids)
}

fn id_value(id: &str) -> Result<Value, ApiError> {
    let text = Text::new(id).map_err(super::malformed)?;
    Ok(Value {
        literal: Literal::Text(text),
        at: 0,
    })
}

fn words_of(field: &Field, text: &str) -> Vec<Vec<String>> {
    if field.field_type == FieldType::Phone {
        words::of_phone(text)
    } else {
        vec![words::of_text(text)]
    }
}

/// Passes over the first rows of all.
fn skip(all: &mut [Hits<'_>], mut offset: usize) {
    for hits in all {
        let skipped = offset.min(hits.records.len());
        hits.records.drain(..skipped);
        offset -= skipped;
    }
}

/// Cuts to `limit` rows in all: evenly, what one object does not need going to the others.
fn share(all: &mut [Hits<'_>], limit: usize) {
    let total: usize = all.iter().map(|hits| hits.records.len()).sum();
    if total <= limit {
        return;
    }
    let mut sizes: Vec<usize> = vec![0; all.len()];
    let mut left = limit;
    while left > 0 {
        for (size, hits) in sizes.iter_mut().zip(all.iter()) {
            if left > 0 && *size < hits.records.len() {
                *size += 1;
                left -= 1;
            }
        }
    }
    for (size, hits) in sizes.into_iter().zip(all) {
        hits.records.truncate(size);
    }
}
