//! Converting leads: an account, a contact and an opportunity come of one.

use jiff::civil::Date;

use super::cascade::AuditStamp;
use super::{Draft, Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::value::{Value, dates};

/// States of a lead that mean it was converted (Salesforce help, "Lead Status": the defaults of old and new orgs).
const CONVERTED_STATES: [&str; 2] = ["Closed - Converted", "Qualified"];
/// Stage of an opportunity that comes of a lead: the first open one.
const FIRST_STAGE: &str = "Prospecting";
/// Fields of a lead and where they go in the account (Salesforce help, "Lead Conversion Field Mapping").
const TO_ACCOUNT: &[(&str, &str)] = &[
    ("Company", "Name"),
    ("Phone", "Phone"),
    ("Fax", "Fax"),
    ("Website", "Website"),
    ("Industry", "Industry"),
    ("Rating", "Rating"),
    ("AnnualRevenue", "AnnualRevenue"),
    ("NumberOfEmployees", "NumberOfEmployees"),
    ("LeadSource", "AccountSource"),
    ("Street", "BillingStreet"),
    ("City", "BillingCity"),
    ("State", "BillingState"),
    ("PostalCode", "BillingPostalCode"),
    ("Country", "BillingCountry"),
];
/// The same for the contact.
const TO_CONTACT: &[(&str, &str)] = &[
    ("LastName", "LastName"),
    ("FirstName", "FirstName"),
    ("Salutation", "Salutation"),
    ("Title", "Title"),
    ("Phone", "Phone"),
    ("MobilePhone", "MobilePhone"),
    ("Fax", "Fax"),
    ("Email", "Email"),
    ("LeadSource", "LeadSource"),
    ("Description", "Description"),
    ("HasOptedOutOfEmail", "HasOptedOutOfEmail"),
    ("Street", "MailingStreet"),
    ("City", "MailingCity"),
    ("State", "MailingState"),
    ("PostalCode", "MailingPostalCode"),
    ("Country", "MailingCountry"),
];

/// How a lead is to be converted.
#[derive(Debug, Clone)]
pub struct Conversion {
    /// The lead.
    pub lead: RecordId,
    /// An account that is there already.
    pub account: Option<RecordId>,
    /// A contact of that account.
    pub contact: Option<RecordId>,
    /// An opportunity of that account.
    pub opportunity: Option<RecordId>,
    /// The lead's state from now on; a converted one.
    pub status: String,
    /// Make no opportunity.
    pub without_opportunity: bool,
    /// The name of the opportunity; the company's unless given.
    pub opportunity_name: Option<String>,
    /// Replace the lead source of a contact that is there already.
    pub overwrite_lead_source: bool,
    /// Owner of what is made; the lead's unless given.
    pub owner: Option<RecordId>,
    /// Values for the account, the contact and the opportunity that are created, in addition to those of the lead.
    pub values: [Draft; 3],
}

/// Outcome of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The account.
    pub account: RecordId,
    /// The contact.
    pub contact: RecordId,
    /// The opportunity, unless none was wanted.
    pub opportunity: Option<RecordId>,
    /// Owner of the new records.
    pub owner: RecordId,
}

