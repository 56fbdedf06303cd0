//! One big read as many small ones: the rows are cut into ranges, and the first pages of the next ranges are on their way while one
//! is read.

use super::ranges;
use crate::rest::query::Question;
use crate::rows::PageRequest;
use salesforce_client::client::{Client, Request};
use salesforce_client::expected::Expected;
use salesforce_client::transport::Headers;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::query::Split;
use salesforce_contract::limits::MAX_PAGE_ROWS;
use salesforce_formats::message::Page;
use salesforce_formats::soql::narrow::Cut;
use salesforce_formats::soql::{SelectList, lex};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{HashMap, VecDeque};

/// Ranges under way at once, unless the config says otherwise.
const PARALLEL: u8 = 4;

/// Most ranges of one read.
const MAX_PARTS: usize = 10_000;

/// The field by which rows are cut, unless the config says otherwise.
const BY_ID: &str = "Id";

/// The parts of a read that are still to come.
pub(super) struct Parts {
    /// Queries not yet begun.
    waiting: VecDeque<String>,
    /// Requests for first pages, in order.
    in_flight: VecDeque<PageRequest>,
    parallel: usize,
    include_deleted: bool,
    page_size: Option<u16>,
    headers: Headers,
    /// How many parts there are.
    pub count: usize,
    /// What COUNT() said, where it was asked.
    pub counted: Option<u64>,
}

impl Parts {
    /// The whole as one part.
    pub fn whole(soql: String, question: &Question<'_>) -> Self {
        Self::new(vec![soql], 1, question)
    }

    /// Queries one after the other, so many of them under way at once.
    pub fn new(queries: Vec<String>, parallel: u8, question: &Question<'_>) -> Self {
        Self {
            count: queries.len(),
            waiting: queries.into(),
            in_flight: VecDeque::new(),
            parallel: usize::from(parallel).max(1),
            include_deleted: question.include_deleted,
            page_size: question.page_size,
            headers: question.headers.to_vec(),
            counted: None,
        }
    }

    /// Cuts a query into ranges: asks for the lowest and the highest value, and, unless the config tells how many parts to
    /// make, for the number of rows.
    pub fn cut(
        client: &Client,
        soql: &str,
        split: &Split,
        question: &Question<'_>,
    ) -> Result<Self, Fault> {
        let cut = Cut::parse(soql).ok_or_else(|| {
            Fault::config("config.split cannot cut this SOQL: it is not SELECT … FROM … as the connector knows it")
        })?;
        check(&cut, soql)?;
        let by = field(split)?;
        let ends = Ends {
            client,
            cut: &cut,
            by,
            question,
        };
        let Some((low, high)) = ends.both()? else {
            return Ok(Self::whole(soql.to_owned(), question));
        };
        let counted = match split.parts {
            Some(_) => None,
            None => Some(ends.count()?.ok_or_else(cannot_count)?),
        };
        let parts = split
            .parts
            .map(usize::from)
            .or_else(|| counted.map(|rows| fitting(rows, question.page_size)));
        let conditions = ranges::conditions(by, &low, &high, parts.unwrap_or(1)).ok_or_else(|| {
            Fault::config(format!(
                "config.split cannot cut by `{by}`: give a date or date-time field, or leave it out to cut by Id of one object"
            ))
        })?;
        let queries = if conditions.is_empty() {
            vec![soql.to_owned()]
        } else {
            conditions
                .iter()
                .map(|condition| cut.narrowed(condition))
                .collect()
        };
        Ok(Self {
            counted,
            ..Self::new(queries, split.parallel.unwrap_or(PARALLEL), question)
        })
    }

    /// The first page of the next part; those after it are begun.
    pub fn next(&mut self, client: &Client) -> Result<Option<PageRequest>, Fault> {
        while self.in_flight.len() < self.parallel {
            let Some(soql) = self.waiting.pop_front() else {
                break;
            };
            let question = Question {
                soql: &soql,
                bind: &[],
                include_deleted: self.include_deleted,
                page_size: self.page_size,
                headers: &self.headers,
            };
            let call = question
                .first_page(client, &soql)?
                .expecting(Expected::JsonPage);
            // A single part waits for its answer at once; a request that cannot be started tells why then.
            let started = if self.count > 1 {
                client.start(&call).ok()
            } else {
                None
            };
            self.in_flight.push_back(PageRequest {
                call,
                started,
                is_first: true,
            });
        }
        Ok(self.in_flight.pop_front())
    }

