//! Records as the org shows them: `sObject` elements.
//!
//! The id stands first, whether it was asked for or not (nil where it was not), and again where it was asked for: so do
//! the responses of Salesforce.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow};

use super::shown;
use sandbox_core::org::Files;
use sandbox_model::store::{ColumnKind, quoted};
use sandbox_model::value::{Value, dates, number};
use sandbox_model::xml::escape;
use sandbox_soql::projection::{Content, Projection, Source, ValueKind};
use sandbox_soql::render::{Format, Head, human, text};
use sandbox_soql::{Result, SoqlError};

/// The attribute of records.
pub(super) const RECORD: &str = " xsi:type=\"sf:sObject\"";

/// Query results as the partner API writes them.
pub(super) struct Rows<'a> {
    /// Where the contents of files are read.
    pub connection: &'a Connection,
    pub files: &'a Files,
    /// What the element of a record is called.
    pub tag: &'static str,
}

impl Format for Rows<'_> {
    fn record(
        &self,
        out: &mut Vec<u8>,
        projection: &Projection,
        row: &SqlRow<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        self.object(out, self.tag, projection, row, children)
    }

    fn separator(&self) -> &'static [u8] {
        b""
    }

    fn result(&self, out: &mut Vec<u8>, head: &Head<'_>, records: &[u8]) {
        match &head.next {
            None => out.extend_from_slice(b"<done>true</done><queryLocator xsi:nil=\"true\"/>"),
            Some(next) => {
                out.extend_from_slice(b"<done>false</done><queryLocator>");
                out.extend_from_slice(next.as_bytes());
                out.extend_from_slice(b"</queryLocator>");
            }
        }
        out.extend_from_slice(records);
        out.extend_from_slice(b"<size>");
        text::integer(out, i64::try_from(head.total).unwrap_or(i64::MAX));
        out.extend_from_slice(b"</size>");
    }
}

impl Rows<'_> {
    fn object(
        &self,
        out: &mut Vec<u8>,
        tag: &str,
        projection: &Projection,
        row: &SqlRow<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        let (kind, id) = match &projection.source {
            Source::Aggregate => ("AggregateResult", None),
            Source::Object { name, id } => (name.as_str(), Some(*id)),
            Source::Named { id, .. } => ("Name", Some(*id)),
        };
        let id = id.map(|column| text_of(row, column)).transpose()?.flatten();
        if id.is_none() && projection.source != Source::Aggregate {
            nil(out, tag);
            return Ok(());
        }
        start(out, tag, RECORD);
        start(out, "sf:type", "");
        out.extend_from_slice(kind.as_bytes());
        end(out, "sf:type");
        let selects = |name: &str| {
            projection
                .fields
                .iter()
                .any(|projected| projected.name == name)
        };
        match id.filter(|_| selects("Id")) {
            Some(id) => plain(out, "sf:Id", "", id),
            None => nil(out, "sf:Id"),
        }
        for projected in &projection.fields {
            let tag = format!("sf:{}", projected.name);
            if let Content::Value { column, kind } = &projected.content {
                let typed = projection.source == Source::Aggregate;
                self.value(out, &tag, row.get_ref(*column)?, kind, id, typed)?;
            } else {
                self.related(out, &tag, &projected.content, row, children)?;
            }
        }
        end(out, tag);
        Ok(())
    }

    /// Writes a member that is an object or a list.
    fn related(
        &self,
        out: &mut Vec<u8>,
        tag: &str,
        content: &Content,
        row: &SqlRow<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        match content {
            Content::Value { .. } => {}
            Content::Parent(parent) => self.object(out, tag, parent, row, children)?,
            Content::Address(members) => address(out, tag, members, row)?,
            Content::OneOf { id, cases } => {
                let id = text_of(row, *id)?.unwrap_or_default();
                let mut cases = cases.iter();
                match cases.find(|(prefix, _)| id.starts_with(prefix.as_str())) {
                    Some((_, projection)) => self.object(out, tag, projection, row, children)?,
                    None => nil(out, tag),
                }
            }
            Content::Children(at) => match children.get(*at) {
                Some(Some(result)) => {
                    start(out, tag, " xsi:type=\"QueryResult\"");
                    out.extend_from_slice(result);
                    end(out, tag);
                }
                _ => nil(out, tag),
            },
        }
        Ok(())
    }

    /// Rows of aggregates carry the types of their values, which no describe does.
    fn value(
        &self,
        out: &mut Vec<u8>,
        tag: &str,
        value: ValueRef<'_>,
        kind: &ValueKind,
        id: Option<&str>,
        typed: bool,
    ) -> Result<()> {
        if value == ValueRef::Null {
            nil(out, tag);
            return Ok(());
        }
        if let ValueKind::File { object, field } = kind {
            let bytes = self.file(object, field, id.unwrap_or_default())?;
            plain(out, tag, "", &BASE64.encode(bytes));
            return Ok(());
        }
        let attributes = if typed { type_attribute(kind) } else { "" };
        start(out, tag, attributes);
        write_value(out, value, kind);
        end(out, tag);
        Ok(())
    }

    fn file(&self, object: &str, field: &str, id: &str) -> Result<Vec<u8>> {
        let (column, table) = (quoted(field), quoted(object));
        let sql = format!("SELECT {column} FROM {table} WHERE \"Id\" = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let value = statement.query_row([id], |row| {
            Ok(Value::read(row.get_ref(0)?, ColumnKind::Blob))
        });
        let value = value.optional().map_err(SoqlError::from)?;
        Ok(value
            .and_then(|value| self.files.content(&value))
            .unwrap_or_default())
    }
}

