//! From a row of text to a write: what bulk does beyond the rules that all writes share.

use std::collections::HashSet;

use super::limits;
use super::operation::{Operation, RowError, RowOutcome};
use super::table::{BadData, UNESCAPED};
use crate::events::{Api, ClientName, Origin};
use crate::org::Org;
use crate::write::Assignment;
use crate::write::{Column, Draft, Outcome, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, Object};

/// What an empty value must say to be taken for null (guide, "Valid CSV Record Rows").
const NULL: &str = "#N/A";
/// Records that Salesforce saves together; a key may occur only once among them (guide, "Limits": 200-record chunks).
pub const CHUNK_ROWS: usize = 200;

/// Where rows go.
#[derive(Debug, Clone)]
pub struct Target<'o> {
    /// The org.
    pub org: &'o Org,
    /// The object.
    pub object: &'o Object,
    /// What is done.
    pub operation: Operation,
    /// The field by which an upsert knows records.
    pub key: Option<&'o Field>,
    /// The assignment rule for cases and leads.
    pub assignment: Assignment,
    /// The version of the API that the job was made in.
    pub api_version: u16,
}

/// A row that is ready to be written, or the error of one of its values.
#[derive(Debug)]
pub struct Row {
    /// Id or key, where the operation wants one.
    pub key: Option<String>,
    /// What is to be set.
    pub draft: Result<Draft, ApiError>,
}

/// What each column of a header means.
#[derive(Debug)]
pub struct Header {
    key: Option<usize>,
    columns: Vec<Option<Column>>,
}

impl Header {
    /// Place of the column by which the operation knows records.
    #[must_use]
    pub fn key(&self) -> Option<usize> {
        self.key
    }
}

/// Returns the assignment rule with this id; none without one.
///
/// # Errors
/// There is no such rule.
pub fn assignment(rule: Option<&str>) -> Result<Assignment, ApiError> {
    rule.map_or(Ok(Assignment::Off), Assignment::rule)
}

impl<'o> Target<'o> {
    /// Returns the column by which the operation knows records.
    #[must_use]
    pub fn key_column(&self) -> Option<&str> {
        match self.operation {
            Operation::Insert => None,
            Operation::Upsert => Some(self.key.map_or("Id", |field| field.name.as_str())),
            Operation::Update | Operation::Delete | Operation::HardDelete => Some("Id"),
        }
    }

    /// Returns whether this is the column by which the operation knows records.
    #[must_use]
    pub fn is_key(&self, name: &str) -> bool {
        self.key_column()
            .is_some_and(|key| key.eq_ignore_ascii_case(name))
    }

    /// Rejects a column besides the ids where records are deleted.
    ///
    /// # Errors
    /// `InvalidBatch : The 'delete' batch must contain only ids`.
    pub fn check_only_id(&self, name: &str) -> Result<(), BadData> {
        if !self.operation.is_delete() || self.is_key(name) {
            return Ok(());
        }
        let operation = self.operation.name();
        Err(BadData::batch(format_args!(
            "The '{operation}' batch must contain only ids"
        )))
    }

