//! Compound fields: read as one object, written through their parts (Object Reference, "Compound Fields").

use super::{Complaint, Members, Trouble};
use crate::describe::{Described, Field};
use crate::message::input::{Node, Value};

/// Parts of addresses and locations, as queries name them and as fields end.
const PARTS: [(&str, &str); 10] = [
    ("street", "Street"),
    ("city", "City"),
    ("state", "State"),
    ("postalCode", "PostalCode"),
    ("country", "Country"),
    ("stateCode", "StateCode"),
    ("countryCode", "CountryCode"),
    ("latitude", "Latitude"),
    ("longitude", "Longitude"),
    ("geocodeAccuracy", "GeocodeAccuracy"),
];

/// How the names of the parts are made.
enum Naming {
    /// `BillingAddress` has `BillingCity`.
    Standard(String),
    /// `Site__c` has `Site__City__s`.
    Custom(String),
}

impl Naming {
    fn of(compound: &str) -> Option<Self> {
        if let Some(stem) = compound.strip_suffix("__c") {
            return Some(Self::Custom(stem.to_owned()));
        }
        compound
            .strip_suffix("Address")
            .map(|stem| Self::Standard(stem.to_owned()))
    }

    fn part(&self, suffix: &str) -> String {
        match self {
            Self::Standard(stem) => format!("{stem}{suffix}"),
            Self::Custom(stem) => format!("{stem}__{suffix}__s"),
        }
    }
}

fn suffix(part: &str) -> Option<&'static str> {
    let found = PARTS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(part));
    found.map(|(_, suffix)| *suffix)
}

/// The name that a field has as a part of a compound field: `city` for `BillingCity` in `BillingAddress`.
pub fn compound_part(compound: &str, field: &str) -> Option<&'static str> {
    let suffix = match Naming::of(compound)? {
        Naming::Standard(stem) => field.strip_prefix(stem.as_str())?,
        Naming::Custom(stem) => field
            .strip_prefix(stem.as_str())?
            .strip_prefix("__")?
            .strip_suffix("__s")?,
    };
    let found = PARTS.iter().find(|(_, known)| *known == suffix);
    found.map(|(name, _)| *name)
}

/// Says whether an object is a compound field by its name and its members: references are named otherwise, and refer by
/// fields that no compound has.
pub(super) fn is_compound(name: &str, node: &Node) -> bool {
    let all_parts = node.members.iter().all(|(part, _)| suffix(part).is_some());
    all_parts && !node.members.is_empty() && node.sobject.is_none() && Naming::of(name).is_some()
}

/// The parts of a compound field as fields of the record. A part that is null is left out where the org has no such field:
/// queries tell `stateCode` in orgs without state pick-lists, too.
pub(super) fn expanded(
    compound: &str,
    node: Node,
    exists: impl Fn(&str) -> bool,
) -> Result<Members, Trouble> {
    let naming = Naming::of(compound)
        .ok_or_else(|| Complaint::of(compound, "is a compound field that cannot be written"))?;
    let mut members = Vec::with_capacity(node.members.len());
    for (part, value) in node.members {
        let suffix = suffix(&part).ok_or_else(|| {
            Complaint::of(
                &format!("{compound}.{part}"),
                "is no part of a compound field",
            )
        })?;
        let field = naming.part(suffix);
        let null = value == Value::Null;
        if null && (suffix.ends_with("Code") && suffix != "PostalCode" || !exists(&field)) {
            continue;
        }
        members.push((field, value));
    }
    Ok(members)
}

/// The parts that the org has, each null.
pub(super) fn emptied(field: &Field, object: &Described) -> Members {
    let Some(naming) = Naming::of(&field.name) else {
        return vec![(field.name.clone(), Value::Null)];
    };
    let parts = PARTS
        .iter()
        .filter_map(|(_, suffix)| object.field(&naming.part(suffix)));
    parts.map(|part| (part.name.clone(), Value::Null)).collect()
}
