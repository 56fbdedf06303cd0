//! The walk: JSON in, the JSON that serde reads into the generated types out.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::nearest::nearest;
use super::scalar::{is_uri, json, number, whole};
use super::shape::{Enum, Field, Length, Presence, Record, Shape, Variant};
use super::token::Token;
use super::validation_error::{JsonPath, ValidationError, quoted};
use super::wording::{found, ticked, wanted};

pub(super) type Walked = Result<Value, ValidationError>;

/// Holds a JSON text against its shape. What comes back has every default filled in and the names of the generated
/// type, so that [`FromJson`](super::FromJson) reads it.
///
/// `what` names the document in errors: `config` or `connection`.
///
/// # Errors
/// One sentence that names the place: no JSON (with line and column), a field that is unknown (with the nearest known
/// name), given twice or missing, a wrong type, a value out of bounds. Accepts exactly what the JSON Schema accepts,
/// but for what a schema cannot say: names given twice, and addresses that are URIs by their letters only.
pub fn accept(shape: &Shape, text: &str, what: &str) -> Result<Value, ValidationError> {
    let place = JsonPath::Document(what);
    if text.trim().is_empty() {
        return Err(ValidationError::at(
            &place,
            "is empty: give a JSON object, at least `{}`",
        ));
    }
    let raw: &RawValue =
        serde_json::from_str(text).map_err(|error| ValidationError::syntax(what, &error))?;
    walk(shape, raw, &place)
}

fn walk(shape: &Shape, raw: &RawValue, place: &JsonPath<'_>) -> Walked {
    if matches!(shape, Shape::Json) {
        return json(raw, place);
    }
    let token = Token::open(raw).map_err(|_| {
        ValidationError::at(place, "has an escape that is no character: fix the `\\u`")
    })?;
    match (shape, token) {
        (Shape::Bool, Token::Bool(value)) => Ok(Value::Bool(value)),
        (Shape::Whole { min, max }, Token::Number(digits)) => {
            whole(digits, (*min).into(), (*max).into())
                .ok_or_else(|| mismatch(shape, &Token::Number(digits), place))
        }
        (Shape::Number, Token::Number(digits)) => {
            number(digits).ok_or_else(|| mismatch(shape, &Token::Number(digits), place))
        }
        (Shape::Text { length, uri, .. }, Token::Text(text)) => {
            self::text(shape, text, *length, *uri, place)
        }
        (Shape::Enum(choice), Token::Text(name)) => enumeration(shape, choice, &name, place),
        (Shape::List { items, length }, Token::List(found)) => {
            list(shape, items, *length, &found, place)
        }
        (Shape::Map { values, length }, Token::Object(found)) => {
            map(shape, values, *length, &found, place)
        }
        (Shape::Record(record), Token::Object(found)) => self::record(record, &found, place),
        (Shape::Variant(variant), Token::Object(found)) => {
            self::variant(shape, variant, &found, place)
        }
        (Shape::Variant(variant), Token::Text(name)) => bare_case(shape, variant, &name, place),
        (shape, token) => Err(mismatch(shape, &token, place)),
    }
}

fn mismatch(shape: &Shape, token: &Token<'_>, place: &JsonPath<'_>) -> ValidationError {
    ValidationError::at(
        place,
        format_args!("must be {}, not {}", wanted(shape), found(shape, token)),
    )
}

fn text(shape: &Shape, text: String, length: Length, uri: bool, place: &JsonPath<'_>) -> Walked {
    // As JSON Schema counts: Unicode characters, not bytes.
    let count = text.chars().count();
    if !length.holds(count) {
        return Err(wrong_length(shape, count, "character", place));
    }
    if uri && !is_uri(&text) {
        return Err(mismatch(shape, &Token::Text(text), place));
    }
    Ok(Value::String(text))
}

fn wrong_length(shape: &Shape, count: usize, unit: &str, place: &JsonPath<'_>) -> ValidationError {
    let plural = if count == 1 { "" } else { "s" };
    ValidationError::at(
        place,
        format_args!("must be {}, not {count} {unit}{plural}", wanted(shape)),
    )
}

fn enumeration(shape: &Shape, choice: &Enum, name: &str, place: &JsonPath<'_>) -> Walked {
    if let Some((_, rust)) = choice.cases.iter().find(|(case, _)| *case == name) {
        return Ok(Value::from(*rust));
    }
    let hint = did_you_mean(name, choice.cases.iter().map(|(case, _)| *case))
        .map_or(String::new(), |hint| format!("; {hint}"));
    Err(ValidationError::at(
        place,
        format_args!("must be {}, not {}{hint}", wanted(shape), quoted(name)),
    ))
}

fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}