fn type_attribute(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::Boolean => " xsi:type=\"xsd:boolean\"",
        ValueKind::Integer => " xsi:type=\"xsd:int\"",
        ValueKind::Double => " xsi:type=\"xsd:double\"",
        ValueKind::DateTime => " xsi:type=\"xsd:dateTime\"",
        ValueKind::Time => " xsi:type=\"xsd:time\"",
        _ => " xsi:type=\"xsd:string\"",
    }
}

fn write_value(out: &mut Vec<u8>, value: ValueRef<'_>, kind: &ValueKind) {
    match (value, kind) {
        (_, ValueKind::Formatted(kind, style)) => {
            escape(out, &human::formatted(value, kind, *style));
        }
        (ValueRef::Text(value), _) => escape(out, &String::from_utf8_lossy(value)),
        (ValueRef::Integer(value), ValueKind::Boolean) => {
            out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
        }
        (ValueRef::Integer(ms), ValueKind::DateTime) => {
            out.extend_from_slice(dates::format_datetime_z(ms).as_bytes());
        }
        (ValueRef::Integer(ms), ValueKind::Time) => text::time(out, ms),
        (ValueRef::Integer(value), ValueKind::Double) => {
            out.extend_from_slice(number(value as f64).as_bytes());
        }
        (ValueRef::Integer(value), _) => text::integer(out, value),
        (ValueRef::Real(value), ValueKind::Integer) if value.fract() == 0.0 => {
            text::integer(out, value as i64);
        }
        (ValueRef::Real(value), _) => out.extend_from_slice(number(value).as_bytes()),
        (ValueRef::Null | ValueRef::Blob(_), _) => {}
    }
}

fn address(
    out: &mut Vec<u8>,
    tag: &str,
    members: &[(&'static str, usize, ValueKind)],
    row: &SqlRow<'_>,
) -> Result<()> {
    let values = members.iter().map(|(name, column, kind)| {
        let value = row.get_ref(*column)?;
        let mut text = Vec::new();
        write_value(&mut text, value, kind);
        Ok((*name, (value != ValueRef::Null).then_some(text)))
    });
    let values = values.collect::<Result<Vec<_>>>()?;
    shown::write_address(out, tag, &values);
    Ok(())
}

pub(super) fn start(out: &mut Vec<u8>, tag: &str, attributes: &str) {
    out.push(b'<');
    out.extend_from_slice(tag.as_bytes());
    out.extend_from_slice(attributes.as_bytes());
    out.push(b'>');
}

pub(super) fn end(out: &mut Vec<u8>, tag: &str) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(tag.as_bytes());
    out.push(b'>');
}

fn plain(out: &mut Vec<u8>, tag: &str, attributes: &str, text: &str) {
    start(out, tag, attributes);
    escape(out, text);
    end(out, tag);
}

pub(super) fn nil(out: &mut Vec<u8>, tag: &str) {
    out.push(b'<');
    out.extend_from_slice(tag.as_bytes());
    out.extend_from_slice(b" xsi:nil=\"true\"/>");
}

fn text_of<'r>(row: &'r SqlRow<'_>, column: usize) -> Result<Option<&'r str>> {
    match row.get_ref(column)? {
        ValueRef::Text(text) => Ok(std::str::from_utf8(text).ok()),
        _ => Ok(None),
    }
}
