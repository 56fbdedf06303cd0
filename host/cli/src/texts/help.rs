use clap::CommandFactory as _;
use insta::assert_snapshot;

use super::under_headings;
use crate::args::Cli;
use crate::help::{TOPICS, run};
use crate::not_understood;

/// Width of a terminal, in characters: help is wrapped there.
const WIDTH: usize = 100;

fn root() -> clap::Command {
    let mut root = Cli::command().term_width(WIDTH);
    root.build();
    root
}

#[test]
fn help_of_the_command() {
    assert_snapshot!("mediate", root().render_long_help());
}

#[test]
fn help_of_every_subcommand() {
    let mut root = root();
    for command in root.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        assert_snapshot!(format!("mediate-{name}"), command.render_long_help());
    }
}

#[test]
fn topics_of_help() {
    for (topic, _) in TOPICS {
        let text = crate::console::captured::during(|| run(Some(topic)).expect("it is there"));
        assert_snapshot!(format!("topic-{topic}"), text);
    }
}

#[test]
fn arguments_that_are_not_understood() {
    let lines = [
        "mediate frobnicate",
        "mediate cal query/query",
        "mediate call",
        "mediate call a/b --outptu x",
        "mediate call a/b --color never --color",
        "mediate read a/b --input-type text/csv",
        "mediate watch",
        "mediate watch a/b --every soon",
        "mediate watch a/b --post http://x --exec y",
        "mediate sandbox --rows Account",
        "mediate schema org",
    ];
    let texts = lines.map(|line| {
        let error = clap::Parser::try_parse_from(line.split(' ')).map(|_: Cli| ());
        let error = error.expect_err("refused");
        let text = crate::console::captured::during(|| {
            not_understood(&error, false);
            not_understood(&error, true);
        });
        (line, text)
    });
    assert_snapshot!(under_headings(texts));
}
