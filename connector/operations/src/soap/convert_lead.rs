//! convertLead: leads become accounts, contacts and opportunities.

use super::batch_call::{BatchCall, RecordCodec};
use super::headers::Headers;
use super::results::outcome;
use super::sobject::{self, check_text};
use super::xml::{Element, Xml};
use crate::batch::{Extra, Extras, Plan};
use crate::typing::{RecordEncoder, RecordError, field_error, object_of};
use salesforce_client::client::Client;
use salesforce_client::connection::ApiVersion;
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ConvertLeadConfig;
use salesforce_contract::catalog::nearest;
use salesforce_contract::limits::MAX_LEAD_CONVERTS;
use salesforce_contract::message::Message;
use salesforce_formats::message::input::{Document, Node, Options, Value};

/// convertLead().
pub fn convert_lead(
    client: &Client,
    config: &ConvertLeadConfig,
    input: &Message,
) -> Result<Message, Fault> {
    let document = Document::open(input, None, Options::default())?;
    let codec = Convert {
        encoder: RecordEncoder::new(client, document.is_untyped()).by_describe(),
        version: client.version()?,
        status: config.converted_status.as_deref(),
    };
    let headers = Headers::new(config.headers.as_ref());
    let plan = Plan::new(config.batch_size, config.parallel).at_most(MAX_LEAD_CONVERTS);
    BatchCall::new(
        client,
        "convertLead",
        headers,
        Idempotency::NonIdempotent,
        codec,
    )
    .run(&document, plan, config.format)
}

/// What a part of a conversion is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// An id or a text; nil where it is not told.
    Text,
    /// A text that must be told.
    Needed,
    /// True or false; false where it is not told.
    Flag,
    /// True or false; nil where it is not told.
    MaybeFlag,
    /// The values of a record of this sObject; nil where they are not told.
    Record(&'static str),
}

/// The parts of `LeadConvert` in the order of the schema, each with the API version that brought it (partner WSDLs 31.0 to 58.0).
const PARTS: &[(&str, Part, u16)] = &[
    ("accountId", Part::Text, 0),
    ("accountRecord", Part::Record("Account"), 41),
    ("bypassAccountDedupeCheck", Part::MaybeFlag, 41),
    ("bypassContactDedupeCheck", Part::MaybeFlag, 41),
    ("contactId", Part::Text, 0),
    ("contactRecord", Part::Record("Contact"), 41),
    ("convertedStatus", Part::Needed, 0),
    ("doNotCreateOpportunity", Part::Flag, 0),
    ("leadId", Part::Needed, 0),
    ("opportunityId", Part::Text, 40),
    ("opportunityName", Part::Text, 0),
    ("opportunityRecord", Part::Record("Opportunity"), 41),
    ("overwriteLeadSource", Part::Flag, 0),
    ("ownerId", Part::Text, 0),
    ("relatedPersonAccountId", Part::Text, 51),
    ("relatedPersonAccountRecord", Part::Record("Account"), 51),
    ("sendNotificationEmail", Part::Flag, 0),
];

struct Convert<'a> {
    encoder: RecordEncoder<'a>,
    version: ApiVersion,
    status: Option<&'a str>,
}

impl RecordCodec for Convert<'_> {
    fn encode(&self, node: Node) -> Result<(Option<String>, String), RecordError> {
        self.check_names(&node)?;
        let mut members = node.members;
        let mut xml = Xml::default();
        xml.start("leadConverts");
        for (name, part, since) in PARTS {
            if self.version < ApiVersion(*since) {
                continue;
            }
            let at = members
                .iter()
                .position(|(known, _)| known.eq_ignore_ascii_case(name));
            let value = match at.map(|at| members.swap_remove(at).1) {
                None | Some(Value::Null) if *name == "convertedStatus" => {
                    self.status.map(|status| Value::Text(status.to_owned()))
                }
                None | Some(Value::Null) => None,
                value => value,
            };
            self.part(name, *part, value, &mut xml)?;
        }
        xml.end("leadConverts");
        Ok((None, xml.finish()))
    }

    fn outcome(&self, result: &Element, index: u32, _: &str, _: bool) -> Outcome {
        Outcome {
            id: result.text_of("leadId").map(str::to_owned),
            ..outcome(result, index, Some(false))
        }
    }

    fn extras(&self, result: &Element) -> Extras {
        let text = |name| Extra::Text(result.text_of(name).map(str::to_owned));
        let mut extras = vec![
            ("leadId", text("leadId")),
            ("accountId", text("accountId")),
            ("contactId", text("contactId")),
            ("opportunityId", text("opportunityId")),
        ];
        if self.version >= ApiVersion(51) {
            extras.push(("relatedPersonAccountId", text("relatedPersonAccountId")));
        }
        extras
    }
}

impl Convert<'_> {
    /// Refuses what is no part of a conversion, or not yet one in this version.
    fn check_names(&self, node: &Node) -> Result<(), RecordError> {
        for (name, _) in &node.members {
            let known = PARTS
                .iter()
                .find(|(known, ..)| known.eq_ignore_ascii_case(name));
            match known {
                Some((_, _, since)) if self.version < ApiVersion(*since) => {
                    return Err(field_error(
                        name,
                        format_args!(
                            "needs API {since}.0 or later; the connection uses {}",
                            self.version
                        ),
                    ));
                }
                Some(_) => {}
                None => {
                    let near = nearest(name, PARTS.iter().map(|(known, ..)| *known));
                    let hint = near.map(|near| format!("; did you mean `{near}`?"));
                    return Err(field_error(
                        name,
                        format_args!("is no part of a conversion{}", hint.unwrap_or_default()),
                    ));
                }
            }
        }
        Ok(())
    }

    fn part(
        &self,
        name: &str,
        part: Part,
        value: Option<Value>,
        xml: &mut Xml,
    ) -> Result<(), RecordError> {
        match (part, value) {
            (Part::Needed, None) => return Err(field_error(name, "is missing")),
            (Part::Flag, None) => xml.flag(name, false),
            (_, None) => xml.nil(name),
            (Part::Text | Part::Needed, Some(Value::Text(text) | Value::Untyped(text))) => {
                check_text(name, &text)?;
                xml.text(name, &text);
            }
            (Part::Flag | Part::MaybeFlag, Some(value)) => match boolean(&value) {
                Some(value) => xml.flag(name, value),
                None => return Err(field_error(name, "is neither true nor false")),
            },
            (Part::Record(object), Some(Value::Object(node))) => {
                let object = object_of(&node, Some(object))?;
                let node = self.encoder.encode(node, &object)?;
                sobject::write(&self.encoder, name, &object, node, xml)?;
            }
            (Part::Record(_), Some(_)) => {
                return Err(field_error(name, "is no object with values of a record"));
            }
            (Part::Text | Part::Needed, Some(_)) => return Err(field_error(name, "is no text")),
        }
        Ok(())
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Text(text) | Value::Untyped(text) => match text.trim() {
            "true" | "TRUE" | "True" | "1" => Some(true),
            "false" | "FALSE" | "False" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
