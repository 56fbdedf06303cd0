//! `renderEmailTemplate()` and `renderStoredEmailTemplate()`: what merge fields such as `{!Contact.FirstName}` come to.

use super::super::Context;
use super::super::arguments::Arguments;
use super::super::fault::Fault;
use super::super::results;
use super::super::shown::plain;
use super::template;
use sandbox_core::write::{Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

/// Requests of one call, and bodies of a request (partner WSDL: 10 each).
const MAX: usize = 10;

/// The records that merge fields refer to.
struct Records<'o>(Vec<Row<'o>>);

/// What is wrong with a merge field, and where.
struct BadField {
    name: String,
    offset: usize,
}

pub(in crate::soap) fn render_email_template(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let requests = arguments.many("renderRequests");
    arguments.finish()?;
    results::reject_many(requests.len(), MAX)?;
    let mut out = Out::default();
    for request in requests {
        let mut parts = Arguments::new(request);
        parts.flag("escapeHtmlInMergeFields")?;
        let bodies = parts.many("templateBodies");
        let ids = [parts.optional_text("whatId"), parts.optional_text("whoId")];
        parts.finish()?;
        results::reject_many(bodies.len(), MAX)?;
        let rendered = read(context, |writer| {
            let records = Records::load(writer, &ids)?;
            let rendered = bodies.iter().map(|body| records.render(&body.text));
            Ok(rendered.collect::<Vec<_>>())
        });
        out.element("result", "", |out| match &rendered {
            Ok(bodies) => {
                bodies.iter().for_each(|body| body_result(out, body));
                out.flag("success", bodies.iter().all(Result::is_ok));
            }
            Err(api_error) => {
                results::errors(out, api_error);
                out.flag("success", false);
            }
        });
    }
    Ok(out)
}

fn body_result(out: &mut Out, body: &Result<String, BadField>) {
    out.element("bodyResults", "", |out| {
        if let Err(bad) = body {
            out.element("errors", "", |out| {
                out.text("fieldName", &bad.name);
                out.text(
                    "message",
                    &format!("{} is not a valid merge field", bad.name),
                );
                out.number("offset", bad.offset);
                out.text("statusCode", "EMAIL_TEMPLATE_MERGEFIELD_ERROR");
            });
        }
        out.nillable("mergedBody", body.as_ref().ok().map(String::as_str));
        out.flag("success", body.is_ok());
    });
}

pub(in crate::soap) fn render_stored_email_template(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let request: &Element = arguments.required("request")?;
    arguments.finish()?;
    let mut parts = Arguments::new(request);
    parts.optional("attachmentRetrievalOption");
    let id = parts.text("templateId")?;
    parts.flag("updateTemplateUsage")?;
    let what = parts.optional_text("whatId");
    let who = parts.optional_text("whoId");
    parts.finish()?;
    let rendered = read(context, |writer| {
        let (subject, body) = template(writer, id)?;
        let records = Records::load(writer, &[what, who])?;
        let merged = |text: &str| {
            records.render(text).map_err(|bad| {
                let message = format!("{} is not a valid merge field", bad.name);
                ApiError::for_record("EMAIL_TEMPLATE_MERGEFIELD_ERROR", message, [])
            })
        };
        Ok((merged(&subject)?, merged(&body.unwrap_or_default())?))
    });
    let mut out = Out::default();
    out.element("result", "", |out| {
        match &rendered {
            Ok((subject, body)) => {
                out.element("renderedEmail", " xsi:type=\"SingleEmailMessage\"", |out| {
                    message(out, (subject.as_str(), body.as_str()), id, (what, who))
                })
            }
            Err(api_error) => {
                results::errors(out, api_error);
                out.nil("renderedEmail");
            }
        }
        out.flag("success", rendered.is_ok());
    });
    Ok(out)
}

/// `SingleEmailMessage`, in the order of the WSDL.
fn message(
    out: &mut Out,
    (subject, body): (&str, &str),
    template: &str,
    (what, who): (Option<&str>, Option<&str>),
) {
    for name in [
        "bccSender",
        "emailPriority",
        "replyTo",
        "saveAsActivity",
        "senderDisplayName",
    ] {
        out.nil(name);
    }
    out.text("subject", subject);
    out.nil("useSignature");
    for name in ["bccAddresses", "ccAddresses", "charset"] {
        out.nil(name);
    }
    out.nil("htmlBody");
    for name in ["inReplyTo", "optOutPolicy", "orgWideEmailAddressId"] {
        out.nil(name);
    }
    out.text("plainTextBody", body);
    out.nil("references");
    out.nillable("targetObjectId", who);
    out.text("templateId", template);
    for name in [
        "templateName",
        "toAddresses",
        "treatBodiesAsTemplate",
        "treatTargetObjectAsRecipient",
    ] {
        out.nil(name);
    }
    out.nillable("whatId", what);
}

/// Reads within one transaction that changes nothing.
fn read<T>(
    context: &Context<'_>,
    work: impl FnOnce(&Writer<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    context
        .org
        .write(&context.user, context.write_options(), work)
}

impl<'o> Records<'o> {
    fn load(writer: &Writer<'o>, ids: &[Option<&str>]) -> Result<Self, ApiError> {
        let mut rows = Vec::new();
        for text in ids.iter().flatten() {
            let id = results::read_id(text)?;
            let object = writer.schema.object_by_prefix(id.key_prefix());
            let object = object.ok_or_else(ApiError::not_found)?;
            let row = Row::load(writer.connection, object, id.as_str())?;
            let (row, _) = row
                .filter(|(_, deleted)| !deleted)
                .ok_or_else(ApiError::not_found)?;
            rows.push(row);
        }
        Ok(Self(rows))
    }

    /// Returns the text with its merge fields filled; those of other objects are empty.
    fn render(&self, text: &str) -> Result<String, BadField> {
        let (mut rest, mut out) = (text, String::new());
        while let Some((before, after)) = rest.split_once("{!") {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            out.push_str(before);
            let bad = || BadField {
                name: name.to_owned(),
                offset: text.len() - after.len() - "{!".len(),
            };
            out.push_str(&self.value(name).ok_or_else(bad)?);
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, name: &str) -> Option<String> {
        let (object, field) = name.split_once('.')?;
        let row = self
            .0
            .iter()
            .find(|row| row.object.name.eq_ignore_ascii_case(object));
        let Some(row) = row else {
            return Some(String::new());
        };
        let field = row.object.field(field)?;
        Some(plain(field, row.get(&field.name)).unwrap_or_default())
    }
}
