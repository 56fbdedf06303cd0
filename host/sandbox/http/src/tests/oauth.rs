use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::*;
use sandbox_core::org::{ADMIN_USERNAME, ConnectedApp};

pub(super) const TOKEN: &str = "/services/oauth2/token";
const APP: &str = "client_id=sandbox-client&client_secret=sandbox-secret";

pub(super) fn rejection(response: &TestResponse) -> (u16, String, String) {
    let json = response.json();
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    (response.status, text("error"), text("error_description"))
}

fn rejected(error: &str, description: &str) -> (u16, String, String) {
    (400, error.to_owned(), description.to_owned())
}

#[tokio::test]
async fn a_token_response_is_salesforces() {
    let client = Client::new().await;
    let response = client
        .form(TOKEN, &format!("grant_type=client_credentials&{APP}"))
        .await;
    let json = response.json();
    assert_eq!(response.status, 200);
    assert!(
        json["access_token"]
            .as_str()
            .unwrap()
            .starts_with("00DSb0000000001!")
    );
    assert_eq!(
        (
            &json["instance_url"],
            &json["token_type"],
            &json["issued_at"]
        ),
        (
            &json!("http://org.example"),
            &json!("Bearer"),
            &json!(NOW.to_string())
        )
    );
    assert!(json.get("expires_in").is_none() && json.get("refresh_token").is_none());
    let id = format!(
        "http://org.example/id/{}/{}",
        client.org.id(),
        client.org.admin()
    );
    assert_eq!(json["id"], id);
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"sandbox-secret");
    let signature = STANDARD
        .decode(json["signature"].as_str().unwrap())
        .unwrap();
    ring::hmac::verify(&key, format!("{id}{NOW}").as_bytes(), &signature).unwrap();
    assert_eq!(
        json["access_token"], client.token,
        "the same user and app share a session"
    );
}

#[tokio::test]
async fn rejected_clients_and_grants_have_salesforces_messages() {
    let client = Client::new().await;
    let password = |user: &str, word: &str| {
        format!("grant_type=password&{APP}&username={user}&password={word}")
    };
    let cases = [
        (
            "grant_type=client_credentials&client_id=x&client_secret=y".to_owned(),
            rejected("invalid_client_id", "client identifier invalid"),
        ),
        (
            "grant_type=client_credentials&client_id=sandbox-client&client_secret=y".to_owned(),
            rejected("invalid_client", "invalid client credentials"),
        ),
        (
            "grant_type=client_credentials&client_id=sandbox-client".to_owned(),
            rejected("invalid_client", "invalid client credentials"),
        ),
        (
            format!("grant_type=client_credentials&{APP}&scope=api"),
            rejected("invalid_request", "scope parameter not supported"),
        ),
        (
            format!("grant_type=magic&{APP}"),
            rejected("unsupported_grant_type", "grant type not supported"),
        ),
        (
            String::new(),
            rejected("unsupported_grant_type", "grant type not supported"),
        ),
        (
            password(ADMIN_USERNAME, "wrong"),
            rejected("invalid_grant", "authentication failure"),
        ),
        (
            password("nobody", "sandbox-password"),
            rejected("invalid_grant", "authentication failure"),
        ),
        (
            format!("grant_type=refresh_token&{APP}&refresh_token=x"),
            rejected("invalid_grant", "expired access/refresh token"),
        ),
        (
            format!("grant_type=authorization_code&{APP}&code=x"),
            rejected("invalid_grant", "invalid authorization code"),
        ),
    ];
    for (form, expected) in cases {
        assert_eq!(
            rejection(&client.form(TOKEN, &form).await),
            expected,
            "{form}"
        );
    }
    for word in ["sandbox-password", "sandbox-passwordTOKEN"] {
        assert_eq!(
            client
                .form(TOKEN, &password("ADMIN@sandbox.example", word))
                .await
                .status,
            200
        );
    }
    let basic = Request::post(TOKEN).header(
        "authorization",
        format!("Basic {}", STANDARD.encode("sandbox-client:sandbox-secret")),
    );
    assert_eq!(
        client
            .send(
                basic
                    .body(Body::from("grant_type=client_credentials"))
                    .unwrap()
            )
            .await
            .status,
        200
    );
    assert_eq!(
        rejection(&client.call("GET", TOKEN, None).await).1,
        "invalid_request"
    );
}

