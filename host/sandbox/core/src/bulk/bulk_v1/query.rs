//! Working on a batch that is a query, and splitting queries by record ids.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use rusqlite::Row;

use super::super::blob::{Blob, BlobWriter, disk_error};
use super::super::dialect::Dialect;
use super::super::extract;
use super::super::table::BadData;
use super::results::NAMESPACE;
use super::{Batch, BatchState, Chunking, Content, Job, RESULT_PREFIX};
use crate::org::Org;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_soql::projection::{Content as Member, Projection, Source};
use sandbox_soql::render::Format as _;
use sandbox_soql::render::json::Json;
use sandbox_soql::{Plan, for_each_row, parse};

/// Bytes collected before they are written.
const BUFFER: usize = 64 * 1024;

/// Works on a query until it is done or fails.
pub(super) fn run(org: &Arc<Org>, job: &Arc<Job>, batch: &Batch, all: bool) {
    let began = Instant::now();
    let found = statement(batch).and_then(|soql| match &job.request.chunking {
        Some(chunking) if batch.chunk_bounds.is_none() => split(org, job, &soql, chunking, all),
        _ => rows(org, job, &soql, all).map(Some),
    });
    let mut progress = batch.progress();
    progress.total_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    progress.changed = org.clock.now();
    match found {
        Ok(Some((count, blob))) => {
            progress.processed = count;
            progress.results = vec![(org.bulk.next_id(RESULT_PREFIX), blob)];
            progress.state = BatchState::Completed;
        }
        Ok(None) => progress.state = BatchState::NotProcessed,
        Err(BadData(message)) => {
            progress.state = BatchState::Failed;
            progress.message = Some(message);
        }
    }
}

/// Returns the query of a batch; a chunk's with its borders.
fn statement(batch: &Batch) -> Result<String, BadData> {
    let bytes = batch.request.bytes();
    let bytes = bytes.map_err(|error| BadData::disk(&error))?;
    let soql = String::from_utf8(bytes.into())
        .map_err(|_| BadData::client("The query is not encoded in UTF-8"))?;
    let soql = soql.trim().to_owned();
    let Some((from, before)) = &batch.chunk_bounds else {
        return Ok(soql);
    };
    let from = from.as_ref().map(|id| format!("Id >= '{id}'"));
    let before = before.as_ref().map(|id| format!("Id < '{id}'"));
    let chunk_bounds: Vec<_> = from.into_iter().chain(before).collect();
    if chunk_bounds.is_empty() {
        return Ok(soql);
    }
    Ok(match soql.to_ascii_lowercase().find(" where ") {
        Some(at) => {
            let (head, condition) = soql.split_at(at);
            let condition = condition.get(" where ".len()..).unwrap_or_default();
            format!(
                "{head} WHERE ({condition}) AND {}",
                chunk_bounds.join(" AND ")
            )
        }
        None => format!("{soql} WHERE {}", chunk_bounds.join(" AND ")),
    })
}

fn rejected(api_error: &ApiError) -> BadData {
    let code = match api_error.code {
        "API_ERROR" => "FUNCTIONALITY_NOT_ENABLED",
        other => other,
    };
    BadData::batch(format_args!(
        "Failed to process query: {code}: {}",
        api_error.message
    ))
}

/// Runs a query; gives the count of its rows and the document.
fn rows(org: &Org, job: &Job, soql: &str, all: bool) -> Result<(u64, Blob), BadData> {
    let plan = extract::plan(org, soql, job.created_by.as_str(), all);
    let plan = plan.map_err(|api_error| rejected(&api_error))?;
    let found = match job.request.content {
        Content::Csv => csv(org, &plan),
        Content::Json => json(org, &plan, job.api_version),
        Content::Xml => xml(org, &plan),
    };
    found.map_err(|api_error| rejected(&api_error))
}

fn csv(org: &Org, plan: &Plan) -> Result<(u64, Blob), ApiError> {
    let pages = extract::csv(org, plan, Dialect::default(), |_| true)?;
    if pages.count == 0 {
        let text = "Records not found for this query";
        return Ok((0, Blob::from(bytes::Bytes::from_static(text.as_bytes()))));
    }
    let mut writer = BlobWriter::default();
    writer
        .write_all(&pages.header)
        .map_err(|e| disk_error(&e))?;
    let rows = pages.rows.read(0, u64::MAX);
    let mut rows = rows.map_err(|error| disk_error(&error))?;
    std::io::copy(&mut rows, &mut writer).map_err(|error| disk_error(&error))?;
    let blob = writer.finish().map_err(|error| disk_error(&error))?;
    Ok((pages.count, blob))
}

