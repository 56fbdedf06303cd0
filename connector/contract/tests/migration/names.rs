//! Everything of theirs, from `names.txt`.

use super::request::Request;

const NAMES: &str = include_str!("names.txt");

/// Behind a request that ours does not make: it reaches the same otherwise.
const OTHERWISE: &str = " (otherwise)";

/// What one of them calls something.
pub struct Name {
    pub name: &'static str,
    /// The request that it sends, if ours sends the same.
    pub request: Option<Request>,
}

/// The names by the heading of their table.
pub fn sections() -> Vec<(&'static str, Vec<Name>)> {
    let lines = NAMES.lines();
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut sections: Vec<(&str, Vec<Name>)> = Vec::new();
    for line in lines {
        let heading = line.strip_prefix('[');
        match heading.and_then(|line| line.strip_suffix(']')) {
            Some(heading) => sections.push((heading, Vec::new())),
            None => sections.last_mut().unwrap().1.push(name(line)),
        }
    }
    sections
}

fn name(line: &'static str) -> Name {
    match line.split_once(" = ") {
        Some((name, request)) => Name {
            name,
            request: (!request.ends_with(OTHERWISE)).then(|| Request::read(request).unwrap()),
        },
        None => Name {
            name: line,
            request: None,
        },
    }
}