    /// Tells whether all parts are begun.
    pub fn done(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }
}

/// Refuses what means something else when it is cut.
fn check(cut: &Cut, soql: &str) -> Result<(), Fault> {
    if let Some(clause) = cut.clause(&["ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING"]) {
        let by = if matches!(clause, "ORDER" | "GROUP") {
            " BY"
        } else {
            ""
        };
        return Err(Fault::config(format!(
            "config.split cannot cut a query with {clause}{by}: each range would have its own; leave it out"
        )));
    }
    if SelectList::read(soql).is_some_and(|select| select.aggregate) {
        return Err(Fault::config(
            "config.split cannot cut an aggregate query: each range would have its own result",
        ));
    }
    Ok(())
}

fn field(split: &Split) -> Result<&str, Fault> {
    let by = split.by.as_deref().unwrap_or(BY_ID);
    match lex::tokens(by).as_deref() {
        Ok([one]) if one.kind == lex::Kind::Word && one.text == by => Ok(by),
        _ => Err(Fault::config(format!(
            "config.split.by `{by}` is no field of the object itself: name one, for example CreatedDate"
        ))),
    }
}

/// External objects, for one, can be without a count.
fn cannot_count() -> Fault {
    Fault::config(
        "The org does not tell how many rows these are: say with config.split.parts into how many ranges to cut them",
    )
}

/// As many parts as make most of them fit into one page each.
fn fitting(rows: u64, page_size: Option<u16>) -> usize {
    let page = u64::from(page_size.unwrap_or(MAX_PAGE_ROWS));
    let parts = rows.div_ceil((page * 3 / 4).max(1));
    usize::try_from(parts).unwrap_or(MAX_PARTS).min(MAX_PARTS)
}

/// Asks for the ends of the rows.
struct Ends<'a> {
    client: &'a Client,
    cut: &'a Cut,
    by: &'a str,
    question: &'a Question<'a>,
}

impl Ends<'_> {
    fn both(&self) -> Result<Option<(String, String)>, Fault> {
        let low = self.end("ASC")?;
        let high = if low.is_some() {
            self.end("DESC")?
        } else {
            None
        };
        Ok(low.zip(high))
    }

    fn end(&self, direction: &str) -> Result<Option<String>, Fault> {
        let by = self.by;
        let known = (by != BY_ID).then(|| format!("{by} != null"));
        let tail = format!("ORDER BY {by} {direction} LIMIT 1");
        let call = self.call(&self.cut.selecting(by, known.as_deref(), &tail))?;
        let page: Ended = self.ask(&call)?;
        let row = page.records.into_iter().next();
        let value = row.and_then(|row| row.into_iter().find(|(name, _)| name != "attributes"));
        Ok(value.and_then(|(_, value)| serde_json::from_str(value.get()).ok()))
    }

    fn count(&self) -> Result<Option<u64>, Fault> {
        let call = self.call(&self.cut.selecting("COUNT()", None, ""))?;
        self.client.send_as(&call, None, |reply, _| {
            let page = Page::parse(&reply.body).map_err(super::unusable)?;
            Ok(page.total_size)
        })
    }

    fn call(&self, soql: &str) -> Result<Request, Fault> {
        let question = Question {
            soql,
            page_size: None,
            ..*self.question
        };
        question.first_page(self.client, soql)
    }

    fn ask<T: for<'de> Deserialize<'de>>(&self, call: &Request) -> Result<T, Fault> {
        self.client.send_as(call, None, |reply, _| {
            serde_json::from_slice(&reply.body).map_err(|error| {
                salesforce_client::client::Unusable(format!(
                    "The answer to a query is not as documented: {error}"
                ))
            })
        })
    }
}

/// What matters of the answer with one end.
#[derive(Deserialize)]
struct Ended {
    records: Vec<HashMap<String, Box<RawValue>>>,
}
