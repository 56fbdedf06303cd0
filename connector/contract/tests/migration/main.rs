//! `wit/MIGRATION.md` names everything that WSO2's, Boomi's and Workato's connectors have and everything of ours, and every row
//! of it names cases that run what it claims. The cases are run by their own tests.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod case;
mod claim;
mod names;
mod page;
mod request;

use case::{Case, Run};
use claim::{Claim, claims};
use names::sections;
use page::{Row, rows};
use request::Request;
use salesforce_contract::catalog;
use serde_json::Value;

/// Fails with all complaints.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

fn title(row: &Row) -> String {
    let theirs = row.theirs.join(", ");
    format!("{} `{theirs}` → {}", row.heading, row.ours)
}

#[test]
fn everything_of_theirs_is_in_its_table() {
    let rows = rows();
    for (heading, names) in sections() {
        let rows = rows.iter().filter(|row| row.heading == heading);
        let told: Vec<&String> = rows.flat_map(|row| &row.theirs).collect();
        let is_told = |name: &str| told.iter().any(|known| *known == name);
        let missing: Vec<_> = names
            .iter()
            .map(|name| name.name)
            .filter(|name| !is_told(name))
            .collect();
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
fn every_operation_of_ours_is_on_the_page() {
    let claimed: Vec<Claim> = rows()
        .iter()
        .flat_map(|row| claims(&row.ours).unwrap())
        .collect();
    let named = |name: &str| {
        let mut claims = claimed.iter();
        claims.any(|claim| matches!(claim, Claim::Operation(known) if *known == name))
    };
    let missing: Vec<_> = catalog::operations()
        .iter()
        .map(|operation| operation.name)
        .filter(|name| !named(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_row_claims_what_can_be_tried_and_names_a_case() {
    let rows = rows();
    let complaints: Vec<String> = rows
        .iter()
        .filter_map(|row| match claims(&row.ours) {
            Err(why) => Some(format!("{}: {why}", title(row))),
            Ok(_) if row.cases.is_empty() => Some(format!("{}: no case", title(row))),
            Ok(_) => None,
        })
        .collect();
    none(&complaints);
    assert!(rows.len() > 380, "only {} rows were found", rows.len());
}

/// How GitHub names the place of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|char| char.is_alphanumeric() || " -".contains(*char));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn the_index_leads_to_headings() {
    let page = page::text();
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchors: Vec<String> = headings
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect();
    let links = page.split("](#").skip(1);
    let links = links.filter_map(|rest| rest.split(')').next());
    let lost: Vec<_> = links
        .filter(|link| !anchors.iter().any(|anchor| anchor == link))
        .collect();
    assert!(lost.is_empty(), "{lost:?}");
}

/// The operations that a row names; none where its cases may run any.
fn operations(claims: &[Claim]) -> Vec<&str> {
    let operation = |claim: &Claim| match claim {
        Claim::Operation(name) => Some(*name),
        _ => None,
    };
    claims.iter().filter_map(operation).collect()
}

#[test]
fn every_case_of_a_row_runs_what_the_row_names() {
    let mut complaints = Vec::new();
    for row in rows() {
        let claims = claims(&row.ours).unwrap();
        let operations = operations(&claims);
        let about_connections = claims
            .iter()
            .any(|claim| matches!(claim, Claim::Connection(_)));
        for name in &row.cases {
            match case::find(name) {
                Err(why) => complaints.push(format!("{}: {why}", title(&row))),
                Ok(Case::Run(run)) if !operations.is_empty() && !about_connections => {
                    if !operations.contains(&run.operation.as_str()) {
                        let steps = case::steps_of(name, &operations);
                        let operation = run.operation;
                        complaints.push(format!(
                            "{}: {name} runs {operation}; steps that fit: {steps:?}",
                            title(&row)
                        ));
                    }
                }
                Ok(_) => {}
            }
        }
    }
    none(&complaints);
}

/// A value as the page writes it.
fn written(value: &Value) -> String {
    let text = value.as_str().map(str::to_owned);
    text.unwrap_or_else(|| value.to_string())
}

/// Whether a member is there, with its value where one is said.
fn holds(document: &Value, path: &str, value: Option<&str>) -> bool {
    let pointer = format!("/{}", path.replace('.', "/"));
    let same = |found: &Value, value: &str| written(found) == value;
    match (document.pointer(&pointer), value) {
        (None | Some(Value::Null), _) => false,
        (Some(_), None) => true,
        (Some(Value::Array(items)), Some(value)) => items.iter().any(|item| same(item, value)),
        (Some(found), Some(value)) => same(found, value),
    }
}

fn sends(run: &Run, request: &Request) -> bool {
    let mut sent = run.requests.iter();
    sent.any(|(method, url)| request.fits(method, url))
}

fn tries(case: &Case, claim: &Claim) -> bool {
    match (case, claim) {
        (Case::Test(text), Claim::Operation(name)) => text.contains(name),
        (Case::Test(text), Claim::Member(_, path, _) | Claim::Connection(path)) => {
            path.split('.').all(|word| text.contains(word))
        }
        (Case::Test(text), Claim::Command(command)) => {
            let mut flags = command.split(' ').filter(|word| word.starts_with("--"));
            flags.all(|flag| text.contains(&format!("\"{flag}\"")))
        }
        (Case::Test(_), Claim::Request(_)) | (Case::Run(_), Claim::Command(_)) => false,
        (Case::Run(run), Claim::Connection(path)) => holds(&run.connection, path, None),
        (Case::Run(run), _) if run.fails => false,
        (Case::Run(run), Claim::Operation(name)) => run.operation == *name,
        (Case::Run(run), Claim::Member(name, path, value)) => {
            run.operation == *name && holds(&run.config, path, value.as_deref())
        }
        (Case::Run(run), Claim::Request(request)) => sends(run, request),
    }
}

fn cases(row: &Row) -> Vec<Case> {
    let cases = row.cases.iter();
    cases.filter_map(|name| case::find(name).ok()).collect()
}

#[test]
fn every_claim_of_a_row_is_tried_by_one_of_its_cases() {
    let mut complaints = Vec::new();
    let mut count = 0;
    for row in rows() {
        let cases = cases(&row);
        for claim in claims(&row.ours).unwrap() {
            count += 1;
            if !cases.iter().any(|case| tries(case, &claim)) {
                complaints.push(format!("{}: no case tries {claim:?}", title(&row)));
            }
        }
    }
    none(&complaints);
    assert!(count > 600, "only {count} claims were found");
}

#[test]
fn operations_of_wso2_are_the_same_requests_here() {
    let rows = rows();
    let mut complaints = Vec::new();
    for (heading, names) in sections() {
        for name in names {
            let Some(request) = name.request else {
                continue;
            };
            let mut rows = rows.iter().filter(|row| row.heading == heading);
            let row = rows
                .find(|row| row.theirs.iter().any(|known| known == name.name))
                .unwrap();
            let cases = cases(row);
            let mut runs = cases.iter().filter_map(|case| match case {
                Case::Run(run) => Some(run),
                Case::Test(_) => None,
            });
            if !runs.any(|run| sends(run, &request)) {
                complaints.push(format!("{}: no case sends {request:?}", title(row)));
            }
        }
    }
    none(&complaints);
}
