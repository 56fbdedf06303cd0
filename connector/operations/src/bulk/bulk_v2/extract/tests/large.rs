//! Rows of many bytes.

use super::*;
use salesforce_contract::limits::MAX_ROW_BYTES;

fn with_row_of(bytes: usize, format: Value) -> Trial {
    let mut trial = trial(&[1]);
    let row = format!("\"001\",\"{}\",\"true\",\"1\",\"\"\n", "x".repeat(bytes));
    trial.fake.0.borrow_mut().pages[0].push_str(&row);
    trial.config["format"] = format;
    trial
}

#[test]
fn row_that_is_too_large_is_named_with_what_to_do() {
    let read = with_row_of(MAX_ROW_BYTES, json!("Csv")).whole();
    let fault = read.map(|text| text.len()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config, "{}", fault.message);
    for words in [
        "row 2 of the answer",
        "40 MiB",
        "leave its largest field out",
    ] {
        assert!(fault.message.contains(words), "{}", fault.message);
    }
}

#[test]
fn row_of_many_long_texts_is_read_as_json_too() {
    let bytes = 6 << 20;
    let json = with_row_of(bytes, json!("Ndjson")).whole().unwrap();
    assert!(json.len() > bytes);
}
