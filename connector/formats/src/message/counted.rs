//! A page of a query that is delivered as it is, held to the numbers that it names: its own, and those of the pages of children within its
//! records.

use super::page::{Page, known_size};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// What a page says of itself, and how many rows it brings.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// The rows of all pages, where the org knows.
    pub total: Option<u64>,
    /// Whether no page follows.
    pub done: bool,
    /// The path of the page that follows.
    pub next: Option<String>,
    /// The rows of this page.
    pub rows: u64,
}

/// What a page may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// The first one.
    First,
    /// The only one of `SELECT COUNT()`, whose number is its size.
    Count,
    /// Any one: what came before is not known.
    Later,
}

/// An answer that is a page or one record.
#[derive(Debug, PartialEq, Eq)]
pub enum PageOrRecord {
    /// A page.
    Page(Head),
    /// A record.
    Record,
}

/// Reads a whole page, and counts.
pub fn page(body: &[u8], place: PageKind) -> serde_json::Result<Head> {
    match serde_json::from_slice(body)? {
        Seen::Page(head) => head.held_to(place),
        _ => Err(Error::custom(
            "it is no page of a query, with `totalSize`, `done` and `records`",
        )),
    }
}

/// Holds the first page of a query to the number of rows that it names; says what came otherwise.
pub fn first(page: &Page<'_>) -> Result<(), String> {
    let head = Head {
        total: page.total_size,
        done: page.done,
        next: page.next.clone(),
        rows: page.records.len() as u64,
    };
    head.check(PageKind::First)
}

/// Reads a whole page, or a record.
pub fn page_or_record(body: &[u8]) -> serde_json::Result<PageOrRecord> {
    match serde_json::from_slice(body)? {
        Seen::Page(head) => head.held_to(PageKind::First).map(PageOrRecord::Page),
        Seen::Record => Ok(PageOrRecord::Record),
        _ => Err(Error::custom(
            "it is neither a page of a query nor a record",
        )),
    }
}

/// Reads records, and counts the children within them.
pub fn children(records: &[u8]) -> serde_json::Result<()> {
    serde_json::from_slice::<Seen>(records).map(drop)
}

impl Head {
    fn held_to(self, place: PageKind) -> serde_json::Result<Self> {
        self.check(place).map_err(Error::custom).map(|()| self)
    }

    /// Holds a page to its numbers.
    pub fn check(&self, place: PageKind) -> Result<(), String> {
        let (rows, total) = (self.rows, self.total.unwrap_or(self.rows));
        if !self.done && self.next.as_deref().is_none_or(str::is_empty) {
            return Err("the page is not the last one, yet it names no next one".into());
        }
        if !self.done && rows == 0 {
            return Err("the page has no rows, yet it is not the last one".into());
        }
        let whole = match place {
            PageKind::Count => rows == 0 || rows == total,
            PageKind::First if self.done => rows == total,
            PageKind::First | PageKind::Later => rows <= total,
        };
        match whole {
            true => Ok(()),
            false => Err(format!(
                "the org promised {total} rows and sent {rows}, and no page follows (records may have come or gone meanwhile)"
            )),
        }
    }
}

/// What a value is, as far as it counts.
enum Seen {
    List(u64),
    Page(Head),
    Record,
    Other,
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Look)
    }
}

struct Look;

impl<'de> Visitor<'de> for Look {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Seen, A::Error> {
        let mut count = 0;
        while items.next_element::<Seen>()?.is_some() {
            count += 1;
        }
        Ok(Seen::List(count))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Seen, A::Error> {
        let mut told = Told::default();
        while let Some(name) = members.next_key::<String>()? {
            told.take(&name, &mut members)?;
        }
        Ok(told.seen())
    }
}

/// What the members of an object say.
#[derive(Default)]
struct Told {
    size: Option<i64>,
    done: Option<bool>,
    rows: Option<u64>,
    next: Option<String>,
    is_record: bool,
}

impl Told {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut A,
    ) -> Result<(), A::Error> {
        // Read as text: numbers keep their digits, and come in a wrapper of their own otherwise.
        match name {
            "totalSize" => self.size = members.next_value::<&RawValue>()?.get().parse().ok(),
            "done" => self.done = members.next_value::<&RawValue>()?.get().parse().ok(),
            "nextRecordsUrl" => {
                let text = members.next_value::<&RawValue>()?.get();
                self.next = serde_json::from_str(text).ok();
            }
            _ => self.look(name, members.next_value()?)?,
        }
        Ok(())
    }

