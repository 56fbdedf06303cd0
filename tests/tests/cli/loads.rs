//! Loads with the command: what says the form of the input, and what is written beside outcomes.

use serde_json::Value;

use super::harness::Folder;

const LOAD: [&str; 8] = [
    "write",
    "bulk/load",
    "object=Contact",
    "operation=insert",
    "--connection",
    "@sandbox",
    "--input",
    "in.txt",
];

fn summary(folder: &Folder) -> Value {
    serde_json::from_str(&folder.read("summary.json")).expect("JSON")
}

#[test]
fn a_media_type_says_what_the_ending_does_not() {
    let folder = Folder::new().file("in.txt", "Ann A\nBob B\n");
    let outcome = folder.run(
        &[
            &LOAD[..],
            &[
                "columns:=[\"FirstName\", \"LastName\"]",
                "--input-type",
                "text/csv; header=absent; delimiter=space",
                "--outcomes",
                "out.csv",
                "--summary",
                "summary.json",
            ],
        ]
        .concat(),
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(folder.read("out.csv").lines().count(), 3);
    let summary = summary(&folder);
    assert_eq!(summary["state"], "done");
    assert_eq!(
        (&summary["processed"], &summary["saved"], &summary["failed"]),
        (&2.into(), &2.into(), &0.into())
    );
    let job = &summary["jobs"][0];
    assert_eq!(job["state"], "JobComplete");
    assert_eq!((&job["rows"], &job["failed"]), (&2.into(), &0.into()));
    assert_eq!(folder.names(), ["in.txt", "out.csv", "summary.json"]);
    for media_type in ["text/plain", "text/csv; header=none"] {
        let refused = folder.run(&[&LOAD[..], &["--input-type", media_type]].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
    }
}

#[test]
fn a_summary_tells_failures_by_code_and_what_could_not_begin() {
    let folder = Folder::new().file("in.txt", "LastName,Email\nA,none\nB,b@example.com\n");
    let load = [&LOAD[..], &["--summary", "summary.json"]].concat();
    let outcome = folder.run(&load);
    assert_eq!(outcome.code, Some(9), "{outcome:?}");
    let told = summary(&folder);
    assert_eq!(told["state"], "some-failed");
    assert_eq!(told["exit-code"], 9);
    assert_eq!(told["reasons"][0]["code"], "INVALID_EMAIL_ADDRESS");
    let folder = folder.file("in.txt", "Nope\nA\n");
    let outcome = folder.run(&load);
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    let told = summary(&folder);
    assert_eq!(
        (&told["state"], &told["kind"]),
        (&"failed".into(), &"invalid".into())
    );
}