#[tokio::test]
async fn a_code_is_redeemed_once_with_its_verifier_and_refreshed() {
    let verifier = "a-verifier-of-at-least-forty-three-characters-in-length";
    let challenge = URL_SAFE_NO_PAD.encode(<sha2::Sha256 as sha2::Digest>::digest(verifier));
    let client = Client::new().await;
    let code = async |client: &Client| {
        let path = format!(
            "/services/oauth2/authorize?response_type=code&client_id=sandbox-client&redirect_uri=http%3A%2F%2Flocalhost%2Fcb&state=s+1&code_challenge={challenge}&code_challenge_method=S256"
        );
        let response = client.get(&path).await;
        assert_eq!(response.status, 302);
        let url = url::Url::parse(response.header("location")).unwrap();
        let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs["state"], "s 1");
        pairs["code"].clone()
    };
    let redeem = |code: &str, verifier: &str, to: &str| {
        format!(
            "grant_type=authorization_code&client_id=sandbox-client&code={code}&redirect_uri={to}&code_verifier={verifier}"
        )
    };
    let wrong = redeem(&code(&client).await, "wrong", "http://localhost/cb");
    assert_eq!(
        rejection(&client.form(TOKEN, &wrong).await),
        rejected("invalid_grant", "invalid code verifier")
    );
    let elsewhere = redeem(&code(&client).await, verifier, "http://evil/cb");
    assert_eq!(
        rejection(&client.form(TOKEN, &elsewhere).await).1,
        "redirect_uri_mismatch"
    );
    let good = redeem(&code(&client).await, verifier, "http://localhost/cb");
    let first = client.form(TOKEN, &good).await.json();
    assert_eq!(
        rejection(&client.form(TOKEN, &good).await),
        rejected("invalid_grant", "invalid authorization code")
    );
    let refresh = format!(
        "grant_type=refresh_token&client_id=sandbox-client&refresh_token={}",
        first["refresh_token"].as_str().unwrap()
    );
    let second = client.form(TOKEN, &refresh).await.json();
    assert_ne!(first["access_token"], second["access_token"]);
    assert!(second.get("refresh_token").is_none(), "it stays the same");
    let late = redeem(&code(&client).await, verifier, "http://localhost/cb");
    client
        .org
        .clock()
        .advance(sandbox_core::org::CODE_LIFETIME_MS);
    assert_eq!(
        rejection(&client.form(TOKEN, &late).await),
        rejected("invalid_grant", "expired authorization code")
    );
}

#[tokio::test]
async fn a_rotating_app_replaces_its_refresh_token_at_every_use() {
    let app = ConnectedApp {
        rotate_refresh_tokens: true,
        ..ConnectedApp::new("spin", "s")
    };
    let client = Client::with_org(Org::builder().app(app)).await;
    let user = client.org.admin().clone();
    let session = sandbox_core::org::Session::new(user, Some("spin".into()), "api", 0);
    let old = client.org.sessions().issue_refresh_token(&session);
    let refresh =
        |token: &str| format!("grant_type=refresh_token&client_id=spin&refresh_token={token}");
    let new = client.form(TOKEN, &refresh(&old)).await.json()["refresh_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        rejection(&client.form(TOKEN, &refresh(&old)).await).1,
        "invalid_grant"
    );
    assert_eq!(client.form(TOKEN, &refresh(&new)).await.status, 200);
}

