//! Records as the JSON that the REST API would send. The partner API sends values as text; the object's describe says what they are.
//!
//! | in the answer | in JSON |
//! |---|---|
//! | `sf:type` | `attributes.type` |
//! | `sf:Id`, sent twice; nil where it was not asked for | once; left out |
//! | `xsi:nil` | null |
//! | `xsi:type` of XML Schema (aggregates) | by that type |
//! | a field | by its describe: true, false, a number with its digits, or text |
//! | a record | the parent, nested |
//! | a QueryResult | children: `totalSize`, `done`, `records`, and `nextRecordsUrl` with the locator of what is missing |
//! | an address, a location | an object of its parts |

use super::json::{boolean_or_text, name, number_or_text, text};
use super::xml::Element;
use crate::typing::scalar;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Kind, described};
use salesforce_client::fault::is_absent;
use salesforce_contract::bindings::Fault;
use salesforce_formats::message::input::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What queries call the rows of aggregates; no object has this name.
const AGGREGATE: &str = "AggregateResult";

/// What is known of the types of fields.
pub struct Types {
    untyped: bool,
    known: RefCell<HashMap<String, Option<Rc<Described>>>>,
}

impl Types {
    /// Nothing is known yet. `untyped` leaves all values as text, without asking for describes.
    pub fn new(untyped: bool) -> Self {
        Self {
            untyped,
            known: RefCell::default(),
        }
    }

    /// The describe of an object; `None` where the org has none for the user.
    fn described(&self, client: &Client, object: &str) -> Result<Option<Rc<Described>>, Fault> {
        if self.untyped || object == AGGREGATE || object.is_empty() {
            return Ok(None);
        }
        if let Some(known) = self.known.borrow().get(object) {
            return Ok(known.clone());
        }
        let found = match described(client, object) {
            Ok(found) => Some(found),
            Err(fault) if is_absent(&fault) => None,
            Err(fault) => return Err(fault),
        };
        self.known
            .borrow_mut()
            .insert(object.to_owned(), found.clone());
        Ok(found)
    }

    /// Writes a record.
    pub fn record(
        &self,
        client: &Client,
        record: &Element,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        if record.open.nil {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        let object = record.text_of("type").unwrap_or_default();
        let described = self.described(client, object)?;
        out.extend_from_slice(b"{\"attributes\":{\"type\":");
        text(object, out);
        out.push(b'}');
        let (mut first, mut has_id) = (false, false);
        for field in record.children.iter().skip(1) {
            if field.name() == "Id" && (has_id || field.open.nil) {
                continue;
            }
            has_id |= field.name() == "Id";
            // Fields to null belong to requests.
            if field.name() == "fieldsToNull" {
                continue;
            }
            name(field.name(), &mut first, out);
            let kind = described
                .as_ref()
                .and_then(|object| object.field(field.name()))
                .map(|field| field.kind);
            self.field(client, field, kind, out)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn field(
        &self,
        client: &Client,
        field: &Element,
        kind: Option<Kind>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        if field.open.nil {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        if field.is_of("QueryResult") {
            return self.children(client, field, out);
        }
        if field.is_record() {
            return self.record(client, field, out);
        }
        if !field.children.is_empty() {
            parts(field, out);
            return Ok(());
        }
        match kind {
            _ if field.is_of("boolean") => boolean_or_text(&field.text, out),
            _ if ["int", "long", "double", "decimal"]
                .iter()
                .any(|of| field.is_of(of)) =>
            {
                number_or_text(&field.text, out);
            }
            Some(Kind::Boolean) => boolean_or_text(&field.text, out),
            Some(Kind::Whole | Kind::Decimal) => number(kind, &field.text, out),
            _ => text(&field.text, out),
        }
        Ok(())
    }

    /// Writes children as the REST API would.
    fn children(&self, client: &Client, result: &Element, out: &mut Vec<u8>) -> Result<(), Fault> {
        let records: Vec<_> = result.all("records").filter(|one| !one.open.nil).collect();
        // A size that is not told is an unknown one.
        let size = result.text_of("size").unwrap_or_default();
        let size = size.trim().parse::<i64>().unwrap_or(-1);
        let done = result.text_of("done").map(str::trim) != Some("false");
        out.extend_from_slice(format!("{{\"totalSize\":{size},\"done\":{done}").as_bytes());
        if let (false, Some(locator)) = (done, result.text_of("queryLocator")) {
            out.extend_from_slice(b",\"nextRecordsUrl\":");
            text(locator, out);
        }
        out.extend_from_slice(b",\"records\":[");
        for (at, record) in records.into_iter().enumerate() {
            out.extend_from_slice(if at > 0 { b"," } else { b"" });
            self.record(client, record, out)?;
        }
        out.extend_from_slice(b"]}");
        Ok(())
    }
}

/// Writes a number as every API of the connector does; what is none stays the text that it is.
fn number(kind: Option<Kind>, value: &str, out: &mut Vec<u8>) {
    let whole = kind.filter(|kind| *kind == Kind::Whole);
    match whole.map(|kind| scalar::typed(kind, value.to_owned(), None)) {
        Some(Ok(Value::Number(digits))) => out.extend_from_slice(digits.as_bytes()),
        _ => number_or_text(value, out),
    }
}

/// Writes the parts of a compound field.
fn parts(field: &Element, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for part in &field.children {
        name(part.name(), &mut first, out);
        match (part.value(), part.name()) {
            (None, _) => out.extend_from_slice(b"null"),
            (Some(value), "latitude" | "longitude") => number_or_text(value, out),
            (Some(value), _) => text(value, out),
        }
    }
    out.push(b'}');
}
