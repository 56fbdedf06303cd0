//! The pages of a query job's results: by locator one after the other, or by the list of pages, several on their way at once.

use crate::bulk::body::Arriving;
use crate::bulk::jobs::{self, JobInfo, QUERY};
use crate::bulk::results::{NUMBER_OF_RECORDS, csv, query_call};
use salesforce_client::client::{Client, Request, Unusable};
use salesforce_client::connection::ApiVersion;
use salesforce_client::expected::Expected;
use salesforce_client::transport::Started;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ExtractConfig, ExtractPlace,
};
use serde::Deserialize;
use std::collections::VecDeque;
use std::rc::Rc;

/// The first API version with a list of result pages (Bulk API 2.0 Developer Guide, "Get Parallel Results for a Query Job").
const FIRST_WITH_PAGES: &str = "58.0";

/// Results with fewer rows come as one page or few: a list of them would cost more than it saves.
const FEW_ROWS: u64 = 5_000;

/// Most pages in a row without rows: an org that has no more rows says so.
const MOST_EMPTY_PAGES: u32 = 100;

/// The pages that follow.
pub struct Pages {
    job: String,
    max_records: Option<u32>,
    parallel: usize,
    /// The page that is being read, by its locator.
    locator: Option<String>,
    /// Pages in a row without rows.
    empty: u32,
    way: Way,
}

enum Way {
    /// The next page, by its locator; none after the last.
    Locators(Option<Next>),
    /// Pages that are listed.
    Listed {
        /// Those asked for, and those not yet.
        running: VecDeque<InFlight>,
        waiting: VecDeque<String>,
        /// The rest of the list.
        more: Option<String>,
    },
}

/// A page by its locator; the first has none.
struct Next(Option<String>);

struct InFlight {
    url: String,
    call: Request,
    started: Option<Started>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    result_pages: Vec<Listed>,
    #[serde(alias = "nextRecordUrl")]
    next_records_url: Option<String>,
    done: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    #[serde(alias = "resultLink")]
    result_url: String,
}

impl Pages {
    /// Finds the way to all pages from this cursor on.
    pub fn new(
        client: &Rc<Client>,
        config: &ExtractConfig,
        cursor: &ExtractPlace,
        info: &JobInfo,
    ) -> Result<Self, Fault> {
        let parallel = usize::from(config.parallel.unwrap_or(3));
        let mut pages = Self {
            job: cursor.job.clone(),
            max_records: config.page_records,
            parallel,
            locator: cursor.locator.clone(),
            empty: 0,
            way: Way::Locators(Some(Next(cursor.locator.clone()))),
        };
        // A cursor that names a header and no page is behind the last one.
        if cursor.header.is_some() && cursor.locator.is_none() {
            pages.way = Way::Locators(None);
            return Ok(pages);
        }
        let newer = ApiVersion::parse(FIRST_WITH_PAGES)
            .is_some_and(|first| client.version().is_ok_and(|version| version >= first));
        let many = info.number_records_processed > FEW_ROWS;
        let whole = cursor.locator.is_none() && config.page_records.is_none();
        if parallel > 1 && newer && many && whole {
            pages.list(client)?;
        }
        Ok(pages)
    }

    /// Asks for the list of pages. Orgs that have none are read page by page.
    fn list(&mut self, client: &Rc<Client>) -> Result<(), Fault> {
        let path = format!("{}/resultPages", jobs::path(client, QUERY, &self.job)?);
        // Whatever else is answered, pages can be read without a list: it is not asked for again.
        let answer = client.send(&Request::get(path)).ok();
        let listing = answer.and_then(|reply| serde_json::from_slice::<Listing>(&reply.body).ok());
        if let Some(listing) = listing.filter(|listing| !listing.result_pages.is_empty()) {
            self.way = Way::Listed {
                running: VecDeque::new(),
                waiting: urls(&listing),
                more: listing.next_records_url.filter(|_| !listing.done),
            };
        }
        Ok(())
    }

