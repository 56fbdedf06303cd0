//! Documents of many records through the component: their outcomes, and that they come back as they went in.

mod files;
mod outcomes;
mod round_trip;
mod schemas;
mod segments;

use std::sync::Arc;

use mediate::contract::Message;
use mediate::session::Session;
use sandbox::Org;
use serde_json::Value;

fn org() -> Arc<Org> {
    Arc::new(Org::builder().without_data().build().expect("an org"))
}

async fn call(
    session: &Session,
    operation: &str,
    config: &Value,
    media_type: &str,
    body: &str,
) -> Message {
    let input = (!body.is_empty()).then(|| Message::new(media_type, body));
    let reply = session.call(operation, config, input).await;
    reply.unwrap_or_else(|error| panic!("{operation}: {error}"))
}

fn json(message: &Message) -> Value {
    serde_json::from_slice(&message.body).expect("JSON")
}
