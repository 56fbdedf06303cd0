//! Rules for single values.

use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, FieldType, PicklistValue};
use sandbox_model::value::{Value, dates};

/// Largest and smallest values of an int field (SOAP API guide, "int": 32 bits).
const INT_RANGE: std::ops::RangeInclusive<i64> = -2_147_483_648..=2_147_483_647;
/// Most values in one multi-select pick-list (Salesforce help, "Custom Field Types": 100 selected).
const MAX_SELECTED: usize = 100;

/// Checks a value against its field, and gives it the form in which it is kept.
pub(super) fn value(field: &Field, value: Value, truncate: bool) -> Result<Value, ApiError> {
    match (&field.field_type, value) {
        (_, Value::Null) => Ok(Value::Null),
        (FieldType::Reference(_) | FieldType::Id, Value::Text(text)) => id(field, &text),
        (FieldType::Email, Value::Text(text)) => email(field, length(field, text, truncate)?),
        (FieldType::Picklist { .. }, Value::Text(text)) => {
            picklist(field, text).and_then(|v| kept(field, v, truncate))
        }
        (FieldType::MultiPicklist { .. }, Value::Text(text)) => multi_picklist(field, &text),
        (FieldType::Int, Value::Int(number)) => int(field, number),
        (FieldType::DateTime, Value::Int(ms)) => Ok(Value::Int(dates::whole_seconds(ms))),
        (field_type, Value::Real(number)) if field_type.is_decimal() => decimal(field, number),
        (_, Value::Text(text)) if field.field_type != FieldType::Date => {
            kept(field, text, truncate)
        }
        (_, value) => Ok(value),
    }
}

fn kept(field: &Field, text: String, truncate: bool) -> Result<Value, ApiError> {
    length(field, text, truncate).map(Value::Text)
}

fn length(field: &Field, text: String, truncate: bool) -> Result<String, ApiError> {
    let most = field.length as usize;
    if most == 0 || text.len() <= most || text.chars().count() <= most {
        return Ok(text);
    }
    if truncate {
        return Ok(text.chars().take(most).collect());
    }
    let message = format!(
        "{}: data value too large: {text} (max length={most})",
        field.label
    );
    Err(rejected("STRING_TOO_LONG", message, field))
}

fn id(field: &Field, text: &str) -> Result<Value, ApiError> {
    RecordId::parse(text)
        .map(|id| Value::Text(id.as_str().to_owned()))
        .ok_or_else(|| wrong_id("MALFORMED_ID", field, text))
}

/// Returns an id that is none, or of an object that the field does not point to.
pub(super) fn wrong_id(code: &'static str, field: &Field, id: &str) -> ApiError {
    rejected(
        code,
        format!("{}: id value of incorrect type: {id}", field.label),
        field,
    )
}

/// Salesforce wants one `@` with something on both sides and a dot in the domain.
fn email(field: &Field, text: String) -> Result<Value, ApiError> {
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
    let good = text.split_once('@').is_some_and(|(local, domain)| {
        let labels_are_good =
            domain.split('.').all(|label| !label.is_empty()) && domain.contains('.');
        !local.is_empty() && labels_are_good && !domain.contains('@') && !text.contains(forbidden)
    });
    if good {
        return Ok(Value::Text(text));
    }
    Err(rejected(
        "INVALID_EMAIL_ADDRESS",
        format!("{}: invalid email address: {text}", field.label),
        field,
    ))
}

fn picklist(field: &Field, text: String) -> Result<String, ApiError> {
    match listed(field, &text) {
        Some(known) => Ok(known.value.clone()),
        None if field.is_restricted() => Err(bad_pick(field, &text)),
        None => Ok(text),
    }
}

/// Sorts the selected values into the list's order, as Salesforce stores them.
fn multi_picklist(field: &Field, text: &str) -> Result<Value, ApiError> {
    let mut selected: Vec<String> = Vec::new();
    for part in text
        .split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let value = picklist(field, part.to_owned()).map_err(|_| bad_pick(field, part))?;
        if !selected.contains(&value) {
            selected.push(value);
        }
    }
    if selected.len() > MAX_SELECTED {
        return Err(rejected(
            "TOO_MANY_ENUM_VALUE",
            format!("{}: too many values selected", field.label),
            field,
        ));
    }
    selected.sort_by_key(|value| {
        field
            .picklist
            .iter()
            .position(|known| known.value == *value)
            .unwrap_or(usize::MAX)
    });
    Ok(Value::text(selected.join(";")))
}

fn listed<'f>(field: &'f Field, text: &str) -> Option<&'f PicklistValue> {
    field
        .picklist
        .iter()
        .find(|known| known.active && known.value.eq_ignore_ascii_case(text))
}

fn bad_pick(field: &Field, text: &str) -> ApiError {
    let message = format!(
        "{}: bad value for restricted picklist field: {text}",
        field.label
    );
    rejected("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, field)
}

fn int(field: &Field, number: i64) -> Result<Value, ApiError> {
    let digits = number
        .unsigned_abs()
        .checked_ilog10()
        .map_or(1, |log| log + 1);
    if INT_RANGE.contains(&number) && (field.digits == 0 || digits <= field.digits) {
        return Ok(Value::Int(number));
    }
    Err(out_of_range(field, &number.to_string()))
}

/// Digits before the point are limited; those after it are rounded half up, as Salesforce does.
fn decimal(field: &Field, number: f64) -> Result<Value, ApiError> {
    let factor = 10_f64.powi(field.scale.try_into().unwrap_or(0));
    let scaled = number * factor;
    let rounded = if scaled.is_finite() && scaled.abs() < 9e15 {
        scaled.round() / factor
    } else {
        number
    };
    let whole_digits = i32::try_from(field.precision.saturating_sub(field.scale)).unwrap_or(18);
    if rounded.abs() < 10_f64.powi(whole_digits) {
        return Ok(Value::Real(rounded));
    }
    Err(out_of_range(field, &number.to_string()))
}

fn out_of_range(field: &Field, number: &str) -> ApiError {
    let message = format!(
        "{}: value outside of valid range on numeric field: {number}",
        field.label
    );
    rejected("NUMBER_OUTSIDE_VALID_RANGE", message, field)
}

pub(super) fn rejected(code: &'static str, message: String, field: &Field) -> ApiError {
    ApiError::for_record(code, message, [field.name.as_str()])
}
