//! Doc comments: prose for people, `@` lines for machines.

use wit_parser::Docs as WitDocs;

/// A doc comment, taken apart.
#[derive(Debug, Default, Clone)]
pub struct Docs {
    /// Markdown with soft line breaks removed, so that a form or a terminal can wrap it.
    pub text: String,
    /// The `@name value` lines in their order.
    pub tags: Vec<Tag>,
}

/// One `@name value` line.
#[derive(Debug, Clone)]
pub struct Tag {
    pub name: String,
    pub value: String,
}

impl Docs {
    pub fn parse(docs: &WitDocs) -> Docs {
        let contents = docs.contents.as_deref().unwrap_or_default();
        let (tags, prose): (Vec<&str>, Vec<&str>) = contents
            .lines()
            .map(str::trim_end)
            .partition(|l| l.trim_start().starts_with('@'));
        Docs {
            text: reflow(&prose),
            tags: tags.into_iter().map(Tag::parse).collect(),
        }
    }

    /// The first sentence.
    pub fn summary(&self) -> &str {
        let paragraph = self.text.split("\n\n").next().unwrap_or_default();
        let end = sentence_end(paragraph).unwrap_or(paragraph.len());
        paragraph.get(..end).unwrap_or(paragraph)
    }

    /// The value of the tag that may stand once.
    pub fn tag(&self, name: &str) -> Option<&str> {
        self.tags
            .iter()
            .find(|t| t.name == name)
            .map(|t| t.value.as_str())
    }
}

impl Tag {
    fn parse(line: &str) -> Tag {
        let line = line.trim_start().trim_start_matches('@');
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        Tag {
            name: name.to_owned(),
            value: value.trim().to_owned(),
        }
    }
}

/// Joins the lines of each paragraph; list items and fenced code keep their lines.
fn reflow(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut fenced = false;
    let mut fresh = true;
    for line in lines {
        let fence = line.trim_start().starts_with("```");
        let keep = fenced || fence || is_item(line);
        if line.trim().is_empty() && !fenced {
            fresh = true;
            continue;
        }
        let gap = if text.is_empty() {
            ""
        } else if fresh {
            "\n\n"
        } else if keep {
            "\n"
        } else {
            " "
        };
        text.push_str(gap);
        text.push_str(if fenced { line } else { line.trim() });
        fenced ^= fence;
        fresh = fence && !fenced;
    }
    text
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ")
        || line.starts_with("* ")
        || (number.len() < line.len() && number.starts_with(". "))
}

/// Where the first sentence ends: a full stop outside `code`, followed by white space and no lower-case letter.
fn sentence_end(paragraph: &str) -> Option<usize> {
    let mut code = false;
    for (at, c) in paragraph.char_indices() {
        code ^= c == '`';
        let stop = matches!(c, '.' | '!' | '?') && !code;
        let mut after = paragraph
            .get(at + c.len_utf8()..)
            .unwrap_or_default()
            .chars();
        let ends = match after.next() {
            None => true,
            Some(space) => {
                space.is_whitespace() && after.next().is_none_or(|next| !next.is_lowercase())
            }
        };
        if stop && ends {
            return Some(at + c.len_utf8());
        }
    }
    None
}
