//! SOAP faults: what they say, in the words of Salesforce.

use salesforce_contract::bindings::UpstreamFault;
use salesforce_formats::xml::{Element, Open, XmlEvent, XmlReader};

/// Levels of elements down to that of a fault: Envelope, Body, Fault.
const FAULT_DEPTH: usize = 3;

/// What a SOAP fault says.
pub struct SoapFault {
    /// Its code and sentence.
    pub upstream_error: UpstreamFault,
    /// Whether the org names a code of its own; otherwise the fault is the SOAP layer's.
    pub by_org: bool,
    /// Whether the caller is to blame for a fault of the SOAP layer.
    pub by_client: bool,
}

/// The fault in an answer; `None` if it is none.
pub fn read(body: &[u8]) -> Option<SoapFault> {
    if body.trim_ascii_start().first() != Some(&b'<') && !body.starts_with(b"\xef\xbb\xbf") {
        return None;
    }
    let mut reader = XmlReader::new(body).ok()?;
    loop {
        match reader.next_event().ok()?? {
            XmlEvent::Open(open) if reader.depth() == FAULT_DEPTH && open.name == "Fault" => {
                return Some(parse(&Element::read(&mut reader, open).ok()?));
            }
            XmlEvent::Open(Open { name, .. }) if reader.depth() == 1 && name != "Envelope" => {
                return None;
            }
            _ => {}
        }
    }
}

/// Reads `faultcode`, `faultstring` and the `exceptionCode` of the details.
fn parse(fault: &Element) -> SoapFault {
    let details = fault
        .child("detail")
        .and_then(|detail| detail.children.first());
    let detail = |name: &str| details.and_then(|details| details.text_of(name));
    let faultcode = fault.text_of("faultcode").unwrap_or_default().trim();
    let local = faultcode.rsplit(':').next().unwrap_or(faultcode);
    let faultstring = fault.text_of("faultstring").unwrap_or_default().trim();
    // Codes of the SOAP layer are `Client` and `Server`; the org's are in capitals.
    let own = detail("exceptionCode").or_else(|| {
        let capitals = local
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        (capitals && !local.is_empty()).then_some(local)
    });
    let code = own.unwrap_or(local).trim();
    let message = detail("exceptionMessage").unwrap_or_else(|| without_code(faultstring, code));
    SoapFault {
        upstream_error: UpstreamFault {
            code: code.to_owned(),
            message: message.trim().to_owned(),
            fields: Vec::new(),
        },
        by_org: own.is_some(),
        by_client: local == "Client" || local == "VersionMismatch" || local == "MustUnderstand",
    }
}

/// `INVALID_FIELD: No such column` without the code that stands in front.
fn without_code<'t>(text: &'t str, code: &str) -> &'t str {
    text.strip_prefix(code)
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or(text)
}
