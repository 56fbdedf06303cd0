//! Records to try, made from an object's describe: for every field values within its bounds, at them, and beyond.

use serde_json::{Map, Value, json};

/// Longest text that is tried in full: the request stays small.
const LONGEST: u64 = 40_000;

/// Makes records that are good but for one field at most.
pub struct Candidates<'d> {
    fields: &'d [Value],
    /// Name of the flag that says whether a record of the shape may have a field.
    flag: &'static str,
    made: usize,
}

impl<'d> Candidates<'d> {
    /// For the shape `create` (flag `createable`) or `update` (flag `updateable`).
    pub fn of(describe: &'d Value, flag: &'static str) -> Self {
        Self {
            fields: describe["fields"].as_array().expect("fields"),
            flag,
            made: 0,
        }
    }

    /// A record with what a new one needs, and nothing else.
    pub fn least(&mut self) -> Map<String, Value> {
        let fields = self.fields.iter();
        let needed: Vec<&Value> = fields.filter(|field| is_needed(field)).collect();
        let members = needed.into_iter().map(|field| {
            let value = self.values(field).into_iter().next();
            (name(field).to_owned(), value.expect("a value of the type"))
        });
        members.collect()
    }

    /// `base` with one member more, for every field and value, and a few that no object has.
    pub fn all(
        &mut self,
        base: impl Fn(&mut Self) -> Map<String, Value>,
    ) -> Vec<Map<String, Value>> {
        let mut records = Vec::new();
        for field in self.fields {
            for value in self.values(field) {
                let mut record = base(self);
                record.insert(name(field).to_owned(), value);
                records.push(record);
            }
        }
        for (name, value) in [
            ("Nonsense__c", json!(1)),
            ("CreatedDate", json!("2026-01-31T10:00:00Z")),
        ] {
            let mut record = base(self);
            record.insert(name.to_owned(), value);
            records.push(record);
        }
        records
    }

    fn is_settable(&self, field: &Value) -> bool {
        field[self.flag] == true
    }

    /// Values for a field: the first one is good.
    fn values(&mut self, field: &Value) -> Vec<Value> {
        if !self.is_settable(field) {
            return match field["type"].as_str() {
                Some("string") => vec![json!("x")],
                _ => Vec::new(),
            };
        }
        let mut values = match field["type"].as_str().unwrap_or_default() {
            "string" | "textarea" | "phone" | "url" | "combobox" | "encryptedstring" => {
                self.texts(field)
            }
            "email" => vec![json!("a.b+c@example.com"), json!("no address")],
            "boolean" => vec![json!(true), json!("perhaps")],
            "int" => numbers(field["digits"].as_u64().unwrap_or(9), 0),
            "double" | "currency" | "percent" => numbers(
                field["precision"].as_u64().unwrap_or(18),
                field["scale"].as_u64().unwrap_or(0),
            ),
            "date" => [
                "2026-02-28",
                "2024-02-29",
                "2026-02-30",
                "28.2.2026",
                "yesterday",
            ]
            .map(Value::from)
            .into(),
            "datetime" => [
                "2026-01-31T10:00:00Z",
                "2026-01-31T10:00:00.000+0000",
                "2026-01-31T10:00:00.5+01:00",
                "2026-13-31T10:00:00Z",
                "31.1.2026 10:00",
            ]
            .map(Value::from)
            .into(),
            "time" => ["08:30:00.000Z", "25:00:00.000Z", "half past eight"]
                .map(Value::from)
                .into(),
            "picklist" => picks(field, ""),
            "multipicklist" => picks(field, ";"),
            "reference" => return references(field),
            other => {
                assert!(
                    matches!(other, "address" | "location" | "base64" | "id"),
                    "no values for {other}"
                );
                return Vec::new();
            }
        };
        // Salesforce fills in what is null where it has a default of its own: the schema asks for a value there.
        let filled_in = field["nillable"] == false && field["defaultedOnCreate"] == true;
        if !(filled_in && self.flag == "createable") {
            values.push(Value::Null);
        }
        values
    }

    /// A plain text, the longest one, and one that is too long.
    fn texts(&mut self, field: &Value) -> Vec<Value> {
        self.made += 1;
        let start = format!("v{} é", self.made);
        let longest = field["length"].as_u64().unwrap_or(255);
        let of_length = |length: u64| {
            let missing = usize::try_from(length)
                .unwrap_or(0)
                .saturating_sub(start.chars().count());
            json!(format!("{start}{}", "ü".repeat(missing)))
        };
        let mut values = vec![json!(start)];
        if longest < LONGEST && longest > 8 {
            values.extend([of_length(longest), of_length(longest + 1)]);
        }
        values
    }
}

fn name(field: &Value) -> &str {
    field["name"].as_str().unwrap_or_default()
}

fn is_needed(field: &Value) -> bool {
    field["createable"] == true && field["nillable"] == false && field["defaultedOnCreate"] == false
}

/// Zero and one, the largest whole number, one beyond it, and what is none.
fn numbers(precision: u64, scale: u64) -> Vec<Value> {
    let digits = u32::try_from(precision.saturating_sub(scale))
        .unwrap_or(9)
        .min(15);
    let beyond = 10_i64.pow(digits);
    let mut values = vec![json!(1), json!(0), json!(-1), json!("much")];
    if digits < 15 {
        values.extend([json!(beyond - 1), json!(beyond)]);
    }
    if scale > 0 {
        values.push(json!(0.5));
    }
    values
}

fn picks(field: &Value, separator: &str) -> Vec<Value> {
    let listed = field["picklistValues"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let active = listed.iter().filter(|value| value["active"] == true);
    let known: Vec<&str> = active.filter_map(|value| value["value"].as_str()).collect();
    let mut values: Vec<Value> = known.iter().take(2).map(|value| json!(value)).collect();
    if !separator.is_empty() && known.len() > 1 {
        values.push(json!(known[..2].join(separator)));
    }
    values.push(json!("nobody chose this"));
    values
}

/// No record is referred to that may not be there: null, and what no id looks like.
fn references(field: &Value) -> Vec<Value> {
    if field["nillable"] == true {
        vec![Value::Null, json!("not an id")]
    } else {
        vec![json!("005Sb0000000001IAA"), json!("not an id")]
    }
}
