//! One page of a query's answer, read in place.

use std::fmt;

use memchr::memmem;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

/// One page of the answer to `/query`, `/queryAll` or a query locator, borrowed from its bytes.
///
/// Reading checks all of the JSON, to the last byte, and copies none of the records: memory is the page itself and
/// 16 bytes for each record.
#[derive(Debug)]
pub struct Page<'a> {
    /// The rows of the whole query, over all pages; `None` where the org does not know (see [`known_size`]).
    pub total_size: Option<u64>,
    /// Says that no page follows.
    pub done: bool,
    /// The path of the next page; always there while `done` is false.
    pub next: Option<String>,
    /// The records of this page, each as its JSON text.
    pub records: Vec<&'a RawValue>,
}

/// The member that names the next page. In JSON its quotes tell it from the same letters within a text.
const NEXT_NAME: &[u8] = b"\"nextRecordsUrl\"";

/// What a `totalSize` or `size` promises: nothing where it is negative. Salesforce sends -1 with pages of external objects, whose
/// source does not say how many rows there are (Apex Developer Guide, "queryMore with the Apex Connector Framework").
pub fn known_size(size: i64) -> Option<u64> {
    u64::try_from(size).ok()
}

/// The members of the answer, in whatever order they come.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    total_size: i64,
    done: bool,
    next_records_url: Option<String>,
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// Why bytes are not a page. All but [`PageError::Shape`] pass when the page is fetched again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageError {
    /// The bytes end in the middle of the page.
    CutShort {
        /// How many bytes there were.
        at: usize,
    },
    /// The bytes stop being JSON.
    NotJson {
        /// Where reading stopped, counted from 0: the byte that is out of place, or the one before it.
        at: usize,
    },
    /// The bytes are JSON, but no page of a query.
    Shape {
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for PageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { at } => write!(f, "the page is cut short at byte {at}"),
            Self::NotJson { at } => write!(f, "the page is not JSON at byte {at}"),
            Self::Shape { reason } => write!(f, "the answer is not a page of a query: {reason}"),
        }
    }
}

impl std::error::Error for PageError {}

impl<'a> Page<'a> {
    /// Reads a page from all of its bytes.
    ///
    /// # Errors
    /// See [`PageError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PageError> {
        let wire: Wire<'a> =
            serde_json::from_slice(bytes).map_err(|error| explain(bytes, &error))?;
        if !wire.done
            && wire
                .next_records_url
                .as_deref()
                .unwrap_or_default()
                .is_empty()
        {
            return Err(PageError::Shape {
                reason: "it is not the last one, yet it names no next one".to_owned(),
            });
        }
        Ok(Self {
            total_size: known_size(wire.total_size),
            done: wire.done,
            next: wire.next_records_url,
            records: wire.records,
        })
    }

    /// Whether records hold answers to child sub-queries that go on elsewhere. Those must be fetched before the page after
    /// this one: "A queryMore() call on a parent object invalidates all child cursors in the previous result set" (SOAP API
    /// Developer Guide, "queryMore()").
    #[must_use]
    pub fn has_cut_children(&self) -> bool {
        let finder = memmem::Finder::new(NEXT_NAME);
        self.records
            .iter()
            .any(|record| finder.find(record.get().as_bytes()).is_some())
    }

    /// Refuses a page that brings no records and yet is not the last: following such pages need never end.
    ///
    /// # Errors
    /// [`PageError::Shape`].
    pub fn or_stalled(self) -> Result<Self, PageError> {
        if !self.done && self.records.is_empty() {
            return Err(PageError::Shape {
                reason: "it has no records, yet it is not the last one".to_owned(),
            });
        }
        Ok(self)
    }

    /// Refuses a page that names itself as the next one: following such pages never ends.
    ///
    /// # Errors
    /// [`PageError::Shape`].
    pub fn or_circular(self, url: &str) -> Result<Self, PageError> {
        if !self.done && self.next.as_deref() == Some(url) {
            return Err(PageError::Shape {
                reason: "it names itself as the next one".to_owned(),
            });
        }
        Ok(self)
    }
}

fn explain(bytes: &[u8], error: &serde_json::Error) -> PageError {
    let at = offset(bytes, error);
    // A number that ends with its point is cut short, too, though serde calls it a syntax error.
    let at_end = at + 1 >= bytes.len() && bytes.trim_ascii_end().last() != Some(&b'}');
    match error.classify() {
        Category::Eof => PageError::CutShort { at: bytes.len() },
        Category::Syntax | Category::Io if at_end => PageError::CutShort { at: bytes.len() },
        Category::Syntax | Category::Io => PageError::NotJson { at },
        Category::Data => PageError::Shape {
            reason: without_place(error),
        },
    }
}

