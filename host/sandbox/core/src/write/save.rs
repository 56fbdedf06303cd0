//! Creating and changing a record, rule by rule.

use super::{
    Draft, Outcome, Row, Saved, Writer, check, content, defaults, derive, record_type, rich_text,
};
use crate::events::{self, Change};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::value::Value;

impl Writer<'_> {
    /// Creates a record without asking whether clients may set its fields: the org itself makes users and profiles, and
    /// seeds may set what is read-only.
    pub(crate) fn create(&self, object: &Object, draft: Draft) -> Outcome {
        let mut row = Row::empty(object);
        let images = self.apply(&mut row, draft)?;
        defaults::fill(self, &mut row);
        content::before_create(self, &mut row)?;
        reject_missing(&row, |field| field.is_required())?;
        events::before_save(self, &mut row)?;
        // A platform event is published, not stored: it has neither id nor row.
        if events::is_event(object) {
            return events::publish(self, &row);
        }
        let id = self.ids.next(self.connection, object)?;
        defaults::stamp_new(self, &mut row, &id);
        rich_text::keep(self, &mut row, images)?;
        derive::compute(self, &mut row, None)?;
        self.check_unique(&row, None)?;
        row.insert(self.connection)?;
        content::after_create(self, &row)?;
        self.publish_change(&Change::Created(&row))?;
        Ok(Saved { id, created: true })
    }

    /// Returns a record with all its defaults, for [`Writer::append`].
    pub(crate) fn template<'o>(&self, object: &'o Object) -> Row<'o> {
        let mut row = Row::empty(object);
        defaults::fill(self, &mut row);
        row
    }

    /// Writes a record made up by the org itself, whose values are known to be valid: nothing is checked.
    pub(crate) fn append(&self, mut row: Row<'_>) -> Result<(), ApiError> {
        let id = self.ids.next(self.connection, row.object)?;
        defaults::stamp_new(self, &mut row, &id);
        derive::compute(self, &mut row, None)?;
        row.insert(self.connection)?;
        self.publish_change(&Change::Created(&row))
    }

    /// Changes a record without asking whether clients may set its fields.
    pub(super) fn amend(&self, object: &Object, id: &RecordId, draft: Draft) -> Outcome {
        self.alter(object, id, draft, |_| true)
    }

    /// Changes a record as the org itself does: locks do not hinder, rules do not run.
    pub(crate) fn change(&self, object: &Object, id: &RecordId, draft: Draft) -> Outcome {
        self.alter(object, id, draft, |field| {
            field.updateable || field.name == "Id"
        })
    }

    fn alter(
        &self,
        object: &Object,
        id: &RecordId,
        draft: Draft,
        may_set: impl Fn(&Field) -> bool,
    ) -> Outcome {
        let loaded = match self.schema.object_by_prefix(id.key_prefix()) {
            Some(of) if of.name == object.name => Row::load(self.connection, object, id.as_str())?,
            _ => None,
        };
        let before = match loaded {
            None => return Err(ApiError::not_found()),
            Some((_, true)) => return Err(ApiError::deleted()),
            Some((row, false)) => row,
        };
        reject_converted(&before)?;
        reject_read_only(object, &draft, may_set)?;
        let mut row = before.clone();
        let images = self.apply(&mut row, draft)?;
        row.set("Id", before.get("Id").clone());
        reject_missing(&row, |field| !field.nillable && field.updateable)?;
        defaults::stamp_changed(self, &mut row);
        rich_text::keep(self, &mut row, images)?;
        derive::compute(self, &mut row, Some(&before))?;
        events::before_save(self, &mut row)?;
        self.check_unique(&row, Some(&before))?;
        row.update(self.connection, &before)?;
        content::after_change(self, &row, &before)?;
        derive::show_in_children(self, &row, &before)?;
        self.publish_change(&Change::Updated {
            row: &row,
            before: &before,
        })?;
        Ok(Saved {
            id: id.clone(),
            created: false,
        })
    }

    /// Puts the draft's values into the row; gives the images that came in rich text.
    fn apply(&self, row: &mut Row<'_>, draft: Draft) -> Result<Vec<rich_text::Image>, ApiError> {
        let mut images = Vec::new();
        let mut values = draft.values;
        for parent in &draft.parents {
            values.push((parent.field, self.resolve(parent)?));
        }
        for (at, value) in values {
            let Some(field) = row.object.fields().get(at) else {
                continue;
            };
            let value = match value {
                Value::Text(text) if field.field_type == FieldType::Html => {
                    let text = rich_text::take_images(self, at, &field.name, &text, &mut images)?;
                    Value::Text(text)
                }
                value => value,
            };
            let value = check::value(field, value, self.options.allow_truncation)?;
            let value = record_type::kept(row.object, field, value)?;
            let place = row.values.get_mut(at);
            if let (Some(_), Some(id)) = (field.reference(), value.as_str())
                && place.as_deref() != Some(&value)
            {
                self.check_reference(field, id)?;
            }
            if let Some(place) = place {
                *place = value;
            }
        }
        Ok(images)
    }
}

/// Rejects changes of a converted lead.
fn reject_converted(row: &Row<'_>) -> Result<(), ApiError> {
    if row.object.name != "Lead" || *row.get("IsConverted") != Value::Bool(true) {
        return Ok(());
    }
    let message = "cannot reference converted lead";
    Err(ApiError::for_record(
        "CANNOT_UPDATE_CONVERTED_LEAD",
        message,
        [],
    ))
}

/// Rejects a create that sets the id or a field that the org keeps.
pub(super) fn reject_unsettable(object: &Object, draft: &Draft) -> Result<(), ApiError> {
    if draft.names(object, "Id") {
        let message = "cannot specify Id in an insert call";
        return Err(ApiError::for_record(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            message,
            ["Id"],
        ));
    }
    reject_read_only(object, draft, |field| field.createable)
}

fn reject_read_only(
    object: &Object,
    draft: &Draft,
    writable: impl Fn(&Field) -> bool,
) -> Result<(), ApiError> {
    let places = draft
        .values
        .iter()
        .map(|(at, _)| *at)
        .chain(draft.parents.iter().map(|parent| parent.field));
    let rejected: Vec<&str> = places
        .filter_map(|at| object.fields().get(at))
        .filter(|field| !writable(field))
        .map(|field| field.name.as_str())
        .collect();
    if rejected.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Unable to create/update fields: {}. Please check the security settings of this field and verify that it is \
         read/write for your profile or permission set.",
        rejected.join(", ")
    );
    Err(ApiError::for_record(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        message,
        rejected,
    ))
}

fn reject_missing(row: &Row<'_>, required: impl Fn(&Field) -> bool) -> Result<(), ApiError> {
    let missing: Vec<&str> = row
        .iter()
        .filter(|(field, value)| value.is_null() && required(field))
        .map(|(field, _)| field.name.as_str())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Required fields are missing: [{}]", missing.join(", "));
    Err(ApiError::for_record(
        "REQUIRED_FIELD_MISSING",
        message,
        missing,
    ))
}

impl Draft {
    /// Returns whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.parents.is_empty()
    }

    /// Creates a draft of one text field; for the org's own records.
    #[must_use]
    pub fn from_texts(object: &Object, values: &[(&str, &str)]) -> Self {
        let mut draft = Self::default();
        for (field, text) in values {
            draft.set(object, field, Value::text(*text));
        }
        draft
    }
}
