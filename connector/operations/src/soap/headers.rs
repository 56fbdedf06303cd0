//! SOAP headers beside the session's, and which call takes which (partner WSDL, the input headers of each operation).

use super::id;
use super::sobject::is_name;
use super::xml::{Xml, unwritable};
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    FreeHeader, HeaderOptions,
};

/// The headers of one request.
#[derive(Clone, Copy, Default)]
pub struct Headers<'a> {
    /// What the config sets.
    pub options: Option<&'a HeaderOptions>,
    /// Whether the records of a call are saved whole or not at all; `None` for calls that save none.
    pub all_or_none: Option<bool>,
    /// Rows per page.
    pub batch_size: Option<u16>,
}

/// Headers that only some calls take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header {
    Package,
    Locale,
    Mru,
    Assignment,
    Truncation,
    Duplicate,
    Email,
    Owner,
    Feed,
    Territory,
}

use Header::{
    Assignment, Duplicate, Email, Feed, Locale, Mru, Owner, Package, Territory, Truncation,
};

/// What each call takes beside the session and CallOptions.
fn taken_by(call: &str) -> &'static [Header] {
    match call {
        "create" | "merge" => &[
            Package, Locale, Mru, Assignment, Truncation, Duplicate, Email, Feed,
        ],
        "update" | "upsert" => &[
            Package, Locale, Mru, Assignment, Truncation, Duplicate, Email, Owner, Feed,
        ],
        "delete" => &[
            Package, Locale, Truncation, Duplicate, Email, Feed, Territory,
        ],
        "undelete" | "convertLead" => &[Package, Locale, Truncation, Duplicate, Feed],
        "describeSObject" | "describeSObjects" => &[Package, Locale],
        "describeGlobal" | "search" => &[Package],
        "query" | "retrieve" => &[Package, Mru],
        "findDuplicates" | "findDuplicatesByIds" => &[Package, Duplicate],
        "resetPassword" => &[Email],
        _ => &[],
    }
}

