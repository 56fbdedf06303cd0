//! Schemas of what writes reply with: the outcomes of records, which do not differ from org to org.

use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    ReplySchemaConfig, SchemaLanguage,
};
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog;
use salesforce_contract::message::Message;
use serde_json::{Map, Value, json};

/// Operation whose reply is a single outcome.
const ONE: &str = "records/create";

/// Dialect of the schemas.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Members of an outcome that are null in a list where they are not known; a single outcome leaves them out.
const OPEN: [&str; 2] = ["id", "created"];

/// What an outcome has beside its usual members.
enum Extra {
    /// A text, or null.
    Text(&'static str),
    /// A list of texts.
    List(&'static str),
}

/// Operations that reply with a list of outcomes, and what each outcome has besides; those under `soap` write them as XML, too.
const LISTS: &[(&str, &[Extra])] = &[
    ("collections/create", &[]),
    ("collections/create-tree", &[]),
    ("collections/update", &[]),
    ("collections/upsert", &[]),
    ("collections/delete-records", &[]),
    ("events/publish", &[]),
    ("soap/create", &[]),
    ("soap/update", &[]),
    ("soap/upsert", &[]),
    ("soap/delete-records", &[]),
    ("soap/undelete", &[]),
    ("soap/empty-recycle-bin", &[]),
    (
        "soap/merge",
        &[
            Extra::List("mergedRecordIds"),
            Extra::List("updatedRelatedIds"),
        ],
    ),
    (
        "soap/convert-lead",
        &[
            Extra::Text("leadId"),
            Extra::Text("accountId"),
            Extra::Text("contactId"),
            Extra::Text("opportunityId"),
            Extra::Text("relatedPersonAccountId"),
        ],
    ),
];

/// The schema of an operation's reply.
pub fn reply_schema(config: &ReplySchemaConfig) -> Result<Message, Fault> {
    let name = config.operation.as_str();
    let operation = catalog::find(name).ok_or_else(|| unknown(name))?;
    let list = LISTS.iter().find(|(known, _)| *known == operation.name);
    let language = config.language.unwrap_or(SchemaLanguage::JsonSchema);
    let (media_type, body) = match (language, list, &operation.reply) {
        (SchemaLanguage::JsonSchema, Some((_, extras)), _) => (JSON_SCHEMA, of_list(extras)?),
        (SchemaLanguage::JsonSchema, None, Some(reply)) => {
            (JSON_SCHEMA, reply.schema.read().to_owned())
        }
        (SchemaLanguage::Xsd, Some((name, extras)), _) if name.starts_with("soap/") => {
            ("application/xml", xsd(extras))
        }
        (SchemaLanguage::Xsd, Some(_), _) | (SchemaLanguage::Xsd, None, Some(_)) => {
            return Err(Fault::config(format!(
                "config.language: {name} does not write its reply as XML; the writes under `soap` do"
            )));
        }
        (_, None, None) => return Err(not_fixed(name)),
    };
    Ok(Message {
        media_type: media_type.into(),
        body: body.into_bytes(),
        ..Message::default()
    })
}

/// Media type of a JSON Schema.
const JSON_SCHEMA: &str = "application/schema+json";

fn unknown(name: &str) -> Fault {
    let hint = catalog::suggest(name).map(|near| format!("; did you mean `{near}`?"));
    let hint = hint.unwrap_or_default();
    Fault::config(format!(
        "config.operation: there is no operation `{name}`{hint}"
    ))
}

fn not_fixed(name: &str) -> Fault {
    Fault::new(
        FaultKind::Unsupported,
        format!(
            "What {name} replies with is not laid out beforehand: it is a document of the org or of Salesforce; `schema/json-schema` and `schema/xsd` lay out records, and rows in the shape `query`"
        ),
    )
}

/// A list of outcomes, each that of a single record with what is besides.
fn of_list(extras: &[Extra]) -> Result<String, Fault> {
    let one = catalog::find(ONE).and_then(|operation| operation.reply.as_ref());
    let schema =
        one.and_then(|reply| serde_json::from_str::<Map<String, Value>>(reply.schema.read()).ok());
    let mut outcome = schema.ok_or_else(|| Fault::protocol("An outcome has no schema"))?;
    outcome.remove("$schema");
    let defs = outcome.remove("$defs");
    if let Some(Value::Object(properties)) = outcome.get_mut("properties") {
        for name in OPEN {
            let kind = properties.get_mut(name).and_then(|one| one.get_mut("type"));
            if let Some(kind) = kind {
                *kind = json!([kind.take(), "null"]);
            }
        }
        properties.extend(extras.iter().map(Extra::property));
    }
    let mut list = json!({"$schema": DIALECT, "type": "array", "items": outcome});
    if let (Some(defs), Value::Object(list)) = (defs, &mut list) {
        list.insert("$defs".into(), defs);
    }
    Ok(list.to_string())
}

/// A document of outcomes, as the writes under `soap` write it.
fn xsd(extras: &[Extra]) -> String {
    let extras: String = extras.iter().map(Extra::element).collect();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="unqualified">
<xs:element name="results"><xs:complexType><xs:sequence>
<xs:element name="result" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
<xs:element name="index" type="xs:nonNegativeInteger"/>
<xs:element name="id" type="xs:string" nillable="true"/>
<xs:element name="success" type="xs:boolean"/>
<xs:element name="created" type="xs:boolean" nillable="true"/>
<xs:element name="errors" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>
<xs:element name="code" type="xs:string"/>
<xs:element name="message" type="xs:string"/>
<xs:element name="fields" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
</xs:sequence></xs:complexType></xs:element>
{extras}</xs:sequence></xs:complexType></xs:element>
</xs:sequence></xs:complexType></xs:element>
</xs:schema>
"#
    )
}

impl Extra {
    fn property(&self) -> (String, Value) {
        match self {
            Self::Text(name) => ((*name).to_owned(), json!({"type": ["string", "null"]})),
            Self::List(name) => (
                (*name).to_owned(),
                json!({"type": "array", "items": {"type": "string"}}),
            ),
        }
    }

