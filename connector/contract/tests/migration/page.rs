//! The page as its tables.

use std::path::{Path, PathBuf};

/// Column that says what something of theirs is here.
const HERE: &str = "here";
/// Column that names the cases.
const TRIED: &str = "tried by";

/// One row of a table that has the column `here`.
pub struct Row {
    /// The heading of the column before it; empty where there is none.
    pub heading: String,
    pub theirs: Vec<String>,
    pub ours: String,
    pub cases: Vec<String>,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn text() -> String {
    std::fs::read_to_string(root().join("wit/MIGRATION.md")).unwrap()
}

/// All rows of all tables that say what is here.
pub fn rows() -> Vec<Row> {
    tables(&text()).iter().flat_map(|table| of(table)).collect()
}

/// Texts in backquotes, each with the text before it.
pub fn quoted(cell: &str) -> Vec<(&str, &str)> {
    let mut parts = cell.split('`');
    let mut found = Vec::new();
    while let (Some(before), Some(text)) = (parts.next(), parts.next()) {
        found.push((before, text));
    }
    found
}

fn words(cell: &str) -> Vec<String> {
    let texts = quoted(cell).into_iter();
    texts.map(|(_, text)| text.to_owned()).collect()
}

/// The tables outside of code: lines of cells, the headings first.
fn tables(page: &str) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut code = false;
    let mut inside = false;
    for line in page.lines() {
        code ^= line.starts_with("```");
        let row = !code && line.starts_with('|');
        if row && !inside {
            tables.push(Vec::new());
        }
        if row && !line.starts_with("|---") {
            tables.last_mut().unwrap().push(cells(line));
        }
        inside = row;
    }
    tables
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_matches('|');
    inner.split(" | ").map(|cell| cell.trim().into()).collect()
}

fn of(table: &[Vec<String>]) -> Vec<Row> {
    let headings = &table[0];
    let column = |name: &str| headings.iter().position(|heading| heading == name);
    let Some(here) = column(HERE) else {
        return Vec::new();
    };
    let tried = column(TRIED).unwrap_or_else(|| panic!("{headings:?} has no column `{TRIED}`"));
    let theirs = here.checked_sub(1);
    let row = |cells: &Vec<String>| Row {
        heading: theirs.map_or(String::new(), |at| headings[at].clone()),
        theirs: theirs.map_or(Vec::new(), |at| words(&cells[at])),
        ours: cells[here].clone(),
        cases: words(&cells[tried]),
    };
    table[1..].iter().map(row).collect()
}
