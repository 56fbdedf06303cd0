//! Text from the command line to the JSON that a schema takes. Bounds are the connector's to check.

use serde_json::{Number, Value};

use super::type_words::takes;
use mediate::schema::{Kind, Schema};
use mediate::text;

/// Converts a text; an error tells what would be taken, fit to follow the name of the field.
pub(super) fn convert(schema: Schema, text: &str) -> Result<Value, String> {
    let expected = || format!("takes {}", takes(schema));
    match schema.kind() {
        Kind::Text => word(schema, text),
        Kind::Integer => integer(text).map(Value::Number).ok_or_else(expected),
        Kind::Number => number(text).map(Value::Number).ok_or_else(expected),
        Kind::Boolean => text.parse().map(Value::Bool).map_err(|_| expected()),
        Kind::List => list(schema, text),
        Kind::Any => Ok(Value::String(text.to_owned())),
        Kind::Record | Kind::Choice => Err(group(schema)),
        Kind::Map => {
            Err("takes named values: write NAME after a dot, or `:=` and a JSON object".into())
        }
    }
}

fn word(schema: Schema, text: &str) -> Result<Value, String> {
    let choices = schema.choices();
    if choices.is_empty() || choices.contains(&text) {
        return Ok(Value::String(text.to_owned()));
    }
    let mut alike = choices
        .iter()
        .filter(|choice| choice.eq_ignore_ascii_case(text));
    if let (Some(choice), None) = (alike.next(), alike.next()) {
        return Ok(Value::String((*choice).to_owned()));
    }
    let nearest = text::nearest(text, choices.iter().copied());
    Err(format!(
        "takes {}{}",
        text::list(&choices, "or"),
        text::did_you_mean(nearest)
    ))
}

fn integer(text: &str) -> Option<Number> {
    let signed = text.parse::<i64>().map(Number::from);
    signed
        .or_else(|_| text.parse::<u64>().map(Number::from))
        .ok()
}

/// Reads a number with the digits that it was written with.
fn number(text: &str) -> Option<Number> {
    integer(text).or_else(|| serde_json::from_str(text).ok())
}

fn list(schema: Schema, text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let item = |part: &str| match schema.items() {
        Some(items) => convert(items, part),
        None => Ok(Value::String(part.to_owned())),
    };
    text.split(',')
        .map(|part| item(part.trim()))
        .collect::<Result<_, _>>()
        .map(Value::Array)
}

fn group(schema: Schema) -> String {
    let names: Vec<&str> = schema
        .properties()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    format!(
        "is a group of fields: write one of them after a dot ({}), or `:=` and a JSON object",
        text::list(&names, "or")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn to(schema: Value, text: &str) -> Result<Value, String> {
        convert(Schema::new(&schema), text)
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(
            to(json!({"type": "integer"}), "18446744073709551615"),
            Ok(json!(u64::MAX))
        );
        assert_eq!(to(json!({"type": "integer"}), "-7"), Ok(json!(-7)));
        assert_eq!(to(json!({"type": "number"}), "2.5"), Ok(json!(2.5)));
        let long = to(json!({"type": "number"}), "1234567890123456.78");
        assert_eq!(
            long.map(|number| number.to_string()).as_deref(),
            Ok("1234567890123456.78")
        );
        assert!(to(json!({"type": "number"}), "NaN").is_err());
    }

    #[test]
    fn what_is_not_a_number_is_told_what_is_taken() {
        let schema = json!({"type": "integer", "minimum": 200, "maximum": 2000});
        assert_eq!(
            to(schema, "many"),
            Err("takes a whole number from 200 to 2000".into())
        );
        assert_eq!(
            to(json!({"type": "boolean"}), "yes"),
            Err("takes true or false".into())
        );
    }

    #[test]
    fn text_that_looks_like_a_number_stays_text() {
        assert_eq!(to(json!({"type": "string"}), "062.0"), Ok(json!("062.0")));
        assert_eq!(to(json!({}), "5"), Ok(json!("5")));
    }

    #[test]
    fn words_outside_the_choice_find_the_nearest() {
        let schema = json!({"enum": ["ndjson", "json", "csv"]});
        assert_eq!(to(schema.clone(), "csv"), Ok(json!("csv")));
        assert_eq!(to(schema.clone(), "CSV"), Ok(json!("csv")));
        assert_eq!(
            to(schema, "cvs"),
            Err("takes ndjson, json or csv; did you mean `csv`?".into())
        );
    }

    #[test]
    fn lists_are_split_at_commas() {
        let schema = json!({"type": "array", "items": {"type": "integer"}});
        assert_eq!(to(schema.clone(), "1, 2"), Ok(json!([1, 2])));
        assert_eq!(to(schema.clone(), ""), Ok(json!([])));
        assert!(to(schema, "1,x").is_err());
    }

    #[test]
    fn a_group_says_how_to_fill_it() {
        let schema = json!({"properties": {"a": {}, "b": {}}});
        let sentence = to(schema, "x").expect_err("refused");
        assert_eq!(
            sentence,
            "is a group of fields: write one of them after a dot (a or b), or `:=` and a JSON object"
        );
    }
}
