//! SOAP envelopes: reading calls, writing results and faults.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use quick_xml::escape::escape;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// The namespaces of one of the two SOAP APIs.
pub(super) struct Namespaces {
    /// Of operations and results.
    pub api: &'static str,
    /// Of faults.
    pub fault: &'static str,
}

impl Namespaces {
    /// Those of the API with this letter in its path.
    pub(super) fn of(letter: &str) -> Option<Self> {
        match letter {
            "u" => Some(Self {
                api: "urn:partner.soap.sforce.com",
                fault: "urn:fault.partner.soap.sforce.com",
            }),
            "c" => Some(Self {
                api: "urn:enterprise.soap.sforce.com",
                fault: "urn:fault.enterprise.soap.sforce.com",
            }),
            _ => None,
        }
    }
}

/// A fault in Salesforce's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: &'static str,
    message: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    pub(super) fn xml(&self, namespaces: &Namespaces) -> String {
        let (code, message, namespace) =
            (self.code, escape(self.message.as_str()), namespaces.fault);
        let kind = if code == "INVALID_LOGIN" {
            "LoginFault"
        } else {
            "UnexpectedErrorFault"
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sf=\"{namespace}\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><soapenv:Fault>\
             <faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail>\
             <sf:{kind} xsi:type=\"sf:{kind}\"><sf:exceptionCode>{code}</sf:exceptionCode>\
             <sf:exceptionMessage>{message}</sf:exceptionMessage></sf:{kind}></detail></soapenv:Fault>\
             </soapenv:Body></soapenv:Envelope>"
        )
    }
}

/// A call: its operation, and the texts of the elements below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Local name of the first element in the body.
    pub operation: String,
    texts: Vec<(String, String)>,
}

impl Call {
    /// Reads an envelope.
    pub(super) fn read(xml: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(xml).map_err(|error| malformed(&error))?;
        let mut reader = Reader::from_str(text);
        let mut path: Vec<String> = Vec::new();
        let mut call = Self {
            operation: String::new(),
            texts: Vec::new(),
        };
        loop {
            match reader.read_event().map_err(|error| malformed(&error))? {
                Event::Start(element) => {
                    path.push(element.local_name().as_ref().to_owned());
                    call.enter(&path);
                }
                Event::Empty(element) => {
                    path.push(element.local_name().as_ref().to_owned());
                    call.enter(&path);
                    path.pop();
                }
                Event::End(_) => drop(path.pop()),
                Event::Text(part) => call.add(&path, &part),
                Event::CData(part) => call.add(&path, &part),
                Event::GeneralRef(name) => {
                    let resolved = quick_xml::escape::unescape(&format!("&{};", &*name))
                        .map(std::borrow::Cow::into_owned);
                    call.add(&path, &resolved.map_err(|error| malformed(&error))?);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        if call.operation.is_empty() {
            return Err(Fault::new(
                "INVALID_OPERATION",
                "No operation available for request",
            ));
        }
        Ok(call)
    }

    fn enter(&mut self, path: &[String]) {
        match path {
            [envelope, body, operation] if envelope == "Envelope" && body == "Body" => {
                self.operation.clone_from(operation)
            }
            [_, body, _, name] if body == "Body" => self.texts.push((name.clone(), String::new())),
            _ => {}
        }
    }

    fn add(&mut self, path: &[String], text: &str) {
        if let ([_, body, _, _], Some((_, known))) = (path, self.texts.last_mut())
            && body == "Body"
        {
            known.push_str(text);
        }
    }

    /// The text of the operation's child with this local name.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, text)| text.trim())
    }
}

fn malformed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        "UNKNOWN_EXCEPTION",
        format!("Failed to parse the request: {error}"),
    )
}

/// The element `<name>text</name>`, or `<name xsi:nil="true"/>`.
pub(super) fn element(name: &str, text: Option<&str>) -> String {
    match text {
        Some(text) => format!("<{name}>{}</{name}>", escape(text)),
        None => format!("<{name} xsi:nil=\"true\"/>"),
    }
}

/// The envelope around a result.
pub(super) fn result(namespaces: &Namespaces, operation: &str, content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"{}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body><{operation}Response>\
         <result>{content}</result></{operation}Response></soapenv:Body></soapenv:Envelope>",
        namespaces.api
    )
}

pub(super) fn respond(status: StatusCode, xml: String) -> Response {
    (status, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], xml).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_whatever_their_prefixes() {
        let xml = r#"<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n1="urn:partner.soap.sforce.com"><e:Header><n1:CallOptions><n1:client>x</n1:client></n1:CallOptions></e:Header><e:Body><n1:login><n1:username>a&amp;b</n1:username><n1:password><![CDATA[<p>]]></n1:password></n1:login></e:Body></e:Envelope>"#;
        let call = Call::read(xml.as_bytes()).unwrap();
        assert_eq!(call.operation, "login");
        assert_eq!(
            (call.text("username"), call.text("password")),
            (Some("a&b"), Some("<p>"))
        );
    }

    #[test]
    fn what_is_no_envelope_is_a_fault() {
        for xml in ["", "<a>", "<a/>", "{}"] {
            assert!(Call::read(xml.as_bytes()).is_err(), "{xml}");
        }
    }
}
