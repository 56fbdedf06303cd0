//! SOQL, page by page: GET query, queryAll and nextRecordsUrl.

use super::ask;
use super::path::query as pairs;
use crate::field_sets;
use salesforce_client::client::{Client, Request};
use salesforce_client::connection::settings::check_headers;
use salesforce_client::envelope::wrapped;
use salesforce_client::expected::Expected;
use salesforce_client::fault;
use salesforce_client::transport::Headers;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::query::{
    ExplainConfig, QueryConfig, QueryMoreConfig,
};
use salesforce_contract::bindings::exports::salesforce::connector::raw::ToolingQueryConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::limits::{
    MAX_SOQL_CHARS, MAX_URI_BYTES, OLDEST_COMPOSITE_VERSION, URI_HEADER_RESERVE,
};
use salesforce_contract::message::Message;
use salesforce_formats::message::counted::{self, Head, PageKind, PageOrRecord};
use salesforce_formats::soql;

/// What both `query` and `rows` are asked for.
pub struct Question<'a> {
    /// SOQL with `:name`s.
    pub soql: &'a str,
    /// Their values.
    pub bind: &'a [(String, String)],
    /// Whether deleted rows count.
    pub include_deleted: bool,
    /// Rows per page.
    pub page_size: Option<u16>,
    /// Request headers that are added.
    pub headers: &'a [(String, String)],
}

impl Question<'_> {
    /// SOQL with the values in it; date-times without an offset are those of the connection's zone.
    pub fn bound_for(&self, client: &Client) -> Result<String, Fault> {
        let zone = client.settings().zone.as_ref();
        let bound = soql::bind_in_zone(self.soql, self.bind, zone);
        fitting(bound.map_err(|error| Fault::config(error.to_string()))?)
    }

    /// SOQL as the org takes it: with the values in it, and names in place of FIELDS() that it would refuse.
    pub fn complete_for(&self, client: &Client) -> Result<String, Fault> {
        fitting(field_sets::unbounded(client, self.bound_for(client)?)?)
    }

    fn options(&self) -> PageOptions<'_> {
        PageOptions {
            size: self.page_size,
            headers: self.headers,
        }
    }

    /// The request for the first page of `soql`.
    pub fn first_page(&self, client: &Client, soql: &str) -> Result<Request, Fault> {
        let resource = if self.include_deleted {
            "queryAll"
        } else {
            "query"
        };
        asked(client, resource, "q", soql, self.options())
    }
}

/// Refuses SOQL that is too long.
pub fn fitting(soql: String) -> Result<String, Fault> {
    let chars = soql.chars().count();
    if chars > MAX_SOQL_CHARS {
        return Err(Fault::config(format!(
            "The SOQL has {chars} characters; Salesforce takes {MAX_SOQL_CHARS}: split its lists over several queries, or name fewer fields"
        )));
    }
    Ok(soql)
}

/// The request that carries `soql` as a parameter of a resource: in the URL, or, where that would be too long, in the body of
/// a composite request.
pub fn asked(
    client: &Client,
    resource: &str,
    parameter: &str,
    soql: &str,
    options: PageOptions<'_>,
) -> Result<Request, Fault> {
    let path = format!("{}{}", client.path(resource)?, pairs([(parameter, soql)]));
    let bytes = path.len();
    let get = Request::get(path).expecting(Expected::PAGE).carrying(soql);
    let get = options.on(get);
    if bytes <= MAX_URI_BYTES - URI_HEADER_RESERVE {
        return Ok(get);
    }
    let composite = composite(resource).filter(|_| {
        client
            .version()
            .is_ok_and(|version| version.0 >= OLDEST_COMPOSITE_VERSION)
    });
    match composite {
        Some(composite) => Ok(wrapped(&get, &client.path(composite)?)),
        None => Err(Fault::config(format!(
            "The statement makes a URL of {bytes} bytes; Salesforce takes {MAX_URI_BYTES} with headers: split its lists over several calls"
        ))),
    }
}

/// Where a resource is asked for in a body.
fn composite(resource: &str) -> Option<&'static str> {
    match resource {
        "query" | "queryAll" => Some("composite"),
        "tooling/query" => Some("tooling/composite"),
        _ => None,
    }
}

/// The header that says how many rows a page is to have.
const QUERY_OPTIONS: &str = "sforce-query-options";

/// How pages are asked for.
#[derive(Clone, Copy, Default)]
pub struct PageOptions<'a> {
    /// Rows per page.
    pub size: Option<u16>,
    /// Request headers that are added.
    pub headers: &'a [(String, String)],
}

impl PageOptions<'_> {
    /// The call with its headers; those of the caller are checked before.
    pub fn on(self, mut call: Request) -> Request {
        call.headers.extend_from_slice(self.headers);
        let own = |(name, _): &(String, String)| name.eq_ignore_ascii_case(QUERY_OPTIONS);
        match self.size.filter(|_| !self.headers.iter().any(own)) {
            Some(rows) => call.with_header(QUERY_OPTIONS, &format!("batchSize={rows}")),
            None => call,
        }
    }
}

/// The headers that a config adds.
pub fn headers_of(headers: Option<&Headers>) -> &[(String, String)] {
    headers.map(Vec::as_slice).unwrap_or_default()
}

