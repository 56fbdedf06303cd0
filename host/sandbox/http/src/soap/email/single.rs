//! A message to addresses, or to one person that the org knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::super::arguments::Arguments;
use super::super::fault::Fault;
use super::super::results;
use super::read::EmailMembers;
use super::{KnownRecipient, check_address, envelope_of, missing, person, save_activity, template};
use sandbox_core::org::Mail;
use sandbox_core::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::xml::Element;

/// Addresses of `toAddresses`, `ccAddresses`, `bccAddresses` (SOAP API guide, "SingleEmailMessage").
const MAX_ADDRESSES: [(&str, usize); 3] = [
    ("toAddresses", 100),
    ("ccAddresses", 25),
    ("bccAddresses", 25),
];

/// What to do about those who want no mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OptOut {
    Send,
    Filter,
    Reject,
}

/// `SingleEmailMessage`
pub(super) struct SingleEmail<'x> {
    common: EmailMembers<'x>,
    to: Vec<&'x str>,
    cc: Vec<&'x str>,
    bcc: Vec<&'x str>,
    attachments: Vec<&'x str>,
    html: Option<&'x str>,
    text: Option<&'x str>,
    opt_out: OptOut,
    target: Option<&'x str>,
    template: Option<&'x str>,
    what: Option<&'x str>,
    /// Whether the target gets the message itself.
    to_target: bool,
}

impl<'x> SingleEmail<'x> {
    pub(super) fn read(element: &'x Element) -> Result<Self, Fault> {
        let mut parts = Arguments::new(element);
        let common = EmailMembers::read(&mut parts)?;
        let bcc = parts.texts("bccAddresses");
        let cc = parts.texts("ccAddresses");
        parts.optional("charset");
        parts.many("documentAttachments");
        parts.many("entityAttachments");
        let attachments = parts.many("fileAttachments");
        let attachments = attachments
            .into_iter()
            .map(attachment)
            .collect::<Result<_, _>>()?;
        let html = parts.optional_text("htmlBody");
        parts.optional("inReplyTo");
        let opt_out = opt_out(parts.optional_text("optOutPolicy"))?;
        parts.optional("orgWideEmailAddressId");
        let text = parts.optional_text("plainTextBody");
        parts.optional("references");
        let target = parts.optional_text("targetObjectId");
        let template = parts.optional_text("templateId");
        parts.optional("templateName");
        let to = parts.texts("toAddresses");
        parts.flag("treatBodiesAsTemplate")?;
        let to_target = parts.flag("treatTargetObjectAsRecipient")?.unwrap_or(true);
        let what = parts.optional_text("whatId");
        parts.finish()?;
        Ok(Self {
            common,
            to,
            cc,
            bcc,
            attachments,
            html,
            text,
            opt_out,
            target,
            template,
            what,
            to_target,
        })
    }

    /// Checks the message, and gives what goes out.
    pub(super) fn send(&self, writer: &Writer<'_>) -> Result<Vec<Mail>, ApiError> {
        self.common.check()?;
        self.check_addresses()?;
        self.what.map(results::read_id).transpose()?;
        let target = self.target.map(|id| person(writer, id)).transpose()?;
        let mut mail = self.mail(writer)?;
        if let Some(target) = target.as_ref().filter(|_| self.to_target) {
            self.add_target(&mut mail, target)?;
        }
        if mail.to.len() + mail.cc.len() + mail.bcc.len() == 0 {
            return match self.opt_out {
                OptOut::Filter if target.is_some() => Ok(Vec::new()),
                _ => Err(missing("Add a recipient to send an email.")),
            };
        }
        if let Some(target) = &target {
            self.remember(writer, target, &mail.subject)?;
        }
        Ok(vec![mail])
    }

    fn mail(&self, writer: &Writer<'_>) -> Result<Mail, ApiError> {
        let owned = |addresses: &[&str]| addresses.iter().map(|one| (*one).to_owned()).collect();
        let mut mail = Mail {
            to: owned(&self.to),
            cc: owned(&self.cc),
            bcc: owned(&self.bcc),
            text: self.text.map(str::to_owned),
            html: self.html.map(str::to_owned),
            attachments: owned(&self.attachments),
            ..envelope_of(writer, &self.common)
        };
        if let Some(id) = self.template {
            (mail.subject, mail.text) = template(writer, id)?;
        } else if mail.text.is_none() && mail.html.is_none() {
            return Err(missing(
                "Missing body, need at least one of html or plainText",
            ));
        }
        Ok(mail)
    }

    fn check_addresses(&self) -> Result<(), ApiError> {
        let lists = [&self.to, &self.cc, &self.bcc];
        for ((name, most), list) in MAX_ADDRESSES.into_iter().zip(lists) {
            if list.len() > most {
                let message = format!("{name} takes at most {most} addresses");
                return Err(ApiError::for_record("LIMIT_EXCEEDED", message, [name]));
            }
            list.iter().try_for_each(|address| check_address(address))?;
        }
        Ok(())
    }

    fn add_target(&self, mail: &mut Mail, target: &KnownRecipient<'_>) -> Result<(), ApiError> {
        match self.opt_out {
            OptOut::Reject if target.has_opted_out() => {
                let message = "The recipient has opted out of email";
                return Err(ApiError::for_record(
                    "EMAIL_OPTED_OUT",
                    message,
                    ["targetObjectId"],
                ));
            }
            OptOut::Filter if target.has_opted_out() => {}
            _ => mail.to.push(target.email.clone()),
        }
        Ok(())
    }

    fn remember(
        &self,
        writer: &Writer<'_>,
        target: &KnownRecipient<'_>,
        subject: &str,
    ) -> Result<(), ApiError> {
        let wanted = self.common.save_as_activity;
        if target.object.name != "User" {
            return match wanted {
                Some(false) => Ok(()),
                _ => save_activity(writer, target, subject),
            };
        }
        if wanted == Some(true) {
            let message = "saveAsActivity must be false when sending mail to users.";
            return Err(ApiError::for_record(
                "INVALID_SAVE_AS_ACTIVITY_FLAG",
                message,
                ["saveAsActivity"],
            ));
        }
        Ok(())
    }
}

fn opt_out(text: Option<&str>) -> Result<OptOut, Fault> {
    match text {
        None | Some("SEND") => Ok(OptOut::Send),
        Some("FILTER") => Ok(OptOut::Filter),
        Some("REJECT") => Ok(OptOut::Reject),
        Some(other) => Err(Fault::wrong_type(
            other,
            "urn:partner.soap.sforce.com:SendEmailOptOutPolicy",
        )),
    }
}

/// Returns the name of a file; its content has to be base64.
fn attachment(element: &Element) -> Result<&str, Fault> {
    let mut parts = Arguments::new(element);
    let body = parts.optional_text("body").unwrap_or_default();
    let packed: String = body.split_whitespace().collect();
    if BASE64.decode(packed).is_err() {
        return Err(Fault::wrong_type(body, "xsd:base64Binary"));
    }
    parts.optional("contentType");
    let name = parts.text("fileName")?;
    parts.optional("id");
    parts.flag("inline")?;
    parts.finish()?;
    Ok(name)
}
