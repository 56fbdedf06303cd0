//! Outcome of a batch's rows, in the order they came: CSV, XML or JSON.

use std::io::{self, Write as _};

use quick_xml::escape::escape;
use serde_json::json;

use super::super::blob::{Blob, BlobWriter};
use super::super::dialect::Dialect;
use super::super::operation::RowOutcome;
use super::Content;

/// Namespace of all documents of Bulk API 1.0.
pub const NAMESPACE: &str = "http://www.force.com/2009/06/asyncapi/dataload";

/// Returns the outcomes as a document.
pub(super) fn outcomes(content: Content, outcomes: &[RowOutcome]) -> io::Result<Blob> {
    let mut writer = BlobWriter::default();
    match content {
        Content::Csv => csv(&mut writer, outcomes)?,
        Content::Xml => xml(&mut writer, outcomes)?,
        Content::Json => json(&mut writer, outcomes)?,
    }
    writer.finish()
}

fn csv(writer: &mut BlobWriter, outcomes: &[RowOutcome]) -> io::Result<()> {
    let dialect = Dialect::default();
    let mut line = Vec::new();
    let header: [&[u8]; 4] = [b"Id", b"Success", b"Created", b"Error"];
    dialect.row(&mut line, header);
    writer.write_all(&line)?;
    for outcome in outcomes {
        line.clear();
        match outcome {
            Ok(saved) => {
                let created = saved.created.to_string();
                let values = [saved.id.as_str(), "true", &created, ""];
                dialect.row(&mut line, values.map(str::as_bytes));
            }
            Err(rejection) => {
                let error = rejection.to_string();
                let values = ["", "false", "false", &error];
                dialect.row(&mut line, values.map(str::as_bytes));
            }
        }
        writer.write_all(&line)?;
    }
    Ok(())
}

fn xml(writer: &mut BlobWriter, outcomes: &[RowOutcome]) -> io::Result<()> {
    write!(
        writer,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><results xmlns=\"{NAMESPACE}\">"
    )?;
    for outcome in outcomes {
        match outcome {
            Ok(saved) => write!(
                writer,
                "<result><id>{}</id><success>true</success><created>{}</created></result>",
                saved.id, saved.created
            )?,
            Err(rejection) => {
                write!(writer, "<result><errors>")?;
                for field in &rejection.fields {
                    write!(writer, "<fields>{}</fields>", escape(field.as_str()))?;
                }
                write!(
                    writer,
                    "<message>{}</message><statusCode>{}</statusCode></errors>\
                     <success>false</success><created>false</created></result>",
                    escape(rejection.message.as_str()),
                    escape(rejection.code.as_str())
                )?;
            }
        }
    }
    write!(writer, "</results>")
}

fn json(writer: &mut BlobWriter, outcomes: &[RowOutcome]) -> io::Result<()> {
    let mut separator = "[";
    for outcome in outcomes {
        let entry = match outcome {
            Ok(saved) => json!({
                "success": true, "created": saved.created, "id": saved.id.as_str(), "errors": []
            }),
            Err(rejection) => json!({
                "success": false, "created": false, "id": null,
                "errors": [{
                    "message": rejection.message, "fields": rejection.fields, "statusCode": rejection.code,
                    "extendedErrorDetails": null
                }]
            }),
        };
        write!(writer, "{separator}{entry}")?;
        separator = ",";
    }
    write!(writer, "{}]", if outcomes.is_empty() { "[" } else { "" })
}