/// Refuses headers that a read must not have: what the connector sets itself.
pub fn check(headers: Option<&Headers>) -> Result<(), Fault> {
    headers.map_or(Ok(()), |headers| check_headers("config.headers", headers))
}

/// GET query or queryAll.
pub fn query(client: &Client, config: &QueryConfig) -> Result<Message, Fault> {
    let question = Question {
        soql: &config.soql,
        bind: config.bind.as_deref().unwrap_or_default(),
        include_deleted: config.include_deleted,
        page_size: config.page_size,
        headers: headers_of(config.headers.as_ref()),
    };
    check(config.headers.as_ref())?;
    let soql = question.complete_for(client)?;
    page(
        client,
        &question.first_page(client, &soql)?,
        place_of(&soql),
    )
}

/// GET nextRecordsUrl.
pub fn query_more(client: &Client, config: &QueryMoreConfig) -> Result<Message, Fault> {
    let next =
        next_page(&config.next).map_err(|wrong| Fault::config(format!("config.next {wrong}")))?;
    check(config.headers.as_ref())?;
    let options = PageOptions {
        size: None,
        headers: headers_of(config.headers.as_ref()),
    };
    let call = options.on(Request::get(next).expecting(Expected::PAGE));
    page(client, &call, PageKind::Later).map_err(|fault| {
        match fault.status == Some(401) && fault::session_is_invalid(&fault) {
            true if client.was_renewed() => place_gone(fault),
            _ => fault,
        }
    })
}

/// The fault of a locator that ended with the session that made it: a new session is open, so no credentials are to blame.
fn place_gone(fault: Fault) -> Fault {
    Fault {
        kind: FaultKind::CheckpointLost,
        message: "config.next is a place in a query whose session has ended, and the place with it: run the query again".into(),
        ..fault
    }
}

/// A `nextRecordsUrl` as a path on the instance; anything else is refused, for the session would go with it: what it is reads on
/// from where it stood.
pub fn next_page(next: &str) -> Result<&str, String> {
    let plain = next
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if plain && next.starts_with("/services/data/") {
        return Ok(next);
    }
    Err(format!(
        "`{next}` is no nextRecordsUrl: it looks like `/services/data/v62.0/query/01g...-2000`"
    ))
}

/// GET query?explain=.
pub fn explain(client: &Client, config: &ExplainConfig) -> Result<Message, Fault> {
    let target = match (&config.soql, &config.view) {
        (Some(soql), None) => explained(client, soql, config.bind.as_deref().unwrap_or_default())?,
        (None, Some(view)) if config.bind.as_deref().unwrap_or_default().is_empty() => view.clone(),
        (None, Some(_)) => {
            return Err(Fault::config(
                "config.bind goes with config.soql: a report or list view takes no values",
            ));
        }
        _ => {
            return Err(Fault::config(
                "Give either config.soql or config.view: one thing to explain",
            ));
        }
    };
    Ok(client.message(
        client.send(
            &asked(client, "query", "explain", &target, PageOptions::default())?
                .expecting(Expected::Object(&["plans"])),
        )?,
    ))
}

/// Runs SOQL on the Tooling API's objects: GET tooling/query.
pub fn tooling(client: &Client, config: &ToolingQueryConfig) -> Result<Message, Fault> {
    let soql = bound(
        client,
        &config.soql,
        config.bind.as_deref().unwrap_or_default(),
    )?;
    let call = asked(client, "tooling/query", "q", &soql, PageOptions::default())?;
    page(client, &call, place_of(&soql))
}

fn bound(client: &Client, soql: &str, bind: &[(String, String)]) -> Result<String, Fault> {
    let question = Question {
        soql,
        bind,
        include_deleted: false,
        page_size: None,
        headers: &[],
    };
    question.bound_for(client)
}

/// The query as it would be run.
fn explained(client: &Client, soql: &str, bind: &[(String, String)]) -> Result<String, Fault> {
    fitting(field_sets::unbounded(client, bound(client, soql, bind)?)?)
}

/// Where the answer to this statement stands: `SELECT COUNT()` has a number and no rows.
pub fn place_of(soql: &str) -> PageKind {
    match soql::SelectList::read(soql) {
        Some(select) if select.count_only => PageKind::Count,
        _ => PageKind::First,
    }
}

/// Sends a call whose answer is a page, which brings the rows that it promises; `next` of the metadata names the page after it.
fn page(client: &Client, call: &Request, place: PageKind) -> Result<Message, Fault> {
    ask::send_and_read(client, call, |body| Ok(next(counted::page(body, place)?)))
}

/// Sends a call whose answer is a page, or a single record.
pub(super) fn page_or_record(client: &Client, call: &Request) -> Result<Message, Fault> {
    ask::send_and_read(client, call, |body| {
        Ok(match counted::page_or_record(body)? {
            PageOrRecord::Page(page) => next(page),
            PageOrRecord::Record => Metadata::default(),
        })
    })
}

fn next(page: Head) -> Metadata {
    let next = page.next.filter(|_| !page.done);
    next.map_or_else(Metadata::default, |next| Metadata::of("next", next))
}
