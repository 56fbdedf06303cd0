//! What the record of a file says of its bytes, and whether the bytes that came are those.

use super::blob::ContentFields;
use md5::{Digest as _, Md5};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde_json::Value;

/// What a record says of the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedContent {
    /// The field that tells how many there are, with what it says.
    length: Option<(&'static str, u64)>,
    /// Their MD5 in hexadecimal digits.
    md5: Option<String>,
    /// Whether they are a page of HTML.
    pub html: bool,
}

impl ExpectedContent {
    /// Asks the record at this path. A user who may not see these fields goes without them.
    pub fn ask(client: &Client, record: &str, fields: ContentFields) -> Result<Self, Fault> {
        let names = [Some(fields.length), fields.checksum, fields.kind];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let call = Request::get(format!("{record}?fields={}", names.join("%2C")))
            .expecting(Expected::RECORD);
        let asked = client.send_as(&call, None, |reply, _| {
            let record: Value = serde_json::from_slice(&reply.body).map_err(|error| {
                Unusable(format!("The record of the file is not JSON: {error}"))
            })?;
            Ok(Self::from_record(&record, fields))
        });
        match asked {
            Err(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::Forbidden) => {
                Ok(Self::default())
            }
            other => other,
        }
    }

    fn from_record(record: &Value, fields: ContentFields) -> Self {
        let text = |name: Option<&'static str>| record.get(name?)?.as_str();
        let kind = text(fields.kind).unwrap_or_default().to_ascii_lowercase();
        Self {
            length: whole(record.get(fields.length)).map(|bytes| (fields.length, bytes)),
            md5: text(fields.checksum)
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            html: kind.contains("html") || kind == "htm",
        }
    }

    /// How many bytes there are.
    pub fn length(&self) -> Option<u64> {
        self.length.map(|(_, bytes)| bytes)
    }

    /// Tells whether anything is known to check bytes against.
    pub fn is_known(&self) -> bool {
        self.length.is_some() || self.md5.is_some()
    }

    /// Checks a length against that of the record.
    pub fn check_length(&self, bytes: u64) -> Result<(), String> {
        match self.length {
            Some((field, wanted)) if wanted != bytes => Err(format!(
                "the org sent {bytes} bytes, and {field} of the record is {wanted}"
            )),
            _ => Ok(()),
        }
    }

    /// Checks whole bytes against the record.
    pub fn check(&self, bytes: u64, seen: Md5) -> Result<(), String> {
        self.check_length(bytes)?;
        let Some(wanted) = &self.md5 else {
            return Ok(());
        };
        let found: String = seen
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        match wanted.eq_ignore_ascii_case(&found) {
            true => Ok(()),
            false => Err(format!(
                "the MD5 of the bytes is {found}, and Checksum of the record is {wanted}"
            )),
        }
    }
}

/// A number of bytes: LogFileLength is a double, and comes with a decimal point.
fn whole(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    let double = || {
        let number = value.as_f64()?;
        (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
    };
    value.as_u64().or_else(double)
}
