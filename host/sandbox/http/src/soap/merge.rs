//! `merge()` and `convertLead()`: several records become one, and one becomes several.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::records::Record;
use super::results::{self, MAX_RECORDS};
use sandbox_core::org::Mail;
use sandbox_core::write::{Conversion, Converted, Draft, Merged, Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::xml::Element;
use sandbox_model::xml::Out;

/// Leads of one call (SOAP API guide, "convertLead()": 100).
const MAX_LEADS: usize = 100;

/// A merge that is wanted; errors of its records become its result.
struct MergeRequest<'s, 'x> {
    object: &'s Object,
    winner: Option<&'x str>,
    losers: Vec<&'x str>,
    draft: Result<Draft, ApiError>,
}

/// Merges records.
pub(super) fn merge(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let requests = arguments.many("request");
    arguments.finish()?;
    results::reject_many(requests.len(), MAX_RECORDS)?;
    let wanted = requests
        .into_iter()
        .map(|request| read_merge(context, request))
        .collect::<Result<Vec<_>, _>>()?;
    let merged = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one =
                |wanted: MergeRequest<'_, '_>| writer.in_savepoint(|| merge_one(writer, wanted));
            wanted.into_iter().map(one).collect::<Result<Vec<_>, _>>()
        })?;
    let mut out = Out::default();
    for result in &merged {
        out.element("result", "", |out| merge_result(out, result));
    }
    Ok(out)
}

fn read_merge<'s, 'x>(
    context: &Context<'s>,
    request: &'x Element,
) -> Result<MergeRequest<'s, 'x>, Fault> {
    let mut parts = Arguments::new(request);
    parts.many("additionalInformationMap");
    let master = parts.required("masterRecord")?;
    let losers = parts.texts("recordToMergeIds");
    parts.finish()?;
    let schema = context.org.schema();
    let master = Record::read(master, schema, &context.namespaces)?;
    if !master.object.mergeable {
        let message = "entity type does not support merge";
        return Err(Fault::new("INVALID_TYPE_FOR_OPERATION", message));
    }
    Ok(MergeRequest {
        object: master.object,
        winner: master.id,
        losers,
        draft: master.draft(schema)?,
    })
}

fn merge_one(writer: &Writer<'_>, wanted: MergeRequest<'_, '_>) -> Result<Merged, ApiError> {
    let missing = || {
        ApiError::for_record(
            "MISSING_ARGUMENT",
            "Id not specified in masterRecord",
            ["Id"],
        )
    };
    let winner = results::read_id(wanted.winner.ok_or_else(missing)?)?;
    let losers = wanted
        .losers
        .iter()
        .map(|id| results::read_id(id))
        .collect::<Result<Vec<_>, _>>()?;
    writer.merge(wanted.object, &winner, &losers, wanted.draft?)
}

fn merge_result(out: &mut Out, result: &Result<Merged, ApiError>) {
    match result {
        Err(api_error) => results::outcome(out, None, Some(api_error)),
        Ok(merged) => {
            out.text("id", merged.id.as_str());
            for id in &merged.losers {
                out.text("mergedRecordIds", id.as_str());
            }
            out.flag("success", true);
            for id in &merged.related {
                out.text("updatedRelatedIds", id);
            }
        }
    }
}

/// Converts leads.
pub(super) fn convert_lead(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let leads = arguments.many("leadConverts");
    arguments.finish()?;
    if leads.len() > MAX_LEADS {
        let message = format!("cannot convert more than {MAX_LEADS} leads in one call");
        return Err(Fault::new("EXCEEDED_LEAD_CONVERT_LIMIT", message));
    }
    let leads = leads
        .into_iter()
        .map(|lead| read_conversion(context, lead))
        .collect::<Result<Vec<_>, _>>()?;
    let notify: Vec<bool> = leads.iter().map(|lead| lead.notify).collect();
    let converted = context
        .org
        .write(&context.user, context.write_options(), |writer| {
            let one = |lead: ConversionRequest| {
                let result = writer.in_savepoint(|| writer.convert_lead(lead.conversion?))?;
                Ok((lead.id, result))
            };
            leads
                .into_iter()
                .map(one)
                .collect::<Result<Vec<_>, ApiError>>()
        })?;
    let mut out = Out::default();
    for ((lead, result), notify) in converted.iter().zip(notify) {
        out.element("result", "", |out| converted_result(out, lead, result));
        if let (true, Ok(converted)) = (notify, result) {
            notify_owner(context, &converted.owner)?;
        }
    }
    Ok(out)
}

