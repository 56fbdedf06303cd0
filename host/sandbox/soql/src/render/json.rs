//! JSON as the REST API writes it, straight into bytes.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::super::error::Result;
use super::super::projection::{Content, ProjectedField, Projection, Source, ValueKind};
use super::{Format, Head, human, text};

/// REST's JSON of one API version.
#[derive(Debug, Clone)]
pub struct Json {
    /// `/services/data/v67.0`
    base: String,
    /// Whether instants are shown in ms since 1970.
    milliseconds: bool,
    /// Whether results look as those of the Tooling API do.
    tooling: bool,
}

impl Json {
    /// JSON whose links lead to this API version, `67.0`.
    #[must_use]
    pub fn new(version: &str) -> Self {
        Self {
            base: format!("/services/data/v{version}"),
            milliseconds: false,
            tooling: false,
        }
    }

    /// JSON of the Tooling API: its links lead there, and results contain more metadata.
    #[must_use]
    pub fn tooling(version: &str) -> Self {
        Self {
            base: format!("/services/data/v{version}/tooling"),
            tooling: true,
            ..Self::new(version)
        }
    }

    /// Creates the same with instants in milliseconds since 1970, as Bulk API 1.0 shows them.
    #[must_use]
    pub fn with_milliseconds(self) -> Self {
        Self {
            milliseconds: true,
            ..self
        }
    }

    fn attributes(&self, out: &mut Vec<u8>, object: &str, type_name: &str, id: &[u8]) {
        out.extend_from_slice(b"\"attributes\":{\"type\":\"");
        out.extend_from_slice(type_name.as_bytes());
        out.extend_from_slice(b"\",\"url\":\"");
        out.extend_from_slice(self.base.as_bytes());
        out.extend_from_slice(b"/sobjects/");
        out.extend_from_slice(object.as_bytes());
        out.push(b'/');
        out.extend_from_slice(id);
        out.extend_from_slice(b"\"}");
    }

    fn object(
        &self,
        out: &mut Vec<u8>,
        projection: &Projection,
        row: &Row<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        let id = match &projection.source {
            Source::Aggregate => {
                out.extend_from_slice(b"{\"attributes\":{\"type\":\"AggregateResult\"}");
                ""
            }
            Source::Object { name, id } => {
                let Some(id) = text_of(row, *id)? else {
                    return null(out);
                };
                out.push(b'{');
                self.attributes(out, name, name, id.as_bytes());
                id
            }
            Source::Named { id, targets } => {
                let Some(id) = text_of(row, *id)? else {
                    return null(out);
                };
                let target = targets
                    .iter()
                    .find(|(prefix, _)| id.starts_with(prefix.as_str()));
                out.push(b'{');
                self.attributes(
                    out,
                    target.map_or("Name", |(_, name)| name),
                    "Name",
                    id.as_bytes(),
                );
                id
            }
        };
        for projected in &projection.fields {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(projected.name.as_bytes());
            out.extend_from_slice(b"\":");
            self.projected(out, projected, row, id, children)?;
        }
        out.push(b'}');
        Ok(())
    }

    fn projected(
        &self,
        out: &mut Vec<u8>,
        projected: &ProjectedField,
        row: &Row<'_>,
        id: &str,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        match &projected.content {
            Content::Value { column, kind } => self.value(out, row.get_ref(*column)?, kind, id),
            Content::Parent(parent) => return self.object(out, parent, row, children),
            Content::Address(members) => return self.address(out, members, row),
            Content::OneOf { id, cases } => {
                let id = text_of(row, *id)?.unwrap_or_default();
                let case = cases
                    .iter()
                    .find(|(prefix, _)| id.starts_with(prefix.as_str()));
                return match case {
                    Some((_, projection)) => self.object(out, projection, row, children),
                    None => null(out),
                };
            }
            Content::Children(at) => match children.get(*at) {
                Some(Some(result)) => out.extend_from_slice(result),
                _ => out.extend_from_slice(b"null"),
            },
        }
        Ok(())
    }

