//! Reads what follows the SELECT list: objects and their aliases, GROUP BY, LIMIT.

use crate::soql::lex::{Kind, Token};

/// Words that may follow an object in FROM and so are no aliases of it.
const CLAUSES: [&str; 12] = [
    "USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "UPDATE",
    "ALL", "WHEN",
];

/// What follows the SELECT list.
pub(super) struct From {
    /// The object, as it was written.
    pub object: String,
    /// Every name that stands for a path from the record: the object itself for the record, `FROM Contact c, c.Account a`.
    aliases: Vec<(String, Vec<String>)>,
    /// Says that there is a GROUP BY.
    pub grouped: bool,
    /// Says that there is a LIMIT.
    pub has_limit: bool,
}

impl From {
    /// Takes a leading alias or object name off a path, or puts what it stands for in its place.
    pub fn resolve(&self, path: Vec<String>) -> Vec<String> {
        let [first, rest @ ..] = path.as_slice() else {
            return path;
        };
        if rest.is_empty() {
            return path;
        }
        match self
            .aliases
            .iter()
            .find(|(alias, _)| alias.eq_ignore_ascii_case(first))
        {
            Some((_, stands_for)) => stands_for.iter().chain(rest).cloned().collect(),
            None => path,
        }
    }
}

/// Reads from the token after FROM to the end.
pub(super) fn read(tokens: &[Token<'_>]) -> Option<From> {
    let mut at = 0;
    let mut from = From {
        object: String::new(),
        aliases: Vec::new(),
        grouped: false,
        has_limit: false,
    };
    loop {
        let path = path(tokens, &mut at)?;
        let alias = alias(tokens, &mut at);
        if from.object.is_empty() {
            from.object = path.join(".");
            from.aliases.push((from.object.clone(), Vec::new()));
            from.aliases.extend(alias.map(|alias| (alias, Vec::new())));
        } else if let Some(alias) = alias {
            let stands_for = from.resolve(path);
            from.aliases.push((alias, stands_for));
        }
        if !tokens.get(at).is_some_and(|token| token.is_symbol(",")) {
            break;
        }
        at += 1;
    }
    clauses(tokens.get(at..)?, &mut from)?;
    Some(from)
}

/// Looks for clauses outside of parentheses.
fn clauses(tokens: &[Token<'_>], from: &mut From) -> Option<()> {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            _ if token.is_word("LIMIT") => from.has_limit = true,
            _ if token.is_word("GROUP") => {
                from.grouped |= tokens.get(at + 1).is_some_and(|next| next.is_word("BY"))
            }
            _ => {}
        }
    }
    (depth == 0).then_some(())
}

/// Reads `Account`, `Account.Owner`, and steps over it.
pub(super) fn path(tokens: &[Token<'_>], at: &mut usize) -> Option<Vec<String>> {
    let mut path = Vec::new();
    loop {
        let word = tokens.get(*at).filter(|token| token.kind == Kind::Word)?;
        path.push(word.text.to_owned());
        *at += 1;
        if !tokens.get(*at).is_some_and(|token| token.is_symbol(".")) {
            return Some(path);
        }
        *at += 1;
    }
}

/// Reads an alias, if there is one, and steps over it.
fn alias(tokens: &[Token<'_>], at: &mut usize) -> Option<String> {
    if tokens.get(*at).is_some_and(|token| token.is_word("AS")) {
        *at += 1;
    }
    let word = tokens.get(*at).filter(|token| token.kind == Kind::Word)?;
    if CLAUSES.iter().any(|clause| word.is_word(clause)) {
        return None;
    }
    *at += 1;
    Some(word.text.to_owned())
}
