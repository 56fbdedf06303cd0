//! How every cell ends: as data, and as a page.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The file of what is expected.
const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/expected.json");

/// The page that shows it.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/faults/README.md");

/// What the page says before its tables.
const HEAD: &str = "# Faults on paths

Made by `BLESS=1 cargo test -p mediate-tests --test faults`, which runs it; do not edit. A cell says how a path ends with the fault on one request,
and, after a stroke, with the fault on every request, where that differs.

| word | meaning |
|---|---|
| exact | the result is that of a run without the fault: every record once |
| resumed | it stopped with a fault, went on from its journal once the fault was gone, and the result is exact |
| a kind, such as `unavailable` | a fault of this kind; nothing was changed |
| a kind with `?` | a fault that says that the request may have been applied |
| outcomes, with codes | one outcome per record in input order; those that are not done carry these codes |
| not told apart | the answer is well-formed and nothing in it counts: nobody can tell it from a right one |
| natively | `connector/operations/src/events/tests/disturbed.rs` tries it, on a clock that the test moves: a connect that is not answered is given up after two minutes |
| a kind, then exact | the fault was told, and polling from the same checkpoint found every change once |
| quiet, then exact | nothing was told and nothing found; once the fault was gone, every change was found once |

";

/// Ends by path and fault.
#[derive(Default)]
pub struct Table(BTreeMap<String, BTreeMap<String, [String; 2]>>);

impl Table {
    /// What is expected.
    pub fn expected() -> Self {
        let text = std::fs::read_to_string(EXPECTED).unwrap_or_else(|_| "{}".into());
        Self(serde_json::from_str(&text).expect("the expected ends"))
    }

    /// Adds a cell, or how it ended when it was tried again.
    pub fn add(&mut self, path: &str, fault: &str, ends: [String; 2]) {
        let cells = self.0.entry(path.to_owned()).or_default();
        cells.insert(fault.to_owned(), ends);
    }

    fn ends(&self, path: &str, fault: &str) -> Option<&[String; 2]> {
        self.0.get(path).and_then(|cells| cells.get(fault))
    }

    fn cells(&self) -> impl Iterator<Item = (&str, &str, &[String; 2])> {
        self.0.iter().flat_map(|(path, cells)| {
            cells
                .iter()
                .map(move |(fault, ends)| (path.as_str(), fault.as_str(), ends))
        })
    }

    /// Whether a cell ends otherwise than expected.
    pub fn is_doubtful(&self, expected: &Self, path: &str, fault: &str) -> bool {
        self.ends(path, fault) != expected.ends(path, fault)
    }

    /// Cells that no table may hold: their words begin with capital letters.
    pub fn broken(&self) -> Vec<String> {
        self.cells()
            .flat_map(|(path, fault, ends)| {
                let bad = ends.iter().zip(["once", "always"]);
                let bad = bad.filter(|(end, _)| end.starts_with(char::is_uppercase));
                bad.map(move |(end, times)| format!("{path} / {fault} / {times}: {end}"))
            })
            .collect()
    }

    /// Cells that end otherwise than expected, cells that nothing is expected of, and expected ones that no cell has (a failure, each).
    pub fn differing(&self, expected: &Self, only: Option<&str>) -> Vec<String> {
        let tried = |path: &str| only.is_none_or(|only| only == path);
        let missing = expected
            .cells()
            .filter(|(path, fault, _)| tried(path) && self.ends(path, fault).is_none());
        let missing = missing.map(|(path, fault, _)| {
            format!("{path} / {fault}: expected, and no such cell was run")
        });
        let differing = self.cells().filter_map(|(path, fault, ends)| {
            let wanted = expected.ends(path, fault);
            (wanted != Some(ends))
                .then(|| format!("{path} / {fault}: {ends:?}, expected {wanted:?}"))
        });
        missing.chain(differing).collect()
    }

    /// Writes both files. Cells of paths that this run left out stay.
    pub fn write(&self, is_all: bool) {
        let mut all = if is_all {
            Self::default()
        } else {
            Self::expected()
        };
        all.0.extend(self.0.clone());
        let text = serde_json::to_string_pretty(&all.0).expect("JSON");
        std::fs::write(EXPECTED, format!("{text}\n")).expect("the expected ends");
        std::fs::write(PAGE, all.markdown()).expect("the page");
    }

    /// The page: a table per path would be long, so paths are grouped by how each fault ends.
    pub fn markdown(&self) -> String {
        let mut page = HEAD.to_owned();
        for (path, cells) in &self.0 {
            let mut by_end: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for (fault, [once, always]) in cells {
                let end = if once == always {
                    once.clone()
                } else {
                    format!("{once} / {always}")
                };
                by_end.entry(end).or_default().push(fault);
            }
            let _ = write!(page, "## {path}\n\n| ends | faults |\n|---|---|\n");
            for (end, faults) in by_end {
                let _ = writeln!(page, "| {end} | {} |", faults.join(", "));
            }
            page.push('\n');
        }
        page
    }
}

/// The page as it is.
pub fn page() -> String {
    std::fs::read_to_string(PAGE).unwrap_or_default()
}
