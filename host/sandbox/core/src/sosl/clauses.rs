//! Reading a SOSL statement: FIND, IN, RETURNING, WITH, LIMIT, UPDATE.

use super::cursor::Cursor;
use super::expression::{self, Expression, Reserved};
use super::{Group, MAX_ROWS, Returning, STATEMENT_CHARACTERS, Search, malformed};
use sandbox_model::api_error::ApiError;

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
pub fn parse(sosl: &str) -> Result<Search, ApiError> {
    if sosl.chars().count() > STATEMENT_CHARACTERS {
        return Err(malformed(format!(
            "SOSL statements can not be longer than {STATEMENT_CHARACTERS} characters"
        )));
    }
    let mut rest = Cursor::new(sosl.trim());
    if !rest.keyword("FIND") {
        return Err(rest.unexpected());
    }
    let mut search = Search::new(find(&mut rest)?);
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
        _ => Err(rest.unexpected()),
    }
}

fn find(rest: &mut Cursor<'_>) -> Result<Expression, ApiError> {
    let (at, inside) = rest.braces()?;
    expression::parse(inside, Reserved::Refuse).map_err(|rejected| match rejected.at {
        Some(within) => rest.mismatched(at + within, &rejected.message),
        None => malformed(rejected.message),
    })
}

fn group(rest: &mut Cursor<'_>) -> Result<Group, ApiError> {
    let rejected = rest.malformed_token();
    let group = Group::named(rest.word()).ok_or(rejected)?;
    if rest.keyword("FIELDS") {
        Ok(group)
    } else {
        Err(rest.malformed_token())
    }
}

fn returning(rest: &mut Cursor<'_>) -> Result<Vec<Returning>, ApiError> {
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
fn split(inside: &str) -> Result<(String, String), ApiError> {
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
            let mut rest = Cursor::new(after.get(word.len()..).unwrap_or_default());
            list_view(&mut rest)?;
            format!("{before} {}", rest.left())
        }
        None => tail.to_owned(),
    };
    Ok((fields.trim().to_owned(), tail.trim().to_owned()))
}

fn list_view(rest: &mut Cursor<'_>) -> Result<(), ApiError> {
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
fn with(rest: &mut Cursor<'_>) -> Result<bool, ApiError> {
    let rejected = rest.unexpected();
    let name = rest.word();
    if !WITH.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Err(rejected);
    }
    let left = rest.left();
    let end = top_level_words(left)
        .find(|(_, word)| {
            ["WITH", "LIMIT", "UPDATE"]
                .iter()
                .any(|end| word.eq_ignore_ascii_case(end))
        })
        .map_or(left.len(), |(at, _)| at);
    let value = rest.skip(end);
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

fn limit(rest: &mut Cursor<'_>) -> Result<usize, ApiError> {
    let word = rest.word();
    word.parse()
        .ok()
        .filter(|limit| (1..=MAX_ROWS).contains(limit))
        .ok_or_else(|| {
            malformed(format!(
                "LIMIT must be a number between 1 and {MAX_ROWS}, not '{word}'"
            ))
        })
}

fn update(rest: &mut Cursor<'_>) -> Result<(), ApiError> {
    loop {
        if !rest.keyword("TRACKING") && !rest.keyword("VIEWSTAT") {
            return Err(rest.unexpected());
        }
        if !rest.symbol(',') {
            return Ok(());
        }
    }
}