    fn value(&self, out: &mut Vec<u8>, value: ValueRef<'_>, kind: &ValueKind, id: &str) {
        match (value, kind) {
            (ValueRef::Null, _) => out.extend_from_slice(b"null"),
            (_, ValueKind::File { object, field }) => {
                let url = format!("{}/sobjects/{object}/{id}/{field}", self.base);
                string(out, url.as_bytes());
            }
            (_, ValueKind::Formatted(kind, style)) => {
                string(out, human::formatted(value, kind, *style).as_bytes())
            }
            (ValueRef::Text(value), _) => string(out, value),
            (ValueRef::Integer(value), ValueKind::Boolean) => {
                out.extend_from_slice(if value == 0 { b"false" } else { b"true" });
            }
            (ValueRef::Integer(ms), ValueKind::DateTime) if self.milliseconds => {
                text::integer(out, ms)
            }
            (ValueRef::Integer(ms), ValueKind::DateTime) => {
                quoted(out, |out| text::datetime(out, ms))
            }
            (ValueRef::Integer(ms), ValueKind::Time) => quoted(out, |out| text::time(out, ms)),
            (ValueRef::Integer(value), ValueKind::Double) => text::double(out, value as f64),
            (ValueRef::Integer(value), _) => text::integer(out, value),
            (ValueRef::Real(value), ValueKind::Integer) if value.fract() == 0.0 => {
                text::integer(out, value as i64)
            }
            (ValueRef::Real(value), _) => text::double(out, value),
            (ValueRef::Blob(_), _) => out.extend_from_slice(b"null"),
        }
    }

    fn address(
        &self,
        out: &mut Vec<u8>,
        members: &[(&str, usize, ValueKind)],
        row: &Row<'_>,
    ) -> Result<()> {
        let (start, mut known) = (out.len(), false);
        for (at, (name, column, kind)) in members.iter().enumerate() {
            let value = row.get_ref(*column)?;
            known |= value != ValueRef::Null;
            out.push(if at == 0 { b'{' } else { b',' });
            string(out, name.as_bytes());
            out.push(b':');
            self.value(out, value, kind, "");
        }
        if !known {
            out.truncate(start);
            return null(out);
        }
        out.push(b'}');
        Ok(())
    }
}

impl Format for Json {
    fn record(
        &self,
        out: &mut Vec<u8>,
        projection: &Projection,
        row: &Row<'_>,
        children: &[Option<Vec<u8>>],
    ) -> Result<()> {
        self.object(out, projection, row, children)
    }

    fn separator(&self) -> &'static [u8] {
        b","
    }

    fn result(&self, out: &mut Vec<u8>, head: &Head<'_>, records: &[u8]) {
        out.push(b'{');
        if self.tooling {
            out.extend_from_slice(b"\"size\":");
            text::integer(out, head.rows as i64);
            out.push(b',');
        }
        out.extend_from_slice(b"\"totalSize\":");
        text::integer(out, head.total as i64);
        match &head.next {
            None => out.extend_from_slice(b",\"done\":true"),
            Some(next) => {
                out.extend_from_slice(b",\"done\":false,\"nextRecordsUrl\":\"");
                out.extend_from_slice(self.base.as_bytes());
                out.extend_from_slice(b"/query/");
                out.extend_from_slice(next.as_bytes());
                out.push(b'"');
            }
        }
        if self.tooling {
            for (name, value) in [
                ("queryLocator", head.next.as_deref()),
                ("entityTypeName", head.entity),
            ] {
                out.extend_from_slice(format!(",\"{name}\":").as_bytes());
                match value {
                    Some(value) => string(out, value.as_bytes()),
                    None => out.extend_from_slice(b"null"),
                }
            }
        }
        out.extend_from_slice(b",\"records\":[");
        out.extend_from_slice(records);
        out.extend_from_slice(b"]}");
    }
}

fn null(out: &mut Vec<u8>) -> Result<()> {
    out.extend_from_slice(b"null");
    Ok(())
}

fn text_of<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>> {
    match row.get_ref(column)? {
        ValueRef::Text(text) => Ok(std::str::from_utf8(text).ok()),
        _ => Ok(None),
    }
}

fn quoted(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'"');
    write(out);
    out.push(b'"');
}

/// A JSON string. Most texts need no escapes and are copied whole.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|b| *b < 0x20 || matches!(b, b'"' | b'\\'))
    {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((special, after)) = special.split_first() else {
            break;
        };
        escape(out, *special);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x8 => b'b',
        0xc => b'f',
        _ => {
            let hex = |digit: u8| {
                if digit < 10 {
                    b'0' + digit
                } else {
                    b'a' + digit - 10
                }
            };
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', hex(byte >> 4), hex(byte & 15)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_text_is_read_back(value in proptest::prelude::any::<String>()) {
            let mut out = Vec::new();
            string(&mut out, value.as_bytes());
            proptest::prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), value);
        }
    }
}
