//! sendEmail and sendEmailMessage.

use super::envelope::Envelope;
use super::headers::Headers;
use super::id;
use super::record::Types;
use super::request;
use super::xml::{Xml, unwritable};
use salesforce_client::client::Client;
use salesforce_client::connection::ApiVersion;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    EmailAttachment, EmailPriority, MassEmail, OptOutPolicy, ReplyFormat, SendEmailConfig,
    SendEmailMessageConfig, SingleEmail,
};
use salesforce_contract::limits::{MAX_EMAIL_ADDRESSES, MAX_EMAILS};
use salesforce_contract::message::Message;

/// sendEmail().
pub fn send_email(client: &Client, config: &SendEmailConfig) -> Result<Message, Fault> {
    check(config)?;
    let version = client.version()?;
    let mut envelope = Envelope::new("sendEmail", &Headers::new(config.headers.as_ref()))?;
    for email in config.emails.as_deref().unwrap_or_default() {
        single(email, version, envelope.body());
    }
    for email in config.mass_emails.as_deref().unwrap_or_default() {
        mass(email, envelope.body());
    }
    let wanted = config.emails.as_deref().unwrap_or_default().len()
        + config.mass_emails.as_deref().unwrap_or_default().len();
    send(client, "sendEmail", envelope, wanted, config.format)
}

/// sendEmailMessage().
pub fn send_email_message(
    client: &Client,
    config: &SendEmailMessageConfig,
) -> Result<Message, Fault> {
    let headers = Headers::new(config.headers.as_ref());
    let mut envelope = Envelope::new("sendEmailMessage", &headers)?;
    let ids = id::all_of_config("ids", &config.ids)?;
    envelope.body().each("ids", &ids);
    send(
        client,
        "sendEmailMessage",
        envelope,
        ids.len(),
        config.format,
    )
}

fn send(
    client: &Client,
    call: &'static str,
    envelope: Envelope,
    wanted: usize,
    format: Option<ReplyFormat>,
) -> Result<Message, Fault> {
    let types = Types::new(true);
    let answered = request::answer(
        client,
        call,
        envelope,
        wanted,
        Idempotency::NonIdempotent,
        format,
        &types,
    )?;
    Ok(answered.with_failures())
}

/// Refuses what Salesforce would refuse as a whole.
fn check(config: &SendEmailConfig) -> Result<(), Fault> {
    let count = config.emails.as_deref().unwrap_or_default().len()
        + config.mass_emails.as_deref().unwrap_or_default().len();
    if !(1..=MAX_EMAILS).contains(&count) {
        return Err(Fault::config(format!(
            "config has {count} emails; sendEmail() takes 1 to {MAX_EMAILS}, singles and mass together"
        )));
    }
    for (at, email) in config.emails.iter().flatten().enumerate() {
        let place = format!("config.emails[{at}]");
        let addresses = email.to_addresses.as_deref().unwrap_or_default().len()
            + email.cc_addresses.as_deref().unwrap_or_default().len()
            + email.bcc_addresses.as_deref().unwrap_or_default().len();
        if addresses > MAX_EMAIL_ADDRESSES {
            return Err(Fault::config(format!(
                "{place} has {addresses} addresses; Salesforce takes {MAX_EMAIL_ADDRESSES}"
            )));
        }
        if addresses == 0 && email.target_object_id.is_none() {
            return Err(Fault::config(format!(
                "{place} has no recipient: give `to-addresses` or `target-object-id`"
            )));
        }
        for attachment in email.attachments.as_deref().unwrap_or_default() {
            if attachment.body.is_some() == attachment.id.is_some() {
                return Err(Fault::config(format!(
                    "{place}: the attachment `{}` needs either `body` or `id`",
                    attachment.file_name
                )));
            }
        }
        let texts = [&email.subject, &email.plain_text_body, &email.html_body];
        if texts
            .into_iter()
            .flatten()
            .any(|text| unwritable(text).is_some())
        {
            return Err(Fault::config(format!(
                "{place} has a control character in its subject or text, which XML cannot carry"
            )));
        }
    }
    for (at, email) in config
        .mass_emails
        .as_deref()
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let (targets, whats) = (
            email.target_object_ids.len(),
            email.what_ids.as_deref().unwrap_or_default().len(),
        );
        if whats != 0 && whats != targets {
            return Err(Fault::config(format!(
                "config.mass-emails[{at}] has {targets} recipients and {whats} `what-ids`: give one for each, or none"
            )));
        }
    }
    Ok(())
}

/// What both kinds of email begin with.
struct Common<'a> {
    bcc_sender: Option<bool>,
    priority: Option<EmailPriority>,
    reply_to: Option<&'a str>,
    save_as_activity: Option<bool>,
    sender: Option<&'a str>,
    subject: Option<&'a str>,
    use_signature: Option<bool>,
}

