use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;

use crate::demo::printer::{heading, rated, summary};
use crate::demo::steps::Step;

#[test]
fn the_steps_of_the_demo() {
    let steps = [
        Step::LogIn,
        Step::Load,
        Step::LoadAgain,
        Step::Query,
        Step::Update,
        Step::BadRecord,
        Step::Export {
            name: "airports.csv",
            ends_session: false,
        },
        Step::Export {
            name: "airports.ndjson",
            ends_session: true,
        },
    ];
    let took = Duration::from_millis(1_500);
    let steps: Vec<String> = steps.iter().map(|step| step.title()).collect();
    let files = ["a/airports.csv".to_owned(), "a/airports.ndjson".to_owned()];
    assert_snapshot!(format!(
        "{}\n{}\n{}\n{}",
        heading(Path::new("a")),
        steps.join("\n"),
        rated("3,376 created, 0 changed", 3376, took),
        summary(8, took, &files)
    ));
}
