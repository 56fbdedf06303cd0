//! When a change of a property breaks something.

use crate::shapes::diff::json::Json;
use serde_json::Value;

/// When a change of a property breaks something.
pub(super) enum Breaks {
    /// When it becomes false.
    Lost,
    /// When it becomes true.
    Gained,
    /// When it becomes smaller.
    Smaller,
    /// When an item of its list is gone.
    Fewer,
    /// Always.
    Always,
    /// Never.
    Never,
    /// When both describes together say so.
    If(fn(&Json, &Json) -> bool),
}

impl Breaks {
    /// Whether this change of the property breaks something.
    pub fn apply(&self, property: &str, before: &Json, after: &Json) -> bool {
        match self {
            Self::Lost => !flag(after, property),
            Self::Gained => flag(after, property),
            Self::Smaller => number(after, property) < number(before, property),
            Self::Fewer => names(before, property)
                .iter()
                .any(|name| !names(after, property).contains(name)),
            Self::Always => true,
            Self::Never => false,
            Self::If(test) => test(before, after),
        }
    }
}

/// Whether a record cannot be created without the field.
pub fn is_required(field: &Json) -> bool {
    flag(field, "createable") && !flag(field, "nillable") && !flag(field, "defaultedOnCreate")
}
pub(super) fn newly_required(before: &Json, after: &Json) -> bool {
    is_required(after) && !is_required(before)
}

pub(super) fn not_createable(before: &Json, after: &Json) -> bool {
    !flag(after, "createable") || newly_required(before, after)
}

pub(super) fn fewer_digits(before: &Json, after: &Json) -> bool {
    let whole = |field: &Json| number(field, "precision") - number(field, "scale");
    whole(after) < whole(before)
}

pub(super) fn fewer_decimals(before: &Json, after: &Json) -> bool {
    number(after, "scale") < number(before, "scale") || fewer_digits(before, after)
}

/// Whether a property is true.
pub fn flag(item: &Json, property: &str) -> bool {
    item.get(property) == Some(&Value::Bool(true))
}

fn number(item: &Json, property: &str) -> i64 {
    item.get(property).and_then(Value::as_i64).unwrap_or(0)
}

fn names<'i>(item: &'i Json, property: &str) -> Vec<&'i str> {
    let list = item.get(property).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}