    /// Asks for the next page; `None` after the last.
    pub fn next(&mut self, client: &Rc<Client>) -> Result<Option<Arriving>, Fault> {
        let (call, started) = match &mut self.way {
            Way::Locators(next) => match next.take() {
                None => return Ok(None),
                Some(Next(locator)) => {
                    let call = query_call(client, &self.job, locator.as_deref(), self.max_records)?;
                    (call, None)
                }
            },
            Way::Listed {
                running,
                waiting,
                more,
            } => {
                submit(client, running, waiting, more, self.parallel)?;
                match running.pop_front() {
                    None => return Ok(None),
                    Some(request) => (request.call, request.started),
                }
            }
        };
        Arriving::open_csv(client, &call, started, Some(NUMBER_OF_RECORDS)).map(Some)
    }

    /// Notes which page follows the one that was read.
    pub fn after(&mut self, locator: Option<&str>, rows: u64) -> Result<(), Fault> {
        self.empty = if rows == 0 { self.empty + 1 } else { 0 };
        let same = locator.is_some() && locator == self.locator.as_deref();
        if same || self.empty > MOST_EMPTY_PAGES {
            return Err(Fault::protocol(format!(
                "The pages of job {} do not come to an end: a page names {} as the next one",
                self.job,
                if same {
                    "itself"
                } else {
                    "ever more without rows"
                }
            )));
        }
        if let Way::Locators(next) = &mut self.way {
            self.locator = locator.map(str::to_owned);
            *next = locator.map(|locator| Next(Some(locator.to_owned())));
        }
        Ok(())
    }

    /// Returns the locator of the next page.
    pub fn next_locator(&self) -> Option<String> {
        match &self.way {
            Way::Locators(next) => next.as_ref().and_then(|next| next.0.clone()),
            Way::Listed {
                running, waiting, ..
            } => {
                let url = running
                    .front()
                    .map(|request| &request.url)
                    .or(waiting.front());
                url.and_then(|url| jobs::parameter(url, "locator"))
            }
        }
    }
}

/// Keeps as many pages on their way as allowed.
fn submit(
    client: &Rc<Client>,
    running: &mut VecDeque<InFlight>,
    waiting: &mut VecDeque<String>,
    more: &mut Option<String>,
    parallel: usize,
) -> Result<(), Fault> {
    while running.len() < parallel {
        if waiting.is_empty() {
            let Some(path) = more.take() else { break };
            let next = listing(client, &path_of(&path)?)?;
            *waiting = urls(&next);
            *more = next.next_records_url.filter(|_| !next.done);
            if waiting.is_empty() {
                break;
            }
        }
        if let Some(url) = waiting.pop_front() {
            let call = csv(path_of(&url)?);
            // A request that cannot even be started fails again, with its reason, when its turn comes.
            let started = client.start(&call).ok();
            running.push_back(InFlight { url, call, started });
        }
    }
    Ok(())
}

/// A list of pages of results.
const PAGES: Expected = Expected::Object(&["resultPages"]);

fn listing(client: &Client, path: &str) -> Result<Listing, Fault> {
    client.send_as(&Request::get(path).expecting(PAGES), None, |reply, _| {
        serde_json::from_slice(&reply.body).map_err(|error| {
            Unusable(format!(
                "The list of result pages is not as documented: {error}"
            ))
        })
    })
}

fn urls(listing: &Listing) -> VecDeque<String> {
    let pages = listing.result_pages.iter();
    pages.map(|page| page.result_url.clone()).collect()
}

/// Turns a URL of the org's into a path on the instance; anything else is refused, for the session would go with it.
fn path_of(url: &str) -> Result<String, Fault> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => url.trim_start_matches('/'),
    };
    if path.starts_with("services/data/") {
        return Ok(format!("/{path}"));
    }
    Err(Fault::protocol(format!("`{url}` is no page of results")))
}