    /// Looks the columns up.
    ///
    /// # Errors
    /// `InvalidBatch : Field name not found : X`; columns besides the ids where records are deleted.
    pub fn header<'h>(&self, names: impl IntoIterator<Item = &'h str>) -> Result<Header, BadData> {
        let mut header = Header {
            key: None,
            columns: Vec::new(),
        };
        for (at, name) in names.into_iter().enumerate() {
            self.check_only_id(name)?;
            let column = self.column(name)?;
            let is_key = self.is_key(name);
            if is_key {
                header.key = Some(at);
            }
            header.columns.push((!is_key).then_some(column));
        }
        match self.key_column() {
            // An upsert by id whose file knows no ids creates all of its records.
            Some("Id") if self.operation == Operation::Upsert => Ok(header),
            Some(key) if header.key.is_none() => Err(BadData::no_field(key)),
            _ => Ok(header),
        }
    }

    /// Looks one column up.
    ///
    /// # Errors
    /// As [`Target::header`].
    pub fn column(&self, name: &str) -> Result<Column, BadData> {
        Column::find(&self.org.schema, self.object, name).map_err(|_| BadData::no_field(name))
    }

    /// Returns the name of a column as the objects declare it.
    #[must_use]
    pub fn declared(&self, name: &str) -> Option<String> {
        let column = self.column(name).ok()?;
        let field = self.object.fields().get(column.field())?;
        let Column::Parent { object, key, .. } = column else {
            return Some(field.name.clone());
        };
        let kind = name.contains(':').then(|| format!("{object}:"));
        let way = field.reference()?.relationship_name.as_deref()?;
        Some(format!("{}{way}.{key}", kind.unwrap_or_default()))
    }

    /// Reads a row of CSV.
    pub fn row<'v>(&self, header: &Header, values: impl Iterator<Item = &'v str>) -> Row {
        let mut row = Row {
            key: None,
            draft: Ok(Draft::default()),
        };
        for (at, (value, column)) in values.zip(&header.columns).enumerate() {
            if header.key == Some(at) {
                row.key = Some(value.trim().to_owned());
            } else if let Some(column) = column {
                row.set(self.object, column, value);
            }
        }
        row
    }

    /// Writes a row.
    ///
    /// # Errors
    /// Salesforce's error.
    pub fn write(&self, writer: &Writer<'_>, row: &Row) -> Outcome {
        let draft = row.draft.clone()?;
        let outcome = match self.operation {
            Operation::Insert => writer.insert(self.object, draft),
            Operation::Update => {
                writer.update(self.object, &self.id(row.key.as_deref(), "update")?, draft)
            }
            Operation::Upsert => self.upsert(writer, row.key.as_deref(), draft),
            Operation::Delete => {
                writer.delete(self.object, &self.id(row.key.as_deref(), "delete")?)
            }
            Operation::HardDelete => {
                writer.hard_delete(self.object, &self.id(row.key.as_deref(), "delete")?)
            }
        };
        outcome.map_err(bulk_error)
    }

    fn upsert(&self, writer: &Writer<'_>, key: Option<&str>, draft: Draft) -> Outcome {
        let field = self.key.map_or("Id", |field| field.name.as_str());
        let key = key.unwrap_or_default();
        match (key, field) {
            ("", "Id") => writer.insert(self.object, draft),
            ("", _) => {
                let message = format!("{field} not specified");
                Err(ApiError::for_record("MISSING_ARGUMENT", message, []))
            }
            (_, "Id") => writer.update(self.object, &self.id(Some(key), "upsert")?, draft),
            _ => writer.upsert(self.object, field, key, draft),
        }
    }

    fn id(&self, text: Option<&str>, verb: &str) -> Result<RecordId, ApiError> {
        let text = text.unwrap_or_default();
        if text.is_empty() {
            let article = if verb.starts_with('u') { "an" } else { "a" };
            let message = format!("Id not specified in {article} {verb} call");
            return Err(ApiError::for_record("MISSING_ARGUMENT", message, []));
        }
        let id = RecordId::parse(text);
        id.filter(|id| id.key_prefix() == self.object.key_prefix)
            .ok_or_else(|| {
                let message = format!(
                    "{} ID: id value of incorrect type: {text}",
                    self.object.label
                );
                ApiError::for_record("MALFORMED_ID", message, ["Id"])
            })
    }
}

impl Row {
    /// Sets what a column says: nothing where it is empty, null where it says `#N/A`.
    pub fn set(&mut self, object: &Object, column: &Column, value: &str) {
        if let Ok(draft) = &mut self.draft
            && !value.is_empty()
        {
            let put = if value == NULL {
                draft.put(object, column, None)
            } else {
                reject_long(object, column, value)
                    .and_then(|()| draft.put(object, column, Some(value)))
            };
            if let Err(error) = put {
                self.draft = Err(error);
            }
        }
    }
}

impl Row {
    /// Sets what a column says to null.
    pub fn clear(&mut self, object: &Object, column: &Column) {
        if let Ok(draft) = &mut self.draft
            && let Err(error) = draft.put(object, column, None)
        {
            self.draft = Err(error);
        }
    }
}

