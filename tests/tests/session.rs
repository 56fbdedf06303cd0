//! Sessions: what is kept between runs, above all refresh tokens that are good once only.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what the tests share panics as they do"
)]

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use mediate::contract::FaultKind;
use mediate::profile::{HostSettings, Profile};
use mediate::runtime::{Connector, RuntimeSettings};
use mediate::session::{Session, SessionError};
use mediate_cli::embedded::CONNECTOR;
use mediate_cli::simulated_org;
use mediate_tests::compiled;
use mediate_tests::org::open_with;
use sandbox::Org;
use sandbox::faults::Fault;
use sandbox::org::ConnectedApp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// An org whose app replaces refresh tokens, and a connection file that holds one of them.
struct Stage {
    org: Arc<Org>,
    connector: Connector,
    folder: TempDir,
}

impl Stage {
    async fn set(kept: bool) -> Self {
        let app = ConnectedApp {
            rotate_refresh_tokens: true,
            ..ConnectedApp::new("rotating", "secret")
        };
        let org = Arc::new(Org::builder().app(app).build().unwrap());
        let stage = Self {
            org,
            connector: connector().await,
            folder: TempDir::new().unwrap(),
        };
        stage.write_connection(&stage.consent(), kept);
        stage
    }

    /// Gives what a user's consent gives: a refresh token.
    fn consent(&self) -> String {
        let session = sandbox::org::Session::new(
            self.org.admin().clone(),
            Some("rotating".into()),
            "api refresh_token",
            self.org.clock().now(),
        );
        self.org.sessions().issue_refresh_token(&session)
    }

    fn write_connection(&self, refresh_token: &str, kept: bool) {
        let host = if kept {
            "[host]\nsession-file = 'kept.json'\n"
        } else {
            ""
        };
        let text = format!(
            "url = 'https://{}'\n[auth.refresh-token]\nclient-id = 'rotating'\nclient-secret = 'secret'\n\
             refresh-token = '{refresh_token}'\n{host}",
            simulated_org::AUTHORITY
        );
        fs::write(self.folder.path().join("c.toml"), text).unwrap();
    }

    fn append(&self, text: &str) {
        let path = self.folder.path().join("c.toml");
        fs::write(
            &path,
            format!("{}{text}", fs::read_to_string(&path).unwrap()),
        )
        .unwrap();
    }

    async fn open(&self) -> Session {
        let profile = Profile::load(&self.folder.path().join("c.toml"), &|_| None).unwrap();
        let services = vec![simulated_org::service(Arc::clone(&self.org))];
        Session::builder(&self.connector, &profile)
            .services(services)
            .network(false)
            .open()
            .await
            .unwrap()
    }

    /// Runs what another process would: a session of its own.
    async fn run(&self) -> Result<(), SessionError> {
        identity(&self.open().await).await
    }

    fn kept(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.path().join("kept.json")).unwrap())
            .unwrap()
    }

    fn kept_refresh_token(&self) -> String {
        let kept = self.kept();
        let token = kept.pointer("/session/refresh-token").unwrap();
        token.as_str().unwrap().to_owned()
    }
}

async fn connector() -> Connector {
    let loaded = compiled::load(CONNECTOR, RuntimeSettings::default()).await;
    loaded.unwrap()
}

async fn identity(session: &Session) -> Result<(), SessionError> {
    session
        .call("connection/identity", &json!({}), None)
        .await
        .map(|_| ())
}

