//! Members of a record: how the values of a field are written, and what else is known of it.

use super::dependent;
use super::plan::Use;
use super::record_shape::RecordShape;
use super::wire::{WireField, WireObject};
use serde_json::{Map, Value, json};

/// Numbers of this many digits and more are not bounded: they do not fit the integers of JSON readers.
const MAX_BOUNDED_DIGITS: u32 = 18;

/// The bound of `int` fields that tell no digits: they are 32 bits wide (Object Reference, "Primitive Data Types").
const INT_BOUND: u64 = 1 << 31;

/// A member of a record.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name in documents.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// What an administrator wrote for those who fill it in.
    pub help: Option<String>,
    /// Whether it may be null.
    pub nullable: bool,
    /// What the org fills in when it is absent.
    pub default: Option<Value>,
    /// How values are written.
    pub form: Form,
    /// What the describe tells beyond that.
    pub facts: Map<String, Value>,
}

/// How the values of a member are written.
#[derive(Clone, Debug)]
pub enum Form {
    /// Text of at most so many characters.
    Text(Option<u32>),
    /// An e-mail address of at most so many characters.
    Email(Option<u32>),
    /// Values of a pick-list.
    Pick {
        /// The active ones.
        values: Vec<Pick>,
        /// Whether others are refused.
        closed: bool,
        /// Whether several stand with semicolons between them.
        several: bool,
        /// Most characters.
        longest: Option<u32>,
    },
    /// True or false.
    Boolean,
    /// A number without decimals, nearer to zero than the bound.
    Whole(Option<u64>),
    /// A number, nearer to zero than the bound.
    Decimal(Option<u64>),
    /// `2026-01-31`.
    Date,
    /// `10:00:00.000Z`.
    Time,
    /// `2026-01-31T10:00:00Z`; as the org writes it, its offset is `+0000`.
    DateTime,
    /// The id of a record, 15 or 18 characters.
    Id,
    /// Bytes as base64.
    Bytes,
    /// The path from which bytes are read.
    BytesPath,
    /// Any value.
    Any,
    /// An address or a location by its parts.
    Compound(Vec<Member>),
    /// A parent by one of these external ids; by any field when empty.
    Reference {
        /// The objects that it may be of.
        to: Vec<String>,
        /// The fields that find it.
        by: Vec<Member>,
    },
    /// A parent record.
    Record(Box<RecordShape>),
    /// Child records.
    Records(Box<RecordShape>),
}

/// A value of a pick-list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    /// What is stored.
    pub value: String,
    /// What people see.
    pub label: String,
}

impl Member {
    /// A member without more than a form.
    pub fn plain(name: &str, form: Form) -> Self {
        Self {
            name: name.to_owned(),
            label: String::new(),
            help: None,
            nullable: true,
            default: None,
            form,
            facts: Map::new(),
        }
    }

    /// The member of a field; compound fields are made elsewhere, of their parts.
    pub fn from_field(object: &WireObject, field: &WireField, purpose: Use) -> Self {
        let reads = purpose == Use::Query;
        let given = !reads && !field.default_value.is_null();
        Self {
            name: field.name.clone(),
            label: field.label.clone(),
            help: field
                .inline_help_text
                .clone()
                .filter(|help| !help.is_empty()),
            nullable: field.nillable,
            default: given.then(|| field.default_value.clone()),
            form: form(field, reads),
            facts: facts(object, field, purpose),
        }
    }
}

fn form(field: &WireField, reads: bool) -> Form {
    let longest = (field.length > 0).then_some(field.length);
    match field.kind.as_str() {
        "boolean" => Form::Boolean,
        "int" => Form::Whole(whole_bound(field, reads)),
        "long" => Form::Whole(None),
        "double" | "currency" | "percent" => Form::Decimal(decimal_bound(field, reads)),
        "date" => Form::Date,
        "datetime" => Form::DateTime,
        "time" => Form::Time,
        "id" | "reference" => Form::Id,
        "base64" if reads => Form::BytesPath,
        "base64" => Form::Bytes,
        "email" => Form::Email(longest),
        "picklist" | "multipicklist" => pick(field, longest, reads),
        "anyType" => Form::Any,
        _ if longest.is_some() => Form::Text(longest),
        "string"
        | "textarea"
        | "url"
        | "phone"
        | "encryptedstring"
        | "combobox"
        | "DataCategoryGroupReference" => Form::Text(None),
        _ => Form::Any,
    }
}

