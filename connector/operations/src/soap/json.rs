//! Results as JSON. XML tells neither numbers from text nor a list of one from a single value; the partner WSDL does, and what it says
//! of the answers to the connector's calls is here, by the name of the element.

use super::record::Types;
use super::xml::{Element, Space};
use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;

/// Elements of type boolean.
const BOOLEANS: &[&str] = &[
    "accessibilityMode",
    "activateable",
    "active",
    "aggregatable",
    "aiPredictionField",
    "allowSave",
    "autoNumber",
    "available",
    "calculated",
    "cascadeDelete",
    "caseSensitive",
    "chatterExternal",
    "compactLayoutable",
    "created",
    "createable",
    "custom",
    "customSetting",
    "dataTranslationEnabled",
    "deepCloneable",
    "defaultRecordTypeMapping",
    "defaultedOnCreate",
    "deletable",
    "dependent",
    "dependentPicklist",
    "deprecatedAndHidden",
    "displayLocationInDecimal",
    "done",
    "encrypted",
    "externalId",
    "feedEnabled",
    "filterable",
    "formulaTreatNullNumberAsZero",
    "groupable",
    "hasNonCorrectedResults",
    "hasSubtypes",
    "highScaleNumber",
    "htmlFormatted",
    "idEnabled",
    "idLookup",
    "intentQuery",
    "isAvailableInTouch",
    "isInterface",
    "isSubtype",
    "layoutable",
    "master",
    "mergeable",
    "mruEnabled",
    "nameField",
    "namePointing",
    "nillable",
    "optionalFilter",
    "orgDisallowHtmlAttachments",
    "orgHasPersonAccounts",
    "organizationMultiCurrency",
    "permissionable",
    "polymorphicForeignKey",
    "queryByDistance",
    "queryable",
    "replicateable",
    "restrictedDelete",
    "restrictedPicklist",
    "retrieveable",
    "searchLayoutable",
    "searchPrefilterable",
    "searchPromoted",
    "searchable",
    "sortable",
    "spellCorrected",
    "success",
    "triggerable",
    "undeletable",
    "unique",
    "updateable",
    "writeRequiresMasterRead",
];

/// Elements of type int or double; the last two are parts of locations.
const NUMBERS: &[&str] = &[
    "byteLength",
    "digits",
    "length",
    "matchConfidence",
    "maxBatchSize",
    "orgAttachmentFileSizeLimit",
    "precision",
    "promotedResultCount",
    "relationshipOrder",
    "scale",
    "sessionSecondsValid",
    "size",
    "latitude",
    "longitude",
];

/// Elements that may be repeated.
const LISTS: &[&str] = &[
    "actionOverrides",
    "additionalInformation",
    "childRelationships",
    "controllingFields",
    "deletedRecords",
    "duplicateResults",
    "entityFieldLabels",
    "entityLabelMetadata",
    "entityMetadata",
    "errors",
    "extendedErrorDetails",
    "fieldDiffs",
    "fieldMetadata",
    "fields",
    "ids",
    "junctionIdListNames",
    "junctionReferenceTo",
    "matchRecords",
    "matchResults",
    "mergedRecordIds",
    "namedLayoutInfos",
    "picklistValues",
    "recordTypeInfos",
    "records",
    "referenceTo",
    "searchRecords",
    "sobjects",
    "supportedScopes",
    "updatedRelatedIds",
    "wholeFields",
];

/// Lists that a caller always finds, empty ones included, by call.
const ALWAYS: &[(&str, &str)] = &[
    ("getUpdated", "ids"),
    ("getDeleted", "deletedRecords"),
    ("search", "searchRecords"),
    ("sendEmail", "errors"),
    ("sendEmailMessage", "errors"),
    ("findDuplicates", "errors"),
    ("findDuplicates", "duplicateResults"),
    ("findDuplicatesByIds", "errors"),
    ("findDuplicatesByIds", "duplicateResults"),
];

/// Writes elements as JSON.
pub struct ToJson<'a> {
    /// The org that is asked for describes of the records in results.
    pub client: &'a Client,
    /// What is known of types.
    pub types: &'a Types,
}

