//! The SOAP headers: who calls, and how the call is to be done.

use super::arguments::Arguments;
use super::fault::Fault;
use sandbox_core::events::ClientName;
use sandbox_core::write::Assignment;
use sandbox_model::id::RecordId;
use sandbox_model::xml::Element;

/// What the headers of a call ask for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// `SessionHeader`
    pub session: Option<String>,
    /// `QueryOptions`: rows of a page.
    pub batch_size: Option<usize>,
    /// `AllOrNoneHeader`
    pub all_or_none: bool,
    /// `AllowFieldTruncationHeader`
    pub allow_truncation: bool,
    /// `AssignmentRuleHeader`: the rule named.
    pub assignment_rule: Option<RecordId>,
    /// `AssignmentRuleHeader`: the active rule.
    pub default_assignment_rule: bool,
    /// `CallOptions`: who the client says it is.
    pub client: ClientName,
    /// `MruHeader`
    pub update_mru: bool,
    /// `DuplicateRuleHeader`
    pub duplicates: Duplicates,
    /// `EmailHeader`: whether the user is notified of a new password.
    pub email_user: bool,
    /// `OwnerChangeOptions` that are to be executed.
    pub owner_change: Vec<String>,
}

/// `DuplicateRuleHeader`
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Duplicates {
    /// Save in spite of rules that only warn.
    pub allow_save: bool,
    /// Show the fields of the duplicates, not only their ids.
    pub include_record_details: bool,
}

impl Header {
    /// Reads the headers in the namespace of the API; others are not for it.
    pub(super) fn read(headers: &[Element], api: &str) -> Result<Self, Fault> {
        let mut header = Self::default();
        for element in headers.iter().filter(|element| *element.namespace == *api) {
            header.take(element)?;
        }
        Ok(header)
    }

    fn take(&mut self, element: &Element) -> Result<(), Fault> {
        let mut parts = Arguments::new(element);
        match element.name.as_str() {
            "SessionHeader" => self.session = parts.optional_text("sessionId").map(str::to_owned),
            "CallOptions" => {
                let client = parts.optional_text("client");
                self.client = client.map(ClientName::new).unwrap_or_default();
                parts.optional("defaultNamespace");
            }
            "QueryOptions" => {
                let rows = parts.int("batchSize")?;
                self.batch_size = rows.map(|rows| usize::try_from(rows).unwrap_or(0));
            }
            "AllOrNoneHeader" => self.all_or_none = parts.flag("allOrNone")?.unwrap_or(false),
            "AllowFieldTruncationHeader" => {
                self.allow_truncation = parts.flag("allowFieldTruncation")?.unwrap_or(false);
            }
            "AssignmentRuleHeader" => self.assignment(&mut parts)?,
            "MruHeader" => self.update_mru = parts.flag("updateMru")?.unwrap_or(false),
            "DuplicateRuleHeader" => self.duplicates = duplicates(&mut parts)?,
            "EmailHeader" => {
                parts.flag("triggerAutoResponseEmail")?;
                parts.flag("triggerOtherEmail")?;
                self.email_user = parts.flag("triggerUserEmail")?.unwrap_or(false);
            }
            "OwnerChangeOptions" => self.owner_change = owner_change(&mut parts)?,
            "LocaleOptions" => {
                parts.optional("language");
                parts.flag("localizeErrors")?;
            }
            "PackageVersionHeader" => package_versions(&mut parts)?,
            // Of no consequence here: there are no feeds, and no territories.
            "DisableFeedTrackingHeader" => drop(parts.flag("disableFeedTracking")?),
            "StreamingEnabledHeader" => drop(parts.flag("streamingEnabled")?),
            "UserTerritoryDeleteHeader" => {
                let user = parts.optional_text("transferToUserId");
                user.map(record_id).transpose()?;
            }
            // Headers of no consequence here: DebuggingHeader and its like.
            _ => return Ok(()),
        }
        parts.finish()
    }

