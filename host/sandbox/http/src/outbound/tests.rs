//! Outbound messages to a listener that misbehaves.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;

use super::delivery;
use sandbox_core::org::{Clock, Org};
use sandbox_core::outbound::queue::pause;
use sandbox_core::outbound::{OutboundMessage, Trigger};
use sandbox_core::write::{Draft, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::xml::Element;

const NOW: i64 = 1_790_000_000_000;
const HOUR_MS: i64 = 60 * 60 * 1_000;
const ACK: &str = r#"<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></s:Body></s:Envelope>"#;

/// A listener: what it was sent, and what it responds next; by default it acknowledges.
#[derive(Clone, Default)]
struct Listener {
    got: Arc<Mutex<Vec<String>>>,
    responses: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl Listener {
    async fn start(&self) -> String {
        let app = Router::new()
            .route("/in", post(listen))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum_serve(listener, app).await });
        format!("http://{address}/in")
    }

    fn respond(&self, status: u16, body: &str) {
        self.responses
            .lock()
            .unwrap()
            .push_back((status, body.to_owned()));
    }

    /// What it was sent, once it is so many messages.
    async fn wait(&self, messages: usize) -> Vec<String> {
        for _ in 0..500 {
            let got = self.got.lock().unwrap().clone();
            if got.len() >= messages {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!(
            "{messages} messages did not come: {:?}",
            self.got.lock().unwrap()
        );
    }

    async fn nothing_more(&self, messages: usize) {
        tokio::time::sleep(Duration::from_millis(450)).await;
        assert_eq!(self.got.lock().unwrap().len(), messages);
    }
}

async fn axum_serve(listener: tokio::net::TcpListener, app: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper_util::service::TowerToHyperService::new(app.clone());
        tokio::spawn(async move {
            let io = hyper_util::rt::TokioIo::new(stream);
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(io, service)
                .await;
        });
    }
}

async fn listen(State(listener): State<Listener>, body: Bytes) -> (StatusCode, String) {
    let text = String::from_utf8(body.to_vec()).unwrap();
    listener.got.lock().unwrap().push(text);
    let next = listener.responses.lock().unwrap().pop_front();
    let (status, body) = next.unwrap_or_else(|| (200, ACK.to_owned()));
    (StatusCode::from_u16(status).unwrap(), body)
}

struct Scene {
    org: Arc<Org>,
    listener: Listener,
    delivery: tokio::task::JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.delivery.abort();
    }
}

impl Scene {
    async fn new(change: impl FnOnce(&mut OutboundMessage)) -> Self {
        let listener = Listener::default();
        let url = listener.start().await;
        let mut message = OutboundMessage::new("Told", "account", &["name", "Phone", "Id"], &url);
        change(&mut message);
        let builder = Org::builder().clock(Clock::fixed(NOW)).without_data();
        let org = Arc::new(builder.outbound_message(message).build().unwrap());
        let run = delivery::run(Arc::clone(&org), "http://org.example".into());
        Self {
            delivery: tokio::spawn(run),
            org,
            listener,
        }
    }

