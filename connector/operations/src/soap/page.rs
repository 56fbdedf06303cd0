//! One page of a query's answer, with its records as JSON.

use super::json::text;
use super::record::Types;
use super::request::Answer;
use super::xml::Malformed;
use salesforce_client::client::{Client, Unusable};
use salesforce_contract::bindings::Fault;
use salesforce_formats::message::counted::{self, Head, PageKind};
use salesforce_formats::message::page::known_size;

/// A page, read to its last byte.
pub struct QueryPage {
    /// The rows of all pages, as sent.
    pub size: i64,
    /// Names the next page, unless this is the last.
    pub locator: Option<String>,
    /// The records as one JSON array.
    pub records: Vec<u8>,
    /// How many there are.
    pub rows: u64,
}

impl QueryPage {
    /// Reads the result of query, queryAll or queryMore. The inner fault is that of a describe.
    pub fn read(
        client: &Client,
        types: &Types,
        answer: &mut Answer<'_>,
    ) -> Result<Result<Self, Fault>, Malformed> {
        let missing = |what: &str| Malformed(format!("is no page of a query: it has no `{what}`"));
        let Some(result) = answer.next()? else {
            return Err(missing("result"));
        };
        if result.name != "result" {
            return Err(missing("result"));
        }
        let (mut done, mut locator, mut size) = (None, None, None);
        let mut records = b"[".to_vec();
        let mut rows = 0;
        while let Some(element) = answer.next_element()? {
            match element.name() {
                "done" => done = Some(element.text.trim_ascii() == "true"),
                "queryLocator" => locator = element.value().map(str::to_owned),
                "size" => size = element.text.trim_ascii().parse::<i64>().ok(),
                "records" if element.open.nil => {}
                "records" => {
                    rows += 1;
                    records.extend_from_slice(if records.len() > 1 { b"," } else { b"" });
                    if let Err(fault) = types.record(client, &element, &mut records) {
                        return Ok(Err(fault));
                    }
                }
                _ => {}
            }
        }
        if let Some(more) = answer.next()? {
            return Err(Malformed(format!(
                "has `{}` after the page of a query",
                more.name
            )));
        }
        records.push(b']');
        let done = done.ok_or_else(|| missing("done"))?;
        let size = size.ok_or_else(|| missing("size"))?;
        let locator = locator.filter(|locator| !done && !locator.is_empty());
        if !done && locator.is_none() {
            return Err(Malformed(
                "is a page that is not the last one, yet names no next one".into(),
            ));
        }
        if !done && records.len() == 2 {
            return Err(Malformed(
                "is a page without records, yet not the last one".into(),
            ));
        }
        Ok(Ok(Self {
            size,
            locator,
            records,
            rows,
        }))
    }

    /// The rows of all pages, where the org knows.
    pub fn total(&self) -> Option<u64> {
        known_size(self.size)
    }

    /// Holds the page, and the children within its records, to the numbers that they name.
    pub fn check(&self, place: PageKind) -> Result<(), Unusable> {
        let head = Head {
            total: self.total(),
            done: self.locator.is_none(),
            next: self.locator.clone(),
            rows: self.rows,
        };
        let children = || counted::children(&self.records).map_err(|error| error.to_string());
        let checked = head.check(place).and_then(|()| children());
        checked.map_err(|wrong| Unusable(format!("Of the query's answer, {wrong}")))
    }

    /// The page as the SOAP API names its parts.
    pub fn into_json(self) -> Vec<u8> {
        let done = self.locator.is_none();
        let head = format!("{{\"size\":{},\"done\":{done},\"queryLocator\":", self.size);
        let mut head = head.into_bytes();
        match &self.locator {
            Some(locator) => text(locator, &mut head),
            None => head.extend_from_slice(b"null"),
        }
        self.behind(head)
    }

    /// The page as the REST API would send it, its locator in the place of the next page's path.
    pub fn into_rest(self) -> Vec<u8> {
        let done = self.locator.is_none();
        let mut head = format!("{{\"totalSize\":{},\"done\":{done}", self.size).into_bytes();
        if let Some(locator) = &self.locator {
            head.extend_from_slice(b",\"nextRecordsUrl\":");
            text(locator, &mut head);
        }
        self.behind(head)
    }

    /// The records behind the other members, in the memory that they are in: pages may be large.
    fn behind(self, mut head: Vec<u8>) -> Vec<u8> {
        head.extend_from_slice(b",\"records\":");
        let mut page = self.records;
        page.splice(..0, head);
        page.push(b'}');
        page
    }
}