/// Bulk takes shorter texts than the longest fields hold.
fn reject_long(object: &Object, column: &Column, value: &str) -> Result<(), ApiError> {
    let most = limits::FIELD_CHARACTERS;
    if value.len() <= most || value.chars().count() <= most {
        return Ok(());
    }
    let field = object
        .fields()
        .get(column.field())
        .ok_or_else(ApiError::not_found)?;
    if field.field_type == sandbox_model::schema::FieldType::Base64 {
        return Ok(());
    }
    let start: String = value.chars().take(80).collect();
    let message = format!(
        "{}: data value too large: {start} (max length={most})",
        field.label
    );
    Err(ApiError::for_record(
        "STRING_TOO_LONG",
        message,
        [field.name.as_str()],
    ))
}

/// REST names a missing record after its URL; elsewhere it is a bad reference.
fn bulk_error(error: ApiError) -> ApiError {
    if error.code == "NOT_FOUND" {
        return ApiError::for_record(
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
            [],
        );
    }
    error
}

/// Rejects rows whose key occurs more than once in a chunk: which of them should win is undefined.
pub fn reject_doubles(target: &Target<'_>, rows: &mut [Row]) {
    if target.operation != Operation::Upsert {
        return;
    }
    let field = target.key.map_or("Id", |field| field.name.as_str());
    for chunk in rows.chunks_mut(CHUNK_ROWS) {
        let (mut seen, mut doubles) = (HashSet::new(), HashSet::new());
        for key in chunk.iter().filter_map(|row| row.key.as_ref()) {
            let key = key.to_lowercase();
            if !key.is_empty() && !seen.insert(key.clone()) {
                doubles.insert(key);
            }
        }
        if doubles.is_empty() {
            continue;
        }
        for row in chunk {
            let key = row.key.clone().unwrap_or_default();
            if doubles.contains(&key.to_lowercase()) {
                let message = format!("Duplicate external id specified: {key}");
                row.draft = Err(ApiError::for_record("DUPLICATE_VALUE", message, [field]));
            }
        }
    }
}

/// Rejects the rows at these places: "a space before or after a double quote generates an error for the row" (guide, "Prepare CSV
/// Files").
pub fn reject_unreadable(rows: &mut [Row], places: &[usize]) {
    for at in places {
        if let Some(row) = rows.get_mut(*at) {
            row.draft = Err(ApiError::for_record("CLIENTINPUTERROR", UNESCAPED, []));
        }
    }
}

impl Target<'_> {
    /// Writes rows in one transaction, each on its own; gives one outcome for each, in order. `first` is the number of
    /// the first row in its job, from 1.
    ///
    /// # Errors
    /// The database's alone.
    pub fn save(
        &self,
        user: &RecordId,
        mut rows: Vec<Row>,
        first: u64,
    ) -> Result<Vec<RowOutcome>, ApiError> {
        reject_doubles(self, &mut rows);
        let faults = self
            .org
            .bulk
            .row_faults(&self.object.name, first, rows.len());
        let due: Vec<Row> = rows
            .into_iter()
            .enumerate()
            .filter(|(at, _)| faults.binary_search_by_key(at, |(hit, _)| *hit).is_err())
            .map(|(_, row)| row)
            .collect();
        let options = WriteOptions {
            assignment: self.assignment,
            origin: Origin::new(Api::Bulk, self.api_version, ClientName::NONE),
            ..WriteOptions::default()
        };
        let mut outcomes = self.org.write(user, options, |writer| {
            writer.run_many(&due, |writer, row| self.write(writer, row))
        })?;
        let mut written = outcomes.drain(..);
        let total = written.len() + faults.len();
        let mut faults = faults.into_iter().peekable();
        let mut merged = Vec::with_capacity(total);
        while merged.len() < total {
            let hit = faults.next_if(|(at, _)| *at == merged.len());
            match (hit, &mut written) {
                (Some((_, rejection)), _) => merged.push(Err(rejection)),
                (None, written) => match written.next() {
                    Some(outcome) => merged.push(outcome.map_err(RowError::from)),
                    None => break,
                },
            }
        }
        Ok(merged)
    }
}
