//! Every fault on every path: the paths are `faults/paths.json`, the faults are those of the simulated org that
//! `faults/faults.json` names, and each pair is tried with the fault on one request and on every request. How each cell ends is written in `faults/expected.json`;
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

/// Cells that are tried side by side: most of their time they wait.
const SIDE_BY_SIDE: usize = 14;

/// How often a cell that ends otherwise than expected is tried once more, alone: a busy machine may have let a time limit pass.
const TRIES: usize = 2;

/// Fewest paths and faults that are crossed.
const LEAST: usize = 25;

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_on_every_path_ends_as_it_is_written() {
    let only = std::env::var("PATH_NAME").ok();
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let paths = Path::all().into_iter();
    let paths = paths.filter(|path| only.as_ref().is_none_or(|only| path.name == *only));
    let paths: Vec<Arc<Path>> = paths.map(Arc::new).collect();
    let mut running = Vec::new();
    for path in &paths {
        for lane in 0..path.lanes() {
            let (places, path) = (Arc::clone(&places), Arc::clone(path));
            running.push(tokio::spawn(async move {
                let _place = places.acquire_owned().await;
                let cells = cell::lane(&path, lane, path.lanes()).await;
                (path.name.clone(), cells)
            }));
        }
    }
    let mut found = Table::default();
    for lane in running {
        let (name, cells) = lane.await.expect("a lane");
        found.add(&name, cells);
    }
    let is_blessed = std::env::var_os("BLESS").is_some();
    if is_blessed {
        found.write();
    }
    let expected = Table::expected();
    for _ in 0..TRIES {
        for (path, fault) in found.doubtful(&expected) {
            let path = paths.iter().find(|known| known.name == path);
            let fault = path::faults().find(|known| known.name == fault);
            if let (Some(path), Some(fault)) = (path, fault) {
                let ends = cell::again(path, fault).await;
                found.add(&path.name, vec![(fault.name.clone(), ends)]);
            }
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
    assert!(Path::all().len() >= LEAST);
    assert!(path::faults().count() >= LEAST);
}