    fn write<T>(&self, work: impl FnOnce(&Writer<'_>) -> Result<T, ApiError>) -> T {
        let org = &self.org;
        org.write(org.admin(), WriteOptions::default(), work)
            .unwrap()
    }

    fn make(&self, values: &[(&str, &str)]) -> String {
        let account = self.org.schema().object("Account").unwrap();
        let saved = self.write(|writer| writer.insert(account, Draft::from_texts(account, values)));
        saved.id.as_str().to_owned()
    }

    fn change(&self, id: &str, values: &[(&str, &str)]) {
        let account = self.org.schema().object("Account").unwrap();
        let id = sandbox_model::id::RecordId::parse(id).unwrap();
        self.write(|writer| writer.update(account, &id, Draft::from_texts(account, values)));
    }
}

/// The notifications of a message: their ids and records.
fn notifications(xml: &str) -> (Element, Vec<(String, Element)>) {
    let envelope = Element::read(xml.as_bytes()).unwrap();
    let body = envelope.child("Body").unwrap();
    let message = body.child("notifications").unwrap().clone();
    assert_eq!(
        &*message.namespace,
        "http://soap.sforce.com/2005/09/outbound"
    );
    let found = message
        .children
        .iter()
        .filter(|it| it.name == "Notification");
    let found = found.map(|it| {
        let id = it.child("Id").unwrap().text.clone();
        (id, it.child("sObject").unwrap().clone())
    });
    let found = found.collect();
    (message, found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_record_is_posted_to_the_listener() {
    let scene = Scene::new(|message| message.include_session_id = true).await;
    let id = scene.make(&[("Name", "Acme & Sons"), ("Fax", "1")]);
    let got = scene.listener.wait(1).await;
    let (message, reported) = notifications(&got[0]);
    let text = |name: &str| message.child(name).unwrap().text.clone();
    assert_eq!(text("OrganizationId"), scene.org.id().as_str());
    assert!(text("ActionId").starts_with("04k") && text("ActionId").len() == 18);
    let short = scene.org.id().short();
    assert_eq!(
        text("EnterpriseUrl"),
        format!("http://org.example/services/Soap/c/62.0/{short}")
    );
    assert_eq!(
        text("PartnerUrl"),
        format!("http://org.example/services/Soap/u/62.0/{short}")
    );
    assert!(
        scene
            .org
            .sessions()
            .touch(&text("SessionId"), NOW)
            .is_some()
    );
    assert_eq!(reported.len(), 1);
    assert!(reported[0].0.starts_with("04l") && reported[0].0.len() == 18);
    let record = &reported[0].1;
    assert_eq!(record.kind.as_deref(), Some("Account"));
    let fields: Vec<_> = record
        .children
        .iter()
        .map(|it| (it.name.as_str(), it.text.as_str()))
        .collect();
    assert_eq!(fields, [("Id", id.as_str()), ("Name", "Acme & Sons")]);
    assert_eq!(
        &*record.children[0].namespace,
        "urn:sobject.enterprise.soap.sforce.com"
    );
    scene.listener.nothing_more(1).await;
    assert_eq!(scene.org.outbound().delivered(), 1);
    assert!(scene.org.outbound_queue(10).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_acknowledged_is_sent_again_with_the_same_id() {
    let scene = Scene::new(|message| message.first_pause_ms = 1_000).await;
    scene.listener.respond(500, ACK);
    scene.listener.respond(200, "<html/>");
    let id = scene.make(&[("Name", "Before")]);
    let first = notifications(&scene.listener.wait(1).await[0]).1;
    scene.listener.nothing_more(1).await;
    let waiting = scene.org.outbound_queue(10).unwrap();
    assert_eq!((waiting[0].attempts, waiting[0].due), (1, NOW + 1_000));
    assert_eq!(waiting[0].error.as_deref(), Some("HTTP status 500"));
    let commits = || *scene.org.store().commits().borrow();
    let before = commits();
    scene.listener.nothing_more(1).await;
    assert_eq!(commits(), before, "waiting writes nothing");
    scene.write(|writer| {
        let account = writer.schema.object("Account").unwrap();
        let sql = "UPDATE \"Account\" SET \"Name\" = 'After'";
        writer.connection.execute(sql, [])?;
        assert_eq!(account.name, "Account");
        Ok(())
    });
    scene.org.clock().advance(1_000);
    let second = notifications(&scene.listener.wait(2).await[1]).1;
    assert_eq!(second[0].0, first[0].0);
    assert_eq!(
        second[0].1.child("Name").unwrap().text,
        "After",
        "as it is when it is sent"
    );
    scene.listener.nothing_more(2).await;
    scene.org.clock().advance(1_999);
    scene.listener.nothing_more(2).await;
    scene.org.clock().advance(1);
    let third = notifications(&scene.listener.wait(3).await[2]).1;
    assert_eq!(
        (&third[0].0, third[0].1.child("Id").unwrap().text.as_str()),
        (&first[0].0, id.as_str())
    );
    scene.listener.nothing_more(3).await;
    assert!(scene.org.outbound_queue(10).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_dropped_after_a_day() {
    let scene = Scene::new(|message| message.url = "http://127.0.0.1:9/".into()).await;
    scene.make(&[("Name", "Acme")]);
    for _ in 0..500 {
        let waiting = scene.org.outbound_queue(1).unwrap();
        if waiting.first().is_some_and(|it| it.attempts > 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(scene.org.outbound_queue(1).unwrap()[0].attempts, 1);
    scene.org.clock().advance(24 * HOUR_MS);
    for _ in 0..500 {
        if scene.org.outbound_queue(1).unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it is still queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_a_hundred_notifications_go_in_one_message() {
    let scene = Scene::new(|_| ()).await;
    let account = scene.org.schema().object("Account").unwrap();
    scene.write(|writer| {
        for number in 0..250 {
            writer.insert(
                account,
                Draft::from_texts(account, &[("Name", &number.to_string())]),
            )?;
        }
        Ok(())
    });
    let got = scene.listener.wait(3).await;
    let sizes: Vec<usize> = got.iter().map(|xml| notifications(xml).1.len()).collect();
    assert_eq!(sizes, [100, 100, 50]);
    let mut ids: Vec<String> = got
        .iter()
        .flat_map(|xml| notifications(xml).1)
        .map(|it| it.0)
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_selected_changes_are_posted() {
    let scene = Scene::new(|message| {
        message.on = vec![Trigger::Updated];
        message.criteria = Some("Industry = 'Energy'".into());
    })
    .await;
    let id = scene.make(&[("Name", "Acme"), ("Industry", "Energy")]);
    scene.change(&id, &[("Industry", "Apparel")]);
    scene.listener.nothing_more(0).await;
    scene.change(&id, &[("Industry", "Energy")]);
    scene.listener.wait(1).await;
    let account = scene.org.schema().object("Account").unwrap();
    let undone = scene
        .org
        .write(scene.org.admin(), WriteOptions::default(), |writer| {
            let id = sandbox_model::id::RecordId::parse(&id).unwrap();
            writer.update(account, &id, Draft::from_texts(account, &[("Phone", "1")]))?;
            Err::<(), _>(ApiError::not_found())
        });
    assert!(undone.is_err());
    scene.listener.nothing_more(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_record_is_posted_without_data() {
    let scene = Scene::new(|message| message.first_pause_ms = 1_000).await;
    scene.listener.respond(503, "");
    let id = scene.make(&[("Name", "Acme")]);
    scene.listener.wait(1).await;
    scene.listener.nothing_more(1).await;
    let account = scene.org.schema().object("Account").unwrap();
    let id = sandbox_model::id::RecordId::parse(&id).unwrap();
    scene.write(|writer| writer.delete(account, &id));
    scene.org.clock().advance(1_000);
    let (_, reported) = notifications(&scene.listener.wait(2).await[1]);
    assert_eq!(reported[0].1.children, []);
    assert_eq!(reported[0].1.kind.as_deref(), Some("Account"));
}

#[test]
fn pauses_double_up_to_two_hours() {
    let pauses: Vec<i64> = [0, 1, 2, 6, 7, 60, 200]
        .map(|before| pause(60_000, before))
        .into();
    assert_eq!(
        pauses,
        [
            60_000,
            120_000,
            240_000,
            3_840_000,
            2 * HOUR_MS,
            2 * HOUR_MS,
            2 * HOUR_MS
        ]
    );
}

#[test]
fn messages_that_cannot_be_sent_are_rejected_with_the_reason() {
    let rejection = |change: fn(&mut OutboundMessage)| {
        let mut message = OutboundMessage::new("Told", "Account", &["Name"], "http://localhost/");
        change(&mut message);
        let builder = Org::builder().clock(Clock::fixed(NOW)).without_data();
        builder
            .outbound_message(message)
            .build()
            .unwrap_err()
            .to_string()
    };
    assert!(rejection(|it| it.name = "a b".into()).contains("letters, digits and underscores"));
    assert!(rejection(|it| it.object = "Nope".into()).contains("there is no Nope"));
    assert!(
        rejection(|it| it.fields = vec!["BillingAddress".into()])
            .contains("BillingAddress is no field of Account")
    );
    assert!(rejection(|it| it.url = "https://localhost/".into()).contains("http://"));
    assert!(
        rejection(|it| it.criteria = Some("Nope = 1".into())).contains("criteria: INVALID_FIELD")
    );
    assert!(rejection(|it| it.user = Some("nobody".into())).contains("there is no nobody"));
    assert!(rejection(|it| it.on.clear()).contains("created, updated or both"));
}
