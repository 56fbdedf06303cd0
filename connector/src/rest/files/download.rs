//! Bytes of a field, read as they arrive and counted.

use super::blob;
use crate::bindings::exports::salesforce::connector::files::{DownloadConfig, RichTextImageConfig};
use crate::bindings::{Fault, FaultKind, Message};
use crate::bulk::body::{Arriving, promised};
use crate::org::{Call, Org, Unusable, bad_input};
use crate::rest::path::segment;
use crate::rest::records::record_path;
use crate::source::Source;
use serde_json::Value;
use std::rc::Rc;

/// The media type of bytes of which none is told.
const OCTETS: &str = "application/octet-stream";

/// The bytes of a field.
pub struct Bytes {
    org: Rc<Org>,
    arriving: Arriving,
    media_type: String,
    attributes: Vec<(String, String)>,
    total: Option<u64>,
    /// Where the length stands when the answer does not tell it.
    length: Option<Length>,
    read: u64,
}

/// The field of a record that tells how many bytes another one has.
struct Length {
    path: String,
    field: &'static str,
}

/// GET sobjects/{object}/{id}/{field}.
pub fn download(org: Rc<Org>, config: &DownloadConfig) -> Result<Bytes, Fault> {
    let (object, id) = match config.object.eq_ignore_ascii_case(blob::FILE) {
        true => (blob::VERSION, latest_version(&org, &config.id)?),
        false => (config.object.as_str(), config.id.clone()),
    };
    let field = blob::field(object, config.field.as_deref())?;
    let record = org.path(&record_path(object, &id)?)?;
    let length = blob::length_of(object, &field).map(|field| Length {
        path: format!("{record}?fields={field}"),
        field,
    });
    Bytes::open(
        org,
        format!("{record}/{}", segment("field", &field)?),
        length,
    )
}

/// GET sobjects/{object}/{id}/richTextImageFields/{field}/{reference}.
pub fn rich_text_image(org: Rc<Org>, config: &RichTextImageConfig) -> Result<Bytes, Fault> {
    let record = record_path(&config.object, &config.id)?;
    let path = format!(
        "{record}/richTextImageFields/{}/{}",
        segment("field", &config.field)?,
        segment("reference-id", &config.reference_id)?
    );
    let path = org.path(&path)?;
    Bytes::open(org, path, None)
}

/// The version of a file that people see.
fn latest_version(org: &Org, id: &str) -> Result<String, Fault> {
    const FIELD: &str = "LatestPublishedVersionId";
    let record = org.path(&record_path(blob::FILE, id)?)?;
    let call = Call::get(format!("{record}?fields={FIELD}"));
    org.send_as(&call, None, |reply, _| {
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

impl Bytes {
    fn open(org: Rc<Org>, path: String, length: Option<Length>) -> Result<Self, Fault> {
        let call = Call::get(path).with_header("accept", "*/*");
        let arriving = Arriving::open(Rc::clone(&org), call, None)?;
        let told = arriving.head.header("content-type");
        Ok(Self {
            media_type: told.unwrap_or(OCTETS).to_owned(),
            attributes: org.attributes(),
            total: promised(&arriving.head),
            org,
            arriving,
            length,
            read: 0,
        })
    }

    /// Holds the bytes against their record, where the answer told no length. A record that does not tell either leaves it at
    /// the end that the transport has vouched for.
    fn check(&mut self) -> Result<(), Fault> {
        let (None, Some(length)) = (self.total, self.length.take()) else {
            return Ok(());
        };
        let Ok(reply) = self.org.send(&Call::get(length.path)) else {
            return Ok(());
        };
        let record: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        match record.get(length.field).and_then(Value::as_u64) {
            Some(bytes) if bytes != self.read => Err(Fault::new(
                FaultKind::Protocol,
                format!(
                    "The org sent {} bytes and says that {} is {bytes}: they are not the whole, so read them again",
                    self.read, length.field
                ),
            )),
            _ => Ok(()),
        }
    }
}

impl Source for Bytes {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        let piece = self.arriving.read(max)?;
        match &piece {
            Some(piece) => self.read += piece.len() as u64,
            None => self.check()?,
        }
        Ok(piece)
    }

    fn head(&self) -> Message {
        let mut attributes = self.attributes.clone();
        attributes.extend(
            self.total
                .map(|total| ("total".to_owned(), total.to_string())),
        );
        Message {
            media_type: self.media_type.clone(),
            body: Vec::new(),
            attributes,
        }
    }
}

#[cfg(test)]
mod tests;
