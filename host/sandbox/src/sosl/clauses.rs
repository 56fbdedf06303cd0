//! Reading a SOSL statement: FIND, IN, RETURNING, WITH, LIMIT, UPDATE.

use super::terms::{self, Reserved};
use super::{Group, MOST_ROWS, Returning, STATEMENT_CHARACTERS, Search, malformed};
use crate::problem::Problem;

/// Clauses that WITH may begin; all but METADATA change nothing in an org with one division and no communities.
const WITH: &[&str] = &[
    "DATA",
    "DIVISION",
    "HIGHLIGHT",
    "METADATA",
    "NETWORK",
    "PRICEBOOKID",
    "SNIPPET",
    "SPELL_CORRECTION",
    "USER_MODE",
    "SYSTEM_MODE",
    "SECURITY_ENFORCED",
];

/// Reads a statement.
///
/// # Errors
/// `MALFORMED_SEARCH` with what was expected.
pub fn parse(sosl: &str) -> Result<Search, Problem> {
    if sosl.chars().count() > STATEMENT_CHARACTERS {
        return Err(malformed(format!(
            "SOSL statements can not be longer than {STATEMENT_CHARACTERS} characters"
        )));
    }
    let mut rest = Rest(sosl.trim());
    if !rest.keyword("FIND") {
        return Err(malformed(format!(
            "unexpected token: '{}': a search begins with FIND",
            rest.token()
        )));
    }
    let mut search = Search::of(terms::parse(rest.braces()?, Reserved::Refuse)?);
    if rest.keyword("IN") {
        search.group = group(&mut rest)?;
    }
    if rest.keyword("RETURNING") {
        search.returning = returning(&mut rest)?;
    }
    if rest.keyword("USING") {
        list_view(&mut rest)?;
    }
    while rest.keyword("WITH") {
        search.labels |= with(&mut rest)?;
    }
    if rest.keyword("LIMIT") {
        search.limit = Some(limit(&mut rest)?);
    }
    if rest.keyword("UPDATE") {
        update(&mut rest)?;
    }
    match rest.token() {
        "" => Ok(search),
        token => Err(malformed(format!("unexpected token: '{token}'"))),
    }
}

fn group(rest: &mut Rest<'_>) -> Result<Group, Problem> {
    let name = rest.word();
    let group = Group::named(name).ok_or_else(|| {
        malformed(format!(
            "unexpected token: '{name}': expecting ALL, EMAIL, NAME, PHONE or SIDEBAR after IN"
        ))
    })?;
    if rest.keyword("FIELDS") {
        Ok(group)
    } else {
        Err(malformed(format!(
            "unexpected token: '{}': expecting FIELDS",
            rest.token()
        )))
    }
}

fn returning(rest: &mut Rest<'_>) -> Result<Vec<Returning>, Problem> {
    let mut all = Vec::new();
    loop {
        let object = rest.word();
        if object.is_empty() {
            return Err(malformed(
                "RETURNING needs the name of an object, `RETURNING Account(Id, Name)`",
            ));
        }
        let (fields, tail) = match rest.parentheses()? {
            Some(inside) => split(inside)?,
            None => (String::new(), String::new()),
        };
        all.push(Returning {
            object: object.to_owned(),
            fields,
            tail,
        });
        if !rest.symbol(',') {
            return Ok(all);
        }
    }
}

/// Splits `Id, Name WHERE … LIMIT 5` behind the fields. A list view that is named adds nothing: everybody sees all.
fn split(inside: &str) -> Result<(String, String), Problem> {
    let ends = ["WHERE", "ORDER", "LIMIT", "OFFSET", "USING"];
    let at = top_level_words(inside)
        .find(|(_, word)| ends.iter().any(|end| word.eq_ignore_ascii_case(end)))
        .map_or(inside.len(), |(at, _)| at);
    let (fields, tail) = inside.split_at_checked(at).unwrap_or((inside, ""));
    if fields.trim().is_empty() {
        return Err(malformed(
            "RETURNING needs fields between the parentheses, `Account(Id, Name WHERE …)`",
        ));
    }
    let using = top_level_words(tail).find(|(_, word)| word.eq_ignore_ascii_case("USING"));
    let tail = match using {
        Some((at, word)) => {
            let (before, after) = tail.split_at_checked(at).unwrap_or((tail, ""));
            let mut rest = Rest(after.get(word.len()..).unwrap_or_default().trim_start());
            list_view(&mut rest)?;
            format!("{before} {}", rest.0)
        }
        None => tail.to_owned(),
    };
    Ok((fields.trim().to_owned(), tail.trim().to_owned()))
}

