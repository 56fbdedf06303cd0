//! Bytes of a field, read as they arrive and held against what their record says of them.

use super::blob;
use super::expected_content::ExpectedContent;
use crate::bulk::body::{Arriving, READ_BYTES, promised};
use crate::rest::records::record_path;
use md5::{Digest as _, Md5};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_client::retry::Attempts;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::files::{
    DownloadConfig, RichTextImageConfig,
};
use salesforce_contract::message::Head;
use salesforce_contract::source::{Buffered, Output, Producer};
use serde_json::Value;
use std::rc::Rc;

/// The media type of bytes of which none is told.
const OCTETS: &str = "application/octet-stream";

/// The largest file that is read whole and checked before any of it is emitted, so that it can be fetched again.
const HELD_BYTES: u64 = 1 << 20;

/// The bytes of a field.
pub struct Bytes {
    arriving: Arriving,
    media_type: String,
    metadata: Metadata,
    total: Option<u64>,
    expected_content: ExpectedContent,
    read: u64,
    seen: Md5,
}

/// Where the bytes are, and where it stands what they must be.
struct Target {
    path: String,
    expected: Expected,
    record: Option<(String, blob::ContentFields)>,
}

/// GET sobjects/{object}/{id}/{field}.
pub fn download(client: Rc<Client>, config: &DownloadConfig) -> Result<Buffered<Bytes>, Fault> {
    let (object, id) = match config.object.eq_ignore_ascii_case(blob::FILE) {
        true => (blob::VERSION, latest_version(&client, &config.id)?),
        false => (config.object.as_str(), config.id.clone()),
    };
    let field = blob::field(object, config.field.as_deref())?;
    let record = client.path(&record_path(object, &id)?)?;
    let target = Target {
        path: format!("{record}/{}", segment("field", &field)?),
        expected: Expected::File { html: false },
        record: blob::content_fields(object, &field).map(|fields| (record, fields)),
    };
    Bytes::open(&client, &target)
}

/// GET sobjects/{object}/{id}/richTextImageFields/{field}/{reference}.
pub fn rich_text_image(
    client: Rc<Client>,
    config: &RichTextImageConfig,
) -> Result<Buffered<Bytes>, Fault> {
    let record = record_path(&config.object, &config.id)?;
    let path = format!(
        "{record}/richTextImageFields/{}/{}",
        segment("field", &config.field)?,
        segment("reference-id", &config.reference_id)?
    );
    let target = Target {
        path: client.path(&path)?,
        expected: Expected::Image,
        record: None,
    };
    Bytes::open(&client, &target)
}

/// The version of a file that people see.
fn latest_version(client: &Client, id: &str) -> Result<String, Fault> {
    const FIELD: &str = "LatestPublishedVersionId";
    let record = client.path(&record_path(blob::FILE, id)?)?;
    let call = Request::get(format!("{record}?fields={FIELD}")).expecting(Expected::RECORD);
    client.send_as(&call, None, |reply, _| {
        let file: Value = serde_json::from_slice(&reply.body)
            .map_err(|error| Unusable(format!("The record of the file is not JSON: {error}")))?;
        let version = file.get(FIELD).and_then(Value::as_str).map(str::to_owned);
        Ok(version.ok_or_else(|| {
            bad_input(format!(
                "The file {id} has no published version: there is nothing to read"
            ))
        }))
    })?
}

/// Why bytes could not be begun.
enum Failed {
    /// The request failed.
    Fault(Fault),
    /// What came is not what the record says.
    Other(String),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Bytes {
    /// Begins to read. As long as nothing was emitted, bytes that are not those of the record are fetched again.
    fn open(client: &Rc<Client>, target: &Target) -> Result<Buffered<Self>, Fault> {
        let policy = client.settings().retry;
        let mut attempts = Attempts::first(policy, client.context().clock.as_ref());
        loop {
            match Self::begin(client, target) {
                Ok(bytes) => return Ok(bytes),
                Err(Failed::Fault(fault)) => return Err(fault),
                Err(Failed::Other(_)) if attempts.pause(None) => {}
                Err(Failed::Other(why)) => return Err(attempts.sign(not_the_file(&why))),
            }
        }
    }

    fn begin(client: &Rc<Client>, target: &Target) -> Result<Buffered<Self>, Failed> {
        let expected_content = match &target.record {
            Some((record, fields)) => ExpectedContent::ask(client, record, *fields)?,
            None => ExpectedContent::default(),
        };
        let expected = match target.expected {
            Expected::File { .. } => Expected::File {
                html: expected_content.html,
            },
            other => other,
        };
        let call = Request::get(target.path.clone())
            .expecting(expected)
            .with_header("accept", "*/*");
        let arriving = Arriving::open(Rc::clone(client), call, None)?;
        let told = arriving.head.header("content-type");
        let promised = promised(&arriving.head);
        if let Some(promised) = promised {
            expected_content
                .check_length(promised)
                .map_err(Failed::Other)?;
        }
        let mut bytes = Self {
            media_type: told.unwrap_or(OCTETS).to_owned(),
            metadata: client.metadata(Metadata::from(&arriving.head)),
            total: expected_content.length().or(promised),
            arriving,
            read: 0,
            seen: Md5::new(),
            expected_content,
        };
        let is_small = bytes.total.is_some_and(|total| total <= HELD_BYTES);
        let held = match bytes.expected_content.is_known() && is_small {
            true => bytes.read_whole()?,
            false => Vec::new(),
        };
        Ok(Buffered::new(bytes, held))
    }

    /// Reads and checks all of a small file.
    fn read_whole(&mut self) -> Result<Vec<u8>, Failed> {
        let mut held = Vec::new();
        while let Some(piece) = self.next(READ_BYTES)? {
            held.extend_from_slice(&piece);
            // An answer that is larger than the record says is not kept in memory.
            if self.read > HELD_BYTES {
                return Err(Failed::Other(format!(
                    "the org sent more than {HELD_BYTES} bytes"
                )));
            }
        }
        self.check().map_err(Failed::Other)?;
        Ok(held)
    }

    fn next(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        let piece = self.arriving.read(max)?;
        if let Some(piece) = &piece {
            self.read += piece.len() as u64;
            self.seen.update(piece);
        }
        Ok(piece)
    }

    fn check(&self) -> Result<(), String> {
        self.expected_content.check(self.read, self.seen.clone())
    }
}

fn not_the_file(why: &str) -> Fault {
    Fault::protocol(format!(
        "The bytes are not those of the file: {why}; nothing of them may be kept, so read the file again"
    ))
}

impl Producer for Bytes {
    fn produce(&mut self, out: &mut Output) -> Result<bool, Fault> {
        let piece = self.next(out.wanted)?;
        if piece.is_none() {
            self.check().map_err(|why| not_the_file(&why))?;
        }
        let more = piece.is_some();
        out.bytes = piece.unwrap_or_default();
        Ok(more)
    }

    fn head(&self) -> Head {
        Head {
            media_type: self.media_type.clone(),
            metadata: Metadata {
                total_bytes: self.total,
                ..self.metadata.clone()
            },
        }
    }
}

#[cfg(test)]
mod tests;
