//! SOAP `login()`: the legacy way in. POST /services/Soap/u/XX.X.

use super::{bare_session, login_request, with_token};
use crate::connection::Settings;
use crate::connection::address::{ApiVersion, VersionChoice, instance_origin};
use crate::context::Context;
use crate::exchange::{Attempt, Exchange, Idempotency, Reply};
use crate::fault;
use crate::soap_fault;
use quick_xml::Reader;
use quick_xml::escape::escape;
use quick_xml::events::Event;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    Session, SoapLogin,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::LAST_SOAP_LOGIN_VERSION;

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
        idempotency: Idempotency::Safe,
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

fn judge(reply: &Reply) -> Attempt<Session> {
    if reply.status != 200 || soap_fault::read(&reply.body).is_some() {
        let (fault, retry) = fault::from_reply(reply.status, reply.header("location"), &reply.body);
        return Attempt::Failed(refusal(fault), retry);
    }
    match Texts::read(&reply.body).session() {
        Ok(session) => Attempt::Done(session),
        Err(fault) => Attempt::unreadable(fault),
    }
}

/// Says what a refusal means for the connection, where it is the credentials that were refused.
fn refusal(fault: Fault) -> Fault {
    let Some(first) = fault
        .upstream
        .first()
        .filter(|_| fault.kind == FaultKind::Unauthenticated)
    else {
        return fault;
    };
    let message = format!("{}: {} ({})", first.code, first.message, hint(&first.code));
    Fault { message, ..fault }
}

/// What to do about a refusal (SOAP API Developer Guide, "ExceptionCode").
fn hint(code: &str) -> &'static str {
    match code {
        "LOGIN_MUST_USE_SECURITY_TOKEN" => {
            "give the user's security token, or have this address trusted in the org"
        }
        "LOGIN_DURING_RESTRICTED_DOMAIN" => "the user's login IP ranges leave this address out",
        "LOGIN_DURING_RESTRICTED_TIME" => "it is outside of the user's login hours",
        "PASSWORD_LOCKOUT" => {
            "too many wrong passwords: wait, or have an administrator unlock the user"
        }
        "INVALID_OPERATION_WITH_EXPIRED_PASSWORD" => "the password has expired: set another one",
        "LOGIN_CHALLENGE_ISSUED" | "LOGIN_CHALLENGE_PENDING" => {
            "Salesforce wants the user to confirm this login"
        }
        _ => "check user, password and security token",
    }
}

/// The few elements of a login answer that matter.
#[derive(Default)]
struct Texts {
    session_id: String,
    server_url: String,
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
