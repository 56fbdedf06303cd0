//! How every cell ends: as data, and as a page.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::cell::Ends;

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
| a kind, then exact | the fault was told, and polling from the same checkpoint found every change once |

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

    /// Adds the cells of a path.
    pub fn add(&mut self, path: &str, cells: Vec<Ends>) {
        self.0.entry(path.to_owned()).or_default().extend(cells);
    }

    fn cells(&self) -> impl Iterator<Item = (&str, &str, &[String; 2])> {
        self.0.iter().flat_map(|(path, cells)| {
            cells
                .iter()
                .map(move |(fault, ends)| (path.as_str(), fault.as_str(), ends))
        })
    }

    /// Cells that end otherwise than expected, as path and fault.
    pub fn doubtful(&self, expected: &Self) -> Vec<(String, String)> {
        let wanted =
            |path: &str, fault: &str| expected.0.get(path).and_then(|cells| cells.get(fault));
        self.cells()
            .filter(|(path, fault, ends)| wanted(path, fault) != Some(ends))
            .map(|(path, fault, _)| (path.to_owned(), fault.to_owned()))
            .collect()
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

    /// Cells that end otherwise than expected, and cells that nothing is expected of.
    pub fn differing(&self, expected: &Self, only: Option<&str>) -> Vec<String> {
        let missing = expected.0.keys().filter(|path| !self.0.contains_key(*path));
        let missing = missing.filter(|_| only.is_none());
        let mut differing: Vec<String> = missing.map(|path| format!("{path}: not tried")).collect();
        for (path, fault, ends) in self.cells() {
            let wanted = expected.0.get(path).and_then(|cells| cells.get(fault));
            if wanted != Some(ends) {
                differing.push(format!("{path} / {fault}: {ends:?}, expected {wanted:?}"));
            }
        }
        differing
    }

    /// Writes both files.
    pub fn write(&self) {
        let mut all = Self::expected();
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