/// Records keep values that have left their list, so that only what is written is held against it.
fn pick(field: &WireField, longest: Option<u32>, reads: bool) -> Form {
    let active = field.picklist_values.iter().filter(|pick| pick.active);
    let values: Vec<Pick> = active
        .map(|pick| Pick {
            value: pick.value.clone(),
            label: pick.label.clone().unwrap_or_else(|| pick.value.clone()),
        })
        .collect();
    Form::Pick {
        closed: field.restricted_picklist && !reads && !values.is_empty(),
        several: field.kind == "multipicklist",
        values,
        longest,
    }
}

fn whole_bound(field: &WireField, reads: bool) -> Option<u64> {
    match field.digits {
        _ if reads => None,
        0 => Some(INT_BOUND),
        digits => power(digits),
    }
}

/// Salesforce refuses too many digits before the point, and rounds those after it.
fn decimal_bound(field: &WireField, reads: bool) -> Option<u64> {
    if reads || field.precision == 0 {
        return None;
    }
    power(field.precision.checked_sub(field.scale)?)
}

fn power(digits: u32) -> Option<u64> {
    (digits <= MAX_BOUNDED_DIGITS)
        .then(|| 10_u64.checked_pow(digits))
        .flatten()
}

/// What the describe tells and schemas have no word for.
fn facts(object: &WireObject, field: &WireField, purpose: Use) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("type".into(), field.kind.as_str().into());
    let flags = [
        ("custom", field.custom),
        ("externalId", field.external_id),
        ("idLookup", field.id_lookup && !field.external_id),
        ("unique", field.unique),
        ("caseSensitive", field.case_sensitive),
        ("calculated", field.calculated),
        ("autoNumber", field.auto_number),
        ("htmlFormatted", field.html_formatted),
        ("restrictedPicklist", field.restricted_picklist),
        (
            "createOnly",
            purpose == Use::Upsert && field.createable && !field.updateable,
        ),
        (
            "requiredOnCreate",
            purpose == Use::Upsert && field.is_required(),
        ),
    ];
    let set = flags.into_iter().filter(|(_, set)| *set);
    facts.extend(set.map(|(name, _)| (name.to_owned(), true.into())));
    if field.precision > 0 {
        facts.insert("precision".into(), field.precision.into());
        facts.insert("scale".into(), field.scale.into());
    }
    if !field.reference_to.is_empty() {
        facts.insert("referenceTo".into(), json!(field.reference_to));
    }
    if !field.picklist_values.is_empty() {
        facts.insert("picklistValues".into(), picks(field));
    }
    facts.extend(dependency(object, field).map(|found| ("dependentPicklist".to_owned(), found)));
    facts
}

fn picks(field: &WireField) -> Value {
    let one = |pick: &super::wire::WirePick| {
        let mut entry = json!({"value": pick.value, "label": pick.label, "active": pick.active});
        if let (true, Some(entry)) = (pick.default_value, entry.as_object_mut()) {
            entry.insert("default".into(), true.into());
        }
        entry
    };
    field.picklist_values.iter().map(one).collect()
}

fn dependency(object: &WireObject, field: &WireField) -> Option<Value> {
    let (controller, choices) = dependent::choices(object, field)?;
    let choices: Vec<Value> = choices
        .into_iter()
        .map(|choice| json!({"when": choice.when, "values": choice.values}))
        .collect();
    Some(json!({"controller": controller, "choices": choices}))
}
