//! Values as reports show them: a label for people and the value itself.

use serde_json::{Value as Json, json};

use sandbox_model::schema::FieldType;

/// What a cell without value shows.
const EMPTY: &str = "-";

/// Returns a cell of a row. `id`: the record that a name belongs to, which is the cell's value.
pub(super) fn data(field_type: &FieldType, value: &Json, id: Option<&Json>) -> Json {
    let shown = label(field_type, value);
    let value = match (field_type, id) {
        (_, Some(id)) if !id.is_null() => id.clone(),
        (FieldType::Currency, _) if !value.is_null() => json!({"amount": value, "currency": null}),
        _ => value.clone(),
    };
    json!({"label": shown, "value": value})
}

/// Returns what people see of a value.
pub(super) fn label(field_type: &FieldType, value: &Json) -> String {
    match (field_type, value) {
        (_, Json::Null) => EMPTY.to_owned(),
        (FieldType::Currency, Json::Number(number)) => {
            format!("${}", grouped(number.as_f64().unwrap_or_default(), 2))
        }
        (FieldType::Percent, Json::Number(number)) => {
            format!("{}%", grouped(number.as_f64().unwrap_or_default(), 2))
        }
        (_, Json::Number(number)) => grouped(number.as_f64().unwrap_or_default(), 2),
        (FieldType::Date | FieldType::DateTime, Json::String(text)) => day(text),
        (_, Json::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// `1,234.50`; whole numbers without fraction.
pub(super) fn grouped(number: f64, digits: usize) -> String {
    let text = if number.fract() == 0.0 {
        format!("{:.0}", number.abs())
    } else {
        format!("{:.digits$}", number.abs())
    };
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
    let mut out = String::new();
    for (at, c) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    let sign = if number < 0.0 { "-" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{out}.{fraction}"),
        None => format!("{sign}{out}"),
    }
}

/// `3/31/2026` for `2026-03-31…`.
fn day(text: &str) -> String {
    let part = |range: std::ops::Range<usize>| {
        text.get(range)
            .unwrap_or_default()
            .trim_start_matches('0')
            .to_owned()
    };
    format!("{}/{}/{}", part(5..7), part(8..10), part(0..4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_display_names() {
        assert_eq!(
            label(&FieldType::Currency, &json!(1_234_567.5)),
            "$1,234,567.50"
        );
        assert_eq!(label(&FieldType::Int, &json!(-1000)), "-1,000");
        assert_eq!(label(&FieldType::Date, &json!("2026-03-31")), "3/31/2026");
        assert_eq!(label(&FieldType::String, &Json::Null), "-");
    }
}