/// Writes a document of rows, one after the other.
fn document(
    org: &Org,
    plan: &Plan,
    [begin, separator, end]: [&str; 3],
    mut write: impl FnMut(&mut Vec<u8>, &Row<'_>) -> sandbox_soql::Result<()>,
) -> Result<(u64, Blob), ApiError> {
    let (mut writer, mut out, mut count) = (BlobWriter::default(), Vec::new(), 0_u64);
    let disk = |error: std::io::Error| {
        sandbox_soql::SoqlError::new(sandbox_soql::ErrorCode::UnknownException, error.to_string())
    };
    out.extend_from_slice(begin.as_bytes());
    org.store.read(|connection| {
        for_each_row(connection, plan, |row| {
            if count > 0 {
                out.extend_from_slice(separator.as_bytes());
            }
            count += 1;
            write(&mut out, row)?;
            if out.len() >= BUFFER {
                writer.write_all(&out).map_err(disk)?;
                out.clear();
            }
            Ok(())
        })
    })?;
    out.extend_from_slice(end.as_bytes());
    writer.write_all(&out).map_err(|error| disk_error(&error))?;
    Ok((count, writer.finish().map_err(|error| disk_error(&error))?))
}

fn json(org: &Org, plan: &Plan, version: u16) -> Result<(u64, Blob), ApiError> {
    let format = Json::new(&format!("{version}.0")).with_milliseconds();
    let projection = plan.projection().ok_or_else(ApiError::not_found)?;
    document(org, plan, ["[", ",", "]"], |out, row| {
        format.record(out, projection, row, &[])
    })
}

fn xml(org: &Org, plan: &Plan) -> Result<(u64, Blob), ApiError> {
    let projection = plan.projection().ok_or_else(ApiError::not_found)?;
    let begin = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><queryResult xmlns=\"{NAMESPACE}\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">"
    );
    document(org, plan, [&begin, "", "</queryResult>"], |out, row| {
        record(out, "records", projection, row)
    })
}

/// `<records xsi:type="sObject"><type>Account</type>…</records>`
fn record(
    out: &mut Vec<u8>,
    name: &str,
    projection: &Projection,
    row: &Row<'_>,
) -> sandbox_soql::Result<()> {
    let (kind, id) = match &projection.source {
        Source::Object { name, id } => (name.as_str(), Some(*id)),
        Source::Named { id, .. } => ("Name", Some(*id)),
        Source::Aggregate => ("AggregateResult", None),
    };
    let is_null = match id {
        Some(id) => row.get_ref(id)? == rusqlite::types::ValueRef::Null,
        None => false,
    };
    if is_null {
        out.extend_from_slice(format!("<{name} xsi:nil=\"true\"/>").as_bytes());
        return Ok(());
    }
    out.extend_from_slice(format!("<{name} xsi:type=\"sObject\"><type>{kind}</type>").as_bytes());
    for projected in &projection.fields {
        match &projected.content {
            Member::Parent(parent) => record(out, &projected.name, parent, row)?,
            Member::Value { column, kind } => {
                let value = row.get_ref(*column)?;
                let mut text = Vec::new();
                extract::text(&mut text, kind, value);
                let name = &projected.name;
                if text.is_empty() {
                    out.extend_from_slice(format!("<{name} xsi:nil=\"true\"/>").as_bytes());
                } else {
                    let text = String::from_utf8_lossy(&text);
                    let text = quick_xml::escape::escape(&*text);
                    out.extend_from_slice(format!("<{name}>{text}</{name}>").as_bytes());
                }
            }
            Member::Address(_) | Member::OneOf { .. } | Member::Children(_) => {}
        }
    }
    out.extend_from_slice(format!("</{name}>").as_bytes());
    Ok(())
}

/// Splits a query into batches of their own; nothing is left to do for the first one.
fn split(
    org: &Arc<Org>,
    job: &Arc<Job>,
    soql: &str,
    chunking: &Chunking,
    all: bool,
) -> Result<Option<(u64, Blob)>, BadData> {
    let user = job.created_by.as_str();
    extract::plan(org, soql, user, all).map_err(|api_error| rejected(&api_error))?;
    let query = parse(soql).map_err(|error| rejected(&error.into()))?;
    if query.limit.is_some() || !query.order.is_empty() || query.group.is_some() {
        return Err(BadData::batch(
            "Failed to process query: FUNCTIONALITY_NOT_ENABLED: PK chunking only supports queries without conditions other than WHERE",
        ));
    }
    let chunk_bounds =
        chunk_bounds(org, &job.request.object, chunking).map_err(|p| rejected(&p))?;
    let request = Blob::from(bytes::Bytes::from(soql.to_owned()));
    for pair in chunk_bounds.windows(2) {
        let [from, before] = pair else { continue };
        let before = before.as_ref().map(ToString::to_string);
        let from = from.as_ref().map(ToString::to_string);
        job.add(org, request.clone(), Some((from, before)));
    }
    Ok(None)
}

/// Bounds of the chunks; the last is open. Deleted records count for chunks, too.
fn chunk_bounds(
    org: &Org,
    object: &str,
    chunking: &Chunking,
) -> Result<Vec<Option<RecordId>>, ApiError> {
    let table = sandbox_model::store::quoted(object);
    let start = chunking.start.as_ref().map_or("", RecordId::as_str);
    let sql = format!(
        "SELECT \"Id\" FROM (SELECT \"Id\", row_number() OVER (ORDER BY \"Id\") AS n FROM {table} WHERE \"Id\" >= ?1) \
         WHERE (n - 1) % ?2 = 0 ORDER BY n"
    );
    let size = i64::try_from(chunking.size).unwrap_or(i64::MAX);
    let ids = org.store.read(|connection| {
        let mut statement = connection.prepare(&sql)?;
        let ids = statement.query_map(rusqlite::params![start, size], |row| {
            row.get::<_, String>(0)
        })?;
        ids.collect::<Result<Vec<_>, _>>()
    })?;
    let mut chunk_bounds: Vec<_> = ids.iter().map(|id| RecordId::parse(id)).collect();
    if chunk_bounds.is_empty() {
        chunk_bounds.push(None);
    }
    chunk_bounds.push(None);
    Ok(chunk_bounds)
}