impl Writer<'_> {
    /// Converts a lead: its tasks and files go to the contact, the lead itself can no longer be changed.
    ///
    /// # Errors
    /// `CANNOT_UPDATE_CONVERTED_LEAD`, `INVALID_STATUS`, a record named that is not there or does not belong to the
    /// account; what [`Writer::insert`] rejects.
    pub fn convert_lead(&self, wanted: Conversion) -> Result<Converted, ApiError> {
        let lead = self.existing("Lead", &wanted.lead)?;
        reject_converted_lead(&lead)?;
        reject_open_state(lead.object, &wanted.status)?;
        let owner = self.owner_of(&lead, wanted.owner.as_ref())?;
        reject_without_account(&wanted)?;
        let [for_account, for_contact, for_opportunity] = wanted.values;
        let account = match wanted.account {
            Some(account) => self.enrich("Account", &account, &lead, TO_ACCOUNT, None, &[])?,
            None => self.make("Account", &lead, TO_ACCOUNT, &owner, None, for_account)?,
        };
        let of_account = Some(&account);
        // Filled values of a record that is there stay, but for the lead source on request (SOAP API guide,
        // "convertLead()": `overwriteLeadSource`).
        let replaced: &[&str] = match wanted.overwrite_lead_source {
            true => &["LeadSource"],
            false => &[],
        };
        let contact = match wanted.contact {
            Some(known) => {
                self.enrich("Contact", &known, &lead, TO_CONTACT, of_account, replaced)?
            }
            None => self.make(
                "Contact",
                &lead,
                TO_CONTACT,
                &owner,
                of_account,
                for_contact,
            )?,
        };
        let opportunity = match wanted.opportunity {
            _ if wanted.without_opportunity => None,
            Some(known) => Some(self.enrich("Opportunity", &known, &lead, &[], of_account, &[])?),
            None => {
                let own = self.opportunity(&lead, wanted.opportunity_name, &contact)?;
                let draft = join(own, for_opportunity);
                Some(self.make("Opportunity", &lead, &[], &owner, of_account, draft)?)
            }
        };
        let about = opportunity.as_ref().unwrap_or(&account);
        self.move_activities(&wanted.lead, &contact, about)?;
        self.close(
            &lead,
            &wanted.status,
            [Some(&account), Some(&contact), opportunity.as_ref()],
        )?;
        Ok(Converted {
            account,
            contact,
            opportunity,
            owner,
        })
    }

    /// Returns a record of this object that is there.
    fn existing(&self, name: &str, id: &RecordId) -> Result<Row<'_>, ApiError> {
        let object = self.schema.object(name).ok_or_else(ApiError::not_found)?;
        match Row::load(self.connection, object, id.as_str())? {
            None => Err(ApiError::not_found()),
            Some((_, true)) => Err(ApiError::deleted()),
            Some((row, false)) => Ok(row),
        }
    }

    /// Queues own leads, but neither accounts nor contacts.
    fn owner_of(&self, lead: &Row<'_>, wanted: Option<&RecordId>) -> Result<RecordId, ApiError> {
        let of_lead = lead.get("OwnerId").as_str().and_then(RecordId::parse);
        let owner = wanted
            .cloned()
            .or(of_lead)
            .unwrap_or_else(|| self.user.clone());
        if self
            .schema
            .object_of_id(owner.as_str())
            .is_some_and(|of| of.name == "User")
        {
            return Ok(owner);
        }
        let message = "Converted objects can only be owned by users.  If the lead is owned by a queue, you must specify \
                       a different owner for these objects.";
        Err(ApiError::for_record("UNKNOWN_EXCEPTION", message, []))
    }

    fn make(
        &self,
        name: &str,
        lead: &Row<'_>,
        mapping: &[(&str, &str)],
        owner: &RecordId,
        account: Option<&RecordId>,
        more: Draft,
    ) -> Result<RecordId, ApiError> {
        let object = self.schema.object(name).ok_or_else(ApiError::not_found)?;
        let mut draft = Draft::default();
        for (from, to) in mapping {
            if !lead.get(from).is_null() {
                draft.set(object, to, lead.get(from).clone());
            }
        }
        draft.set(object, "OwnerId", Value::text(owner.as_str()));
        if let Some(account) = account {
            draft.set(object, "AccountId", Value::text(account.as_str()));
        }
        Ok(self.insert(object, join(draft, more))?.id)
    }

    /// Fills what a record that is there already lacks, and replaces what is to be replaced.
    fn enrich(
        &self,
        name: &str,
        id: &RecordId,
        lead: &Row<'_>,
        mapping: &[(&str, &str)],
        account: Option<&RecordId>,
        replaced: &[&str],
    ) -> Result<RecordId, ApiError> {
        let row = self.existing(name, id)?;
        let of = row.get("AccountId").as_str();
        if account.is_some_and(|account| of != Some(account.as_str())) {
            let message = format!("{name} {id} does not belong to the account of the conversion");
            return Err(ApiError::for_record(
                "INVALID_CROSS_REFERENCE_KEY",
                message,
                [],
            ));
        }
        let mut draft = Draft::default();
        for (from, to) in mapping {
            let lacks = row.get(to).is_null() || replaced.contains(to);
            if lacks && !lead.get(from).is_null() {
                draft.set(row.object, to, lead.get(from).clone());
            }
        }
        if !draft.is_empty() {
            self.update(row.object, id, draft)?;
        }
        Ok(id.clone())
    }

    /// Returns what an opportunity has that comes of a lead: it closes with the quarter.
    fn opportunity(
        &self,
        lead: &Row<'_>,
        name: Option<String>,
        contact: &RecordId,
    ) -> Result<Draft, ApiError> {
        let object = self
            .schema
            .object("Opportunity")
            .ok_or_else(ApiError::not_found)?;
        let company = lead.get("Company").as_str().unwrap_or_default();
        let name = name.unwrap_or_else(|| format!("{company}-"));
        let mut draft = Draft::from_texts(object, &[("Name", &name), ("StageName", FIRST_STAGE)]);
        draft.set(object, "CloseDate", Value::text(end_of_quarter(self.now)));
        draft.set(object, "LeadSource", lead.get("LeadSource").clone());
        draft.set(object, "ContactId", Value::text(contact.as_str()));
        Ok(draft)
    }

    /// Tasks go to the contact and are about the opportunity or the account; files go to the contact.
    fn move_activities(
        &self,
        lead: &RecordId,
        contact: &RecordId,
        about: &RecordId,
    ) -> Result<(), ApiError> {
        let contact = Value::text(contact.as_str());
        if let Some(task) = self.schema.object("Task") {
            for moved in self.children_by("Task", "WhoId", lead.as_str())? {
                self.cascade_update(task, &moved, AuditStamp::System, |row| {
                    row.set("WhoId", contact.clone());
                    if row.get("WhatId").is_null() {
                        row.set("WhatId", Value::text(about.as_str()));
                    }
                })?;
            }
        }
        if let Some(attachment) = self.schema.object("Attachment") {
            for moved in self.children_by("Attachment", "ParentId", lead.as_str())? {
                self.cascade_update(attachment, &moved, AuditStamp::System, |row| {
                    row.set("ParentId", contact.clone());
                })?;
            }
        }
        Ok(())
    }

    fn close(
        &self,
        lead: &Row<'_>,
        status: &str,
        made: [Option<&RecordId>; 3],
    ) -> Result<(), ApiError> {
        let mut draft = Draft::from_texts(lead.object, &[("Status", status)]);
        draft.set(lead.object, "IsConverted", Value::Bool(true));
        draft.set(lead.object, "IsUnreadByOwner", Value::Bool(false));
        draft.set(
            lead.object,
            "ConvertedDate",
            Value::text(dates::day_of(self.now)),
        );
        let fields = [
            "ConvertedAccountId",
            "ConvertedContactId",
            "ConvertedOpportunityId",
        ];
        for (field, id) in fields.into_iter().zip(made) {
            let id = id.map_or(Value::Null, |id| Value::text(id.as_str()));
            draft.set(lead.object, field, id);
        }
        let id = lead.get("Id").as_str().and_then(RecordId::parse);
        self.amend(lead.object, &id.ok_or_else(ApiError::not_found)?, draft)?;
        Ok(())
    }
}

