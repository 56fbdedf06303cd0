//! Dependent pick-lists: which values go with which value of the controlling field.

use super::wire::{WireField, WireObject, WirePick};
use base64::Engine as _;
use base64::engine::GeneralPurposeConfig;
use base64::engine::{DecodePaddingMode, GeneralPurpose};
use serde_json::Value;

/// Salesforce pads `validFor` to whole bytes, not always to whole groups.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The values of a dependent pick-list for one value of its controlling field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The controlling value: a text, or true or false.
    pub when: Value,
    /// The values that go with it.
    pub values: Vec<String>,
}

/// The choices of a dependent pick-list, in the order of the controlling field's values; `None` if it does not depend on
/// a field that the user sees.
pub fn choices(object: &WireObject, field: &WireField) -> Option<(String, Vec<Choice>)> {
    if !field.dependent_picklist {
        return None;
    }
    let controller = object.field(field.controller_name.as_deref()?)?;
    let choices = controlling_values(controller)
        .into_iter()
        .filter(|(_, active, _)| *active)
        .map(|(bit, _, when)| Choice {
            when,
            values: valid(&field.picklist_values, bit),
        })
        .collect();
    Some((controller.name.clone(), choices))
}

/// The controlling values with their bits: those of a pick-list in its order, the inactive ones counted; of a checkbox, false is 0 and
/// true is 1 (User Interface API Developer Guide, "Build UI for Picklists", `controllerValues`).
fn controlling_values(controller: &WireField) -> Vec<(usize, bool, Value)> {
    if controller.kind == "boolean" {
        return vec![(0, true, Value::Bool(false)), (1, true, Value::Bool(true))];
    }
    let values = controller.picklist_values.iter().enumerate();
    values
        .map(|(bit, pick)| (bit, pick.active, Value::String(pick.value.clone())))
        .collect()
}

fn valid(picks: &[WirePick], bit: usize) -> Vec<String> {
    let fits = |pick: &&WirePick| {
        pick.active
            && pick
                .valid_for
                .as_deref()
                .is_some_and(|bits| is_set(bits, bit))
    };
    let found = picks.iter().filter(fits);
    found.map(|pick| pick.value.clone()).collect()
}

/// Bits count from the most significant one of the first byte (SOAP API Developer Guide, "PicklistEntry", `validFor`).
fn is_set(bits: &str, bit: usize) -> bool {
    let Ok(bytes) = BASE64.decode(bits) else {
        return false;
    };
    bytes
        .get(bit / 8)
        .is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_the_left() {
        assert!(is_set("gAAA", 0));
        assert!(!is_set("gAAA", 1));
        assert!(is_set("AAAB", 23));
        assert!(!is_set("AAAB", 24));
        assert!(is_set("QA==", 1));
        assert!(is_set("QA", 1));
        assert!(!is_set("not base64!", 0));
    }
}
