use crate::client::Request;
use crate::testing::{connection, expired, org_for, token};
use crate::transport::scripted::Play;
use crate::transport::{Failure, HttpRequest};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::connection::{
    AuthFlow, AuthorizationCode, ConnectionConfig, JwtBearer, Password, RefreshToken, RetryPolicy,
    SoapLogin,
};

mod kinds;
mod told;

fn with(auth: AuthFlow) -> ConnectionConfig {
    ConnectionConfig {
        auth,
        ..connection()
    }
}

fn form(request: &HttpRequest) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn field(request: &HttpRequest, name: &str) -> String {
    form(request)
        .into_iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
        .unwrap_or_default()
}

fn refresh() -> AuthFlow {
    AuthFlow::RefreshToken(RefreshToken {
        client_id: "key".into(),
        client_secret: None,
        refresh_token: "R1".into(),
        token_url: None,
    })
}

fn rotated(access_token: &str, refresh_token: &str) -> Play {
    Play::json(
        200,
        &format!(
            r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}","instance_url":"https://eu1.salesforce.com"}}"#
        ),
    )
}

fn soap() -> AuthFlow {
    AuthFlow::SoapLogin(SoapLogin {
        username: "a&b@acme.com".into(),
        password: "p<w".into(),
        security_token: Some("TOK".into()),
    })
}

#[test]
fn a_rotated_refresh_token_is_handed_back_and_used_next() {
    let (client, script, _) = org_for(
        &with(refresh()),
        [
            rotated("T1", "R2"),
            expired(),
            rotated("T2", "R3"),
            Play::json(200, "{}"),
        ],
    );
    client.send(&Request::get("/x")).unwrap();
    assert_eq!(field(&script.requests()[0], "refresh_token"), "R1");
    assert_eq!(field(&script.requests()[2], "refresh_token"), "R2");
    assert_eq!(
        client.session().unwrap().refresh_token.as_deref(),
        Some("R3")
    );
}

#[test]
fn a_refresh_token_in_the_session_wins_over_the_connection() {
    let (first, ..) = org_for(&with(refresh()), [rotated("T1", "R2")]);
    let config = ConnectionConfig {
        session: Some(first.session().unwrap()),
        ..with(refresh())
    };
    let (client, script, _) = org_for(&config, [expired(), token("T2"), Play::json(200, "{}")]);
    client.send(&Request::get("/x")).unwrap();
    assert_eq!(field(&script.requests()[1], "refresh_token"), "R2");
    assert_eq!(
        client.session().unwrap().refresh_token.as_deref(),
        Some("R2")
    );
}

#[test]
fn an_authorization_code_is_sent_once_with_its_verifier() {
    let flow = AuthorizationCode {
        client_id: "key".into(),
        client_secret: None,
        code: "C1".into(),
        redirect_uri: "http://localhost:1717/callback".into(),
        code_verifier: Some("v".repeat(43)),
        token_url: None,
    };
    let (client, script, _) = org_for(
        &with(AuthFlow::AuthorizationCode(flow.clone())),
        [
            rotated("T1", "R1"),
            expired(),
            token("T2"),
            Play::json(200, "{}"),
        ],
    );
    client.send(&Request::get("/x")).unwrap();
    assert_eq!(
        field(&script.requests()[0], "grant_type"),
        "authorization_code"
    );
    assert_eq!(field(&script.requests()[0], "code_verifier").len(), 43);
    assert_eq!(field(&script.requests()[2], "grant_type"), "refresh_token");
    let (lost, script, _) = org_for(
        &with(AuthFlow::AuthorizationCode(flow)),
        [Play::Fail(Failure::Lost), token("T1")],
    );
    assert!(lost.session().is_err());
    assert_eq!(script.left(), 1);
}

#[test]
fn the_security_token_follows_the_password() {
    let flow = Password {
        client_id: "key".into(),
        client_secret: "hush".into(),
        username: "u@acme.com".into(),
        password: "pw&=".into(),
        security_token: Some("TOK".into()),
        token_url: None,
    };
    let (client, script, _) = org_for(&with(AuthFlow::Password(flow)), [token("T1")]);
    let session = client.session().unwrap();
    assert_eq!(field(&script.requests()[0], "password"), "pw&=TOK");
    assert!(session.warning.unwrap().contains("ending"));
}

#[test]
fn a_plain_http_instance_is_refused() {
    let answer = Play::json(
        200,
        r#"{"access_token":"T","instance_url":"http://eu1.salesforce.com"}"#,
    );
    let (client, ..) = org_for(&connection(), [answer]);
    assert!(client.session().unwrap_err().message.contains("https://"));
}

#[test]
fn soap_login_escapes_and_reads_xml() {
    let answer = r#"<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com"><soapenv:Body><loginResponse><result><serverUrl>https://eu1.salesforce.com/services/Soap/u/62.0/00Dx</serverUrl><sessionId>00D!a&amp;b</sessionId></result></loginResponse></soapenv:Body></soapenv:Envelope>"#;
    let (client, script, _) = org_for(&with(soap()), [Play::json(200, answer)]);
    let session = client.session().unwrap();
    assert_eq!(
        (session.access_token.as_str(), session.instance_url.as_str()),
        ("00D!a&b", "https://eu1.salesforce.com")
    );
    assert!(session.warning.unwrap().contains("Summer '27"));
    let request = String::from_utf8(script.requests()[0].body.to_vec()).unwrap();
    assert!(
        request.contains("<username>a&amp;b@acme.com</username><password>p&lt;wTOK</password>"),
        "{request}"
    );
    assert_eq!(
        script.sent(),
        ["Post https://acme.my.salesforce.com/services/Soap/u/62.0"]
    );
}

#[test]
fn soap_faults_keep_their_code() {
    let answer = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com"><soapenv:Body><soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out.</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#;
    let (client, ..) = org_for(&with(soap()), [Play::json(500, answer)]);
    let fault = client.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unauthenticated);
    assert_eq!(fault.upstream[0].code, "INVALID_LOGIN");
}

/// A login fault in Salesforce's form.
fn login_fault(code: &str, message: &str) -> Play {
    let body = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault></soapenv:Body></soapenv:Envelope>"#
    );
    Play::Answer(
        500,
        vec![("content-type".into(), "text/xml".into())],
        body.into_bytes(),
    )
}

#[test]
fn soap_login_is_not_offered_for_api_65() {
    let config = ConnectionConfig {
        api_version: Some("65.0".into()),
        ..with(soap())
    };
    let fault = crate::connection::Settings::from_config(&config)
        .err()
        .unwrap();
    assert!(
        fault.message.contains("does not exist in API version 65.0"),
        "{}",
        fault.message
    );
}

#[test]
fn a_key_that_is_no_key_is_refused_without_being_quoted() {
    let flow = JwtBearer {
        client_id: "key".into(),
        username: "u@acme.com".into(),
        private_key: "not a key".into(),
        audience: None,
        token_url: None,
    };
    let (client, script, _) = org_for(&with(AuthFlow::JwtBearer(flow)), []);
    let fault = client.session().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    assert!(!fault.message.contains("not a key") && script.sent().is_empty());
}