fn reject_converted_lead(lead: &Row<'_>) -> Result<(), ApiError> {
    if *lead.get("IsConverted") != Value::Bool(true) {
        return Ok(());
    }
    let message = "This lead has already been converted";
    let code = "CANNOT_UPDATE_CONVERTED_LEAD";
    Err(ApiError::for_record(code, message, []))
}

/// Rejects an existing contact or opportunity without an existing account.
fn reject_without_account(wanted: &Conversion) -> Result<(), ApiError> {
    if wanted.account.is_some() || (wanted.contact.is_none() && wanted.opportunity.is_none()) {
        return Ok(());
    }
    let message = "accountId is required where contactId or opportunityId is given";
    let code = "MISSING_ARGUMENT";
    Err(ApiError::for_record(code, message, ["accountId"]))
}

fn reject_open_state(lead: &Object, status: &str) -> Result<(), ApiError> {
    let known = lead.field("Status").is_some_and(|field| {
        field
            .picklist
            .iter()
            .any(|known| known.active && known.value == status)
    });
    if known && CONVERTED_STATES.contains(&status) {
        return Ok(());
    }
    let message = format!("invalid convertedStatus: {status}");
    Err(ApiError::for_record("INVALID_STATUS", message, []))
}

/// One draft's values, then the other's, which count where both name a field.
fn join(mut one: Draft, other: Draft) -> Draft {
    one.values.extend(other.values);
    one.parents.extend(other.parents);
    one
}

/// Returns the last day of the quarter of an instant.
fn end_of_quarter(now: i64) -> String {
    let day: Option<Date> = dates::day_of(now).parse().ok();
    let end = day.and_then(|day| {
        let last_month = (day.month() - 1) / 3 * 3 + 3;
        Some(Date::new(day.year(), last_month, 1).ok()?.last_of_month())
    });
    end.map_or_else(|| dates::day_of(now), |end| end.to_string())
}

#[cfg(test)]
mod tests {
    use super::end_of_quarter;

    #[test]
    fn quarters_end_in_march_june_september_and_december() {
        for (ms, end) in [
            (0, "1970-03-31"),
            (1_790_000_000_000, "2026-09-30"),
            (1_798_000_000_000, "2026-12-31"),
        ] {
            assert_eq!(end_of_quarter(ms), end);
        }
    }
}
