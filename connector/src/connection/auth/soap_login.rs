//! SOAP `login()`: the legacy way in. POST /services/Soap/u/XX.X.

use super::{bare_session, login_request, with_token};
use crate::bindings::exports::salesforce::connector::connection::{Session, SoapLogin};
use crate::bindings::{Fault, FaultKind, UpstreamFault};
use crate::connection::Settings;
use crate::connection::address::{ApiVersion, VersionChoice, instance_origin};
use crate::context::Context;
use crate::exchange::{Exchange, Nature, Reply, Verdict};
use crate::fault::{self, Retry};
use crate::limits::LAST_SOAP_LOGIN_VERSION;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;

/// Opens a session with user name and password.
pub fn log_in(context: &Context, settings: &Settings, flow: &SoapLogin) -> Result<Session, Fault> {
    let version = match settings.version {
        VersionChoice::Exactly(version) => version,
        VersionChoice::Latest => ApiVersion(LAST_SOAP_LOGIN_VERSION),
    };
    let url = format!("{}/services/Soap/u/{version}", settings.login_origin);
    let mut request = login_request(settings, &url, "text/xml; charset=UTF-8", &envelope(flow));
    request.headers.push(("soapaction".into(), "login".into()));
    let exchange = Exchange {
        context,
        policy: settings.retry,
        nature: Nature::Read,
    };
    let session = exchange.run(None, || Ok(request.clone()), |reply, _| judge(&reply))?;
    Ok(Session {
        issued_at_ms: Some(context.clock.unix_ms()),
        ..session
    })
}

fn envelope(flow: &SoapLogin) -> String {
    let username = escape(flow.username.as_str());
    let password = with_token(&flow.password, flow.security_token.as_deref());
    let password = escape(password.as_str());
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><login xmlns="urn:partner.soap.sforce.com"><username>{username}</username><password>{password}</password></login></soap:Body></soap:Envelope>"#
    )
}

fn judge(reply: &Reply) -> Verdict<Session> {
    let texts = Texts::read(&reply.body);
    if reply.status == 200 {
        return match texts.session() {
            Ok(session) => Verdict::Done(session),
            Err(fault) => Verdict::Failed(fault, Retry::Never),
        };
    }
    match texts.refusal(reply.status) {
        Some(fault) => Verdict::Failed(fault, Retry::Never),
        None => {
            let (fault, retry) = fault::from_answer(reply.status, &reply.body);
            Verdict::Failed(fault, retry)
        }
    }
}

/// The few elements of a login answer that matter.
#[derive(Default)]
struct Texts {
    session_id: String,
    server_url: String,
    exception_code: String,
    exception_message: String,
    faultstring: String,
}

impl Texts {
    /// Collects the texts; stops at the end of the document or at the first error in it.
    fn read(xml: &[u8]) -> Self {
        let mut texts = Self::default();
        let mut reader = Reader::from_reader(xml);
        let mut element = String::new();
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => element = start.local_name().as_ref().to_owned(),
                Ok(Event::End(_)) => element.clear(),
                Ok(Event::Text(text)) => texts.add(&element, &text),
                Ok(Event::CData(text)) => texts.add(&element, &text),
                Ok(Event::GeneralRef(reference)) => texts.add(&element, &character(&reference)),
                Ok(Event::Eof | Event::DocType(_)) | Err(_) => return texts,
                Ok(_) => {}
            }
        }
    }

    fn add(&mut self, element: &str, text: &str) {
        let place = match element {
            "sessionId" => &mut self.session_id,
            "serverUrl" => &mut self.server_url,
            "exceptionCode" => &mut self.exception_code,
            "exceptionMessage" => &mut self.exception_message,
            "faultstring" => &mut self.faultstring,
            _ => return,
        };
        place.push_str(text);
    }

    fn session(self) -> Result<Session, Fault> {
        if self.session_id.is_empty() || self.server_url.is_empty() {
            return Err(Fault::protocol(
                "The answer to SOAP login() holds no sessionId with a serverUrl: is connection.url a Salesforce login host?",
            ));
        }
        let instance_url = instance_origin(
            "The serverUrl of the answer to SOAP login()",
            &self.server_url,
        )?;
        Ok(bare_session(self.session_id, instance_url))
    }

    fn refusal(self, status: u16) -> Option<Fault> {
        let code = match self.exception_code.as_str() {
            "" => self.faultstring.split_once(':')?.0.trim().to_owned(),
            code => code.to_owned(),
        };
        let message = if self.exception_message.is_empty() {
            self.faultstring
        } else {
            self.exception_message
        };
        let kind = if code == "UNSUPPORTED_API_VERSION" {
            FaultKind::Unsupported
        } else {
            FaultKind::Unauthenticated
        };
        let complaint = UpstreamFault {
            code: code.clone(),
            message: message.clone(),
            fields: Vec::new(),
        };
        let text = format!(
            "The login was refused: {code}: {message} (check user, password and security token)"
        );
        Some(Fault {
            status: Some(status),
            upstream: vec![complaint],
            ..Fault::new(kind, text)
        })
    }
}

/// What `&amp;` and `&#38;` stand for; other entities do not exist here.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(found)) = reference.resolve_char_ref() {
        return found.to_string();
    }
    quick_xml::escape::resolve_predefined_entity(reference)
        .unwrap_or_default()
        .to_owned()
}