/// A conversion that is wanted.
struct ConversionRequest {
    id: String,
    notify: bool,
    conversion: Result<Conversion, ApiError>,
}

fn read_conversion(context: &Context<'_>, lead: &Element) -> Result<ConversionRequest, Fault> {
    let mut parts = Arguments::new(lead);
    let account = parts.optional_text("accountId");
    let for_account = values(context, parts.optional("accountRecord"))?;
    parts.flag("bypassAccountDedupeCheck")?;
    parts.flag("bypassContactDedupeCheck")?;
    let contact = parts.optional_text("contactId");
    let for_contact = values(context, parts.optional("contactRecord"))?;
    let status = parts.optional_text("convertedStatus").unwrap_or_default();
    let without_opportunity = parts.flag("doNotCreateOpportunity")?.unwrap_or(false);
    let id = parts.text("leadId")?;
    let opportunity = parts.optional_text("opportunityId");
    let opportunity_name = parts.optional_text("opportunityName");
    let for_opportunity = values(context, parts.optional("opportunityRecord"))?;
    let overwrite_lead_source = parts.flag("overwriteLeadSource")?.unwrap_or(false);
    let owner = parts.optional_text("ownerId");
    parts.optional("relatedPersonAccountId");
    parts.optional("relatedPersonAccountRecord");
    let notify = parts.flag("sendNotificationEmail")?.unwrap_or(false);
    parts.finish()?;
    let conversion = || {
        Ok(Conversion {
            lead: own_id("Lead ID", "00Q", id)?,
            account: optional_id("Account ID", "001", account)?,
            contact: optional_id("Contact ID", "003", contact)?,
            opportunity: optional_id("Opportunity ID", "006", opportunity)?,
            status: status.to_owned(),
            without_opportunity,
            opportunity_name: opportunity_name.map(str::to_owned),
            overwrite_lead_source,
            owner: owner.map(results::read_id).transpose()?,
            values: [for_account?, for_contact?, for_opportunity?],
        })
    };
    Ok(ConversionRequest {
        id: id.to_owned(),
        notify,
        conversion: conversion(),
    })
}

fn values(
    context: &Context<'_>,
    record: Option<&Element>,
) -> Result<Result<Draft, ApiError>, Fault> {
    let schema = context.org.schema();
    match record.filter(|record| !record.nil) {
        None => Ok(Ok(Draft::default())),
        Some(record) => Record::read(record, schema, &context.namespaces)?.draft(schema),
    }
}

fn optional_id(what: &str, prefix: &str, id: Option<&str>) -> Result<Option<RecordId>, ApiError> {
    id.map(|id| own_id(what, prefix, id)).transpose()
}

fn own_id(what: &str, prefix: &str, text: &str) -> Result<RecordId, ApiError> {
    let id = results::read_id(text)?;
    if id.key_prefix() == prefix {
        return Ok(id);
    }
    let message = format!("{what}: id value of incorrect type: {text}");
    Err(ApiError::for_record(
        "INVALID_CROSS_REFERENCE_KEY",
        message,
        [],
    ))
}

fn converted_result(out: &mut Out, lead: &str, result: &Result<Converted, ApiError>) {
    let made = result.as_ref().ok();
    out.nillable("accountId", made.map(|made| made.account.as_str()));
    out.nillable("contactId", made.map(|made| made.contact.as_str()));
    if let Err(api_error) = result {
        results::errors(out, api_error);
    }
    let lead = RecordId::parse(lead);
    out.nillable("leadId", lead.as_ref().map(RecordId::as_str));
    let opportunity = made.and_then(|made| made.opportunity.as_ref());
    out.nillable("opportunityId", opportunity.map(RecordId::as_str));
    out.flag("success", made.is_some());
}

/// `sendNotificationEmail`
fn notify_owner(context: &Context<'_>, owner: &RecordId) -> Result<(), Fault> {
    let Some(users) = context.org.schema().object("User") else {
        return Ok(());
    };
    let row = context
        .org
        .store()
        .read(|connection| Row::load(connection, users, owner.as_str()))?;
    let email = row.and_then(|(row, _)| row.get("Email").as_str().map(str::to_owned));
    context.org.outbox().add(Mail {
        sent: context.org.clock().now(),
        to: email.into_iter().collect(),
        subject: "A lead was converted for you".into(),
        ..Mail::default()
    });
    Ok(())
}