fn list_view(rest: &mut Rest<'_>) -> Result<(), Problem> {
    let is_named = rest.keyword("LISTVIEW") && rest.symbol('=') && !rest.word().is_empty();
    is_named
        .then_some(())
        .ok_or_else(|| malformed("USING needs a list view, `USING ListView = MyAccounts`"))
}

/// Words outside of parentheses and quotes, with where they begin.
fn top_level_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let (mut depth, mut quoted, mut escaped, mut start) = (0_usize, false, false, None);
    let mut words = Vec::new();
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_word = !quoted && depth == 0 && (c.is_alphanumeric() || c == '_');
        match (is_word, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.extend(text.get(from..at).map(|word| (from, word)));
                start = None;
            }
            _ => {}
        }
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    words.into_iter()
}

/// One WITH clause, up to the next clause; says whether labels are wanted.
fn with(rest: &mut Rest<'_>) -> Result<bool, Problem> {
    let name = rest.word();
    if !WITH.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Err(malformed(format!(
            "unexpected token: '{name}': WITH knows DATA CATEGORY, DIVISION, HIGHLIGHT, METADATA, NETWORK, PricebookId, \
             SNIPPET and SPELL_CORRECTION"
        )));
    }
    let end = top_level_words(rest.0)
        .find(|(_, word)| {
            ["WITH", "LIMIT", "UPDATE"]
                .iter()
                .any(|end| word.eq_ignore_ascii_case(end))
        })
        .map_or(rest.0.len(), |(at, _)| at);
    let (value, after) = rest.0.split_at_checked(end).unwrap_or((rest.0, ""));
    rest.0 = after;
    if !name.eq_ignore_ascii_case("METADATA") {
        return Ok(false);
    }
    let wanted = value
        .trim()
        .trim_start_matches('=')
        .trim()
        .trim_matches('\'');
    if wanted.eq_ignore_ascii_case("LABELS") {
        Ok(true)
    } else {
        Err(malformed(format!(
            "METADATA can be 'LABELS', not '{wanted}'"
        )))
    }
}

fn limit(rest: &mut Rest<'_>) -> Result<usize, Problem> {
    let word = rest.word();
    word.parse()
        .ok()
        .filter(|limit| (1..=MOST_ROWS).contains(limit))
        .ok_or_else(|| {
            malformed(format!(
                "LIMIT must be a number between 1 and {MOST_ROWS}, not '{word}'"
            ))
        })
}

fn update(rest: &mut Rest<'_>) -> Result<(), Problem> {
    loop {
        let word = rest.word();
        if !["TRACKING", "VIEWSTAT"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
        {
            return Err(malformed(format!(
                "unexpected token: '{word}': expecting TRACKING or VIEWSTAT"
            )));
        }
        if !rest.symbol(',') {
            return Ok(());
        }
    }
}

/// What is left of the statement; never begins with blanks.
struct Rest<'s>(&'s str);

impl<'s> Rest<'s> {
    /// The next run without blanks, for refusals.
    fn token(&self) -> &'s str {
        self.0.split_whitespace().next().unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) -> &'s str {
        let (taken, rest) = self.0.split_at_checked(bytes).unwrap_or((self.0, ""));
        self.0 = rest.trim_start();
        taken
    }

    /// Takes a name or number.
    fn word(&mut self) -> &'s str {
        let end = self
            .0
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.0.len());
        self.skip(end)
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.0;
        let is_next = self.word().eq_ignore_ascii_case(keyword);
        if !is_next {
            self.0 = before;
        }
        is_next
    }

    fn symbol(&mut self, symbol: char) -> bool {
        let is_next = self.0.starts_with(symbol);
        if is_next {
            self.skip(symbol.len_utf8());
        }
        is_next
    }

    /// Takes `{…}`; a backslash hides a brace.
    fn braces(&mut self) -> Result<&'s str, Problem> {
        if !self.0.starts_with('{') {
            return Err(malformed(
                "No search term found. The search term must be enclosed in braces.",
            ));
        }
        let mut escaped = false;
        for (at, c) in self.0.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '}' => {
                    let inside = self.0.get(1..at).unwrap_or_default();
                    self.skip(at + 1);
                    return Ok(inside);
                }
                _ => {}
            }
        }
        Err(malformed("the search term lacks the closing '}'"))
    }

    /// Takes `(…)` if it is next; quotes and inner parentheses are passed over.
    fn parentheses(&mut self) -> Result<Option<&'s str>, Problem> {
        if !self.0.starts_with('(') {
            return Ok(None);
        }
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        for (at, c) in self.0.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted && depth == 1 => {
                    let inside = self.0.get(1..at).unwrap_or_default();
                    self.skip(at + 1);
                    return Ok(Some(inside));
                }
                ')' if !quoted => depth -= 1,
                _ => {}
            }
        }
        Err(malformed("RETURNING lacks a closing ')'"))
    }
}
