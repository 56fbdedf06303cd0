//! Kinds -> JSON Schema 2020-12, for forms, help and validation in any host.

use std::collections::BTreeMap;

use crate::json::Json;
use crate::model::{Enum, Field, Kind, Length, Presence, Record, Variant};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a reply of which nothing is to be shown.
pub const SECRET: &str =
    r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","writeOnly":true}"#;

/// Writes the schema of a document. Types used more than once become `$defs`.
pub fn document(root: &Kind) -> String {
    let mut writer = Writer {
        uses: BTreeMap::new(),
        defs: BTreeMap::new(),
    };
    writer.count(root);
    let mut members = vec![("$schema".to_owned(), Json::text(DIALECT))];
    members.extend(writer.whole(root));
    if !writer.defs.is_empty() {
        let defs = std::mem::take(&mut writer.defs).into_iter();
        members.push(("$defs".to_owned(), Json::Object(defs.collect())));
    }
    Json::Object(members).to_string()
}

type Members = Vec<(String, Json)>;

struct Writer {
    uses: BTreeMap<String, usize>,
    defs: BTreeMap<String, Json>,
}

impl Writer {
    /// Counts how often each named type is used; what lies inside it counts once.
    fn count(&mut self, kind: &Kind) {
        if let Some(id) = id(kind) {
            let uses = self.uses.entry(id.to_owned()).or_default();
            *uses += 1;
            if *uses > 1 {
                return;
            }
        }
        match kind {
            Kind::List { items, .. } => self.count(items),
            Kind::Map { values, .. } => self.count(values),
            Kind::Record(record) => record.fields.iter().for_each(|f| self.count(&f.kind)),
            Kind::Variant(variant) => variant
                .cases
                .iter()
                .filter_map(|c| c.payload.as_ref())
                .for_each(|k| self.count(k)),
            _ => {}
        }
    }

    /// The schema of a kind where it is used: a reference if it is shared.
    fn used(&mut self, kind: &Kind) -> Members {
        match id(kind) {
            Some(id) if self.uses.get(id).is_some_and(|uses| *uses > 1) => {
                if !self.defs.contains_key(id) {
                    let whole = self.whole(kind);
                    self.defs.insert(id.to_owned(), Json::Object(whole));
                }
                vec![member("$ref", Json::text(format!("#/$defs/{id}")))]
            }
            _ => self.whole(kind),
        }
    }

    /// The schema of a kind, written out.
    fn whole(&mut self, kind: &Kind) -> Members {
        match kind {
            Kind::Bool => vec![typed("boolean")],
            Kind::Number => vec![typed("number")],
            Kind::Whole { min, max } => {
                vec![
                    typed("integer"),
                    member("minimum", Json::raw(min)),
                    member("maximum", Json::raw(max)),
                ]
            }
            Kind::Text {
                length,
                uri,
                secret,
            } => text(*length, *uri, *secret),
            Kind::Json => Vec::new(),
            Kind::Enum(choice) => enumeration(choice),
            Kind::List { items, length } => {
                let items = Json::Object(self.used(items));
                [
                    vec![typed("array"), member("items", items)],
                    bounds(*length, "minItems", "maxItems"),
                ]
                .concat()
            }
            Kind::Map { values, length } => {
                let values = Json::Object(self.used(values));
                let members = vec![typed("object"), member("additionalProperties", values)];
                [members, bounds(*length, "minProperties", "maxProperties")].concat()
            }
            Kind::Record(record) => self.record(record),
            Kind::Variant(variant) => self.variant(variant),
        }
    }

    fn record(&mut self, record: &Record) -> Members {
        let properties = record
            .fields
            .iter()
            .map(|field| (field.name.clone(), self.field(field, record.upstream)))
            .collect();
        let required = record
            .fields
            .iter()
            .filter(|f| matches!(f.presence, Presence::Required));
        let required: Vec<Json> = required.map(|f| Json::text(&f.name)).collect();
        let mut members = vec![
            described(&record.docs),
            typed("object"),
            member("properties", Json::Object(properties)),
        ];
        if !required.is_empty() {
            members.push(member("required", Json::List(required)));
        }
        if !record.upstream {
            members.push(closed());
        }
        if !record.examples.is_empty() {
            members.push(member("examples", Json::List(record.examples.clone())));
        }
        members
    }

