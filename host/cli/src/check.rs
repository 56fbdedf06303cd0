//! `mediate check`: does this component keep the contract?

use std::fmt::Write as _;

use mediate::check::{Check, Line, Report, State};
use mediate::runtime::{Runtime, RuntimeSettings};
use mediate::text;

use super::args::{self, Connection, Global};
use super::console::{Console, print, print_json};
use super::context::cache_folder;
use super::failure::Failure;
use super::files;
use super::target::Target;
use crate::embedded;

/// Places that are named of those at which something was not tried.
const MAX_PLACES: usize = 3;
/// Width of the states and names of promises.
const STATE: usize = 10;
const NAME: usize = 12;

pub(super) async fn run(
    args: &args::Check,
    global: &Global,
    console: Console,
) -> Result<(), Failure> {
    if args.component.is_some() && global.connector.is_some() {
        let sentence = "FILE.wasm and --connector name two components: give one of them";
        return Err(Failure::usage(sentence));
    }
    let file = args.component.as_ref().or(global.connector.as_ref());
    let component = match file {
        Some(path) => files::bytes(path)?,
        None => embedded::CONNECTOR.to_vec(),
    };
    let target = match &args.connection {
        None => None,
        Some(_) => Some(Target::choose(global, &connection(args), console).await?),
    };
    let runtime = Runtime::new(RuntimeSettings {
        cache_dir: cache_folder(),
        ..Check::settings()
    })?;
    let mut check = Check::new(&runtime, &component);
    if let Some(target) = &target {
        check = check
            .connection(&target.profile)
            .services(target.services.clone(), target.network);
    }
    let report = check.run().await;
    if args.json {
        print_json(&serde_json::to_value(&report).unwrap_or_default())?;
    } else {
        print(&lines(&report))?;
    }
    match report.broken() {
        0 => Ok(()),
        broken => Err(Failure::Checked(broken)),
    }
}

fn connection(args: &args::Check) -> Connection {
    Connection {
        connection: args.connection.clone(),
        sandbox_data: None,
    }
}

/// Writes a line per promise, and below it what is broken and what was not tried.
fn lines(report: &Report) -> String {
    let mut text = String::new();
    for line in &report.promises {
        let state = match line.state {
            State::Kept => "kept",
            State::Broken => "BROKEN",
            State::NotTried => "not tried",
        };
        let _ = writeln!(
            text,
            "{state:<STATE$}{:<NAME$}{}",
            line.promise.name(),
            line.text
        );
        below(line, &mut text);
    }
    text
}

fn below(line: &Line, text: &mut String) {
    let mut add = |words: &str| {
        let _ = writeln!(text, "{:STATE$}  {words}", "");
    };
    for finding in &line.findings {
        add(&format!("{}: {}", finding.place, finding.problem));
    }
    let more = line.broken - line.findings.len();
    if more > 0 {
        add(&format!("and {more} more"));
    }
    if let Some(fix) = line.fix {
        add(&format!("to fix it: {fix}"));
    }
    for (reason, places) in &line.not_tried {
        add(&format!("not tried: {}: {reason}", some(places)));
    }
}

/// Names the first places, and counts the others.
fn some(places: &[String]) -> String {
    let first: Vec<&str> = places.iter().take(MAX_PLACES).map(String::as_str).collect();
    match places.len().saturating_sub(MAX_PLACES) {
        0 => text::list(&first, "and"),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_far_as_they_are_few() {
        let places = ["a/a", "b/b", "c/c", "d/d", "e/e"].map(str::to_owned);
        assert_eq!(some(&places[..2]), "a/a and b/b");
        assert_eq!(some(&places), "a/a, b/b, c/c and 2 more");
    }
}
