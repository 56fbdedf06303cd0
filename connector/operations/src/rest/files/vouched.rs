//! What the record of a file says of its bytes, and whether the bytes that came are those.

use super::blob::Witness;
use md5::{Digest as _, Md5};
use salesforce_client::expected::Expected;
use salesforce_client::org::{Call, Org, Unusable};
use salesforce_contract::bindings::{Fault, FaultKind};
use serde_json::Value;

/// What a record says of the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// The field that tells how many there are, with what it says.
    length: Option<(&'static str, u64)>,
    /// Their MD5 in hexadecimal digits.
    md5: Option<String>,
    /// Whether they are a page of HTML.
    pub html: bool,
}

impl Vouched {
    /// Asks the record at this path. A user who may not see these fields goes without them.
    pub fn ask(org: &Org, record: &str, witness: Witness) -> Result<Self, Fault> {
        let fields = [Some(witness.length), witness.checksum, witness.kind];
        let fields: Vec<&str> = fields.into_iter().flatten().collect();
        let call = Call::get(format!("{record}?fields={}", fields.join("%2C")))
            .expecting(Expected::RECORD);
        let asked = org.send_as(&call, None, |reply, _| {
            let record: Value = serde_json::from_slice(&reply.body).map_err(|error| {
                Unusable(format!("The record of the file is not JSON: {error}"))
            })?;
            Ok(Self::of(&record, witness))
        });
        match asked {
            Err(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::Forbidden) => {
                Ok(Self::default())
            }
            other => other,
        }
    }

    fn of(record: &Value, witness: Witness) -> Self {
        let text = |name: Option<&'static str>| record.get(name?)?.as_str();
        let kind = text(witness.kind).unwrap_or_default().to_ascii_lowercase();
        Self {
            length: whole(record.get(witness.length)).map(|bytes| (witness.length, bytes)),
            md5: text(witness.checksum)
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            html: kind.contains("html") || kind == "htm",
        }
    }

    /// How many bytes there are.
    pub fn length(&self) -> Option<u64> {
        self.length.map(|(_, bytes)| bytes)
    }

    /// Whether anything is known to hold bytes against.
    pub fn says_anything(&self) -> bool {
        self.length.is_some() || self.md5.is_some()
    }

    /// Holds a length against that of the record.
    pub fn check_length(&self, bytes: u64) -> Result<(), String> {
        match self.length {
            Some((field, wanted)) if wanted != bytes => Err(format!(
                "the org sent {bytes} bytes, and {field} of the record is {wanted}"
            )),
            _ => Ok(()),
        }
    }

    /// Holds whole bytes against the record.
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