    fn field(&mut self, field: &Field, upstream: bool) -> Json {
        let mut members = self.used(&field.kind);
        // What is absent stands as null in documents of Salesforce's.
        if upstream && !matches!(field.presence, Presence::Required) {
            let kind = Json::Object(members);
            members = vec![member(
                "anyOf",
                Json::List(vec![kind, Json::Object(vec![typed("null")])]),
            )];
        }
        describe(&mut members, &field.docs);
        if let Presence::Default(default) = &field.presence {
            members.push(member("default", Json::raw(default)));
        }
        if !field.domains.is_empty() {
            let domains = field.domains.iter().map(Json::text).collect();
            members.push(member("x-trusted-domains", Json::List(domains)));
        }
        if !field.examples.is_empty() {
            members.retain(|(name, _)| name != "examples");
            members.push(member("examples", Json::List(field.examples.clone())));
        }
        Json::Object(members)
    }

    fn variant(&mut self, variant: &Variant) -> Members {
        let branch = |writer: &mut Self, case: &crate::model::Case| {
            let head = vec![
                member("title", Json::text(&case.name)),
                described(&case.docs),
            ];
            let Some(payload) = &case.payload else {
                return Json::Object(
                    [head, vec![member("const", Json::text(&case.name))]].concat(),
                );
            };
            let payload = Json::Object(writer.used(payload));
            let body = vec![
                typed("object"),
                member("properties", Json::object([(case.name.as_str(), payload)])),
                member("required", Json::List(vec![Json::text(&case.name)])),
                closed(),
            ];
            Json::Object([head, body].concat())
        };
        let branches = variant
            .cases
            .iter()
            .map(|case| branch(self, case))
            .collect();
        vec![
            described(&variant.docs),
            member("oneOf", Json::List(branches)),
        ]
    }
}

/// The name under which a type is shared.
fn id(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::Record(record) => Some(&record.id),
        Kind::Variant(variant) => Some(&variant.id),
        Kind::Enum(_) | Kind::Bool | Kind::Whole { .. } | Kind::Number | Kind::Text { .. } => None,
        Kind::Json | Kind::List { .. } | Kind::Map { .. } => None,
    }
}

fn text(length: Length, uri: bool, secret: bool) -> Members {
    let mut members = [
        vec![typed("string")],
        bounds(length, "minLength", "maxLength"),
    ]
    .concat();
    if uri {
        members.push(member("format", Json::text("uri")));
    }
    if secret {
        // `format` is for forms, `writeOnly` for everybody: never shown, never logged.
        if !uri {
            members.push(member("format", Json::text("password")));
        }
        members.push(member("writeOnly", Json::raw(true)));
    }
    members
}

/// An enum keeps the docs of its cases in its description: JSON Schema has no place of its own for them.
fn enumeration(choice: &Enum) -> Members {
    let names = choice
        .cases
        .iter()
        .map(|(name, _)| Json::text(name))
        .collect();
    let cases: Vec<String> = choice
        .cases
        .iter()
        .map(|(name, docs)| format!("- `{name}`: {docs}"))
        .collect();
    let description = format!("{}\n\n{}", choice.docs, cases.join("\n"));
    vec![
        described(&description),
        typed("string"),
        member("enum", Json::List(names)),
    ]
}

/// Puts a field's own words before what its type says; of an enum, the cases stay.
fn describe(members: &mut Members, docs: &str) {
    let cases = members
        .iter()
        .find(|(name, _)| name == "enum")
        .and_then(|_| {
            let (_, text) = members.iter().find(|(name, _)| name == "description")?;
            let Json::Text(text) = text else { return None };
            text.split_once("\n\n- ")
                .map(|(_, cases)| format!("{docs}\n\n- {cases}"))
        });
    members.retain(|(name, _)| name != "description");
    members.insert(0, described(&cases.unwrap_or_else(|| docs.to_owned())));
}

fn bounds(length: Length, min: &str, max: &str) -> Members {
    let low = length.min.map(|bound| member(min, Json::raw(bound)));
    let high = length.max.map(|bound| member(max, Json::raw(bound)));
    low.into_iter().chain(high).collect()
}

fn member(name: &str, value: Json) -> (String, Json) {
    (name.to_owned(), value)
}

fn typed(name: &str) -> (String, Json) {
    member("type", Json::text(name))
}

fn described(docs: &str) -> (String, Json) {
    member("description", Json::text(docs))
}

fn closed() -> (String, Json) {
    member("additionalProperties", Json::raw(false))
}
