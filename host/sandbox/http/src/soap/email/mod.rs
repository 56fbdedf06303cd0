//! `sendEmail()` and `sendEmailMessage()`: what would go out is checked and kept in the outbox.

mod mass;
mod read;
mod render;
mod single;

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::results;
pub(super) use render::{render_email_template, render_stored_email_template};
use sandbox_core::org::Mail;
use sandbox_core::write::{Draft, Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::Object;
use sandbox_model::value::Value;
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

use read::EmailMembers;

/// Messages of one call (SOAP API guide, "sendEmail()": 10).
const MAX_MESSAGES: usize = 10;
/// `EmailMessage.Status` of drafts.
const DRAFT: &str = "5";
/// `EmailMessage.Status` of what was sent.
const SENT: &str = "3";

/// A message that was read.
enum Message<'x> {
    SingleEmail(Box<single::SingleEmail<'x>>),
    MassEmail(mass::MassEmail<'x>),
}

/// Sends messages.
pub(super) fn send_email(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let messages = arguments.many("messages");
    arguments.finish()?;
    reject_many(messages.len())?;
    let messages = messages
        .into_iter()
        .map(read_message)
        .collect::<Result<Vec<_>, _>>()?;
    let sent = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one = |message: &Message<'_>| {
                writer.in_savepoint(|| match message {
                    Message::SingleEmail(single) => single.send(writer),
                    Message::MassEmail(mass) => mass.send(writer),
                })
            };
            messages.iter().map(one).collect::<Result<Vec<_>, _>>()
        })?;
    Ok(respond(context, sent))
}

fn read_message(element: &Element) -> Result<Message<'_>, Fault> {
    match element.kind.as_deref() {
        Some("SingleEmailMessage") => Ok(Message::SingleEmail(Box::new(
            single::SingleEmail::read(element)?,
        ))),
        Some("MassEmailMessage") => Ok(Message::MassEmail(mass::MassEmail::read(element)?)),
        other => Err(Fault::client(format!(
            "messages must have the xsi:type SingleEmailMessage or MassEmailMessage, not {}",
            other.unwrap_or("none")
        ))),
    }
}

/// Sends drafts that are records already.
pub(super) fn send_email_message(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let ids = arguments.texts("ids");
    arguments.finish()?;
    reject_many(ids.len())?;
    let sent = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one = |id: &&str| writer.in_savepoint(|| send_draft(writer, id));
            ids.iter().map(one).collect::<Result<Vec<_>, _>>()
        })?;
    Ok(respond(context, sent))
}

fn send_draft(writer: &Writer<'_>, id: &str) -> Result<Vec<Mail>, ApiError> {
    let id = results::read_id(id)?;
    let object = writer
        .schema
        .object("EmailMessage")
        .filter(|object| object.key_prefix == id.key_prefix());
    let object = object.ok_or_else(ApiError::not_found)?;
    let row = Row::load(writer.connection, object, id.as_str())?;
    let (row, _) = row
        .filter(|(_, deleted)| !deleted)
        .ok_or_else(ApiError::not_found)?;
    let text = |name: &str| row.get(name).as_str().map(str::to_owned);
    if text("Status").as_deref() != Some(DRAFT) {
        let message = "Only email messages in draft status can be sent";
        return Err(ApiError::for_record("INVALID_STATUS", message, ["Status"]));
    }
    let mut draft = Draft::default();
    draft.set(object, "Status", Value::text(SENT));
    writer.update(object, &id, draft)?;
    let addresses = |name: &str| {
        let list = text(name).unwrap_or_default();
        let parts = list
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    Ok(vec![Mail {
        sent: writer.now,
        to: addresses("ToAddress"),
        cc: addresses("CcAddress"),
        bcc: addresses("BccAddress"),
        subject: text("Subject").unwrap_or_default(),
        text: text("TextBody"),
        html: text("HtmlBody"),
        ..Mail::default()
    }])
}

fn reject_many(count: usize) -> Result<(), Fault> {
    if count <= MAX_MESSAGES {
        return Ok(());
    }
    let message = format!("cannot send more than {MAX_MESSAGES} messages in one call");
    Err(Fault::new("EMAIL_BATCH_SIZE_LIMIT_EXCEEDED", message))
}

fn respond(context: &Context<'_>, sent: Vec<Result<Vec<Mail>, ApiError>>) -> Out {
    let mut out = Out::default();
    for result in sent {
        out.element("result", "", |out| match result {
            Ok(mails) => {
                mails
                    .into_iter()
                    .for_each(|mail| context.org.outbox().add(mail));
                out.flag("success", true);
            }
            Err(error) => {
                let (code, message) = results::code_and_message(&error);
                out.element("errors", "", |out| {
                    for field in error.fields.iter().flatten() {
                        out.text("fields", field);
                    }
                    out.text("message", message);
                    out.text("statusCode", code);
                    out.nil("targetObjectId");
                });
                out.flag("success", false);
            }
        });
    }
    out
}

/// A recipient that is a record of the org.
struct KnownRecipient<'o> {
    object: &'o Object,
    row: Row<'o>,
    email: String,
}