fn list(
    shape: &Shape,
    items: &Shape,
    length: Length,
    found: &[&RawValue],
    place: &JsonPath<'_>,
) -> Walked {
    if !length.holds(found.len()) {
        return Err(wrong_length(shape, found.len(), "item", place));
    }
    let walked = found
        .iter()
        .enumerate()
        .map(|(index, raw)| walk(items, raw, &JsonPath::Item(place, index)));
    walked.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// An object of names and values becomes the list of pairs that the generated type holds, in the order of the text.
fn map(
    shape: &Shape,
    values: &Shape,
    length: Length,
    found: &[(String, &RawValue)],
    place: &JsonPath<'_>,
) -> Walked {
    refuse_twice(found, place)?;
    if !length.holds(found.len()) {
        return Err(wrong_length(shape, found.len(), "name", place));
    }
    let pair = |(name, raw): &(String, &RawValue)| {
        let value = walk(values, raw, &JsonPath::Property(place, name))?;
        Ok(Value::Array(vec![Value::from(name.as_str()), value]))
    };
    found
        .iter()
        .map(pair)
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

fn record(record: &Record, found: &[(String, &RawValue)], place: &JsonPath<'_>) -> Walked {
    refuse_unknown(record, found, place)?;
    refuse_twice(found, place)?;
    let mut fields = Map::new();
    for field in record.fields {
        if let Some(value) = self::field(field, found, place)? {
            fields.insert(field.rust.to_owned(), value);
        }
    }
    Ok(Value::Object(fields))
}

fn field(
    field: &Field,
    found: &[(String, &RawValue)],
    parent: &JsonPath<'_>,
) -> Result<Option<Value>, ValidationError> {
    let place = JsonPath::Property(parent, field.name);
    if let Some((_, raw)) = found.iter().find(|(name, _)| name == field.name) {
        return walk(&field.shape, raw, &place).map(Some);
    }
    match field.presence {
        Presence::Optional => Ok(None),
        Presence::Required => Err(ValidationError::at(
            &place,
            format_args!("is missing: give {}", wanted(&field.shape)),
        )),
        Presence::Default(json) => {
            let raw: &RawValue = serde_json::from_str(json)
                .map_err(|error| ValidationError::syntax(field.name, &error))?;
            walk(&field.shape, raw, &place).map(Some)
        }
    }
}

fn refuse_unknown(
    record: &Record,
    found: &[(String, &RawValue)],
    place: &JsonPath<'_>,
) -> Result<(), ValidationError> {
    let known = || record.fields.iter().map(|field| field.name);
    let Some((name, _)) = found
        .iter()
        .find(|(name, _)| known().all(|field| field != name))
    else {
        return Ok(());
    };
    Err(unknown(&JsonPath::Property(place, name), name, known))
}

fn unknown<'a, I: Iterator<Item = &'a str>>(
    place: &JsonPath<'_>,
    name: &str,
    known: impl Fn() -> I,
) -> ValidationError {
    let hint = did_you_mean(name, known()).unwrap_or_else(|| match ticked(known()).as_str() {
        "" => "nothing can be set here".to_owned(),
        names => format!("known are {names}"),
    });
    ValidationError::at(place, format_args!("is not known; {hint}"))
}

fn refuse_twice(
    found: &[(String, &RawValue)],
    place: &JsonPath<'_>,
) -> Result<(), ValidationError> {
    let mut seen = std::collections::HashSet::with_capacity(found.len());
    match found.iter().find(|(name, _)| !seen.insert(name.as_str())) {
        Some((name, _)) => Err(ValidationError::at(
            &JsonPath::Property(place, name),
            "is given twice: keep one",
        )),
        None => Ok(()),
    }
}

fn variant(
    shape: &Shape,
    variant: &Variant,
    found: &[(String, &RawValue)],
    place: &JsonPath<'_>,
) -> Walked {
    let [(name, raw)] = found else {
        let count = if found.is_empty() {
            "none".to_owned()
        } else {
            format!("{} properties", found.len())
        };
        return Err(ValidationError::at(
            place,
            format_args!("must be {}, not {count}", wanted(shape)),
        ));
    };
    let inner = JsonPath::Property(place, name);
    let Some(case) = variant.cases.iter().find(|case| case.name == name) else {
        return Err(unknown(&inner, name, || {
            variant.cases.iter().map(|case| case.name)
        }));
    };
    match &case.payload {
        Some(payload) => {
            let value = walk(payload, raw, &inner)?;
            Ok(Value::Object(Map::from_iter([(
                case.rust.to_owned(),
                value,
            )])))
        }
        None => Err(ValidationError::at(
            &inner,
            format_args!(
                "has no settings: give {} instead of the object",
                quoted(name)
            ),
        )),
    }
}

fn bare_case(shape: &Shape, variant: &Variant, name: &str, place: &JsonPath<'_>) -> Walked {
    match variant.cases.iter().find(|case| case.name == name) {
        Some(case) if case.payload.is_none() => Ok(Value::from(case.rust)),
        Some(case) => Err(ValidationError::at(
            place,
            format_args!("needs settings: give {{{}: {{...}}}}", quoted(case.name)),
        )),
        None => Err(mismatch(shape, &Token::Text(String::new()), place)),
    }
}
