//! Contacts to write and to read, and what is to be known of them afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use mediate::contract::Message;
use mediate::session::{Session, SessionError};
use mediate_tests::org::read_all;
use sandbox::Org;
use serde_json::{Value, json};

/// Two full calls and a half.
pub const PEOPLE: usize = 500;

/// An org without people.
pub fn empty() -> Arc<Org> {
    Arc::new(Org::builder().without_data().build().expect("an org"))
}

/// Contacts that differ by their last name.
pub fn people() -> Vec<Value> {
    (0..PEOPLE)
        .map(|row| json!({"LastName": format!("Row {row}"), "Title": "old"}))
        .collect()
}

/// Calls an operation with records, one call of the API after the other.
pub async fn write(
    session: &Session,
    operation: &str,
    records: &[Value],
) -> Result<Message, SessionError> {
    let config = json!({"object": "Contact", "parallel": 1});
    let input = Message::new("application/json", Value::from(records).to_string());
    session.call(operation, &config, Some(input)).await
}

/// The outcomes of a reply.
pub fn outcomes(reply: &Message) -> Vec<Value> {
    let outcomes: Value = serde_json::from_slice(&reply.body).expect("JSON");
    outcomes.as_array().expect("a list").clone()
}

/// The code of an outcome's first error; `SAVED` if it has none.
pub fn code(outcome: &Value) -> &str {
    if outcome["success"] == true {
        return "SAVED";
    }
    outcome["errors"][0]["code"].as_str().expect("a code")
}

/// How many contacts the org has of each last name with this title.
pub async fn there(session: &Session, title: &str) -> BTreeMap<String, usize> {
    let soql = format!("SELECT LastName FROM Contact WHERE Title = '{title}'");
    let read = read_all(session, "query/rows", &json!({"soql": soql})).await;
    let text = String::from_utf8(read.expect("rows").0).expect("text");
    let mut names = BTreeMap::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let name = row["LastName"].as_str().expect("a name").to_owned();
        *names.entry(name).or_insert(0) += 1;
    }
    names
}
