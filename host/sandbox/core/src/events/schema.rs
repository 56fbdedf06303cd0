//! Schemas of events, in Apache Avro's form: `eventSchema` of the REST API.

use serde_json::{Value as Json, json};

use super::fields;
use super::names::{event_name, is_captured, is_event};
use sandbox_model::schema::{Field, FieldType, Object, Schema};

/// Formats of a schema (REST API guide, "Platform Event Schema by Event Name").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The whole message as CometD shows it.
    Expanded,
    /// The payload alone, as Avro's record.
    Compact,
}

impl Form {
    /// Reads the parameter `payloadFormat`; `None` if it is neither.
    #[must_use]
    pub fn parse(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Expanded),
            Some(text) if text.eq_ignore_ascii_case("EXPANDED") => Some(Self::Expanded),
            Some(text) if text.eq_ignore_ascii_case("COMPACT") => Some(Self::Compact),
            Some(_) => None,
        }
    }
}

/// An event that has a schema.
#[derive(Debug, Clone, Copy)]
enum Subject<'s> {
    Platform(&'s Object),
    Change(&'s Object),
}

/// Returns the schema id of a platform event.
pub(super) fn platform_id(object: &Object) -> String {
    Subject::Platform(object).id()
}

/// Returns the schema id of an object's change events.
pub(super) fn change_id(object: &Object) -> String {
    object
        .change_schema
        .get_or_init(|| Subject::Change(object).id())
        .clone()
}

/// Returns the schema of the event called so (`Order_Event__e`, `AccountChangeEvent`), if there is one.
#[must_use]
pub fn event_schema(schema: &Schema, name: &str, form: Form) -> Option<Json> {
    let subject = subjects(schema).find(|it| it.name().eq_ignore_ascii_case(name))?;
    Some(subject.schema(form))
}

/// Returns the schema with this id, if there is one.
#[must_use]
pub fn schema_by_id(schema: &Schema, id: &str, form: Form) -> Option<Json> {
    let subject = subjects(schema).find(|it| it.id() == id)?;
    Some(subject.schema(form))
}

fn subjects(schema: &Schema) -> impl Iterator<Item = Subject<'_>> {
    let settings = super::Settings::default();
    schema.objects().iter().filter_map(move |object| {
        if is_event(object) {
            Some(Subject::Platform(object))
        } else {
            is_captured(object, &settings).then_some(Subject::Change(object))
        }
    })
}

impl Subject<'_> {
    fn name(self) -> String {
        match self {
            Self::Platform(object) => object.name.clone(),
            Self::Change(object) => event_name(&object.name),
        }
    }

    /// As Salesforce's: 22 characters that change with the fields.
    fn id(self) -> String {
        use base64::Engine as _;
        use md5::{Digest as _, Md5};
        let fields = Json::Array(self.fields()).to_string();
        let digest = Md5::digest(format!("{}{fields}", self.name()));
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
    }

    fn schema(self, form: Form) -> Json {
        let name = self.name();
        let payload = |name: &str| json!({"type": "record", "name": name, "fields": self.fields(), "uuid": self.id()});
        match form {
            Form::Compact => {
                let mut record = payload(&name);
                if let Some(record) = record.as_object_mut() {
                    record.insert("namespace".into(), json!("com.sforce.eventbus"));
                }
                record
            }
            Form::Expanded => json!({
                "name": name,
                "namespace": "com.sforce.eventbus",
                "type": "expanded-record",
                "uuid": self.id(),
                "fields": [
                    {"name": "data", "type": {"type": "record", "name": "Data", "namespace": "", "fields": [
                        {"name": "schema", "type": "string"},
                        {"name": "payload", "type": {"type": "record", "name": "Payload", "doc": "", "fields": self.fields()}},
                        {"name": "event", "type": {"type": "record", "name": "Event", "fields": [
                            {"name": "replayId", "type": "long"},
                        ]}},
                    ]}},
                    {"name": "channel", "type": "string"},
                ],
            }),
        }
    }

    fn fields(self) -> Vec<Json> {
        match self {
            Self::Platform(object) => {
                let audit = [
                    json!({"name": "CreatedDate", "type": "long", "doc": "CreatedDate:DateTime"}),
                    json!({"name": "CreatedById", "type": "string", "doc": "CreatedBy:EntityId"}),
                ];
                let own = object.fields().iter().filter(|field| field.custom);
                audit.into_iter().chain(own.map(avro_field)).collect()
            }
            Self::Change(object) => {
                let own = object.fields().iter();
                let own = own.filter(|field| fields::is_published(object, field));
                let mut fields = vec![header()];
                let mut compounds: Vec<(String, Vec<Json>)> = Vec::new();
                for field in own {
                    match fields::compound_part(object, field) {
                        None => fields.push(avro_field(field)),
                        Some((compound, part)) => {
                            let mut avro = avro_field(field);
                            if let Some(avro) = avro.as_object_mut() {
                                avro.insert("name".into(), json!(part));
                            }
                            match compounds.iter_mut().find(|(name, _)| *name == compound) {
                                Some((_, parts)) => parts.push(avro),
                                None => compounds.push((compound, vec![avro])),
                            }
                        }
                    }
                }
                fields.extend(compounds.into_iter().map(|(name, parts)| {
                    let record =
                        json!({"type": "record", "name": format!("{name}Parts"), "fields": parts});
                    json!({"name": name, "type": ["null", record], "default": null})
                }));
                fields
            }
        }
    }
}

