//! The request of an upload, checked before anything is sent.

use crate::rest::files::blob;
use crate::rest::files::multipart::{File, Framing};
use crate::rest::records::{option_headers, record_path};
use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::files::UploadConfig;
use serde_json::{Map, Value};

/// The media type of files of which none is told.
const OCTETS: &str = "application/octet-stream";

/// Refuses a file that no record of the object takes.
pub(super) fn check_length(config: &UploadConfig) -> Result<(), Fault> {
    let most = blob::most_bytes(&config.object);
    match config.length {
        Some(length) if length > most => Err(too_large(&config.object, most)),
        _ => Ok(()),
    }
}

/// The bytes of a version never change (Object Reference, "ContentVersion": VersionData is createable, not updateable).
pub(super) fn check_id(config: &UploadConfig) -> Result<(), Fault> {
    if config.id.is_some() && config.object.eq_ignore_ascii_case(blob::VERSION) {
        return Err(Fault::config(
            "config.id names a ContentVersion, whose bytes cannot be replaced: leave it out and put the ContentDocumentId of the file into config.fields",
        ));
    }
    Ok(())
}

/// The fault for a file that no record of the object takes.
pub(super) fn too_large(object: &str, most: u64) -> Fault {
    bad_input(format!(
        "The file is too large: Salesforce takes {} MB in a {object}",
        most >> 20
    ))
}

/// The request, without the bytes of the file.
pub(super) fn call(
    client: &Client,
    config: &UploadConfig,
    framing: &Framing,
) -> Result<Request, Fault> {
    let (method, path, idempotency) = match &config.id {
        Some(id) => (
            Method::Patch,
            record_path(&config.object, id)?,
            Idempotency::Idempotent,
        ),
        None => (
            Method::Post,
            format!("sobjects/{}", segment("object", &config.object)?),
            Idempotency::NonIdempotent,
        ),
    };
    let content_type = framing.content_type();
    let mut call = Request::write(method, client.path(&path)?, idempotency, &content_type, b"");
    // New bytes have nothing to say; a new record has its id.
    call.expected = match config.id {
        Some(_) => Expected::Done,
        None => Expected::CREATED,
    };
    call.headers
        .extend(option_headers(config.options.as_ref())?);
    if let Some(length) = config.length {
        let whole = framing.length(length).to_string();
        call = call.with_header("content-length", &whole);
    }
    Ok(call)
}

/// What stands around the bytes of the file.
pub(super) fn framing(client: &Client, config: &UploadConfig) -> Result<Framing, Fault> {
    let field = blob::field(&config.object, config.field.as_deref())?;
    let media_type = config.media_type.as_deref().unwrap_or(OCTETS);
    if !media_type
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        return Err(Fault::config(
            "config.media-type is no media type: write it like `application/pdf`",
        ));
    }
    let fields = fields(config, &field)?;
    let clock = &client.context().clock;
    let boundary = format!(
        "part-{:016x}{:016x}",
        clock.random(u64::MAX),
        clock.random(u64::MAX)
    );
    let file = File {
        field: &field,
        name: &config.file_name,
        media_type,
    };
    Ok(Framing::new(
        boundary,
        blob::part_of(&config.object),
        &Value::Object(fields).to_string(),
        &file,
    ))
}

/// The other fields of the record, with the file's name where a new one needs it.
fn fields(config: &UploadConfig, blob_field: &str) -> Result<Map<String, Value>, Fault> {
    let told = match &config.fields {
        Some(text) => serde_json::from_str(text).ok(),
        None => Some(Value::Object(Map::new())),
    };
    let Some(Value::Object(mut fields)) = told else {
        return Err(Fault::config(
            "config.fields is not a JSON object: write it like {\"Title\": \"Offer\"}",
        ));
    };
    let has = |fields: &Map<String, Value>, name: &str| {
        fields.keys().any(|known| known.eq_ignore_ascii_case(name))
    };
    if has(&fields, blob_field) {
        return Err(Fault::config(format!(
            "config.fields has `{blob_field}`, which takes the bytes of the input: leave it out"
        )));
    }
    if let (None, Some(name)) = (&config.id, blob::name_of(&config.object))
        && !has(&fields, name)
    {
        fields.insert(name.to_owned(), config.file_name.as_str().into());
    }
    Ok(fields)
}
