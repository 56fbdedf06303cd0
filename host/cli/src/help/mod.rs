//! `mediate help`: commands, and topics that no command explains.

use clap::CommandFactory as _;

use super::args::Cli;
use super::console::print;
use super::failure::Failure;
use mediate::text;

/// Topics with their texts.
pub(super) const TOPICS: [(&str, &str); 4] = [
    ("config", include_str!("config.txt")),
    ("connections", include_str!("connections.txt")),
    ("exit-codes", include_str!("exit-codes.txt")),
    ("watches", include_str!("watches.txt")),
];

pub(super) fn run(topic: Option<&str>) -> Result<(), Failure> {
    let mut root = Cli::command();
    // Built, so that the options of every command show in the help of each.
    root.build();
    let Some(topic) = topic else {
        return print(&root.render_long_help().to_string());
    };
    if let Some((_, text)) = TOPICS.iter().find(|(name, _)| *name == topic) {
        return print(text);
    }
    match root.find_subcommand_mut(topic) {
        Some(command) => print(&command.render_long_help().to_string()),
        None => Err(unknown(topic)),
    }
}

fn unknown(topic: &str) -> Failure {
    let root = Cli::command();
    let topics = TOPICS.iter().map(|(name, _)| *name);
    let known: Vec<&str> = root
        .get_subcommands()
        .map(clap::Command::get_name)
        .chain(topics)
        .collect();
    let nearest = text::nearest(topic, known.iter().copied());
    let rest = match nearest {
        Some(_) => text::did_you_mean(nearest),
        None => format!(": there is {}", text::list(&known, "and")),
    };
    Failure::usage(format!("there is no help on `{topic}`{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_topic_finds_the_nearest() {
        let failure = run(Some("exit-code")).expect_err("unknown");
        assert_eq!(
            failure.to_string(),
            "there is no help on `exit-code`; did you mean `exit-codes`?"
        );
        let failure = run(Some("frobnicate")).expect_err("unknown");
        assert!(
            failure
                .to_string()
                .contains("there is describe, call, read"),
            "{failure}"
        );
    }

    #[test]
    fn every_exit_code_is_documented() {
        let (_, text) = TOPICS[2];
        for code in [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "130", "143",
        ] {
            assert!(
                text.lines()
                    .any(|line| line.split_whitespace().next() == Some(code)),
                "{code}"
            );
        }
    }
}
