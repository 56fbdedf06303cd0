//! Text in lines of readable length.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter};

/// Bound of a line of help.
const WIDTH: usize = 100;
/// Beginning of a list item in Markdown.
const ITEM: &str = "- ";
/// Least width of a column, however far it is indented.
const LEAST: usize = 40;

/// Breaks a text into lines, the lines after the first indented by so many spaces.
pub(super) fn wrapped(text: &str, indent: usize) -> String {
    let width = WIDTH.saturating_sub(indent).max(LEAST);
    lines(text, width).join(&format!("\n{}", " ".repeat(indent)))
}

/// Breaks a Markdown text into lines at spaces; each item of a list begins a line, and so does a word that is longer.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    blocks(text)
        .iter()
        .flat_map(|block| textwrap::wrap(block, &options))
        .map(Cow::into_owned)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Joins the lines of a text that belong together: all but the items of lists.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        match blocks.last_mut() {
            Some(block) if !line.starts_with(ITEM) => {
                block.push(' ');
                block.push_str(line);
            }
            _ => blocks.push(line.to_owned()),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(lines("a bb ccc dddd", 6), ["a bb", "ccc", "dddd"]);
        assert_eq!(
            lines("longer than-the-width x", 6),
            ["longer", "than-the-width", "x"]
        );
        assert!(lines(" ", 6).is_empty());
    }

    #[test]
    fn items_of_lists_keep_their_lines() {
        assert_eq!(
            lines("One\nof:\n- a: x\ny\n- b", 60),
            ["One of:", "- a: x y", "- b"]
        );
    }

    #[test]
    fn further_lines_are_indented() {
        let text = "word ".repeat(30);
        let wrapped = wrapped(&text, 4);
        assert!(
            wrapped
                .lines()
                .skip(1)
                .all(|line| line.starts_with("    word"))
        );
        assert!(wrapped.lines().all(|line| line.len() <= WIDTH));
    }
}
