//! One template to many people that the org knows.

use super::super::arguments::Arguments;
use super::super::fault::Fault;
use super::super::results;
use super::read::EmailMembers;
use super::{envelope_of, missing, person, save_activity, template};
use sandbox_core::org::Mail;
use sandbox_core::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::xml::Element;

/// Recipients of one message (SOAP API guide, "MassEmailMessage": 250).
const MAX_TARGETS: usize = 250;

/// `MassEmailMessage`
pub(super) struct MassEmail<'x> {
    common: EmailMembers<'x>,
    targets: Vec<&'x str>,
    template: &'x str,
    whats: Vec<&'x str>,
}

impl<'x> MassEmail<'x> {
    pub(super) fn read(element: &'x Element) -> Result<Self, Fault> {
        let mut parts = Arguments::new(element);
        let common = EmailMembers::read(&mut parts)?;
        parts.optional("description");
        let targets = parts.texts("targetObjectIds");
        let template = parts.text("templateId")?;
        let whats = parts.texts("whatIds");
        parts.finish()?;
        Ok(Self {
            common,
            targets,
            template,
            whats,
        })
    }

    /// Checks the message, and gives one for each recipient who has not opted out.
    pub(super) fn send(&self, writer: &Writer<'_>) -> Result<Vec<Mail>, ApiError> {
        self.common.check()?;
        if self.targets.is_empty() {
            return Err(missing("Add a recipient to send an email."));
        }
        if self.targets.len() > MAX_TARGETS {
            let message = format!("a mass email takes at most {MAX_TARGETS} recipients");
            return Err(ApiError::for_record(
                "MASS_MAIL_LIMIT_EXCEEDED",
                message,
                ["targetObjectIds"],
            ));
        }
        if !self.whats.is_empty() && self.whats.len() != self.targets.len() {
            let message = "whatIds must be as many as targetObjectIds, or none";
            return Err(ApiError::for_record(
                "INVALID_ID_FIELD",
                message,
                ["whatIds"],
            ));
        }
        for what in &self.whats {
            results::read_id(what)?;
        }
        let (subject, text) = template(writer, self.template)?;
        let mut mails = Vec::new();
        for id in &self.targets {
            let target = person(writer, id)?;
            if target.has_opted_out() {
                continue;
            }
            if target.object.name != "User" && self.common.save_as_activity != Some(false) {
                save_activity(writer, &target, &subject)?;
            }
            mails.push(Mail {
                to: vec![target.email],
                subject: subject.clone(),
                text: text.clone(),
                ..envelope_of(writer, &self.common)
            });
        }
        Ok(mails)
    }
}
