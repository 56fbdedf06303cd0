//! Every fault on every path: the paths are `faults/paths.json`, the faults are those of the simulated org that
//! `faults/faults.json` names, and each pair is tried with the fault on one request and on every request. How each cell ends is written in `faults/expected.json`;
//! `faults/README.md` shows it as a table. Whatever is written there, a cell never ends in a lost, doubled or misreported record, in a
//! body that was not validated, or not at all.
//!
//! `BLESS=1 cargo test -p mediate-tests --test faults` writes both files anew, for review; `PATH_NAME=create` runs one path.

mod cell;
mod path;
mod poll;
mod run;
mod stage;
mod table;
mod transfer;

use std::sync::Arc;

use cell::Cell;
use path::Path;
use stage::Place;
use table::Table;

/// How often a cell that ends otherwise than expected is tried once more, alone: a busy machine may have let a time limit pass.
const TRIES: usize = 2;

/// Fewest paths that are tried.
const LEAST_PATHS: usize = 36;

/// Fewest faults that each is tried with.
const LEAST_FAULTS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_on_every_path_ends_as_it_is_written() {
    let only = std::env::var("PATH_NAME").ok();
    let paths = Path::all().into_iter();
    let paths = paths.filter(|path| only.as_ref().is_none_or(|only| path.name == *only));
    let paths: Vec<Arc<Path>> = paths.map(Arc::new).collect();
    let ended = stage::try_all(Cell::all(&paths)).await;
    let mut found = Table::default();
    for (cell, ends) in &ended {
        found.add(&cell.path.name, &cell.fault.name, ends.clone());
    }
    let is_blessed = std::env::var_os("BLESS").is_some();
    if is_blessed {
        found.write(only.is_none());
    }
    let expected = Table::expected();
    for tries in 1..=TRIES {
        let doubtful =
            |cell: &Cell| found.is_doubtful(&expected, &cell.path.name, &cell.fault.name);
        let again: Vec<&Cell> = ended
            .iter()
            .map(|(cell, _)| cell)
            .filter(|cell| doubtful(cell))
            .collect();
        for cell in again {
            let ends = cell.ends(&Place::new(&cell.path), tries).await;
            found.add(&cell.path.name, &cell.fault.name, ends);
        }
    }
    let broken = found.broken();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let differing = found.differing(&expected, only.as_deref());
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

#[test]
fn the_page_shows_what_is_expected() {
    assert_eq!(table::page(), Table::expected().markdown());
}

#[test]
fn the_matrix_is_large_enough() {
    assert!(Path::all().len() >= LEAST_PATHS);
    assert!(path::faults().count() >= LEAST_FAULTS);
}