    /// Naming a rule and asking for the default one at once is a contradiction (SOAP API guide, "AssignmentRuleHeader").
    fn assignment(&mut self, parts: &mut Arguments<'_>) -> Result<(), Fault> {
        let rule = parts.optional_text("assignmentRuleId");
        let default = parts.flag("useDefaultRule")?.unwrap_or(false);
        if rule.is_some() && default {
            let message = "assignmentRuleId and useDefaultRule cannot both be specified";
            return Err(Fault::new("INVALID_ASSIGNMENT_RULE", message));
        }
        self.assignment_rule = rule.map(record_id).transpose()?;
        self.default_assignment_rule = default;
        Ok(())
    }

    /// Returns the assignment rule that the request asks for; SOAP runs none unless it does.
    pub(super) fn wanted_assignment(&self) -> Assignment {
        match &self.assignment_rule {
            Some(id) => Assignment::rule(id.as_str()).unwrap_or_default(),
            None if self.default_assignment_rule => Assignment::Active,
            None => Assignment::Off,
        }
    }
}

fn record_id(text: &str) -> Result<RecordId, Fault> {
    RecordId::parse(text).ok_or_else(|| Fault::new("MALFORMED_ID", format!("bad id {text}")))
}

fn duplicates(parts: &mut Arguments<'_>) -> Result<Duplicates, Fault> {
    let allow_save = parts.flag("allowSave")?.unwrap_or(false);
    let include_record_details = parts.flag("includeRecordDetails")?.unwrap_or(false);
    parts.flag("runAsCurrentUser")?;
    Ok(Duplicates {
        allow_save,
        include_record_details,
    })
}

fn owner_change(parts: &mut Arguments<'_>) -> Result<Vec<String>, Fault> {
    let mut wanted = Vec::new();
    for option in parts.many("options") {
        let mut option = Arguments::new(option);
        let kind = option.text("type")?.to_owned();
        if option.flag("execute")?.unwrap_or(false) {
            wanted.push(kind);
        }
        option.finish()?;
    }
    Ok(wanted)
}

fn package_versions(parts: &mut Arguments<'_>) -> Result<(), Fault> {
    for version in parts.many("packageVersions") {
        let mut version = Arguments::new(version);
        version.int("majorNumber")?;
        version.int("minorNumber")?;
        version.optional("namespace");
        version.finish()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &str) -> Result<Header, Fault> {
        let xml = format!("<h xmlns=\"urn:x\">{headers}</h>");
        Header::read(&Element::read(xml.as_bytes()).unwrap().children, "urn:x")
    }

    #[test]
    fn headers_control_a_call() {
        let header = read(
            "<SessionHeader><sessionId>s</sessionId></SessionHeader><QueryOptions><batchSize>250</batchSize></QueryOptions>\
             <AllOrNoneHeader><allOrNone>1</allOrNone></AllOrNoneHeader><Other xmlns=\"urn:y\"><z/></Other>\
             <OwnerChangeOptions><options><type>TransferOpenActivities</type><execute>true</execute></options>\
             <options><type>TransferContacts</type><execute>false</execute></options></OwnerChangeOptions>",
        )
        .unwrap();
        let expected = Header {
            session: Some("s".into()),
            batch_size: Some(250),
            all_or_none: true,
            owner_change: vec!["TransferOpenActivities".into()],
            ..Header::default()
        };
        assert_eq!(header, expected);
    }

    #[test]
    fn headers_that_the_schema_lacks_are_rejected() {
        let wrong = [
            "<AllOrNoneHeader><allOrNone>maybe</allOrNone></AllOrNoneHeader>",
            "<QueryOptions><batchSize>many</batchSize></QueryOptions>",
            "<MruHeader><nope>1</nope></MruHeader>",
            "<DisableFeedTrackingHeader><disableFeedTracking>maybe</disableFeedTracking></DisableFeedTrackingHeader>",
            "<StreamingEnabledHeader><nope>true</nope></StreamingEnabledHeader>",
            "<UserTerritoryDeleteHeader><transferToUserId>x</transferToUserId></UserTerritoryDeleteHeader>",
            "<AssignmentRuleHeader><assignmentRuleId>01QSb0000000001AAA</assignmentRuleId><useDefaultRule>true</useDefaultRule></AssignmentRuleHeader>",
            "<AssignmentRuleHeader><assignmentRuleId>x</assignmentRuleId></AssignmentRuleHeader>",
        ];
        for headers in wrong {
            assert!(read(headers).is_err(), "{headers}");
        }
    }
}
