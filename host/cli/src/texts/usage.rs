use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{global, under_headings};
use crate::args::Connection;
use crate::failure::Failure;
use crate::format::{Data, by_ending};
use crate::plan::{Files, Named, Plan};
use crate::{config, context, help, output, watch};
use mediate::contract::{Effect, OperationInfo, Style};
use mediate::output::Role;

fn operation(name: &str, style: Style, returns: &[&str]) -> OperationInfo {
    let schema = json!({"properties": {"format": {"enum": ["ndjson", "csv"], "default": "csv"}}});
    OperationInfo {
        name: name.into(),
        summary: String::new(),
        description: String::new(),
        style,
        effect: Effect::Read,
        config_schema: if returns.is_empty() {
            schema
        } else {
            json!({})
        }
        .to_string(),
        accepts: Vec::new(),
        returns: returns.iter().map(|&one| one.to_owned()).collect(),
        reply_schema: None,
    }
}

fn refused<T>(result: Result<T, Failure>) -> String {
    let failure = result.err().expect("refused");
    assert_eq!(failure.exit_code(), 2);
    failure.to_string()
}

#[test]
fn configs() {
    let schema = json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "object": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "string"}},
            "page-size": {"type": "integer", "minimum": 200, "maximum": 2000},
            "format": {"enum": ["ndjson", "csv"]},
            "options": {"type": "object", "properties": {"trim": {"type": "boolean"}}, "additionalProperties": false},
            "bind": {"type": "object", "additionalProperties": true},
            "key": {"type": "string", "writeOnly": true, "enum": ["k"]},
        },
    });
    let pairs = [
        "Account",
        "objet=x",
        "zzzzzz=1",
        "page-size=many",
        "options=x",
        "options.trim=yes",
        "object.name=x",
        "bind=x",
        "bind:={",
        "key=secret",
        "format=cvs",
        "object=@gone.txt",
    ];
    let texts = pairs.map(|pair| {
        let built = config::build(None, &[pair.to_owned()], &schema);
        (pair, refused(built))
    });
    let twice = ["object=a".to_owned(), "object=b".to_owned()];
    let named = |base: &str| refused(config::build(Some(base), &[], &schema));
    let names = |document: &Value| refused(config::check_names(document, &schema));
    let more = [
        (
            "object=a object=b",
            refused(config::build(None, &twice, &schema)),
        ),
        ("--config {\"a\" 1}", named("{\"a\" 1}")),
        ("--config []", named("[]")),
        ("config in a file", names(&json!({"objet": 1}))),
        ("config in a file, no table", names(&json!(1))),
    ];
    assert_snapshot!(under_headings(texts.into_iter().chain(more)));
}

#[test]
fn files() {
    let rows = operation("query/rows", Style::Source, &[]);
    let xsd = operation("schema/xsd", Style::Call, &["application/xml"]);
    let ending = |operation: &OperationInfo, data, path: &str| {
        refused(by_ending(json!({}), operation, data, Some(Path::new(path))))
    };
    let one = Some(Path::new("a.csv"));
    let apart = [("--input", one, Role::Read), ("--output", one, Role::Write)];
    let texts = [
        ("input", ending(&rows, Data::Input, "a.parquet")),
        ("output", ending(&rows, Data::Output, "a.parquet")),
        ("outcomes", ending(&rows, Data::Outcomes, "a.csv")),
        ("failed", ending(&rows, Data::Failed, "a.ndjson")),
        (
            "output without a choice",
            ending(&xsd, Data::Output, "a.csv"),
        ),
        ("the same file", refused(output::apart(&apart))),
        (
            "a folder",
            refused(output::destination(Some(Path::new(".")), false)),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn verbs_and_connections() {
    let verb = |style| context::other_verb(&operation("a/b", style, &[])).to_string();
    let texts = [
        ("call", verb(Style::Call)),
        ("source", verb(Style::Source)),
        ("sink", verb(Style::Sink)),
        ("trigger", verb(Style::Trigger)),
        (
            "no connection",
            context::no_connection("records/create").to_string(),
        ),
        ("a topic of help", refused(help::run(Some("exit-code")))),
        ("no topic of help", refused(help::run(Some("frobnicate")))),
        (
            "every 10 ms",
            watch::check_interval(Duration::from_millis(10), false).unwrap_err(),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn journals() {
    let folder = tempfile::TempDir::new().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let connection = Connection {
        connection: Some("acme".into()),
        sandbox_data: None,
    };
    let plan = |operation: &str| {
        let files = Files::Extract {
            input: None,
            input_type: None,
            output: Named::new(&at("rows.csv"), false).expect("a file"),
        };
        Plan::new(operation, &json!({}), files, &connection, &global(false)).expect("a plan")
    };
    let path = at("rows.csv.journal");
    let mut journal_file = plan("a/b").begin(&path).expect("begun");
    let held = refused(crate::plan::open(&path).map(|_| ()));
    journal_file.keep(&json!({"bytes": 1})).expect("kept");
    drop(journal_file);
    let text = at("text");
    std::fs::write(&text, "x\n").expect("file");
    let texts = [
        ("held", held),
        ("begun", refused(plan("a/b").begin(&path).map(|_| ()))),
        (
            "of another run",
            refused(plan("c/d").left(&path).map(|_| ())),
        ),
        ("none", refused(crate::plan::open(&text).map(|_| ()))),
        ("gone", refused(crate::plan::open(&at("gone")).map(|_| ()))),
    ];
    let name = folder.path().display().to_string();
    let texts = texts.map(|(title, text)| (title, text.replace(&name, "FOLDER")));
    assert_snapshot!(under_headings(texts));
}