#[tokio::test]
async fn identity_introspection_and_revocation_follow_the_token() {
    let client = Client::new().await;
    let info = client.get("/services/oauth2/userinfo").await.json();
    assert_eq!(
        (&info["preferred_username"], &info["organization_id"]),
        (&json!(ADMIN_USERNAME), &json!(client.org.id().as_str()))
    );
    let identity = client
        .get(
            info["sub"]
                .as_str()
                .unwrap()
                .trim_start_matches("http://localhost"),
        )
        .await
        .json();
    assert_eq!(
        (&identity["username"], &identity["user_id"]),
        (&json!(ADMIN_USERNAME), &json!(client.org.admin().as_str()))
    );
    let introspect = async |token: &str| {
        client
            .form(
                "/services/oauth2/introspect",
                &format!("{APP}&token={token}"),
            )
            .await
            .json()["active"]
            .clone()
    };
    assert_eq!(introspect(&client.token).await, json!(true));
    assert_eq!(
        client
            .form(
                "/services/oauth2/revoke",
                &format!("token={}", client.token)
            )
            .await
            .status,
        200
    );
    assert_eq!(introspect(&client.token).await, json!(false));
    assert_eq!(client.get("/services/oauth2/userinfo").await.status, 403);
}

#[tokio::test]
async fn soap_login_opens_a_session_up_to_version_64() {
    let client = Client::new().await;
    let login = async |path: &str, password: &str| {
        let xml = format!(
            r#"<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{ADMIN_USERNAME}</n1:username><n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"#
        );
        let request = Request::post(path)
            .header("content-type", "text/xml")
            .header("soapaction", "login")
            .header("host", "org.example");
        client.send(request.body(Body::from(xml)).unwrap()).await
    };
    let good = login("/services/Soap/u/62.0", "sandbox-passwordTOKEN").await;
    let between = |tag: &str| {
        good.text()
            .split(&format!("<{tag}>"))
            .nth(1)
            .unwrap()
            .split("</")
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        (good.status, between("serverUrl").as_str()),
        (
            200,
            "http://org.example/services/Soap/u/62.0/00DSb0000000001"
        )
    );
    let session = Request::get("/services/data/v62.0/limits")
        .header("authorization", format!("Bearer {}", between("sessionId")));
    assert_eq!(
        client
            .send(session.body(Body::empty()).unwrap())
            .await
            .status,
        200
    );
    let cases = [
        (
            "/services/Soap/u/62.0",
            "wrong",
            "INVALID_LOGIN: Invalid username, password, security token; or user locked out.",
        ),
        (
            "/services/Soap/u/65.0",
            "sandbox-password",
            "UNSUPPORTED_API_VERSION",
        ),
        (
            "/services/Soap/u/30.0",
            "sandbox-password",
            "UNSUPPORTED_API_VERSION",
        ),
    ];
    for (path, password, message) in cases {
        let response = login(path, password).await;
        assert_eq!(response.status, 500);
        assert!(
            response.text().contains(&format!("<faultstring>{message}")),
            "{}",
            response.text()
        );
    }
}

#[tokio::test]
async fn a_frontdoor_url_opens_the_org_once() {
    let client = Client::new().await;
    let given = client
        .send(
            Request::get(
                "http://org/services/oauth2/singleaccess?redirect_uri=/lightning/page/home",
            )
            .header("authorization", format!("Bearer {}", client.token))
            .body(Body::empty())
            .unwrap(),
        )
        .await;
    let url = given.json()["frontdoor_uri"].as_str().unwrap().to_owned();
    assert!(
        url.starts_with("http://org/secur/frontdoor.jsp?otp="),
        "{url}"
    );
    let open = async || {
        client
            .send(Request::get(&url).body(Body::empty()).unwrap())
            .await
    };
    assert_eq!(open().await.header("location"), "/lightning/page/home");
    assert!(
        open().await.header("location").starts_with("/?ec=302"),
        "it works once"
    );
    let bad = Request::get("http://org/services/oauth2/singleaccess")
        .header("authorization", "Bearer no");
    let rejected = client.send(bad.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (rejected.status, rejected.text().as_str()),
        (403, "Bad_OAuth_Token")
    );
}
