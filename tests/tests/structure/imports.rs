//! What files import of each other, as far as it can be told from their text.

use super::modules::File;
use std::collections::{BTreeMap, BTreeSet};

/// The files that each file imports something of.
pub type Graph<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// A path that is imported, and whether it is handed on.
struct Import {
    path: Vec<String>,
    is_handed_on: bool,
}

/// Says whether code names a crate or a type.
pub fn names(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let is_in_text = text[..at]
            .rsplit('\n')
            .next()
            .unwrap_or("")
            .matches('"')
            .count()
            % 2
            == 1;
        !before.is_some_and(is_part) && !after.is_some_and(is_part) && !is_in_text
    })
}

/// Reads the imports of all files. What a module hands on counts as imported from where it is defined.
pub fn graph(files: &[File]) -> Graph<'_> {
    let by_module: BTreeMap<&[String], &File> = files
        .iter()
        .map(|file| (file.module.as_slice(), file))
        .collect();
    let imports: BTreeMap<&str, Vec<Import>> = files
        .iter()
        .map(|file| (file.name.as_str(), imports(file)))
        .collect();
    let resolve = |path: &[String]| resolve(path, &by_module, &imports, 8);
    let targets = |file: &File| {
        let own = imports[file.name.as_str()].iter();
        let taken = own.filter(|import| !import.is_handed_on);
        taken.filter_map(|import| resolve(&import.path)).collect()
    };
    let mut graph: Graph = files
        .iter()
        .map(|file| (file.name.as_str(), targets(file)))
        .collect();
    for (name, targets) in &mut graph {
        targets.remove(name);
    }
    graph
}

/// Finds the file that defines what a path names; `depth` bounds how often a name is handed on.
fn resolve<'a>(
    path: &[String],
    by_module: &BTreeMap<&[String], &'a File>,
    imports: &BTreeMap<&str, Vec<Import>>,
    depth: u8,
) -> Option<&'a str> {
    let (length, file) = (0..=path.len())
        .rev()
        .find_map(|length| Some((length, *by_module.get(&path[..length])?)))?;
    let name = path.get(length)?;
    let handed_on = imports[file.name.as_str()]
        .iter()
        .find(|import| import.is_handed_on && import.path.last() == Some(name));
    match handed_on {
        Some(import) if depth > 0 => {
            resolve(&import.path, by_module, imports, depth - 1).or(Some(&file.name))
        }
        _ => Some(&file.name),
    }
}

/// The `use` items of a file, each name by itself, as paths from the root of the crate.
fn imports(file: &File) -> Vec<Import> {
    let mut found = inline(file);
    let mut rest = file.text.as_str();
    while let Some(at) = next_use(rest) {
        let line = rest[..at].rsplit('\n').next().unwrap_or("").trim();
        let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
        let item: String = rest[at + "use ".len()..end]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for path in expand(&item) {
            if let Some(path) = absolute(&path, &file.module) {
                found.push(Import {
                    path,
                    is_handed_on: line.starts_with("pub"),
                });
            }
        }
        rest = &rest[end..];
    }
    found
}

/// Paths that stand in code: `crate::rest::path::segment(…)`.
fn inline(file: &File) -> Vec<Import> {
    let starts = ["crate::", "super::"].into_iter();
    let places = starts.flat_map(|start| file.text.match_indices(start).map(|(at, _)| at));
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let paths = places.filter_map(|at| {
        let before = file.text[..at].chars().next_back();
        let length = file.text[at..].find(|c| !is_of_path(c))?;
        let path = file.text[at..at + length].trim_end_matches(':');
        let begins = !before.is_some_and(is_of_path);
        begins.then(|| absolute(path, &file.module)).flatten()
    });
    let import = |path| Import {
        path,
        is_handed_on: false,
    };
    paths.map(import).collect()
}

fn next_use(text: &str) -> Option<usize> {
    let starts = text.match_indices("use ").map(|(at, _)| at);
    starts.into_iter().find(|at| {
        let line = text[..*at].rsplit('\n').next().unwrap_or("").trim();
        line.is_empty() || line == "pub" || (line.starts_with("pub(") && line.ends_with(')'))
    })
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`.
fn expand(item: &str) -> Vec<String> {
    let Some((before, rest)) = item.split_once('{') else {
        return vec![item.split(" as ").next().unwrap_or(item).trim().to_owned()];
    };
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for c in inside.chars() {
        depth = match c {
            '{' => depth + 1,
            '}' => depth.saturating_sub(1),
            _ => depth,
        };
        match (c, parts.last_mut()) {
            (',', _) if depth == 0 => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            _ => {}
        }
    }
    let parts = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty());
    parts
        .flat_map(|part| expand(&format!("{}{part}", before.trim())))
        .collect()
}

/// The path from the root of the crate; none for other crates.
fn absolute(path: &str, module: &[String]) -> Option<Vec<String>> {
    let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
    match parts.first()?.as_str() {
        "crate" => {
            parts.remove(0);
            Some(parts)
        }
        "self" | "super" => {
            let mut from = module.to_vec();
            while let Some("super" | "self") = parts.first().map(String::as_str) {
                if parts.remove(0) == "super" {
                    from.pop();
                }
            }
            from.extend(parts);
            Some(from)
        }
        // A child, or another crate: the latter is no file of this one.
        _ => {
            let mut from = module.to_vec();
            from.extend(parts);
            Some(from)
        }
    }
}