/// Returns the contact, lead or user with this id.
fn person<'o>(writer: &Writer<'o>, id: &str) -> Result<KnownRecipient<'o>, ApiError> {
    let id = results::read_id(id)?;
    let object = writer.schema.object_by_prefix(id.key_prefix());
    let object =
        object.filter(|object| matches!(object.name.as_str(), "Contact" | "Lead" | "User"));
    let object = object.ok_or_else(|| {
        let message = "Only IDs of type Contact, Lead or User are allowed for targetObjectId";
        ApiError::for_record("INVALID_ID_FIELD", message, ["targetObjectId"])
    })?;
    let row = Row::load(writer.connection, object, id.as_str())?;
    let (row, _) = row
        .filter(|(_, deleted)| !deleted)
        .ok_or_else(ApiError::not_found)?;
    let email = row.get("Email").as_str().map(str::to_owned);
    let email = email.ok_or_else(|| {
        let message = format!("{} {id} has no email address", object.name);
        ApiError::for_record("UNSPECIFIED_EMAIL_ADDRESS", message, ["targetObjectId"])
    })?;
    Ok(KnownRecipient { object, row, email })
}

impl KnownRecipient<'_> {
    fn has_opted_out(&self) -> bool {
        *self.row.get("HasOptedOutOfEmail") == Value::Bool(true)
    }
}

/// Subject and text of a template, where the org has such records.
fn template(writer: &Writer<'_>, id: &str) -> Result<(String, Option<String>), ApiError> {
    let id = results::read_id(id)?;
    let missing = || {
        ApiError::for_record(
            "TEMPLATE_NOT_FOUND",
            format!("template {id} is not in this org"),
            ["templateId"],
        )
    };
    let object = writer.schema.object("EmailTemplate").ok_or_else(missing)?;
    let row = Row::load(writer.connection, object, id.as_str())?;
    let (row, _) = row.filter(|(_, deleted)| !deleted).ok_or_else(missing)?;
    let text = |name: &str| row.get(name).as_str().map(str::to_owned);
    Ok((text("Subject").unwrap_or_default(), text("Body")))
}

/// Keeps a mail as a completed task of the person it went to.
fn save_activity(
    writer: &Writer<'_>,
    person: &KnownRecipient<'_>,
    subject: &str,
) -> Result<(), ApiError> {
    let Some(task) = writer.schema.object("Task") else {
        return Ok(());
    };
    let subject: String = format!("Email: {subject}").chars().take(255).collect();
    let who = person.row.get("Id").as_str().unwrap_or_default();
    let values = [
        ("Subject", subject.as_str()),
        ("Status", "Completed"),
        ("Priority", "Normal"),
        ("WhoId", who),
    ];
    writer.insert(task, Draft::from_texts(task, &values))?;
    Ok(())
}

/// One `@` with something before it and a domain with a dot after it.
fn check_address(address: &str) -> Result<(), ApiError> {
    let good = address.split_once('@').is_some_and(|(local, domain)| {
        let labels = domain.split('.').all(|label| !label.is_empty());
        !local.is_empty() && labels && domain.contains('.') && !domain.contains('@')
    });
    if good && !address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Ok(());
    }
    let message = format!("Email address is invalid: {address}");
    Err(ApiError::for_record("INVALID_EMAIL_ADDRESS", message, []))
}

fn missing(message: &str) -> ApiError {
    ApiError::for_record("REQUIRED_FIELD_MISSING", message, [])
}

fn envelope_of(writer: &Writer<'_>, common: &EmailMembers<'_>) -> Mail {
    Mail {
        sent: writer.now,
        reply_to: common.reply_to.map(str::to_owned),
        sender: common.sender.map(str::to_owned),
        subject: common.subject.unwrap_or_default().to_owned(),
        ..Mail::default()
    }
}
