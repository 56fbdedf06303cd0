//! What messages of both kinds begin with: `Email` of the WSDL.

use super::super::arguments::Arguments;
use super::super::fault::Fault;
use super::check_address;
use sandbox_model::api_error::ApiError;

/// How urgent a message can be said to be.
const PRIORITIES: [&str; 5] = ["Highest", "High", "Normal", "Low", "Lowest"];

/// The members of `Email`.
pub(super) struct EmailMembers<'x> {
    pub reply_to: Option<&'x str>,
    /// Whether the message becomes a task of the recipient; it does unless it says otherwise.
    pub save_as_activity: Option<bool>,
    pub sender: Option<&'x str>,
    pub subject: Option<&'x str>,
}

impl<'x> EmailMembers<'x> {
    pub(super) fn read(parts: &mut Arguments<'x>) -> Result<Self, Fault> {
        parts.flag("bccSender")?;
        let priority = parts.optional_text("emailPriority");
        if let Some(other) = priority.filter(|priority| !PRIORITIES.contains(priority)) {
            return Err(Fault::wrong_type(
                other,
                "urn:partner.soap.sforce.com:EmailPriority",
            ));
        }
        let common = Self {
            reply_to: parts.optional_text("replyTo"),
            save_as_activity: parts.flag("saveAsActivity")?,
            sender: parts.optional_text("senderDisplayName"),
            subject: parts.optional_text("subject"),
        };
        parts.flag("useSignature")?;
        Ok(common)
    }

    pub(super) fn check(&self) -> Result<(), ApiError> {
        self.reply_to.map_or(Ok(()), check_address)
    }
}