fn kind(result: Result<(), SessionError>) -> FaultKind {
    result.expect_err("refused").fault().expect("a fault").kind
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_session_file_a_rotated_token_is_lost() {
    let stage = Stage::set(false).await;
    stage.run().await.unwrap();
    stage.org.sessions().expire_all();
    assert_eq!(kind(stage.run().await), FaultKind::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_file_carries_the_rotated_token_to_the_next_run() {
    let stage = Stage::set(true).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        stage.run().await.unwrap();
        tokens.push(stage.kept_refresh_token());
        stage.org.sessions().expire_all();
    }
    tokens.dedup();
    assert_eq!(
        tokens.len(),
        3,
        "each run that had to log in kept the token it got"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_session_that_is_still_good_is_used_as_it_is() {
    let stage = Stage::set(true).await;
    stage.run().await.unwrap();
    let kept = stage.kept();
    stage.run().await.unwrap();
    assert_eq!(stage.kept(), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_renewed_by_a_call_is_kept() {
    let stage = Stage::set(true).await;
    let session = stage.open().await;
    identity(&session).await.unwrap();
    let before = stage.kept_refresh_token();
    stage.org.sessions().expire_all();
    identity(&session).await.unwrap();
    assert_ne!(stage.kept_refresh_token(), before);
    stage.org.sessions().expire_all();
    stage.run().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_renewed_by_a_call_that_fails_is_kept() {
    let stage = Stage::set(true).await;
    let session = stage.open().await;
    identity(&session).await.unwrap();
    let before = stage.kept_refresh_token();
    stage.org.sessions().expire_all();
    let gone = json!({"object": "Account", "id": "001000000000000AAA"});
    let failed = session.call("records/retrieve", &gone, None).await;
    assert_eq!(kind(failed.map(|_| ())), FaultKind::NotFound);
    assert_ne!(stage.kept_refresh_token(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_renewed_while_reading_is_kept() {
    let stage = Stage::set(true).await;
    let session = stage.open().await;
    identity(&session).await.unwrap();
    let before = stage.kept_refresh_token();
    stage
        .org
        .faults()
        .inject("/services/data/*/query*", Fault::ExpireSession);
    let config = json!({"soql": "SELECT Id FROM Account"});
    let mut reader = session.read("query/rows", &config, None).await.unwrap();
    while reader.next(4096).await.unwrap().is_some() {}
    assert_ne!(stage.kept_refresh_token(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_renewed_while_a_sink_is_filled_survives_a_kill() {
    let stage = Stage::set(true).await;
    let session = stage.open().await;
    identity(&session).await.unwrap();
    let before = stage.kept_refresh_token();
    let config = json!({"object": "Contact", "operation": "insert", "job-records": 1});
    let mut writer = session.write("bulk/load", &config, None).await.unwrap();
    stage.org.sessions().expire_all();
    while stage.kept_refresh_token() == before {
        writer
            .write(b"LastName\nOne\nTwo\n".to_vec())
            .await
            .unwrap();
    }
    // As good as killed: nothing is brought to an end.
    std::mem::forget(writer);
    stage.org.sessions().expire_all();
    stage.run().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_with_the_session_that_another_has_renewed() {
    let stage = Stage::set(true).await;
    let (one, other) = (stage.open().await, stage.open().await);
    identity(&one).await.unwrap();
    identity(&other).await.unwrap();
    for _ in 0..3 {
        stage.org.sessions().expire_all();
        identity(&other).await.unwrap();
        let renewed = stage.kept_refresh_token();
        identity(&one).await.unwrap();
        assert_eq!(stage.kept_refresh_token(), renewed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_org_that_moves_is_followed() {
    let moved = Arc::new(AtomicBool::new(false));
    let there = serve(Router::new().route(LIMITS, get(async || "{\"There\":1}"))).await;
    let here = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", here.local_addr().unwrap());
    let host = HostSettings {
        allow: vec![there.clone()],
        ..HostSettings::default()
    };
    let (instances, has_moved) = ([origin.clone(), there], Arc::clone(&moved));
    let token = post(async move || {
        let instance = &instances[usize::from(has_moved.load(SeqCst))];
        json!({"access_token": instance, "instance_url": instance}).to_string()
    });
    let limits = get(async move || {
        let ended =
            r#"[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]"#;
        match moved.swap(true, SeqCst) {
            false => (StatusCode::OK, "{\"Here\":1}"),
            true => (StatusCode::UNAUTHORIZED, ended),
        }
    });
    let app = Router::new().route("/services/oauth2/token", token);
    let app = app.route(LIMITS, limits);
    tokio::spawn(async move { axum::serve(here, app).await });
    let version = json!({"api-version": "62.0"});
    let session = open_with(&origin, Vec::new(), true, &version, host).await;
    for expected in ["{\"Here\":1}", "{\"There\":1}"] {
        let reply = session.call("connection/limits", &json!({}), None).await;
        assert_eq!(reply.unwrap().body, expected.as_bytes());
    }
}

const LIMITS: &str = "/services/data/v62.0/limits";

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_settings_keep_the_session_and_changed_credentials_do_not() {
    let stage = Stage::set(true).await;
    stage.run().await.unwrap();
    stage.org.sessions().expire_all();
    stage.append("[timeouts]\nfirst-byte-ms = 5000\n");
    stage.run().await.unwrap();
    // A user has consented again: what was just pasted in wins over what was kept.
    let kept = stage.kept_refresh_token();
    assert!(stage.org.sessions().revoke(&kept), "the kept token is dead");
    stage.org.sessions().expire_all();
    stage.write_connection(&stage.consent(), true);
    stage.run().await.unwrap();
    assert_ne!(stage.kept_refresh_token(), kept);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_its_owner_can_read_a_session_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::set(true).await;
    stage.run().await.unwrap();
    let mode = fs::metadata(stage.folder.path().join("kept.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_fails_leaves_the_kept_session() {
    let stage = Stage::set(true).await;
    stage.run().await.unwrap();
    let kept = stage.kept();
    stage.org.sessions().expire_all();
    stage
        .org
        .faults()
        .inject("/services/oauth2/token", status(503));
    stage.append("[retry]\nmax-attempts = 1\n");
    assert_eq!(kind(stage.run().await), FaultKind::Unavailable);
    assert_eq!(stage.kept(), kept);
    stage.run().await.unwrap();
}

fn status(status: u16) -> Fault {
    Fault::status(status, "SERVER_UNAVAILABLE", "busy")
}
