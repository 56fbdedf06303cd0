//! Which changes break something: one table by what changed.

use super::Json;
use crate::bindings::exports::salesforce::connector::schema::ChangeSubject;
use serde_json::Value;

/// What follows from a change.
pub struct Verdict {
    /// Whether what worked before may fail now.
    pub breaking: bool,
    /// What follows, in one sentence.
    pub effect: String,
}

/// When a change of a property breaks something.
enum Breaks {
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

/// A property, when its change breaks something, what follows then, and what follows otherwise.
type Rule = (&'static str, Breaks, &'static str, &'static str);

const OBJECT: &[Rule] = &[
    (
        "createable",
        Breaks::Lost,
        "Records can no longer be created",
        "Records can be created",
    ),
    (
        "updateable",
        Breaks::Lost,
        "Records can no longer be changed",
        "Records can be changed",
    ),
    (
        "deletable",
        Breaks::Lost,
        "Records can no longer be deleted",
        "Records can be deleted",
    ),
    (
        "undeletable",
        Breaks::Lost,
        "Records can no longer be restored",
        "Records can be restored",
    ),
    (
        "mergeable",
        Breaks::Lost,
        "Records can no longer be merged",
        "Records can be merged",
    ),
    (
        "queryable",
        Breaks::Lost,
        "Queries on it fail",
        "It can be queried",
    ),
    (
        "retrieveable",
        Breaks::Lost,
        "Records can no longer be read by their ids",
        "Records can be read by their ids",
    ),
    (
        "searchable",
        Breaks::Lost,
        "Searches for it fail",
        "It can be searched for",
    ),
    (
        "replicateable",
        Breaks::Lost,
        "`get-updated` and `get-deleted` fail",
        "`get-updated` and `get-deleted` work",
    ),
    (
        "deprecatedAndHidden",
        Breaks::Gained,
        "This API version can no longer use it",
        "This API version can use it",
    ),
];

const FIELD: &[Rule] = &[
    (
        "type",
        Breaks::Always,
        "Its values are written in another form",
        "",
    ),
    (
        "length",
        Breaks::Smaller,
        "Texts that are too long now are refused",
        "Longer texts are taken and may be read",
    ),
    (
        "digits",
        Breaks::Smaller,
        "Numbers that are too large now are refused",
        "Larger numbers are taken and may be read",
    ),
    (
        "precision",
        Breaks::If(fewer_digits),
        "Numbers that are too large now are refused",
        "Numbers have another precision, and those taken before are taken still",
    ),
    (
        "scale",
        Breaks::If(fewer_decimals),
        "Decimals are rounded off, or numbers that are too large now refused",
        "More decimals are kept and may be read",
    ),
    (
        "nillable",
        Breaks::Lost,
        "Null is refused",
        "It may be null",
    ),
    (
        "createable",
        Breaks::If(not_createable),
        "It cannot be set on creation, or records cannot be created without it",
        "It can be set on creation",
    ),
    (
        "updateable",
        Breaks::Lost,
        "It can no longer be changed",
        "It can be changed",
    ),
    (
        "defaultedOnCreate",
        Breaks::If(newly_required),
        "Records cannot be created without it",
        "The org fills it in on creation or not; records can be created as before",
    ),
    (
        "calculated",
        Breaks::Gained,
        "The org computes it: it can no longer be written",
        "The org no longer computes it",
    ),
    (
        "unique",
        Breaks::Gained,
        "Values that another record has are refused",
        "Several records may have one value",
    ),
    (
        "externalId",
        Breaks::Lost,
        "Upserts and references can no longer find records by it",
        "Upserts and references can find records by it",
    ),
    (
        "idLookup",
        Breaks::Lost,
        "Upserts and references can no longer find records by it",
        "Upserts and references can find records by it",
    ),
    (
        "caseSensitive",
        Breaks::Never,
        "",
        "Values that differ in upper and lower case alone are the same or not, other than before",
    ),
    (
        "restrictedPicklist",
        Breaks::Gained,
        "Values that are not in its list are refused",
        "Values that are not in its list are taken",
    ),
    (
        "dependentPicklist",
        Breaks::Never,
        "",
        "Pages of the org offer other values; the API takes all of the list",
    ),
    (
        "controllerName",
        Breaks::Never,
        "",
        "Pages of the org offer other values; the API takes all of the list",
    ),
    (
        "referenceTo",
        Breaks::Fewer,
        "References to an object that is gone from its list are refused",
        "It may refer to more objects",
    ),
    (
        "relationshipName",
        Breaks::Always,
        "Queries and references by the old name fail",
        "",
    ),
    (
        "filterable",
        Breaks::Lost,
        "Queries that filter by it fail",
        "Queries can filter by it",
    ),
    (
        "sortable",
        Breaks::Lost,
        "Queries that sort by it fail",
        "Queries can sort by it",
    ),
    (
        "groupable",
        Breaks::Lost,
        "Queries that group by it fail",
        "Queries can group by it",
    ),
    (
        "aggregatable",
        Breaks::Lost,
        "Queries that aggregate it fail",
        "Queries can aggregate it",
    ),
    (
        "restrictedDelete",
        Breaks::Gained,
        "The record that it refers to can no longer be deleted",
        "The record that it refers to can be deleted",
    ),
    (
        "cascadeDelete",
        Breaks::Never,
        "",
        "Records are deleted with the record that it refers to, or no longer",
    ),
    (
        "deprecatedAndHidden",
        Breaks::Gained,
        "This API version can no longer use it",
        "This API version can use it",
    ),
    (
        "defaultValue",
        Breaks::Never,
        "",
        "Records that are created without it get another value",
    ),
    (
        "defaultValueFormula",
        Breaks::Never,
        "",
        "Records that are created without it get another value",
    ),
    (
        "calculatedFormula",
        Breaks::Never,
        "",
        "Its values are computed in another way",
    ),
    (
        "encrypted",
        Breaks::Never,
        "",
        "Its values are kept encrypted, or no longer; users may see them masked",
    ),
    (
        "htmlFormatted",
        Breaks::Never,
        "",
        "Its values are HTML, or no longer",
    ),
];

const PICK: &[Rule] = &[
    (
        "label",
        Breaks::Never,
        "",
        "People see another text; what is stored is the same",
    ),
    (
        "defaultValue",
        Breaks::Never,
        "",
        "Records that are created without a value get another one",
    ),
    (
        "validFor",
        Breaks::Never,
        "",
        "Pages of the org offer it for other values of the controlling field",
    ),
];

const CHILD: &[Rule] = &[
    (
        "relationshipName",
        Breaks::Always,
        "Queries with a sub-query by the old name fail",
        "",
    ),
    (
        "restrictedDelete",
        Breaks::Gained,
        "Records that have such children can no longer be deleted",
        "Records that have such children can be deleted",
    ),
    (
        "cascadeDelete",
        Breaks::Never,
        "",
        "Such children are deleted with their parent, or no longer",
    ),
];

const RECORD_TYPE: &[Rule] = &[
    (
        "active",
        Breaks::Lost,
        "Writes that give records this record type fail",
        "Records can have this record type",
    ),
    (
        "available",
        Breaks::Lost,
        "The user can no longer give records this record type",
        "The user can give records this record type",
    ),
    (
        "recordTypeId",
        Breaks::Always,
        "Ids that were kept no longer name it",
        "",
    ),
    (
        "defaultRecordTypeMapping",
        Breaks::Never,
        "",
        "Records that are created without a record type get another one",
    ),
];

/// What is said of properties without a rule.
const NOTHING: &str = "Nothing that worked before fails";

/// What follows from a change of this property.
pub fn judge(subject: ChangeSubject, property: &str, before: &Json, after: &Json) -> Verdict {
    let rules = match subject {
        ChangeSubject::Object => OBJECT,
        ChangeSubject::Field => FIELD,
        ChangeSubject::PicklistValue => PICK,
        ChangeSubject::ChildRelationship => CHILD,
        ChangeSubject::RecordType => RECORD_TYPE,
    };
    let Some((_, breaks, then, otherwise)) = rules.iter().find(|rule| rule.0 == property) else {
        return Verdict {
            breaking: false,
            effect: NOTHING.to_owned(),
        };
    };
    let breaking = breaks.apply(property, before, after);
    Verdict {
        breaking,
        effect: (*if breaking { then } else { otherwise }).to_owned(),
    }
}

impl Breaks {
    fn apply(&self, property: &str, before: &Json, after: &Json) -> bool {
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

fn newly_required(before: &Json, after: &Json) -> bool {
    is_required(after) && !is_required(before)
}

fn not_createable(before: &Json, after: &Json) -> bool {
    !flag(after, "createable") || newly_required(before, after)
}

fn fewer_digits(before: &Json, after: &Json) -> bool {
    let whole = |field: &Json| number(field, "precision") - number(field, "scale");
    whole(after) < whole(before)
}

fn fewer_decimals(before: &Json, after: &Json) -> bool {
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
