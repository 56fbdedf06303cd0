//! Assignment rules: which queue owns a new lead or case.

use super::meets;
use crate::id::RecordId;
use crate::problem::Problem;
use crate::schema::Object;
use crate::setup::{self, AssignmentRule};
use crate::write::{Draft, Writer};

/// Key prefix of assignment rules.
const RULES: &str = "01Q";
/// Key prefix of queues.
const QUEUES: &str = "00G";

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
    /// What the value of `Sforce-Auto-Assign` asks for: `TRUE`, `FALSE` or a rule's id.
    ///
    /// # Errors
    /// `INVALID_ASSIGNMENT_RULE` for an id that is no rule's.
    pub fn from_header(value: &str) -> Result<Self, Problem> {
        match value.trim() {
            it if it.eq_ignore_ascii_case("true") => Ok(Self::Active),
            it if it.eq_ignore_ascii_case("false") => Ok(Self::Off),
            id => Self::rule(id),
        }
    }

    /// The rule with this id (SOAP's `assignmentRuleId`).
    ///
    /// # Errors
    /// As [`Assignment::from_header`].
    pub fn rule(id: &str) -> Result<Self, Problem> {
        let rules = &setup::standard().assignment_rules;
        let place = |id: &RecordId| {
            rules
                .iter()
                .enumerate()
                .position(|(at, _)| setup::id(RULES, at) == *id)
        };
        RecordId::parse(id).as_ref().and_then(place).map(Self::Rule).ok_or_else(|| {
            Problem::new(
                "INVALID_OPERATION",
                format!("assignment rule {id} does not exist: give TRUE, FALSE or the id of an AssignmentRule"),
            )
        })
    }

    fn of(
        self,
        object: &Object,
        names_owner: bool,
        is_new: bool,
    ) -> Option<&'static AssignmentRule> {
        let mut rules = setup::standard().assignment_rules.iter();
        match self {
            Self::Off => None,
            Self::Unowned if names_owner || !is_new => None,
            Self::Unowned | Self::Active => {
                rules.find(|rule| rule.active && rule.object == object.name)
            }
            Self::Rule(at) => rules.nth(at).filter(|rule| rule.object == object.name),
        }
    }
}

/// Gives the record to the queue of the first entry that it meets.
pub(crate) fn run(
    writer: &Writer<'_>,
    object: &Object,
    id: &RecordId,
    names_owner: bool,
    is_new: bool,
) -> Result<(), Problem> {
    let Some(rule) = writer.options.assignment.of(object, names_owner, is_new) else {
        return Ok(());
    };
    for entry in &rule.entries {
        if meets(writer, object, id.as_str(), entry.criteria.as_deref())? {
            let queues = &setup::standard().queues;
            let place = queues
                .iter()
                .position(|queue| queue.developer_name == entry.queue);
            if let Some(at) = place {
                let owner = setup::id(QUEUES, at);
                let draft = Draft::of(object, &[("OwnerId", owner.as_str())]);
                writer.change(object, id, draft)?;
            }
            return Ok(());
        }
    }
    Ok(())
}
