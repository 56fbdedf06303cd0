//! Rules of the source text that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// Files in which values are written in Rust's own form for debugging, none of it for users, and why.
const ALLOWED: [(&str, &str); 4] = [
    (
        "connector/client/src/connection/settings.rs",
        "tells sessions apart in a cache, and is never shown",
    ),
    ("connector/operations/src/cases.rs", "only tests use it"),
    (
        "connector/client/src/transport/scripted.rs",
        "only tests use it",
    ),
    (
        "connector/operations/src/bulk/testing.rs",
        "only tests use it",
    ),
];

/// Marks of that form: in a format string, in a field of the log, and of WASI's errors.
const MARKS: [&str; 5] = [":?}", ":#?}", "!(?", "= ?", "to_debug_string("];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Says whether a file is of tests only, by its name or that of a folder.
fn is_of_tests(path: &str) -> bool {
    path.split('/').any(|part| {
        [
            "tests",
            "tests.rs",
            "texts",
            "cases",
            "testing.rs",
            "hostile.rs",
        ]
        .contains(&part)
            || part.ends_with("_tests.rs")
    })
}

/// Returns the lines before a file's tests, with their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    lines
        .take_while(|(_, line)| !line.starts_with("#[cfg(") || !line.contains("test"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line))
}

#[test]
fn no_user_reads_rust_s_form_for_debugging() {
    let mut files = Vec::new();
    for folder in [
        "host/src",
        "host/cli/src",
        "connector/src",
        "connector/contract/src",
        "connector/formats/src",
        "connector/client/src",
        "connector/operations/src",
    ] {
        sources(&root().join(folder), &mut files);
    }
    assert!(files.len() > 200, "the sources are there: {}", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let path = file
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let allowed = ALLOWED.iter().any(|(known, _)| *known == path);
        if allowed || is_of_tests(&path) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in lines(&text) {
            if MARKS.iter().any(|mark| line.contains(mark)) {
                wrong.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