impl Common<'_> {
    fn write(&self, xml: &mut Xml) {
        xml.flag_or_nil("bccSender", self.bcc_sender);
        xml.text_or_nil("emailPriority", self.priority.map(priority));
        xml.text_or_nil("replyTo", self.reply_to);
        xml.flag_or_nil("saveAsActivity", self.save_as_activity);
        xml.text_or_nil("senderDisplayName", self.sender);
        xml.text_or_nil("subject", self.subject);
        xml.flag_or_nil("useSignature", self.use_signature);
    }
}

/// Writes a SingleEmailMessage, with the elements that the schema of the version has, in its order (partner WSDLs 31.0 to 58.0).
fn single(email: &SingleEmail, version: ApiVersion, xml: &mut Xml) {
    xml.start_with("messages", " xsi:type=\"SingleEmailMessage\"");
    Common {
        bcc_sender: email.bcc_sender,
        priority: email.priority,
        reply_to: email.reply_to.as_deref(),
        save_as_activity: email.save_as_activity,
        sender: email.sender_display_name.as_deref(),
        subject: email.subject.as_deref(),
        use_signature: email.use_signature,
    }
    .write(xml);
    let newer = version >= ApiVersion(35);
    xml.each(
        "bccAddresses",
        email.bcc_addresses.as_deref().unwrap_or_default(),
    );
    xml.each(
        "ccAddresses",
        email.cc_addresses.as_deref().unwrap_or_default(),
    );
    xml.text_or_nil("charset", email.charset.as_deref());
    xml.each(
        "documentAttachments",
        email.document_attachments.as_deref().unwrap_or_default(),
    );
    if newer {
        xml.each(
            "entityAttachments",
            email.entity_attachments.as_deref().unwrap_or_default(),
        );
        attachments(email.attachments.as_deref().unwrap_or_default(), xml);
    }
    xml.text_or_nil("htmlBody", email.html_body.as_deref());
    some("inReplyTo", email.in_reply_to.as_deref(), xml);
    if newer {
        xml.text_or_nil("optOutPolicy", email.opt_out_policy.map(policy));
    } else {
        attachments(email.attachments.as_deref().unwrap_or_default(), xml);
    }
    some(
        "orgWideEmailAddressId",
        email.org_wide_email_address_id.as_deref(),
        xml,
    );
    xml.text_or_nil("plainTextBody", email.plain_text_body.as_deref());
    some("references", email.references.as_deref(), xml);
    xml.text_or_nil("targetObjectId", email.target_object_id.as_deref());
    xml.text_or_nil("templateId", email.template_id.as_deref());
    some("templateName", email.template_name.as_deref(), xml);
    xml.each(
        "toAddresses",
        email.to_addresses.as_deref().unwrap_or_default(),
    );
    if newer {
        xml.flag_or_nil("treatBodiesAsTemplate", email.treat_bodies_as_template);
        xml.flag_or_nil(
            "treatTargetObjectAsRecipient",
            email.treat_target_as_recipient,
        );
    }
    xml.text_or_nil("whatId", email.what_id.as_deref());
    xml.end("messages");
}

fn mass(email: &MassEmail, xml: &mut Xml) {
    xml.start_with("messages", " xsi:type=\"MassEmailMessage\"");
    Common {
        bcc_sender: email.bcc_sender,
        priority: email.priority,
        reply_to: email.reply_to.as_deref(),
        save_as_activity: email.save_as_activity,
        sender: email.sender_display_name.as_deref(),
        subject: email.subject.as_deref(),
        use_signature: email.use_signature,
    }
    .write(xml);
    xml.text_or_nil("description", email.description.as_deref());
    xml.each("targetObjectIds", &email.target_object_ids);
    xml.text("templateId", &email.template_id);
    xml.each("whatIds", email.what_ids.as_deref().unwrap_or_default());
    xml.end("messages");
}

fn attachments(files: &[EmailAttachment], xml: &mut Xml) {
    for file in files {
        xml.start("fileAttachments");
        some("body", file.body.as_deref(), xml);
        some("contentType", file.content_type.as_deref(), xml);
        xml.text("fileName", &file.file_name);
        some("id", file.id.as_deref(), xml);
        if file.show_inline {
            xml.flag("inline", true);
        }
        xml.end("fileAttachments");
    }
}

fn some(name: &str, value: Option<&str>, xml: &mut Xml) {
    if let Some(value) = value {
        xml.text(name, value);
    }
}

fn priority(priority: EmailPriority) -> &'static str {
    match priority {
        EmailPriority::Highest => "Highest",
        EmailPriority::High => "High",
        EmailPriority::Normal => "Normal",
        EmailPriority::Low => "Low",
        EmailPriority::Lowest => "Lowest",
    }
}

fn policy(policy: OptOutPolicy) -> &'static str {
    match policy {
        OptOutPolicy::Send => "SEND",
        OptOutPolicy::Filter => "FILTER",
        OptOutPolicy::Reject => "REJECT",
    }
}
