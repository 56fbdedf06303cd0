//! Measures how fast pages of a query become rows: `cargo bench -p salesforce-formats --bench rows`.
//!
//! The page is what an org sends for 2,000 accounts with ten fields and one parent. Megabytes are those of the page.
#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot go on should stop"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use salesforce_formats::message::{Page, RowError, RowFormat, RowWriter};
use salesforce_formats::soql::SelectList;

const ROWS: usize = 2_000;
const TIME: Duration = Duration::from_secs(1);
const SOQL: &str = "SELECT Id, Name, BillingCity, BillingCountry, Phone, AnnualRevenue, NumberOfEmployees, IsDeleted, \
                    CreatedDate, Description, Owner.Name, Owner.Email FROM Account";

fn record(number: usize) -> String {
    let id = format!("001Ws0000{number:06}IAQ");
    let description = match number % 4 {
        0 => "null".to_owned(),
        1 => r#""Twelve words, a comma, and a \"quote\"\nover two lines, as people write them.""#
            .to_owned(),
        _ => r#""An account like any other, whose description is a sentence or so.""#.to_owned(),
    };
    format!(
        r#"{{"attributes":{{"type":"Account","url":"/services/data/v62.0/sobjects/Account/{id}"}},"Id":"{id}","Name":"Account number {number}","BillingCity":"Zürich","BillingCountry":"Switzerland","Phone":"+41 44 555 {number:04}","AnnualRevenue":1{number:05}.50,"NumberOfEmployees":{number},"IsDeleted":false,"CreatedDate":"2026-01-31T10:00:00.000+0000","Description":{description},"Owner":{{"attributes":{{"type":"User","url":"/services/data/v62.0/sobjects/User/005Ws000001AbCdIAK"}},"Name":"Ada Lovelace","Email":"ada@example.com"}}}}"#
    )
}

fn page() -> Vec<u8> {
    let records: Vec<_> = (0..ROWS).map(record).collect();
    let head = r#"{"totalSize":300000,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/01gWs-2000","records":["#;
    format!("{head}{}]}}", records.join(",")).into_bytes()
}

/// Runs `once` for a second and prints what it got through.
fn measure(name: &str, bytes: usize, mut once: impl FnMut()) {
    once();
    let start = Instant::now();
    let mut pages = 0_u32;
    while start.elapsed() < TIME {
        once();
        pages += 1;
    }
    let seconds = start.elapsed().as_secs_f64() / f64::from(pages);
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{name:<22} {:>7.0} MB/s {:>9.0} rows/s",
        megabytes / seconds,
        ROWS as f64 / seconds
    );
}

fn main() {
    let bytes = page();
    let select = SelectList::read(SOQL);
    println!("a page of {ROWS} records, {} bytes", bytes.len());
    measure("check only", bytes.len(), || {
        black_box(Page::parse(black_box(&bytes)).unwrap());
    });
    for (name, format) in [
        ("check and ndjson", RowFormat::Ndjson),
        ("check and json", RowFormat::Json),
        ("check and csv", RowFormat::Csv),
    ] {
        let mut writer = RowWriter::new(format, select.as_ref(), false).unwrap();
        let mut out = Vec::new();
        writer.begin(&mut out);
        measure(name, bytes.len(), || {
            out.clear();
            let page = Page::parse(black_box(&bytes)).unwrap();
            let mut fetch = |_: &str| Err(RowError::TooDeep);
            assert_eq!(
                writer.page(&page, &mut out, &mut fetch).unwrap(),
                ROWS as u64
            );
            black_box(&out);
        });
    }
}