fn header() -> Json {
    let kinds = [
        "CREATE",
        "UPDATE",
        "DELETE",
        "UNDELETE",
        "GAP_CREATE",
        "GAP_UPDATE",
        "GAP_DELETE",
        "GAP_UNDELETE",
        "GAP_OVERFLOW",
        "SNAPSHOT",
    ];
    let texts = json!({"type": "array", "items": "string"});
    let fields = json!([
        {"name": "entityName", "type": "string"},
        {"name": "recordIds", "type": texts},
        {"name": "changeType", "type": {"type": "enum", "name": "ChangeType", "symbols": kinds}},
        {"name": "changeOrigin", "type": "string"},
        {"name": "transactionKey", "type": "string"},
        {"name": "sequenceNumber", "type": "int"},
        {"name": "commitTimestamp", "type": "long"},
        {"name": "commitNumber", "type": "long"},
        {"name": "commitUser", "type": "string"},
        {"name": "nulledFields", "type": texts},
        {"name": "diffFields", "type": texts},
        {"name": "changedFields", "type": texts},
    ]);
    json!({"name": "ChangeEventHeader", "type": {"type": "record", "name": "ChangeEventHeader", "fields": fields}})
}

fn avro_field(field: &Field) -> Json {
    let (kind, word) = avro_type(&field.field_type);
    let doc = if field.custom {
        format!("Data:{word}")
    } else {
        word.to_owned()
    };
    json!({"name": field.name, "type": ["null", kind], "doc": doc, "default": null})
}

/// Avro's type, and Salesforce's name of the content.
fn avro_type(field_type: &FieldType) -> (&'static str, &'static str) {
    match field_type {
        FieldType::Boolean => ("boolean", "Boolean"),
        FieldType::Int => ("int", "Integer"),
        FieldType::Double => ("double", "Double"),
        FieldType::Currency => ("double", "Currency"),
        FieldType::Percent => ("double", "Percent"),
        FieldType::DateTime => ("long", "DateTime"),
        FieldType::Date => ("long", "DateOnly"),
        FieldType::Time => ("long", "TimeOnly"),
        FieldType::Reference(_) | FieldType::Id => ("string", "EntityId"),
        FieldType::Email => ("string", "Email"),
        FieldType::Phone => ("string", "Phone"),
        FieldType::Url => ("string", "Url"),
        FieldType::Picklist { .. } => ("string", "DynamicEnum"),
        _ => ("string", "Text"),
    }
}
