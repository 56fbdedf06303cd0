//! The catalog as Rust text: statics only, so that it costs nothing to load.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use crate::model::{Catalog, Enum, Kind, Length, Operation, Presence, Record, Variant};
use crate::schema;
use crate::texts::Texts;

/// Writes the whole catalog and, packed, its texts. The names used are those of `src/catalog/shape.rs` and `src/catalog/operation.rs`.
pub fn rust(catalog: &Catalog) -> (String, Vec<u8>) {
    let mut statics = Statics::default();
    let connection = statics.document(&catalog.connection);
    let operations: Vec<String> = catalog
        .operations
        .iter()
        .map(|operation| statics.operation(operation))
        .collect();
    let mut text = String::new();
    line(
        &mut text,
        &format!("pub(super) const NAME: &str = {:?};", catalog.name),
    );
    line(
        &mut text,
        &format!("static CONNECTION: Document = {connection};"),
    );
    line(
        &mut text,
        &format!(
            "static OPERATIONS: &[Operation] = &[\n{}];",
            operations.concat()
        ),
    );
    for (name, (ty, body)) in &statics.items {
        line(&mut text, &format!("static {name}: {ty} = {body};"));
    }
    (text, statics.texts.pack())
}

/// The named types, each a static of its own, and the texts.
#[derive(Default)]
struct Statics {
    texts: Texts,
    /// Name -> type and initialiser.
    items: BTreeMap<String, (&'static str, String)>,
}

impl Statics {
    fn operation(&mut self, operation: &Operation) -> String {
        let Operation {
            name,
            summary,
            description,
            accepts,
            returns,
            ..
        } = operation;
        let reply = match (&operation.reply, operation.secret) {
            (Some(kind), false) => Some(self.document(kind)),
            (reply, true) => Some(self.secret(reply.as_ref())),
            (None, false) => None,
        };
        let reply = reply.map_or("None".to_owned(), |document| format!("Some({document})"));
        let config = self.document(&operation.config);
        let summary = self.texts.add(summary);
        let description = self.texts.add(description);
        let doors = format!(
            "style: Style::{:?}, effect: Effect::{:?}, input: Input::{:?}",
            operation.style, operation.effect, operation.input
        );
        format!(
            "Operation {{ name: {name:?}, summary: {summary}, description: {description}, {doors}, config: {config}, \
             accepts: &{accepts:?}, returns: &{returns:?}, reply: {reply} }},\n"
        )
    }

    /// A reply that is a secret as a whole, of which the schema tells nothing.
    fn secret(&mut self, kind: Option<&Kind>) -> String {
        let shape = kind.map_or("Shape::Json".to_owned(), |kind| self.shape(kind));
        let schema = self.texts.add(schema::SECRET);
        format!("Document {{ shape: {shape}, schema: {schema} }}")
    }

    fn document(&mut self, kind: &Kind) -> String {
        let shape = self.shape(kind);
        let schema = self.texts.add(&schema::document(kind));
        format!("Document {{ shape: {shape}, schema: {schema} }}")
    }

    /// An expression of type `Shape`.
    fn shape(&mut self, kind: &Kind) -> String {
        match kind {
            Kind::Bool => "Shape::Bool".to_owned(),
            Kind::Number => "Shape::Number".to_owned(),
            Kind::Json => "Shape::Json".to_owned(),
            Kind::Whole { min, max } => format!("Shape::Whole {{ min: {min}, max: {max} }}"),
            Kind::Text {
                length,
                uri,
                secret,
            } => {
                format!(
                    "Shape::Text {{ length: {}, uri: {uri}, secret: {secret} }}",
                    bounds(*length)
                )
            }
            Kind::List { items, length } => {
                format!(
                    "Shape::List {{ items: &{}, length: {} }}",
                    self.shape(items),
                    bounds(*length)
                )
            }
            Kind::Map { values, length } => {
                format!(
                    "Shape::Map {{ values: &{}, length: {} }}",
                    self.shape(values),
                    bounds(*length)
                )
            }
            Kind::Enum(choice) => format!("Shape::Enum(&{})", self.choice(choice)),
            Kind::Record(record) => format!("Shape::Record(&{})", self.record(record)),
            Kind::Variant(variant) => format!("Shape::Variant(&{})", self.variant(variant)),
        }
    }

    fn choice(&mut self, choice: &Enum) -> String {
        let case = |(name, _): &(String, String)| {
            format!("({name:?}, {:?}), ", name.to_upper_camel_case())
        };
        let cases: String = choice.cases.iter().map(case).collect();
        self.add(&choice.id, "Enum", format!("Enum {{ cases: &[{cases}] }}"))
    }

    fn record(&mut self, record: &Record) -> String {
        let mut fields = String::new();
        for field in &record.fields {
            let shape = self.shape(&field.kind);
            let presence = presence(&field.presence);
            let (name, rust) = (&field.name, field.wit.to_snake_case());
            line(
                &mut fields,
                &format!(
                    "Field {{ name: {name:?}, rust: {rust:?}, shape: {shape}, presence: {presence} }},"
                ),
            );
        }
        self.add(
            &record.id,
            "Record",
            format!("Record {{ fields: &[{fields}] }}"),
        )
    }

    fn variant(&mut self, variant: &Variant) -> String {
        let mut cases = String::new();
        for case in &variant.cases {
            let payload = case.payload.as_ref().map(|kind| self.shape(kind));
            let payload = payload.map_or("None".to_owned(), |shape| format!("Some({shape})"));
            let (name, rust) = (&case.name, case.name.to_upper_camel_case());
            line(
                &mut cases,
                &format!("Case {{ name: {name:?}, rust: {rust:?}, payload: {payload} }},"),
            );
        }
        self.add(
            &variant.id,
            "Variant",
            format!("Variant {{ cases: &[{cases}] }}"),
        )
    }

    fn add(&mut self, id: &str, ty: &'static str, body: String) -> String {
        let name = format!(
            "{}_{}",
            ty.to_shouty_snake_case(),
            id.replace('.', "-").to_shouty_snake_case()
        );
        self.items.entry(name.clone()).or_insert((ty, body));
        name
    }
}

fn presence(presence: &Presence) -> String {
    match presence {
        Presence::Required => "Presence::Required".to_owned(),
        Presence::Optional => "Presence::Optional".to_owned(),
        Presence::Default(json) => format!("Presence::Default({json:?})"),
    }
}

fn bounds(length: Length) -> String {
    format!(
        "Length {{ min: {}, max: {} }}",
        length.min.unwrap_or(0),
        length.max.unwrap_or(u32::MAX)
    )
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}
