//! Requests: an envelope of SOAP 1.1 with the session in its header, which is put in when the request is sent.

use super::headers::Headers;
use super::xml::{PARTNER, SOAP, SOBJECT, XSI, Xml, unwritable};
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::limits::MAX_SOAP_REQUEST_BYTES;
use std::rc::Rc;

/// A request in the making.
pub struct Envelope {
    call: &'static str,
    xml: Xml,
    session_at: usize,
    private: bool,
    statement: Option<Rc<str>>,
}

impl Envelope {
    /// Begins the request of a call, with its headers.
    pub fn new(call: &'static str, headers: &Headers<'_>) -> Result<Self, Fault> {
        let mut xml = Xml::default();
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        xml.start_with(
            "soapenv:Envelope",
            &format!(
                " xmlns:soapenv=\"{SOAP}\" xmlns=\"{PARTNER}\" xmlns:sf=\"{SOBJECT}\" xmlns:xsi=\"{XSI}\""
            ),
        );
        xml.start("soapenv:Header");
        xml.raw("<SessionHeader><sessionId>");
        let session_at = xml.byte_count();
        xml.raw("</sessionId></SessionHeader>");
        headers.write(call, &mut xml)?;
        xml.end("soapenv:Header");
        xml.start("soapenv:Body");
        xml.start(call);
        Ok(Self {
            call,
            xml,
            session_at,
            private: false,
            statement: None,
        })
    }

    /// Says that the body holds a secret, and is never shown.
    pub fn with_secret(mut self) -> Self {
        self.private = true;
        self
    }

    /// Names the SOQL or SOSL that stands in the call.
    pub fn carrying(self, statement: &str) -> Self {
        Self {
            statement: Some(statement.into()),
            ..self
        }
    }

    /// What stands in the call.
    pub fn body(&mut self) -> &mut Xml {
        &mut self.xml
    }

    /// The request: POST /services/Soap/u/XX.X.
    pub fn call(mut self, client: &Client, idempotency: Idempotency) -> Result<Request, Fault> {
        self.xml.end(self.call);
        self.xml.end("soapenv:Body");
        self.xml.end("soapenv:Envelope");
        let body = self.xml.finish();
        if let Some(character) = unwritable(&body) {
            return Err(bad_input(format!(
                "What {} is to send has the character U+{:04X}, which XML cannot carry: take it out",
                self.call,
                u32::from(character)
            )));
        }
        if body.len() > MAX_SOAP_REQUEST_BYTES {
            return Err(bad_input(format!(
                "The request of {} has {} bytes; Salesforce takes {MAX_SOAP_REQUEST_BYTES}: put fewer records into one call (config.batch-size)",
                self.call,
                body.len()
            )));
        }
        let path = format!("/services/Soap/u/{}", client.version()?);
        let call = Request::write(
            Method::Post,
            path,
            idempotency,
            "text/xml; charset=UTF-8",
            body.as_bytes(),
        );
        Ok(Request {
            session_at: Some(self.session_at),
            expected: Expected::Soap,
            private: self.private,
            statement: self.statement,
            ..call
                .with_header("accept", "text/xml")
                .with_header("soapaction", "\"\"")
        })
    }
}
