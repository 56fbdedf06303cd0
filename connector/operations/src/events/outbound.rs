//! Outbound messages: what workflow rules and flows post by SOAP, as documents, with what to answer.

use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::events::ParseOutboundMessageConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use salesforce_formats::xml::{Element, Malformed, XmlReader};
use serde_json::{Map, Value, json};

/// Most notifications of one message (SOAP API Developer Guide, "Understanding Outbound Messaging").
const MAX_NOTIFICATIONS: usize = 100;

/// Characters of an id that tell records apart.
const ID_CHARS: usize = 15;

/// What tells Salesforce that a message has been taken (same place, "Outbound Messaging WSDL").
const ANSWER: &str = r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>"#;

/// Reads a message.
pub fn parse(config: &ParseOutboundMessageConfig, input: &Message) -> Result<Message, Fault> {
    let notifications = open(&input.body).map_err(|Malformed(why)| {
        bad_input(format!("The input is no outbound message: it {why}"))
    })?;
    let organization = notifications.text_of("OrganizationId").unwrap_or_default();
    check_organization(config, organization)?;
    let action = notifications.text_of("ActionId");
    let mut body = Vec::new();
    let mut count = 0;
    for notification in notifications.all("Notification") {
        count += 1;
        let document = document(notification, organization, action)?;
        body.extend_from_slice(document.to_string().as_bytes());
        body.push(b'\n');
    }
    if count == 0 || count > MAX_NOTIFICATIONS {
        return Err(bad_input(format!(
            "The input is no outbound message: it has {count} notifications, and Salesforce sends 1 to {MAX_NOTIFICATIONS}"
        )));
    }
    Ok(Message {
        media_type: "application/x-ndjson".into(),
        body,
        metadata: Metadata {
            extras: vec![
                ("notifications".into(), count.to_string()),
                ("answer".into(), ANSWER.into()),
                ("answer-media-type".into(), "text/xml".into()),
            ],
            ..Metadata::default()
        },
    })
}

/// Steps down to the element of the call, and reads it whole.
fn open(body: &[u8]) -> Result<Element, Malformed> {
    let mut reader = XmlReader::new(body)?;
    reader.enter_envelope()?;
    let call = reader.expect_element()?;
    if call.name != "notifications" {
        return Err(Malformed(format!(
            "holds `{}`, not `notifications`",
            call.name
        )));
    }
    let notifications = Element::read(&mut reader, call)?;
    // What follows must be well-formed, too: a message that was cut short is not acknowledged.
    while reader.next_event()?.is_some() {}
    Ok(notifications)
}

fn check_organization(config: &ParseOutboundMessageConfig, found: &str) -> Result<(), Fault> {
    let Some(wanted) = &config.organization_id else {
        return Ok(());
    };
    let short = |id: &str| id.get(..ID_CHARS).map(str::to_owned);
    if short(wanted).is_none() {
        return Err(Fault::config(format!(
            "config.organization-id `{wanted}` is no id: give its 15 or 18 characters"
        )));
    }
    if short(wanted) == short(found) {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Forbidden,
        format!("The outbound message comes from the org `{found}`, not from `{wanted}`"),
    ))
}

fn document(
    notification: &Element,
    organization: &str,
    action: Option<&str>,
) -> Result<Value, Fault> {
    let id = notification.text_of("Id");
    let record = notification.child("sObject");
    let (Some(id), Some(record)) = (id, record) else {
        return Err(bad_input(
            "The input is no outbound message: a notification lacks its Id or its sObject",
        ));
    };
    let object = record.open.of.as_ref().map(|(_, name)| name.as_str());
    Ok(json!({
        "id": id,
        "object": object,
        "action-id": action,
        "organization-id": organization,
        "record": fields(record),
    }))
}

/// The fields of a record. Their types are not in the message: values are text, or null.
fn fields(record: &Element) -> Value {
    let mut fields = Map::new();
    for field in &record.children {
        let value = if field.children.is_empty() {
            field.value().map_or(Value::Null, Value::from)
        } else {
            self::fields(field)
        };
        fields.insert(field.name().to_owned(), value);
    }
    Value::Object(fields)
}
