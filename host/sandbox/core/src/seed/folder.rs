//! Reading and loading a folder of seeds.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::org::{ConnectedApp, Org};
use crate::write::{Draft, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::json::Body;
use sandbox_model::schema::{Object, ObjectDefinition};
use sandbox_model::value::{Value, from_json};

/// Records written in one transaction.
const CHUNK: usize = 10_000;

/// A folder of seeds, read.
#[derive(Debug, Default)]
pub struct Folder {
    /// More objects and fields.
    pub objects: Vec<ObjectDefinition>,
    /// Connected apps.
    pub apps: Vec<ConnectedApp>,
    /// Users with passwords.
    pub(crate) users: Vec<crate::org::UserSeed>,
    /// Outbound messages.
    pub(crate) outbound: Vec<crate::outbound::OutboundMessage>,
    /// Files of records: name and content.
    files: Vec<(String, String)>,
}

/// A record of a seed: its own name, and the fields.
struct Record {
    place: String,
    name: Option<String>,
    fields: Vec<(String, Json)>,
}

impl Folder {
    /// Only files of records.
    #[must_use]
    pub fn of_files(files: Vec<(String, String)>) -> Self {
        Self {
            files,
            ..Self::default()
        }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// One sentence: which file cannot be read, and why.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut found = Self::default();
        for (name, path) in entries(folder)? {
            match (name.as_str(), name.rsplit('.').next()) {
                ("objects", _) => {
                    for (_, path) in entries(&path)? {
                        found.objects.push(parse(&path)?);
                    }
                }
                ("apps.json", _) => found.apps = parse(&path)?,
                ("users.json", _) => found.users = parse(&path)?,
                ("outbound-messages.json", _) => found.outbound = parse(&path)?,
                (_, Some("json" | "ndjson" | "csv")) => found.files.push((name, text(&path)?)),
                _ => tracing::debug!(%name, "not a seed, passed over"),
            }
        }
        Ok(found)
    }

    /// Writes the records into the org.
    ///
    /// # Errors
    /// One sentence: the file, the record, and what Salesforce would say of it.
    pub fn load(&self, org: &Org) -> anyhow::Result<()> {
        let mut names = HashMap::new();
        for (object, file, text) in self.in_order(org)? {
            let records = records(file, text)?;
            for chunk in records.chunks(CHUNK) {
                org.write(&org.admin, WriteOptions::default(), |writer| {
                    Ok(chunk
                        .iter()
                        .try_for_each(|record| load(writer, object, record, &mut names)))
                })??;
            }
        }
        Ok(())
    }

    /// Returns the files with their objects, parents first.
    fn in_order<'a>(&'a self, org: &'a Org) -> anyhow::Result<Vec<(&'a Object, &'a str, &'a str)>> {
        let mut waiting = Vec::new();
        for (file, text) in &self.files {
            let name = file
                .rsplit_once('.')
                .map_or(file.as_str(), |(stem, _)| stem);
            let object = org.schema.object(name);
            let object =
                object.with_context(|| format!("seed {file}: there is no object {name}"))?;
            waiting.push((object, file.as_str(), text.as_str()));
        }
        let mut ordered: Vec<(&Object, &str, &str)> = Vec::new();
        while !waiting.is_empty() {
            let needs = |object: &Object, other: &Object| {
                object.name != other.name
                    && object
                        .references()
                        .any(|(_, to)| to.to.contains(&other.name))
            };
            let free = waiting
                .iter()
                .position(|(object, ..)| !waiting.iter().any(|(other, ..)| needs(object, other)));
            ordered.push(waiting.remove(free.unwrap_or(0)));
        }
        Ok(ordered)
    }
}

fn entries(folder: &Path) -> anyhow::Result<Vec<(String, std::path::PathBuf)>> {
    let listing = std::fs::read_dir(folder)
        .with_context(|| format!("cannot read the seed folder {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in listing {
        let entry = entry?;
        found.push((
            entry.file_name().to_string_lossy().into_owned(),
            entry.path(),
        ));
    }
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the seed {}", path.display()))
}

fn parse<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    serde_json::from_str(&text(path)?).with_context(|| format!("seed {}", path.display()))
}

fn records(file: &str, text: &str) -> anyhow::Result<Vec<Record>> {
    match file.rsplit('.').next() {
        Some("csv") => csv_records(file, text),
        Some("ndjson") => {
            let lines = text
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim().is_empty());
            lines
                .map(|(at, line)| json_record(format!("{file} line {}", at + 1), line))
                .collect()
        }
        _ => {
            let list: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(text)
                .with_context(|| format!("seed {file}: a list of records is wanted"))?;
            list.iter()
                .enumerate()
                .map(|(at, raw)| json_record(format!("{file} record {}", at + 1), raw.get()))
                .collect()
        }
    }
}

