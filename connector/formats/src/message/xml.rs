//! Rows as XML: one root `records` around one element for each row, named as its sObject.
//!
//! | in the record | in the element |
//! |---|---|
//! | text, numbers, dates, `true`, `false` | text, as Salesforce sent it, digit by digit |
//! | null | `xsi:nil="true"` |
//! | a parent, a compound field | nested elements; a parent has an attribute `type` |
//! | children | `records` elements below the relationship, each with an attribute `type` |
//!
//! Documents of this form can be given back as input. Characters that XML cannot hold become U+FFFD.

use super::RowError;
use super::json::{Fetch, copy_record};
use super::scan::{Scan, unescape};
use crate::soql::SelectList;

const HEAD: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<records xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n";
const TAIL: &[u8] = b"</records>\n";

/// The element of children, and of rows that tell no sObject.
const RECORD: &str = "records";

/// Writes records as XML elements.
pub(super) struct XmlWriter {
    /// The sObject of rows that tell none.
    from: String,
    keep_urls: bool,
    record: Vec<u8>,
    text: Vec<u8>,
}

impl XmlWriter {
    /// Makes a writer. `keep_urls` adds Salesforce's `url` of each record as an attribute.
    pub fn new(select: Option<&SelectList>, keep_urls: bool) -> Self {
        let from = select.map(|select| select.from.as_str());
        let named = from.filter(|from| is_name(from));
        Self {
            from: named.unwrap_or(RECORD).to_owned(),
            keep_urls,
            record: Vec::new(),
            text: Vec::new(),
        }
    }

    pub fn begin(out: &mut Vec<u8>) {
        out.extend_from_slice(HEAD);
    }

    pub fn end(out: &mut Vec<u8>) {
        out.extend_from_slice(TAIL);
    }

    /// Writes one row; children that were cut off are completed through `fetch`.
    pub fn row<E: From<RowError>>(
        &mut self,
        text: &[u8],
        out: &mut Vec<u8>,
        fetch: &mut Fetch<'_, E>,
    ) -> Result<(), E> {
        let mut record = std::mem::take(&mut self.record);
        record.clear();
        let copied = copy_record(text, true, &mut record, fetch);
        let written = copied.and_then(|()| Ok(self.top(&record, out)?));
        self.record = record;
        written
    }

    fn top(&mut self, record: &[u8], out: &mut Vec<u8>) -> Result<(), RowError> {
        let mut scan = Scan::new(record);
        let told = attributes(scan)?;
        let name = told.sobject.filter(|name| is_name(name));
        let name = name.unwrap_or_else(|| self.from.clone());
        open(&name, out);
        self.url(&told.url, out);
        self.members(&mut scan, out)?;
        close(&name, out);
        out.push(b'\n');
        Ok(())
    }

    /// Writes the members of the object at `scan` into the element that is open.
    fn members(&mut self, scan: &mut Scan<'_>, out: &mut Vec<u8>) -> Result<(), RowError> {
        out.push(b'>');
        scan.members(|scan, name| {
            if scan.take_attributes(name)? {
                return Ok(true);
            }
            let text = String::from_utf8_lossy(name).into_owned();
            if !is_name(&text) {
                return Err(scan.malformed());
            }
            self.value(scan, &text, out)?;
            Ok(true)
        })
    }

    fn value(
        &mut self,
        scan: &mut Scan<'_>,
        name: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), RowError> {
        let start = scan.at;
        match scan.peek() {
            Some(b'{') => return self.object(scan, name, out),
            Some(b'[') => return self.list(scan, name, out),
            Some(b'n') => {
                scan.skip_value()?;
                open(name, out);
                out.extend_from_slice(b" xsi:nil=\"true\"/>");
                return Ok(());
            }
            _ => scan.skip_value()?,
        }
        let raw = scan.slice(start, scan.at);
        open(name, out);
        out.push(b'>');
        match raw
            .strip_prefix(b"\"")
            .and_then(|raw| raw.strip_suffix(b"\""))
        {
            Some(inside) => {
                self.text.clear();
                unescape(inside, &mut self.text);
                escape(&String::from_utf8_lossy(&self.text), out);
            }
            None => out.extend_from_slice(raw),
        }
        close(name, out);
        Ok(())
    }

    fn object(
        &mut self,
        scan: &mut Scan<'_>,
        name: &str,
        out: &mut Vec<u8>,
    ) -> Result<(), RowError> {
        let told = attributes(*scan)?;
        open(name, out);
        if let Some(sobject) = &told.sobject {
            attribute("type", sobject, out);
        }
        self.url(&told.url, out);
        self.members(scan, out)?;
        close(name, out);
        Ok(())
    }

    /// Writes children: `copy_record` has made plain lists of them.
    fn list(&mut self, scan: &mut Scan<'_>, name: &str, out: &mut Vec<u8>) -> Result<(), RowError> {
        open(name, out);
        out.push(b'>');
        let mut count = 0_usize;
        scan.expect(b'[')?;
        scan.skip_space();
        if !scan.take(b']') {
            loop {
                scan.skip_space();
                self.value(scan, RECORD, out)?;
                count += 1;
                scan.skip_space();
                if !scan.take(b',') {
                    scan.expect(b']')?;
                    break;
                }
            }
        }
        // Without any, nothing else would tell children from an empty field.
        if count == 0 {
            out.extend_from_slice(b"<totalSize>0</totalSize>");
        }
        close(name, out);
        Ok(())
    }

    fn url(&self, url: &Option<String>, out: &mut Vec<u8>) {
        if let Some(url) = url.as_ref().filter(|_| self.keep_urls) {
            attribute("url", url, out);
        }
    }
}

/// What Salesforce's `attributes` tell of an object.
#[derive(Default)]
struct Told {
    sobject: Option<String>,
    url: Option<String>,
}

fn attributes(mut scan: Scan<'_>) -> Result<Told, RowError> {
    let mut told = Told::default();
    scan.members(|scan, name| {
        let mut inner = *scan;
        if !scan.take_attributes(name)? {
            scan.skip_value()?;
            return Ok(true);
        }
        inner.members(|scan, name| {
            let start = scan.at;
            scan.skip_value()?;
            let text = serde_json::from_slice(scan.slice(start, scan.at)).ok();
            match name {
                b"type" => told.sobject = text,
                b"url" => told.url = text,
                _ => {}
            }
            Ok(true)
        })?;
        Ok(false)
    })?;
    Ok(told)
}

fn open(name: &str, out: &mut Vec<u8>) {
    out.push(b'<');
    out.extend_from_slice(name.as_bytes());
}

fn close(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

fn attribute(name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    escape(value, out);
    out.push(b'"');
}

/// Names of sObjects, fields and relationships are names of XML, too.
fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Adds text. A carriage return is written as a reference: readers would take it for a line feed.
fn escape(text: &str, out: &mut Vec<u8>) {
    for char in text.chars() {
        match char {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '\r' => out.extend_from_slice(b"&#13;"),
            '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'.. => {
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => out.extend_from_slice("\u{fffd}".as_bytes()),
        }
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
