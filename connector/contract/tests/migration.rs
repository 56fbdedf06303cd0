//! `wit/MIGRATION.md` names everything that WSO2's, Boomi's and Workato's connectors have, and nothing of ours that does not exist.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use salesforce_contract::catalog;
use serde_json::Value;
use std::path::Path;

/// Everything of theirs, by the heading of its table.
const THEIRS: &str = include_str!("migration/names.txt");

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/MIGRATION.md");
    std::fs::read_to_string(path).unwrap()
}

/// The rows of the table whose heading has this cell: the cells of each.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_matches('|');
        inner
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    page.lines()
        .skip_while(|line| {
            !(line.starts_with('|') && cells(line).iter().any(|cell| cell == heading))
        })
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect()
}

fn sections() -> Vec<(&'static str, Vec<&'static str>)> {
    let lines = THEIRS
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines {
        match line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            Some(heading) => sections.push((heading, Vec::new())),
            None => sections.last_mut().unwrap().1.push(line),
        }
    }
    sections
}

/// Texts in backquotes, each with the text before it.
fn quoted(cell: &str) -> Vec<(&str, &str)> {
    let mut parts = cell.split('`');
    let mut found = Vec::new();
    while let (Some(before), Some(text)) = (parts.next(), parts.next()) {
        found.push((before, text));
    }
    found
}

/// Whether a text is the name of an operation of ours: `group/name`.
fn is_operation(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-')
    };
    text.split_once('/')
        .is_some_and(|(group, name)| word(group) && word(name))
}

fn has_property(schema: &str, name: &str) -> bool {
    let schema: Value = serde_json::from_str(schema).unwrap();
    schema["properties"].get(name).is_some()
}

#[test]
fn everything_of_theirs_is_in_its_table() {
    let page = page();
    for (heading, names) in sections() {
        let rows = table(&page, heading);
        let told: Vec<&str> = rows
            .iter()
            .filter(|row| row.last().is_some_and(|ours| !ours.is_empty()))
            .flat_map(|row| row.iter().rev().nth(1))
            .flat_map(|cell| quoted(cell))
            .map(|(_, name)| name)
            .collect();
        let missing: Vec<_> = names.iter().filter(|name| !told.contains(name)).collect();
        assert!(missing.is_empty(), "{heading}: {missing:?}");
        assert_eq!(
            told.len(),
            names.len(),
            "{heading} has a name that names.txt lacks"
        );
    }
}

#[test]
fn both_generations_of_wso2_are_whole() {
    let count = |heading: &str| {
        let found = sections().into_iter().find(|(known, _)| *known == heading);
        found.unwrap().1.len()
    };
    assert_eq!((count("WSO2 3.x"), count("WSO2 2.x")), (62, 153));
}

#[test]
fn every_operation_that_the_page_names_exists() {
    let page = page();
    let names: Vec<&str> = page
        .lines()
        .flat_map(quoted)
        .map(|(_, text)| text)
        .filter(|text| is_operation(text))
        .collect();
    assert!(names.len() > 200);
    let unknown: Vec<_> = names
        .into_iter()
        .filter(|name| catalog::find(name).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// `op`, `field` and `field` of `op` and connection `field`.
#[test]
fn every_option_that_the_page_names_exists() {
    let page = page();
    let mut checked = 0;
    let mut wrong = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let ours = line.trim_matches('|').rsplit(" | ").next().unwrap();
        let texts = quoted(ours);
        for (at, (before, text)) in texts.iter().enumerate() {
            let last = at.checked_sub(1).map(|last| texts[last]);
            let field_of = match last {
                _ if before.ends_with("connection ") => Some((catalog::connection().schema, *text)),
                Some((_, operation)) if *before == ", " && !is_operation(text) => {
                    catalog::find(operation).map(|known| (known.config.schema, *text))
                }
                Some((_, field)) if *before == " of " && is_operation(text) => {
                    catalog::find(text).map(|known| (known.config.schema, field))
                }
                _ => None,
            };
            let Some((schema, field)) = field_of else {
                continue;
            };
            checked += 1;
            if !has_property(schema, field) {
                wrong.push(format!("`{field}` is no option: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 40, "only {checked} options were found");
}