impl<'a> Headers<'a> {
    /// The headers that a config sets.
    pub fn new(options: Option<&'a HeaderOptions>) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Writes the headers of a call; one that it does not take is refused.
    pub fn write(&self, call: &str, xml: &mut Xml) -> Result<(), Fault> {
        if let Some(options) = self.options {
            check(call, options)?;
            client(options, xml);
        }
        if let Some(rows) = self.batch_size {
            xml.start("QueryOptions");
            xml.text("batchSize", &rows.to_string());
            xml.end("QueryOptions");
        }
        if let Some(all_or_none) = self.all_or_none {
            one_flag("AllOrNoneHeader", "allOrNone", Some(all_or_none), xml);
        }
        if let Some(options) = self.options {
            of_writes(options, xml);
            territory(options, xml)?;
            let others = options.others.iter().flatten().enumerate();
            for (at, header) in others {
                free(at, header, xml)?;
            }
        }
        Ok(())
    }
}

fn check(call: &str, options: &HeaderOptions) -> Result<(), Fault> {
    let set = [
        (
            Package,
            "package-versions",
            !options
                .package_versions
                .as_deref()
                .unwrap_or_default()
                .is_empty(),
        ),
        (Locale, "language", options.language.is_some()),
        (Locale, "localize-errors", options.localize_errors.is_some()),
        (Mru, "update-mru", options.update_mru.is_some()),
        (
            Assignment,
            "assignment-rule",
            options.assignment_rule.is_some(),
        ),
        (
            Truncation,
            "allow-field-truncation",
            options.allow_field_truncation.is_some(),
        ),
        (
            Duplicate,
            "duplicate-rule",
            options.duplicate_rule.is_some(),
        ),
        (Email, "email", options.email.is_some()),
        (
            Owner,
            "owner-changes",
            !options
                .owner_changes
                .as_deref()
                .unwrap_or_default()
                .is_empty(),
        ),
        (
            Feed,
            "disable-feed-tracking",
            options.disable_feed_tracking.is_some(),
        ),
        (
            Territory,
            "territory-transfer-to",
            options.territory_transfer_to.is_some(),
        ),
    ];
    let taken = taken_by(call);
    match set
        .iter()
        .find(|(header, _, set)| *set && !taken.contains(header))
    {
        None => Ok(()),
        Some((_, name, _)) => Err(Fault::config(format!(
            "config.headers.{name}: the SOAP call {call}() takes no such header, so leave it out"
        ))),
    }
}

/// What says who calls, and in which terms.
fn client(options: &HeaderOptions, xml: &mut Xml) {
    if options.client.is_some() || options.default_namespace.is_some() {
        xml.start("CallOptions");
        xml.text_or_nil("client", options.client.as_deref());
        xml.text_or_nil("defaultNamespace", options.default_namespace.as_deref());
        xml.end("CallOptions");
    }
    if !options
        .package_versions
        .as_deref()
        .unwrap_or_default()
        .is_empty()
    {
        xml.start("PackageVersionHeader");
        for package in options.package_versions.iter().flatten() {
            xml.start("packageVersions");
            xml.text("majorNumber", &package.major.to_string());
            xml.text("minorNumber", &package.minor.to_string());
            xml.text("namespace", &package.namespace);
            xml.end("packageVersions");
        }
        xml.end("PackageVersionHeader");
    }
    if options.language.is_some() || options.localize_errors.is_some() {
        xml.start("LocaleOptions");
        if let Some(language) = &options.language {
            xml.text("language", language);
        }
        if let Some(localize) = options.localize_errors {
            xml.flag("localizeErrors", localize);
        }
        xml.end("LocaleOptions");
    }
}

/// What says how to save.
fn of_writes(options: &HeaderOptions, xml: &mut Xml) {
    one_flag("MruHeader", "updateMru", options.update_mru, xml);
    one_flag(
        "AllowFieldTruncationHeader",
        "allowFieldTruncation",
        options.allow_field_truncation,
        xml,
    );
    if let Some(rule) = options.assignment_rule.as_deref() {
        let by_default = rule == "use-default";
        xml.start("AssignmentRuleHeader");
        xml.text_or_nil("assignmentRuleId", (!by_default).then_some(rule));
        xml.flag_or_nil("useDefaultRule", by_default.then_some(true));
        xml.end("AssignmentRuleHeader");
    }
    if let Some(rule) = &options.duplicate_rule {
        xml.start("DuplicateRuleHeader");
        xml.flag("allowSave", rule.allow_save);
        xml.flag("includeRecordDetails", rule.include_record_details);
        xml.flag("runAsCurrentUser", rule.run_as_current_user);
        xml.end("DuplicateRuleHeader");
    }
    if let Some(email) = &options.email {
        xml.start("EmailHeader");
        xml.flag("triggerAutoResponseEmail", email.auto_response);
        xml.flag("triggerOtherEmail", email.other);
        xml.flag("triggerUserEmail", email.users);
        xml.end("EmailHeader");
    }
    if !options
        .owner_changes
        .as_deref()
        .unwrap_or_default()
        .is_empty()
    {
        xml.start("OwnerChangeOptions");
        for change in options.owner_changes.iter().flatten() {
            xml.start("options");
            xml.text("type", &change.name);
            xml.flag("execute", change.execute);
            xml.end("options");
        }
        xml.end("OwnerChangeOptions");
    }
    one_flag(
        "DisableFeedTrackingHeader",
        "disableFeedTracking",
        options.disable_feed_tracking,
        xml,
    );
}

/// What says who gets the opportunities of a territory.
fn territory(options: &HeaderOptions, xml: &mut Xml) -> Result<(), Fault> {
    if let Some(user) = &options.territory_transfer_to {
        let user = id::of_config("headers.territory-transfer-to", user)?;
        xml.start("UserTerritoryDeleteHeader");
        xml.text("transferToUserId", &user);
        xml.end("UserTerritoryDeleteHeader");
    }
    Ok(())
}

/// Headers that have an option, or that the connector writes itself, each with what sets it.
const OWN: &[(&str, &str)] = &[
    ("SessionHeader", "the login of the connection"),
    ("AllOrNoneHeader", "config.all-or-none"),
    ("QueryOptions", "config.batch-size"),
    ("CallOptions", "config.headers.client"),
    ("PackageVersionHeader", "config.headers.package-versions"),
    ("LocaleOptions", "config.headers.language"),
    ("MruHeader", "config.headers.update-mru"),
    ("AssignmentRuleHeader", "config.headers.assignment-rule"),
    (
        "AllowFieldTruncationHeader",
        "config.headers.allow-field-truncation",
    ),
    ("DuplicateRuleHeader", "config.headers.duplicate-rule"),
    ("EmailHeader", "config.headers.email"),
    ("OwnerChangeOptions", "config.headers.owner-changes"),
    (
        "DisableFeedTrackingHeader",
        "config.headers.disable-feed-tracking",
    ),
    (
        "UserTerritoryDeleteHeader",
        "config.headers.territory-transfer-to",
    ),
];

/// Writes a header that has no option.
fn free(at: usize, header: &FreeHeader, xml: &mut Xml) -> Result<(), Fault> {
    let error = |what: &str| Fault::config(format!("config.headers.others[{at}]: {what}"));
    let name = header.name.as_str();
    if let Some((_, by)) = OWN.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
        return Err(error(&format!("`{name}` is set by {by}")));
    }
    let values = header.values.as_deref().unwrap_or_default();
    let names = values.iter().map(|(name, _)| name.as_str()).chain([name]);
    if let Some(wrong) = names.into_iter().find(|name| !is_name(name)) {
        return Err(error(&format!(
            "`{wrong}` is no name of a header or of its elements: those have letters, digits and underscores"
        )));
    }
    xml.start(name);
    for (name, text) in values {
        if unwritable(text).is_some() {
            return Err(error(&format!(
                "`{name}` has a control character, which XML cannot carry"
            )));
        }
        xml.text(name, text);
    }
    xml.end(name);
    Ok(())
}

fn one_flag(header: &str, name: &str, value: Option<bool>, xml: &mut Xml) {
    if let Some(value) = value {
        xml.start(header);
        xml.flag(name, value);
        xml.end(header);
    }
}