    /// A record that was not answered for has none.
    fn element(&self) -> String {
        let (name, rest) = match self {
            Self::Text(name) => (name, r#"nillable="true""#),
            Self::List(name) => (name, r#"maxOccurs="unbounded""#),
        };
        format!("<xs:element name=\"{name}\" type=\"xs:string\" minOccurs=\"0\" {rest}/>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_contract::catalog::Effect;

    fn schema(operation: &str) -> Result<Message, Fault> {
        reply_schema(&ReplySchemaConfig {
            operation: operation.into(),
            language: None,
        })
    }

    #[test]
    fn outcomes_fit_their_schema() {
        let schema: Value = serde_json::from_slice(&schema("soap/merge").unwrap().body).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let outcome = json!({"index": 0, "id": null, "success": false, "created": false,
            "errors": [{"code": "NOT_SENT", "message": "m", "fields": []}]});
        assert!(validator.is_valid(&json!([])));
        assert!(validator.is_valid(&json!([outcome])));
        let mut merged = outcome.clone();
        merged["mergedRecordIds"] = json!(["001"]);
        assert!(validator.is_valid(&json!([merged])));
        merged["mergedRecordIds"] = json!("001");
        assert!(!validator.is_valid(&json!([merged])));
        merged["mergedRecordIds"] = json!([]);
        merged["success"] = json!("no");
        assert!(!validator.is_valid(&json!([merged])));
    }

    #[test]
    fn every_write_of_records_has_a_schema() {
        let writes = catalog::operations().iter().filter(|operation| {
            let group = operation.name.split_once('/').map(|(group, _)| group);
            operation.effect == Effect::Write
                && matches!(group, Some("records" | "collections" | "soap" | "events"))
        });
        // These reply with a record of the org, or with what the SOAP API says of something else than records.
        let others = [
            "records/update-and-retrieve",
            "soap/logout",
            "soap/set-password",
            "soap/reset-password",
            "soap/send-email",
            "soap/send-email-message",
        ];
        for operation in writes.filter(|operation| !others.contains(&operation.name)) {
            assert!(schema(operation.name).is_ok(), "{}", operation.name);
        }
    }
}
