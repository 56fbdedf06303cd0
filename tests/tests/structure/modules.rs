//! The files of a crate, and the modules that they are.

use std::fs;
use std::path::Path;

/// A file of a crate, without its tests.
pub struct File {
    /// Path below the folder of sources, with slashes.
    pub name: String,
    /// The module, for example `["session", "login"]`.
    pub module: Vec<String>,
    /// Its code, without comments and without what only tests have.
    pub text: String,
}

/// Reads the files below a folder of sources, without those of tests.
pub fn files(folder: &Path) -> Vec<File> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(found.len() > 5, "{}", folder.display());
    found
}

fn collect(folder: &Path, root: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.strip_prefix(root).expect("below").to_string_lossy();
        let name = name.replace('\\', "/");
        if is_of_tests(&name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, root, found);
        } else if name.ends_with(".rs") {
            let text = fs::read_to_string(&path).expect("text");
            found.push(File {
                module: module(&name),
                text: without_tests_and_comments(&text),
                name,
            });
        }
    }
}

fn is_of_tests(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    let stem = last.trim_end_matches(".rs");
    stem.ends_with("tests") || stem == "testing" || stem == "scripted" || stem == "cases"
}

fn module(name: &str) -> Vec<String> {
    let name = name.trim_end_matches(".rs");
    let mut parts: Vec<String> = name.split('/').map(str::to_owned).collect();
    if matches!(
        parts.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        parts.pop();
    }
    parts
}

fn without_tests_and_comments(text: &str) -> String {
    let mut code = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.starts_with("#[cfg(test)]") {
            // One item goes with it; a module with its tests inside is the end of the file.
            let item = lines.by_ref().find(|line| !line.starts_with("#["));
            if item.is_none_or(|item| item.ends_with('{')) {
                break;
            }
            continue;
        }
        code.push(line);
    }
    code.join("\n")
}