    fn look<E: Error>(&mut self, name: &str, value: Seen) -> Result<(), E> {
        match value {
            Seen::List(count) if name == "records" => self.rows = Some(count),
            Seen::Page(children) => children.check(PageKind::First).map_err(|wrong| {
                E::custom(format!("of the children `{name}` of a record, {wrong}"))
            })?,
            _ => self.is_record |= name == "attributes",
        }
        Ok(())
    }

    fn seen(self) -> Seen {
        match (self.size, self.done, self.rows) {
            (Some(size), Some(done), Some(rows)) => Seen::Page(Head {
                total: known_size(size),
                done,
                next: self.next,
                rows,
            }),
            _ if self.is_record => Seen::Record,
            _ => Seen::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_text(text: &str, place: PageKind) -> String {
        match page(text.as_bytes(), place) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    const SHORT: &str = r#"{"totalSize":3,"done":true,"records":[{"Id":"a"}]}"#;

    #[test]
    fn pages_bring_what_they_promise() {
        use PageKind::*;
        let empty = r#"{"totalSize":7,"done":true,"records":[]}"#;
        let begun = r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/n","records":[{"Id":"a"}]}"#;
        let surplus = r#"{"totalSize":1,"done":true,"records":[{},{}]}"#;
        let unknown = r#"{"totalSize":-1,"done":true,"records":[{},{}]}"#;
        for (text, place, fits) in [
            (SHORT, First, false),
            (SHORT, Count, false),
            (SHORT, Later, true),
            (empty, First, false),
            (empty, Count, true),
            (begun, First, true),
            (begun, Later, true),
            (surplus, First, false),
            (surplus, Later, false),
            (unknown, First, true),
        ] {
            assert_eq!(error_text(text, place).is_empty(), fits, "{place:?} {text}");
        }
        assert!(error_text(SHORT, First).contains("promised 3 rows and sent 1"));
    }

    #[test]
    fn page_that_goes_on_says_where_and_brings_rows() {
        for text in [
            r#"{"totalSize":3,"done":false,"records":[{}]}"#,
            r#"{"totalSize":3,"done":false,"nextRecordsUrl":"","records":[{}]}"#,
            r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/n","records":[]}"#,
            r#"{"done":true,"records":[]}"#,
            r#"{"totalSize":0,"done":true}"#,
            "[]",
        ] {
            assert!(!error_text(text, PageKind::First).is_empty(), "{text}");
        }
    }

    #[test]
    fn children_are_counted_at_any_depth() {
        let of = |children: &str| {
            format!(
                r#"{{"totalSize":1,"done":true,"records":[{{"A":{{"totalSize":1,"done":true,"records":[{{"B":{children}}}]}}}}]}}"#
            )
        };
        let whole = of(r#"{"totalSize":2,"done":true,"records":[1,2]}"#);
        let part = of(r#"{"totalSize":2,"done":false,"nextRecordsUrl":"/n","records":[1]}"#);
        let short = of(r#"{"totalSize":2,"done":true,"records":[1]}"#);
        assert_eq!(error_text(&whole, PageKind::First), "");
        assert_eq!(error_text(&part, PageKind::First), "");
        let wrong = error_text(&short, PageKind::First);
        assert!(wrong.contains("of the children `B`"), "{wrong}");
    }

    #[test]
    fn record_is_no_page() {
        let record = br#"{"attributes":{},"Name":"x","N":1.50,"M":12345678901234567890123}"#;
        assert_eq!(page_or_record(record).unwrap(), PageOrRecord::Record);
        assert!(page_or_record(b"{}").is_err());
    }
}
