//! How fast queries are read: fills an org with accounts and reads them page by page, in process.
//!
//! `cargo run -p sandbox --example query_speed [ROWS]`

use std::time::Instant;

use sandbox::id::RecordId;
use sandbox::schema::Schema;
use sandbox::soql::render::json::Json;
use sandbox::soql::{Options, Plan, Queries, Reader, for_each_row, page_rows};
use sandbox_model::store::Store;

const NOW: i64 = 1_795_321_080_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(300_000), |rows| rows.parse())?;
    let schema = Schema::shipped()?;
    let store = Store::in_memory(&schema)?;
    let start = Instant::now();
    fill(&store, rows)?;
    println!("{rows} accounts made in {:.2?}", start.elapsed());
    for soql in [
        "SELECT Id, Name, Industry, AnnualRevenue, CreatedDate FROM Account",
        "SELECT Id, Name, Industry, AnnualRevenue, CreatedDate FROM Account ORDER BY Name DESC",
        "SELECT Id, Name, Owner.Name, Parent.Name FROM Account WHERE AnnualRevenue > 500",
        "SELECT Id, (SELECT Id, LastName FROM Contacts) FROM Account WHERE AnnualRevenue < 100",
    ] {
        read_pages(&schema, &store, soql)?;
    }
    stream(
        &schema,
        &store,
        "SELECT Id, Name, Industry, AnnualRevenue, CreatedDate FROM Account",
    )
}

fn fill(store: &Store, rows: u64) -> Result<(), rusqlite::Error> {
    store.write(|tx| {
        let mut statement = tx.prepare(
            r#"INSERT INTO "Account" ("Id", "Name", "Industry", "AnnualRevenue", "CreatedDate") VALUES (?1, ?2, ?3, ?4, ?5)"#,
        )?;
        for number in 1..=rows {
            let id = RecordId::new("001", number);
            let industry = (!number.is_multiple_of(3)).then_some("Technology");
            let revenue = (number % 1_000) as f64 * 1.5;
            let name = format!("Account number {number}");
            statement.execute(rusqlite::params![id.as_str(), name, industry, revenue, NOW - number as i64 * 1_000])?;
        }
        Ok(())
    })
}

fn read_pages(
    schema: &Schema,
    store: &Store,
    soql: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let (queries, format, options) = (
        Queries::default(),
        Json::new("67.0"),
        Options::new("005", NOW),
    );
    let reader = Reader {
        user: "005",
        session: 1,
        now: NOW,
        page_rows: page_rows(None),
        format: &format,
    };
    let start = Instant::now();
    let mut page =
        store.read(|connection| queries.first_page(schema, connection, soql, &options, reader))?;
    let first = start.elapsed();
    let (mut rows, mut bytes) = (page.rows, page.body.len());
    while let Some(next) = page.next {
        page = store.read(|connection| queries.next_page(connection, &next, reader))?;
        rows += page.rows;
        bytes += page.body.len();
    }
    report(soql, rows, bytes, start);
    println!("  first page after {first:.2?}");
    Ok(())
}

fn stream(schema: &Schema, store: &Store, soql: &str) -> Result<(), Box<dyn std::error::Error>> {
    let plan = Plan::new(soql, schema, &Options::new("005", NOW))?;
    let (mut rows, mut bytes, start) = (0, 0, Instant::now());
    store.read(|connection| {
        for_each_row(connection, &plan, |row| {
            rows += 1;
            bytes += row.get_ref(1)?.as_str().map_or(0, str::len);
            Ok(())
        })
    })?;
    report(&format!("stream: {soql}"), rows, bytes, start);
    Ok(())
}

fn report(what: &str, rows: usize, bytes: usize, start: Instant) {
    let took = start.elapsed();
    let (per_second, mib) = (rows as f64 / took.as_secs_f64(), bytes as f64 / 1_048_576.0);
    println!("{what}\n  {rows} rows, {mib:.1} MiB in {took:.2?}: {per_second:.0} rows/s");
}
