//! All rows of a query through the SOAP API: query, queryAll and queryMore.

use super::page::QueryPage;
use super::query::{bound, first_call, more_call, paged};
use super::record::Types;
use super::request::{metadata, read_answer};
use crate::rows::{self, Documents, PageRequest, Paging};
use salesforce_client::client::{Client, Request};
use salesforce_client::metadata::Replied;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::bad_input;
use salesforce_contract::bindings::exports::salesforce::connector::soap::{
    DocumentFormat, HeaderOptions, QueryRowsConfig,
};
use salesforce_contract::source::Buffered;
use salesforce_formats::message::Page;
use salesforce_formats::soql::SelectList;
use std::rc::Rc;

/// The rows of a query as bytes.
pub type Rows = rows::Rows<SoapPages>;

/// The pages of a query.
pub struct SoapPages {
    /// The name of the call for the first page.
    name: &'static str,
    /// The request for the first page, until it is sent.
    first: Option<Request>,
    types: Types,
    headers: Option<HeaderOptions>,
    batch_size: Option<u16>,
}

impl Rows {
    /// Asks for the first page, so that a query that is refused is refused here.
    pub fn open(client: Rc<Client>, config: &QueryRowsConfig) -> Result<Buffered<Self>, Fault> {
        let soql = bound(
            &client,
            &config.soql,
            config.bind.as_deref().unwrap_or_default(),
        )?;
        let select = SelectList::read(&soql);
        if select.as_ref().is_some_and(|select| select.count_only) {
            return Err(bad_input(
                "SELECT COUNT() gives a number and no rows: run it by `soap/query` and read `size`",
            ));
        }
        let format = config.format.unwrap_or(DocumentFormat::Ndjson);
        let documents = documents(format, select.as_ref(), config.keep_attributes)?;
        let name = if config.include_deleted {
            "queryAll"
        } else {
            "query"
        };
        let headers = paged(config.headers.as_ref(), config.batch_size);
        let pages = SoapPages {
            name,
            first: Some(first_call(&client, name, &soql, &headers)?),
            types: Types::new(config.untyped),
            headers: config.headers.as_ref().map(for_more),
            batch_size: config.batch_size,
        };
        Self::start(client, pages, documents)
    }
}

/// A writer of documents. Where an element has the name of its sObject, attributes would only repeat it.
pub(super) fn documents(
    format: DocumentFormat,
    select: Option<&SelectList>,
    keep_attributes: bool,
) -> Result<Documents, Fault> {
    let is_xml = matches!(format, DocumentFormat::Xml | DocumentFormat::XmlLines);
    Ok(Documents::new(format, select, keep_attributes && !is_xml)?)
}

/// The headers that queryMore takes of those that query was given.
fn for_more(options: &HeaderOptions) -> HeaderOptions {
    HeaderOptions {
        package_versions: None,
        update_mru: None,
        ..options.clone()
    }
}

impl SoapPages {
    /// Fetches a page, and writes it as the REST API would.
    fn text(
        &self,
        client: &Client,
        name: &str,
        call: &Request,
        started: Option<Started>,
    ) -> Result<Replied<Vec<u8>>, Fault> {
        client.send_as(call, started, |reply, _| {
            let page = read_answer(client, name, &reply, |answer| {
                QueryPage::read(client, &self.types, answer)
            })?;
            let page = page.and_then(|page| page);
            Ok(page.map(|page| Replied::new(page.into_rest(), metadata(name, &reply))))
        })?
    }
}

impl Paging for SoapPages {
    fn next_part(&mut self, _: &Client) -> Result<Option<PageRequest>, Fault> {
        Ok(self.first.take().map(|call| PageRequest {
            call,
            started: None,
            is_first: true,
        }))
    }

    fn following(&self, client: &Client, locator: &str) -> Result<Request, Fault> {
        more_call(
            client,
            locator,
            &paged(self.headers.as_ref(), self.batch_size),
        )
    }

    fn fetch<T>(
        &self,
        client: &Client,
        request: PageRequest,
        mut read: impl FnMut(&Page<'_>) -> Result<T, Fault>,
    ) -> Result<Replied<T>, Fault> {
        let name = match request.is_first {
            true => self.name,
            false => "queryMore",
        };
        let text = self.text(client, name, &request.call, request.started)?;
        let page = Page::parse(&text.value)
            .map_err(|error| Fault::protocol(format!("Of the query's answer, {error}")))?;
        Ok(Replied::new(read(&page)?, text.metadata))
    }

    fn child_page(&self, client: &Client, locator: &str) -> Result<Vec<u8>, Fault> {
        let page = self.text(client, "queryMore", &self.following(client, locator)?, None)?;
        Ok(page.value)
    }
}