/// Turns serde's line and column (of the byte, counted from 1) into an offset.
fn offset(bytes: &[u8], error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let before: usize = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .take(lines_before)
        .map(<[u8]>::len)
        .sum();
    before + error.column().saturating_sub(1)
}

/// Takes off serde's "at line 1 column 2", which is of no use in a page on one line.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Page, PageError};

    const PAGE: &str = r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/01g-2","records":[{"Id":"a"}, {"Id":"b","N":1.10}]}"#;

    #[test]
    fn records_are_borrowed_as_they_were_sent() {
        let page = Page::parse(PAGE.as_bytes()).unwrap();
        assert_eq!((page.total_size, page.done), (Some(3), false));
        assert_eq!(
            page.next.as_deref(),
            Some("/services/data/v62.0/query/01g-2")
        );
        let texts: Vec<_> = page.records.iter().map(|record| record.get()).collect();
        assert_eq!(texts, [r#"{"Id":"a"}"#, r#"{"Id":"b","N":1.10}"#]);
        let borrowed = PAGE
            .as_bytes()
            .as_ptr_range()
            .contains(&page.records[1].get().as_ptr());
        assert!(borrowed, "records point into the page");
    }

    #[test]
    fn members_come_in_any_order_and_new_ones_are_passed_over() {
        let text = r#" {"records":[] , "queryPlan":{"a":[1]}, "done":true,"totalSize":0} "#;
        let page = Page::parse(text.as_bytes()).unwrap();
        assert!(page.done && page.records.is_empty() && page.next.is_none());
    }

    #[test]
    fn a_negative_size_is_an_unknown_one() {
        let text = r#"{"totalSize":-1,"done":true,"records":[{"Id":"x06"}]}"#;
        let page = Page::parse(text.as_bytes()).unwrap();
        assert_eq!((page.total_size, page.records.len()), (None, 1));
    }

    #[test]
    fn children_that_go_on_elsewhere_are_told_from_those_that_are_here_and_from_words() {
        let cut = |record: &str| {
            let text = format!(r#"{{"totalSize":1,"done":true,"records":[{{"I":1}},{record}]}}"#);
            Page::parse(text.as_bytes()).unwrap().has_cut_children()
        };
        assert!(cut(
            r#"{"C":{"totalSize":2,"done":false,"nextRecordsUrl":"/q","records":[]}}"#
        ));
        assert!(cut(
            r#"{"C":{"records":[{"D":{ "nextRecordsUrl" : "/q"}}]}}"#
        ));
        assert!(!cut(
            r#"{"C":{"totalSize":1,"done":true,"records":[{"Id":"b"}]}}"#
        ));
        assert!(!cut(r#"{"Name":"a \"nextRecordsUrl\" of ours"}"#));
        assert!(
            !Page::parse(PAGE.as_bytes()).unwrap().has_cut_children(),
            "the page's own next one is no child's"
        );
    }

    #[test]
    fn every_cut_is_noticed() {
        for len in 0..PAGE.len() {
            assert_eq!(
                Page::parse(&PAGE.as_bytes()[..len]).unwrap_err(),
                PageError::CutShort { at: len }
            );
        }
    }

    #[test]
    fn what_is_not_json_is_told_with_its_byte() {
        let cases: [(&[u8], usize); 5] = [
            (b"<html>", 0),
            (b"{\"totalSize\":1,\n\"done\":nope}", 24),
            (b"{\"totalSize\":0,\"done\":true,\"records\":[]}xy", 40),
            (
                b"{\"totalSize\":1,\"done\":true,\"records\":[{\"a\":\"\x01\"}]}",
                43,
            ),
            (
                b"{\"totalSize\":1,\"done\":true,\"records\":[{\"a\" 1}]}",
                43,
            ),
        ];
        for (bytes, at) in cases {
            assert_eq!(
                Page::parse(bytes).unwrap_err(),
                PageError::NotJson { at },
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert!(matches!(
            Page::parse(b"{\"totalSize\":1,\"done\":true,\"records\":[{\"a\":\"\xff\"}]}")
                .unwrap_err(),
            PageError::NotJson { .. }
        ));
    }

    #[test]
    fn json_that_is_no_page_says_what_is_missing() {
        let sentence = |text: &str| Page::parse(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            sentence("{\"totalSize\":0}"),
            "the answer is not a page of a query: missing field `done`"
        );
        assert!(
            sentence(r#"[{"message":"no","errorCode":"X"}]"#)
                .starts_with("the answer is not a page of a query: ")
        );
        assert_eq!(
            sentence(r#"{"totalSize":9,"done":false,"records":[]}"#),
            "the answer is not a page of a query: it is not the last one, yet it names no next one"
        );
    }
}
