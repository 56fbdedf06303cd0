//! query, queryAll and queryMore: one page at a time.

use super::envelope::Envelope;
use super::headers::Headers;
use super::page::QueryPage;
use super::record::Types;
use super::request::{media_type, metadata, read_answer};
use super::xml::echo;
use crate::rest::query::{Question, place_of};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::exchange::Idempotency;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    HeaderOptions, QueryConfig, QueryMoreConfig, ReplyFormat,
};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use salesforce_formats::message::counted::PageKind;

/// query().
pub fn query(client: &Client, config: &QueryConfig) -> Result<Message, Fault> {
    first(client, "query", config)
}

/// queryAll().
pub fn query_all(client: &Client, config: &QueryConfig) -> Result<Message, Fault> {
    first(client, "queryAll", config)
}

/// queryMore().
pub fn query_more(client: &Client, config: &QueryMoreConfig) -> Result<Message, Fault> {
    let headers = paged(config.headers.as_ref(), config.batch_size);
    let call = more_call(client, &config.query_locator, &headers)?;
    let shown = Shown {
        place: PageKind::Later,
        untyped: config.untyped,
        format: config.format,
    };
    page(client, "queryMore", &call, &shown)
}

fn first(client: &Client, name: &'static str, config: &QueryConfig) -> Result<Message, Fault> {
    let soql = bound(
        client,
        &config.soql,
        config.bind.as_deref().unwrap_or_default(),
    )?;
    let headers = paged(config.headers.as_ref(), config.batch_size);
    let call = first_call(client, name, &soql, &headers)?;
    let shown = Shown {
        place: place_of(&soql),
        untyped: config.untyped,
        format: config.format,
    };
    page(client, name, &call, &shown)
}

/// SOQL with its values.
pub(super) fn bound(
    client: &Client,
    soql: &str,
    bind: &[(String, String)],
) -> Result<String, Fault> {
    let question = Question {
        soql,
        bind,
        include_deleted: false,
        page_size: None,
        headers: &[],
    };
    question.complete_for(client)
}

/// The headers of a query.
pub(super) fn paged(options: Option<&HeaderOptions>, batch_size: Option<u16>) -> Headers<'_> {
    Headers {
        batch_size,
        ..Headers::new(options)
    }
}

/// The request for the first page.
pub(super) fn first_call(
    client: &Client,
    name: &'static str,
    soql: &str,
    headers: &Headers<'_>,
) -> Result<Request, Fault> {
    let mut envelope = Envelope::new(name, headers)?;
    envelope.body().text("queryString", soql);
    envelope.carrying(soql).call(client, Idempotency::Safe)
}

/// The request for a further page.
pub(super) fn more_call(
    client: &Client,
    locator: &str,
    headers: &Headers<'_>,
) -> Result<Request, Fault> {
    let mut envelope = Envelope::new("queryMore", headers)?;
    envelope.body().text("queryLocator", locator);
    envelope.call(client, Idempotency::Safe)
}

/// What a page is, and how it is delivered.
struct Shown {
    place: PageKind,
    untyped: bool,
    format: Option<ReplyFormat>,
}

fn page(client: &Client, name: &str, call: &Request, shown: &Shown) -> Result<Message, Fault> {
    let (untyped, format) = (shown.untyped, shown.format);
    // XML goes out as it came: there is nothing to type.
    let types = Types::new(untyped || format == Some(ReplyFormat::Xml));
    let (page, xml, told) = client.send_as(call, None, |reply, _| {
        let page = read_answer(client, name, &reply, |answer| {
            QueryPage::read(client, &types, answer)
        })?;
        let page = page.and_then(|page| page);
        if let Ok(page) = &page {
            page.check(shown.place)?;
        }
        let xml = match (&page, format) {
            (Ok(_), Some(ReplyFormat::Xml)) => {
                Some(echo(&reply.body).map_err(|error| Unusable(error.to_string()))?)
            }
            _ => None,
        };
        Ok(page.map(|page| (page, xml, metadata(name, &reply))))
    })??;
    let mut metadata = client.metadata(told);
    metadata.total = page.total().map(bounded);
    if let Some(next) = &page.locator {
        metadata.add("next", next);
    }
    Ok(Message {
        media_type: media_type(format).into(),
        body: xml.unwrap_or_else(|| page.into_json()),
        metadata,
    })
}