fn json_record(place: String, text: &str) -> anyhow::Result<Record> {
    let members = Body::new(text.as_bytes())
        .and_then(Body::members)
        .with_context(|| format!("seed {place}"))?;
    let mut record = Record {
        place,
        name: None,
        fields: Vec::new(),
    };
    for (name, raw) in members.0 {
        let value: Json = serde_json::from_str(raw.get())?;
        match (name.as_ref(), value) {
            ("_ref", Json::String(own)) => record.name = Some(own),
            (_, value) => record.fields.push((name.into_owned(), value)),
        }
    }
    Ok(record)
}

fn csv_records(file: &str, text: &str) -> anyhow::Result<Vec<Record>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader
        .headers()
        .with_context(|| format!("seed {file}"))?
        .clone();
    let mut records = Vec::new();
    for row in reader.records() {
        let row = row.with_context(|| format!("seed {file}"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let mut record = Record {
            place: format!("{file} line {line}"),
            name: None,
            fields: Vec::new(),
        };
        for (column, value) in header
            .iter()
            .zip(&row)
            .filter(|(_, value)| !value.is_empty())
        {
            match column {
                "_ref" => record.name = Some(value.to_owned()),
                _ => record
                    .fields
                    .push((column.to_owned(), Json::String(value.to_owned()))),
            }
        }
        records.push(record);
    }
    Ok(records)
}

fn load(
    writer: &Writer<'_>,
    object: &Object,
    record: &Record,
    names: &mut HashMap<String, RecordId>,
) -> anyhow::Result<()> {
    let saved = draft(writer, object, record, names)?;
    let saved = writer
        .create(object, saved)
        .with_context(|| format!("seed {}", record.place))?;
    if let Some(name) = &record.name {
        names.insert(name.clone(), saved.id);
    }
    Ok(())
}

fn draft(
    writer: &Writer<'_>,
    object: &Object,
    record: &Record,
    names: &HashMap<String, RecordId>,
) -> anyhow::Result<Draft> {
    let mut draft = Draft::default();
    for (name, json) in &record.fields {
        let field = object.field(name);
        let reference = field.and_then(sandbox_model::schema::Field::reference);
        match (field, reference, json) {
            (Some(field), Some(_), Json::String(text)) if text.starts_with('@') => {
                let Some(id) = names.get(text.trim_start_matches('@')) else {
                    bail!(
                        "seed {}: {name} refers to {text}, which no record loaded so far is called",
                        record.place
                    );
                };
                draft.set(object, &field.name, Value::Text(id.as_str().to_owned()));
            }
            (Some(field), _, Json::String(text)) => {
                let text = Some(text.as_str());
                draft
                    .set_text(writer.schema, object, &field.name, text)
                    .with_context(|| format!("seed {}", record.place))?;
            }
            (Some(field), _, json) => {
                let value =
                    from_json(field, json).map_err(|wrong| ApiError::json(wrong.to_string()));
                draft.set(
                    object,
                    &field.name,
                    value.with_context(|| format!("seed {}, {name}", record.place))?,
                );
            }
            (None, _, json) => {
                for (column, text) in columns(name, json) {
                    let set = draft.set_text(writer.schema, object, &column, Some(&text));
                    set.with_context(|| format!("seed {}", record.place))?;
                }
            }
        }
    }
    Ok(draft)
}

/// Columns, as a CSV would name them, of a member that is no field: `{"External_Id__c": "A-1"}` below `Account__r` is
/// `Account__r.External_Id__c`, with the parent's object in front if it is given.
fn columns(name: &str, json: &Json) -> Vec<(String, String)> {
    let text = |json: &Json| {
        json.as_str()
            .map_or_else(|| json.to_string(), str::to_owned)
    };
    let Json::Object(parent) = json else {
        return vec![(name.to_owned(), text(json))];
    };
    let attributes = parent.get("attributes");
    let of = attributes.and_then(|it| it.get("type")?.as_str());
    let prefix = of.map_or_else(String::new, |of| format!("{of}:"));
    let keys = parent.iter().filter(|(key, _)| *key != "attributes");
    keys.map(|(key, value)| (format!("{prefix}{name}.{key}"), text(value)))
        .collect()
}
