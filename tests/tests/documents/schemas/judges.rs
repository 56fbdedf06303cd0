//! What a schema makes of records.

use std::fmt::Write as _;
use std::process::Command;

use jsonschema::Validator;
use serde_json::{Value, json};
use uppsala::XsdValidator;

use super::Record;

/// A JSON Schema.
pub struct JsonJudge(Validator);

impl JsonJudge {
    pub fn of(schema: &Value) -> Self {
        Self(jsonschema::validator_for(schema).expect("a JSON Schema"))
    }

    pub fn accepts(&self, record: &Record) -> bool {
        self.0.is_valid(&json!(record))
    }

    pub fn error_texts(&self, record: &Value) -> Vec<String> {
        let errors = self.0.iter_errors(record);
        errors
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect()
    }
}

/// An XML Schema, as a library of Rust reads it and, where it is installed, xmllint.
pub struct XmlJudge(String);

impl XmlJudge {
    pub fn of(schema: &str) -> Self {
        Self(schema.to_owned())
    }

    /// Whether each record is accepted as a document of its own.
    pub fn verdicts(&self, object: &str, records: &[Record]) -> Vec<bool> {
        let parsed = uppsala::parse(&self.0).expect("well-formed");
        let validator = XsdValidator::from_schema(&parsed).expect("an XML Schema");
        let documents: Vec<String> = records
            .iter()
            .map(|record| document(object, record))
            .collect();
        let verdicts: Vec<bool> = documents
            .iter()
            .map(|document| {
                // The library counts the bytes of a text where XML Schema counts its characters.
                let document = document.replace(|char: char| !char.is_ascii(), "x");
                let document = uppsala::parse(&document).expect("well-formed");
                validator.validate(&document).is_empty()
            })
            .collect();
        if let Some(others) = self.by_xmllint(&documents) {
            for ((mine, other), document) in verdicts.iter().zip(others).zip(&documents) {
                assert_eq!(*mine, other, "the library and xmllint differ: {document}");
            }
        }
        verdicts
    }

    /// All documents in one run; `None` where xmllint is not installed.
    fn by_xmllint(&self, documents: &[String]) -> Option<Vec<bool>> {
        let folder = tempfile::tempdir().expect("a folder");
        let schema = folder.path().join("schema.xsd");
        std::fs::write(&schema, &self.0).expect("written");
        let mut command = Command::new("xmllint");
        command
            .args(["--noout", "--nonet", "--schema"])
            .arg(&schema);
        let paths: Vec<_> = (0..documents.len())
            .map(|number| folder.path().join(format!("{number}.xml")))
            .collect();
        for (path, document) in paths.iter().zip(documents) {
            std::fs::write(path, document).expect("written");
            command.arg(path);
        }
        let said = command.output().ok()?;
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        let verdict = |path: &std::path::PathBuf| {
            let path = path.display();
            let good = said.contains(&format!("{path} validates\n"));
            let bad = said.contains(&format!("{path} fails to validate\n"));
            assert!(good != bad, "xmllint says nothing of {path}: {said}");
            good
        };
        Some(paths.iter().map(verdict).collect())
    }
}

/// The record as a document: members are elements, null is `xsi:nil`.
fn document(object: &str, record: &Record) -> String {
    let mut text = format!("<{object} xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
    for (name, value) in record {
        let _ = match value {
            Value::Null => write!(text, "<{name} xsi:nil=\"true\"/>"),
            // XML writes the offset of UTC with a colon or as `Z`.
            Value::String(value) => {
                let value = escaped(value).replace(".000+0000", ".000Z");
                write!(text, "<{name}>{value}</{name}>")
            }
            other => write!(text, "<{name}>{other}</{name}>"),
        };
    }
    text + &format!("</{object}>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
