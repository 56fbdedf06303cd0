//! SOAP envelopes: calls and responses.

use super::fault::Fault;
use super::namespaces::{ENVELOPE, Namespaces};
use sandbox_core::org::Usage;
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

/// A call, out of its envelope.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// What the header holds.
    pub headers: Vec<Element>,
    /// The operation, with its arguments below.
    pub operation: Element,
}

impl Call {
    /// Reads an envelope.
    pub(super) fn read(xml: &[u8]) -> Result<Self, Fault> {
        let envelope = Element::read(xml)?;
        if !envelope.is(ENVELOPE, "Envelope") {
            let found = envelope.expanded_name();
            return Err(Fault::client(format!(
                "Unexpected element. Parser was expecting element '{ENVELOPE}:Envelope' but found {found}"
            )));
        }
        let (mut headers, mut operation) = (Vec::new(), None);
        for part in envelope.children {
            if part.is(ENVELOPE, "Header") {
                headers = part.children;
            } else if part.is(ENVELOPE, "Body") {
                operation = part.children.into_iter().next();
            }
        }
        let operation =
            operation.ok_or_else(|| Fault::client("No operation available for request"))?;
        Ok(Self { headers, operation })
    }
}

/// Returns the envelope around a result, with the use of the allowance.
pub(super) fn respond(
    namespaces: &Namespaces,
    operation: &str,
    usage: Option<&Usage>,
    content: Out,
) -> Vec<u8> {
    let mut out = Out::default();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope ");
    out.raw("xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"");
    out.raw(namespaces.api);
    out.raw("\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
    out.raw(" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:sf=\"");
    out.raw(namespaces.object);
    out.raw("\">");
    if let Some(usage) = usage {
        out.element("soapenv:Header", "", |out| limit_info(out, usage));
    }
    out.raw("<soapenv:Body><");
    out.raw(operation);
    out.raw("Response>");
    out.raw(content.into_bytes());
    out.raw("</");
    out.raw(operation);
    out.raw("Response></soapenv:Body></soapenv:Envelope>");
    out.into_bytes()
}

fn limit_info(out: &mut Out, usage: &Usage) {
    out.element("LimitInfoHeader", "", |out| {
        out.element("limitInfo", "", |out| {
            out.number("current", usage.used());
            out.number("limit", usage.limit());
            out.text("type", "API REQUESTS");
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_whatever_their_prefixes() {
        let xml = r#"<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n1="urn:partner.soap.sforce.com"><e:Header><n1:CallOptions><n1:client>x</n1:client></n1:CallOptions></e:Header><e:Body><n1:login><n1:username>a&amp;b</n1:username><n1:password><![CDATA[<p>]]></n1:password></n1:login></e:Body></e:Envelope>"#;
        let call = Call::read(xml.as_bytes()).unwrap();
        let text = |name: &str| call.operation.child(name).and_then(Element::value);
        assert_eq!(
            (call.operation.name.as_str(), call.headers.len()),
            ("login", 1)
        );
        assert_eq!(
            (text("username"), text("password")),
            (Some("a&b"), Some("<p>"))
        );
    }

    #[test]
    fn what_is_no_envelope_is_a_fault() {
        let empty =
            r#"<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>"#;
        let newer = r#"<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><x/></Body></Envelope>"#;
        for xml in ["", "<a>", "<a/>", "{}", empty, newer] {
            assert!(Call::read(xml.as_bytes()).is_err(), "{xml}");
        }
    }
}
