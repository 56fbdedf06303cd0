//! Everything that the command says to people, as snapshots: who changes a text sees all of it in one review.
//!
//! A text that changed fails here until `INSTA_UPDATE=always cargo test -p mediate-cli --lib texts` has written it anew.

mod demo;
mod describe;
mod failures;
mod help;
mod notices;
mod outcomes;
mod usage;

use crate::args::{Global, When};
use crate::console::Console;

/// Makes a console without colours.
fn console(json_errors: bool) -> Console {
    Console::new(&global(json_errors))
}

fn global(json_errors: bool) -> Global {
    Global {
        connector: None,
        verbose: 0,
        quiet: false,
        color: When::Never,
        json_errors,
    }
}

/// Joins texts, each under a heading.
fn under_headings<T: AsRef<str>>(texts: impl IntoIterator<Item = (T, String)>) -> String {
    let texts = texts.into_iter();
    let parts = texts.map(|(title, text)| format!("# {}\n{}\n", title.as_ref(), text.trim_end()));
    parts.collect::<Vec<_>>().join("\n")
}
