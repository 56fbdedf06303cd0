//! Scopes of an object: the sets of its records that `USING SCOPE` names and describe lists (SOQL and SOSL Reference,
//! "USING SCOPE").

use super::Object;

/// A set of an object's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordScope {
    /// The name in SOQL.
    pub name: &'static str,
    /// What people see.
    pub label: String,
    /// Which records it is.
    pub kind: ScopeKind,
}

/// Which records a scope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeKind {
    /// All of them.
    Everything,
    /// Those whose field names the user.
    Mine {
        /// The field.
        field: &'static str,
    },
    /// Those that the user created and another user owns.
    Delegated,
    /// Those with an owner of this kind.
    OwnedBy {
        /// First characters of the owners' ids.
        prefix: &'static str,
    },
    /// None: this org has no case teams.
    Nobodys,
}

/// Those of the user and of whom the user leads, who are none in this org.
const OWN: ScopeKind = ScopeKind::Mine { field: "OwnerId" };
const OF_USERS: ScopeKind = ScopeKind::OwnedBy { prefix: "005" };
const OF_QUEUES: ScopeKind = ScopeKind::OwnedBy { prefix: "00G" };

/// Objects for which scoping rules may be made; this org has none, which leaves all records.
const SCOPED: [&str; 6] = ["Account", "Contact", "Event", "Lead", "Opportunity", "Task"];
/// Objects whose records are given to others to be done.
const DELEGATED: [&str; 2] = ["Event", "Task"];
/// The object of what waits for an approval.
const WORK_ITEM: &str = "ProcessInstanceWorkitem";

impl Object {
    /// Returns the scopes that may be asked for, by name.
    #[must_use]
    pub fn scopes(&self) -> Vec<RecordScope> {
        let plural = self.label_plural.to_lowercase();
        let is_case = self.name == "Case";
        let is_scoped = SCOPED.contains(&self.name.as_str());
        let owner = self.field("OwnerId").and_then(super::Field::reference);
        let of_queues = owner.is_some_and(|owner| owner.to.iter().any(|to| to == "Group"));
        let in_queue = ScopeKind::Mine { field: "ActorId" };
        let all = [
            (
                DELEGATED.contains(&self.name.as_str()),
                ("delegated", "My delegated {}", ScopeKind::Delegated),
            ),
            (true, ("everything", "All {}", ScopeKind::Everything)),
            (
                is_case,
                ("genericteam", "My case teams {}", ScopeKind::Nobodys),
            ),
            (owner.is_some(), ("mine", "My {}", OWN)),
            (
                self.name == WORK_ITEM,
                ("mine_and_my_groups", "My {} and my groups' {}", in_queue),
            ),
            (of_queues, ("queue_owned", "Queue owned {}", OF_QUEUES)),
            (
                is_scoped,
                ("scopingRule", "Filter by scope", ScopeKind::Everything),
            ),
            (is_scoped, ("team", "My team's {}", OWN)),
            (is_case, ("team_by_role", "My role-based team's {}", OWN)),
            (of_queues, ("user_owned", "User owned {}", OF_USERS)),
        ];
        let known = all.into_iter().filter(|(is_there, _)| *is_there);
        known
            .map(|(_, (name, label, kind))| RecordScope {
                name,
                label: label.replace("{}", &plural),
                kind,
            })
            .collect()
    }
}
