use serde_json::json;

use super::*;

fn operation(style: Style, accepts: &[&str]) -> OperationInfo {
    OperationInfo {
        name: "query/rows".into(),
        summary: "Reads all rows.".into(),
        description: "Reads all rows.\n\nGET /query.\nIn constant memory.".into(),
        style,
        effect: Effect::Read,
        config_schema: String::new(),
        accepts: accepts
            .iter()
            .map(|&media_type| media_type.to_owned())
            .collect(),
        returns: vec!["text/csv".into()],
        reply_schema: None,
    }
}

fn schema() -> Value {
    json!({
        "type": "object", "required": ["soql", "object"],
        "properties": {
            "soql": {"type": "string", "maxLength": 100_000, "description": "SOQL of the query."},
            "object": {"type": "string", "description": "API name of the sObject, for example `Account` or others."},
            "format": {"enum": ["ndjson", "csv"], "default": "ndjson"},
            "bind": {"type": "object", "additionalProperties": true, "default": {}},
            "options": {"type": "object", "properties": {"key": {"type": "string", "writeOnly": true}}},
        },
    })
}

#[test]
fn an_operation_is_explained_whole() {
    let text = text(&operation(Style::Source, &[]), &schema());
    let expected = "\
query/rows: Reads all rows.

GET /query. In constant memory.

Run by  mediate read (many rows, in constant memory)
Effect  read: running it again changes nothing
Input   none
Output  text/csv

Config
  object  (text; required)
      API name of the sObject, for example `Account` or others.
  soql  (text of up to 100000 characters; required)
      SOQL of the query.
  bind.NAME  (named values, each any JSON value)
  format  (ndjson or csv; default ndjson)
  options  (a group of fields)
  options.key  (text; secret)

Example
  mediate read query/rows object=Account soql=SOQL
";
    assert_eq!(text, expected);
}

#[test]
fn an_operation_that_takes_input_shows_how_to_give_it() {
    let text = text(
        &operation(Style::Call, &["application/json"]),
        &json!({"type": "object", "additionalProperties": false}),
    );
    assert!(text.contains("\nConfig  none\n"), "{text}");
    assert!(
        text.ends_with("  mediate call query/rows --input input.json\n"),
        "{text}"
    );
}
