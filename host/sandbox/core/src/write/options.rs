//! What a request may ask of its writes, and the headers that say so.

use crate::events::Origin;
use crate::setup;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;

/// Key prefix of assignment rules.
const ASSIGNMENT_RULES: &str = "01Q";
/// What a request may ask of its writes.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// Cut text that is too long instead of rejecting it (SOAP's `AllowFieldTruncationHeader`).
    pub allow_truncation: bool,
    /// Whether an assignment rule gives leads and cases to a queue.
    pub assignment: Assignment,
    /// What becomes of duplicates.
    pub duplicates: DuplicateOptions,
    /// Which API they come through.
    pub origin: Origin,
}

/// What a request says about assignment rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Assignment {
    /// None is run: SOAP without an `AssignmentRuleHeader`, REST with `Sforce-Auto-Assign: FALSE`.
    #[default]
    Off,
    /// The active one is run over new records that name no owner: REST without the header.
    Unowned,
    /// The active one is run, whatever the record says: `useDefaultRule`, `Sforce-Auto-Assign: TRUE`.
    Active,
    /// This one is run, by its place in the setup.
    Rule(usize),
}

impl Assignment {
    /// Returns what the value of `Sforce-Auto-Assign` asks for: `TRUE`, `FALSE` or a rule's id.
    ///
    /// # Errors
    /// `INVALID_ASSIGNMENT_RULE` for an id that is no rule's.
    pub fn from_header(value: &str) -> Result<Self, ApiError> {
        match value.trim() {
            it if it.eq_ignore_ascii_case("true") => Ok(Self::Active),
            it if it.eq_ignore_ascii_case("false") => Ok(Self::Off),
            id => Self::rule(id),
        }
    }

    /// Returns the rule with this id (SOAP's `assignmentRuleId`).
    ///
    /// # Errors
    /// As [`Assignment::from_header`].
    pub fn rule(id: &str) -> Result<Self, ApiError> {
        let rules = &setup::standard().assignment_rules;
        let place = |id: &RecordId| {
            rules
                .iter()
                .enumerate()
                .position(|(at, _)| setup::id(ASSIGNMENT_RULES, at) == *id)
        };
        RecordId::parse(id).as_ref().and_then(place).map(Self::Rule).ok_or_else(|| {
            ApiError::new(
                "INVALID_OPERATION",
                format!("assignment rule {id} does not exist: give TRUE, FALSE or the id of an AssignmentRule"),
            )
        })
    }
}

/// What a request says about duplicate rules (`Sforce-Duplicate-Rule-Header`, `DuplicateRuleHeader`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DuplicateOptions {
    /// Save the record although it is a duplicate.
    pub allow_save: bool,
    /// Show all fields of the records that match, not their ids alone.
    pub include_record_details: bool,
}

impl DuplicateOptions {
    /// Returns what the value of `Sforce-Duplicate-Rule-Header` asks for, `allowSave=true; includeRecordDetails=true`.
    #[must_use]
    pub fn from_header(value: &str) -> Self {
        let is_true = |wanted: &str| {
            value
                .split([';', ','])
                .filter_map(|pair| pair.split_once('='))
                .any(|(name, value)| {
                    name.trim().eq_ignore_ascii_case(wanted)
                        && value.trim().eq_ignore_ascii_case("true")
                })
        };
        Self {
            allow_save: is_true("allowSave"),
            include_record_details: is_true("includeRecordDetails"),
        }
    }
}