impl ToJson<'_> {
    /// Whether a call answers with one result per thing that it was asked of.
    pub fn answers_many(call: &str) -> bool {
        matches!(
            call,
            "describeSObjects"
                | "sendEmail"
                | "sendEmailMessage"
                | "findDuplicates"
                | "findDuplicatesByIds"
        )
    }

    /// Writes a result of a call.
    pub fn result(&self, call: &str, result: &Element, out: &mut Vec<u8>) -> Result<(), Fault> {
        if result.children.is_empty() && result.text.trim_ascii().is_empty() {
            out.extend_from_slice(b"{");
            always(call, result, true, out);
            out.extend_from_slice(b"}");
            return Ok(());
        }
        self.object(result, Some(call), out)
    }

    /// Writes an element: a record, an object, or a scalar by its name.
    fn element(&self, element: &Element, parent: &str, out: &mut Vec<u8>) -> Result<(), Fault> {
        if element.open.nil {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        if element.is_record() {
            return self.types.record(self.client, element, out);
        }
        if !element.children.is_empty() {
            return self.object(element, None, out);
        }
        scalar(element, parent, out);
        Ok(())
    }

    fn object(
        &self,
        element: &Element,
        call: Option<&str>,
        out: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        out.push(b'{');
        let mut children = element.children.iter().peekable();
        let mut first = true;
        while let Some(child) = children.next() {
            name(child.name(), &mut first, out);
            if !LISTS.contains(&child.name()) || is_plain(element, child) {
                self.element(child, element.name(), out)?;
                continue;
            }
            out.push(b'[');
            if !child.open.nil {
                self.element(child, element.name(), out)?;
            }
            while let Some(more) = children.next_if(|next| next.name() == child.name()) {
                out.push(b',');
                self.element(more, element.name(), out)?;
            }
            out.push(b']');
        }
        if let Some(call) = call {
            always(call, element, first, out);
        }
        out.push(b'}');
        Ok(())
    }
}

/// Whether a child has the name of a list and yet is none: members of a record have the org's own names.
fn is_plain(parent: &Element, child: &Element) -> bool {
    parent.is_record() && child.open.space == Space::Sobject
}

/// Adds the lists that are always there.
fn always(call: &str, element: &Element, mut first: bool, out: &mut Vec<u8>) {
    for (_, list) in ALWAYS.iter().filter(|(of, _)| *of == call) {
        if element.child(list).is_none() {
            name(list, &mut first, out);
            out.extend_from_slice(b"[]");
        }
    }
}

/// Adds the name of a member.
pub fn name(name: &str, first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::replace(first, false) {
        out.push(b',');
    }
    text(name, out);
    out.push(b':');
}

/// Adds a text.
pub fn text(value: &str, out: &mut Vec<u8>) {
    let written = serde_json::to_writer(out, value);
    debug_assert!(written.is_ok(), "memory takes what is written to it");
}

fn scalar(element: &Element, parent: &str, out: &mut Vec<u8>) {
    let name = element.name();
    // A pick-list value has a flag of the name that a field has for its default.
    let boolean =
        BOOLEANS.contains(&name) || (name == "defaultValue" && parent == "picklistValues");
    if boolean || element.is_of("boolean") {
        return boolean_or_text(&element.text, out);
    }
    if NUMBERS.contains(&name) || ["int", "long", "double"].iter().any(|of| element.is_of(of)) {
        return number_or_text(&element.text, out);
    }
    text(&element.text, out);
}

/// Adds a boolean; what is none stays the text that it is.
pub fn boolean_or_text(value: &str, out: &mut Vec<u8>) {
    match value.trim_ascii() {
        "true" | "1" => out.extend_from_slice(b"true"),
        "false" | "0" => out.extend_from_slice(b"false"),
        _ => text(value, out),
    }
}

/// Adds a number with all its digits; what JSON cannot write as one (`NaN`, `INF`) stays the text that it is.
pub fn number_or_text(value: &str, out: &mut Vec<u8>) {
    let trimmed = value.trim_ascii();
    let starts = trimmed.starts_with(|char: char| char == '-' || char.is_ascii_digit());
    if starts && serde_json::from_str::<&serde_json::value::RawValue>(trimmed).is_ok() {
        out.extend_from_slice(trimmed.as_bytes());
    } else {
        text(value, out);
    }
}
