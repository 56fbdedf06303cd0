//! Every fault on every path: the paths are `faults/paths.json`, the faults are those that the simulated org knows by name, and each
//! pair is tried with the fault on one request and on every request. How each cell ends is written in `faults/expected.json`;
//! `faults/README.md` shows it as a table. Whatever is written there, a cell never ends in a lost, doubled or misreported record, in a
//! body that was not validated, or not at all.
//!
//! `BLESS=1 cargo test -p mediate-tests --test faults` writes both files anew, for review; `PATH_NAME=create` runs one path.

mod cell;
mod path;
mod run;
mod table;

use std::sync::Arc;

use path::Path;
use table::Table;
use tokio::sync::Semaphore;

/// Paths that are tried side by side: most of their time they wait.
const SIDE_BY_SIDE: usize = 8;

/// Fewest paths and faults that are crossed.
const LEAST: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_on_every_path_ends_as_it_is_written() {
    let only = std::env::var("PATH_NAME").ok();
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let paths = Path::all().into_iter();
    let running: Vec<_> = paths
        .filter(|path| only.as_ref().is_none_or(|only| path.name == *only))
        .map(|path| {
            let places = Arc::clone(&places);
            tokio::spawn(async move {
                let _place = places.acquire_owned().await;
                (path.name.clone(), cell::all(&path).await)
            })
        })
        .collect();
    let mut found = Table::default();
    for path in running {
        let (name, cells) = path.await.expect("a path");
        found.add(&name, cells);
    }
    let broken = found.broken();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        found.write();
    }
    let differing = found.differing(&Table::expected(), only.as_deref());
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn the_page_shows_what_is_expected() {
    assert_eq!(table::page(), Table::expected().markdown());
}

#[test]
fn the_matrix_is_large_enough() {
    assert!(Path::all().len() >= LEAST);
    assert!(sandbox::faults::Named::all().len() >= LEAST);
}
