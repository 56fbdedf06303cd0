//! Bind variables: `:name` in SOQL takes its value as a typed literal, so that no value can change the query.

use std::fmt;

use super::date;
use super::lex::{self, Kind, Token};
use super::literal::{self, Unfit};
use crate::zone::Zone;

/// The longest SOQL, in characters (SOQL and SOSL Reference, "SOQL and SOSL Limits": 100,000).
pub const SOQL_MAX_CHARS: usize = 100_000;

/// Why values could not be bound. Never holds a value: they may be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindError {
    /// The SOQL holds a string literal that is not closed.
    OpenString {
        /// Its character, counted from 1.
        at: usize,
    },
    /// The SOQL names a bind that has no value.
    Unknown {
        /// The name without its colon.
        name: String,
        /// Its character, counted from 1.
        at: usize,
        /// The nearest name that has a value.
        nearest: Option<String>,
    },
    /// A value is not named in the SOQL.
    Unused {
        /// The value's name.
        name: String,
    },
    /// Two values have the same name.
    Twice {
        /// The values' name.
        name: String,
    },
    /// A value cannot be written as a literal there.
    Unfit {
        /// The value's name.
        name: String,
        /// What is wrong with it and how to fix it.
        reason: &'static str,
    },
    /// The SOQL is too long with its values filled in.
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenString { at } => {
                write!(
                    f,
                    "the SOQL has a string that begins at character {at} and never ends: close it with a single quote"
                )
            }
            Self::Unknown {
                name,
                at,
                nearest: Some(nearest),
            } => {
                write!(
                    f,
                    "the SOQL uses :{name} at character {at}, but no value has that name: did you mean :{nearest}?"
                )
            }
            Self::Unknown {
                name,
                at,
                nearest: None,
            } => {
                write!(
                    f,
                    "the SOQL uses :{name} at character {at}, but no value has that name: add it to `bind`"
                )
            }
            Self::Unused { name } => {
                write!(
                    f,
                    "`bind` has a value `{name}`, but the SOQL does not use :{name}: use it or take it out"
                )
            }
            Self::Twice { name } => write!(f, "`bind` has two values `{name}`: keep one"),
            Self::Unfit { name, reason } => write!(f, "the value of bind `{name}` {reason}"),
            Self::TooLong { chars } => write!(
                f,
                "the SOQL has {chars} characters with its values, Salesforce takes {SOQL_MAX_CHARS}: bind shorter lists, several times"
            ),
        }
    }
}

impl std::error::Error for BindError {}

/// Replaces every `:name` of `soql` by its value, given as JSON text.
///
/// | JSON | SOQL |
/// |---|---|
/// | text | `'…'`, escaped; in LIKE its `%` and `_` are wildcards |
/// | `{"like-escaped": "50%"}` | `'50\%'`: in LIKE its `%` and `_` match themselves |
/// | number without exponent, `true`, `false`, `null` | the same, digit by digit |
/// | `{"date": "2026-01-31"}` | `2026-01-31` |
/// | `{"datetime": "2026-01-31T10:00:00.000+0000"}` | `2026-01-31T10:00:00.000Z`; an offset must be there |
/// | `{"time": "10:00:00.000Z"}` | `10:00:00.000Z`, for fields of a time of day |
/// | `{"currency": "USD5000.50"}` | `USD5000.50`, in orgs with several currencies |
/// | `{"literal": "LAST_N_DAYS:30"}` | `LAST_N_DAYS:30` |
/// | a list of these | `('a','b')`, for `IN :names` |
///
/// A bind is a `:` before a name (`obj.field` counts as one name), outside of strings, in any place: `LIMIT :n` works.
/// `LAST_N_DAYS:n`, and its like, takes a whole number; `LAST_N_DAYS:30` has none.
///
/// # Errors
/// See [`BindError`].
pub fn bind(soql: &str, values: &[(String, String)]) -> Result<String, BindError> {
    bind_in_zone(soql, values, None)
}

/// As [`bind`], with date-times without an offset taken for those of `zone`.
///
/// # Errors
/// See [`BindError`]; times that the change of clocks left out or repeated are unfit.
pub fn bind_in_zone(
    soql: &str,
    values: &[(String, String)],
    zone: Option<&Zone>,
) -> Result<String, BindError> {
    refuse_twins(values)?;
    let tokens = lex::tokens(soql).map_err(|open| BindError::OpenString {
        at: char_at(soql, open.0),
    })?;
    let mut used = vec![false; values.len()];
    let mut out = String::with_capacity(soql.len());
    let mut copied = 0;
    for place in places(&tokens) {
        let name = soql.get(place.name.clone()).unwrap_or_default();
        let index = values.iter().position(|(known, _)| known == name);
        let Some((index, (_, json))) = index.and_then(|index| Some((index, values.get(index)?)))
        else {
            return Err(unknown(soql, place.colon, name, values));
        };
        if let Some(used) = used.get_mut(index) {
            *used = true;
        }
        let unfit = |unfit: Unfit| BindError::Unfit {
            name: name.to_owned(),
            reason: unfit.reason(),
        };
        // The colon of `LAST_N_DAYS:n` belongs to the literal and stays.
        let (keep, literal) = if place.count {
            (place.colon + 1, literal::write_count(json).map_err(unfit)?)
        } else {
            (place.colon, literal::write(json, zone).map_err(unfit)?)
        };
        out.push_str(soql.get(copied..keep).unwrap_or_default());
        push_apart(&mut out, &literal, !place.count);
        copied = place.name.end;
    }
    out.push_str(soql.get(copied..).unwrap_or_default());
    refuse_unused(values, &used)?;
    refuse_long(out)
}

/// Lists the names of the binds in `soql`, each once, in their order.
#[must_use]
pub fn names(soql: &str) -> Vec<&str> {
    let tokens = lex::tokens(soql).unwrap_or_default();
    let mut names: Vec<&str> = Vec::new();
    for position in places(&tokens) {
        let name = soql.get(position.name).unwrap_or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Keeps a literal from running into the word before it, as in `IN:ids` or `LIMIT:n`.
fn push_apart(out: &mut String, literal: &str, apart: bool) {
    if apart && out.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_') {
        out.push(' ');
    }
    out.push_str(literal);
}

/// A bind in the SOQL.
struct BindPosition {
    /// The byte of its colon.
    colon: usize,
    /// The bytes of its name.
    name: std::ops::Range<usize>,
    /// Says that it gives the number of a date literal.
    count: bool,
}

fn places(tokens: &[Token<'_>]) -> Vec<BindPosition> {
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some(first) = tokens
            .get(at + 1)
            .filter(|next| token.is_symbol(":") && next.kind == Kind::Word)
        else {
            continue;
        };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let count = before
            .is_some_and(|before| before.kind == Kind::Word && date::takes_number(before.text));
        found.push(BindPosition {
            colon: token.range.start,
            name: first.range.start..name_end(tokens, at + 1),
            count,
        });
    }
    found
}

/// Finds the end of `obj.field`, where nothing stands between its parts.
fn name_end(tokens: &[Token<'_>], first: usize) -> usize {
    let mut end = tokens.get(first).map_or(0, |token| token.range.end);
    for pair in tokens.get(first + 1..).unwrap_or_default().chunks_exact(2) {
        let [dot, part] = pair else { break };
        if !(dot.is_symbol(".")
            && dot.range.start == end
            && part.kind == Kind::Word
            && part.range.start == dot.range.end)
        {
            break;
        }
        end = part.range.end;
    }
    end
}

fn char_at(soql: &str, byte: usize) -> usize {
    soql.get(..byte).unwrap_or_default().chars().count() + 1
}

fn unknown(soql: &str, byte: usize, name: &str, values: &[(String, String)]) -> BindError {
    let nearest = values
        .iter()
        .map(|(known, _)| {
            (
                strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()),
                known,
            )
        })
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known.clone());
    BindError::Unknown {
        name: name.to_owned(),
        at: char_at(soql, byte),
        nearest,
    }
}

fn refuse_twins(values: &[(String, String)]) -> Result<(), BindError> {
    let twin = values
        .iter()
        .enumerate()
        .find(|(at, (name, _))| values.iter().take(*at).any(|(earlier, _)| earlier == name));
    twin.map_or(Ok(()), |(_, (name, _))| {
        Err(BindError::Twice { name: name.clone() })
    })
}

fn refuse_unused(values: &[(String, String)], used: &[bool]) -> Result<(), BindError> {
    let unused = values.iter().zip(used).find(|(_, used)| !**used);
    unused.map_or(Ok(()), |((name, _), _)| {
        Err(BindError::Unused { name: name.clone() })
    })
}

fn refuse_long(soql: String) -> Result<String, BindError> {
    // Bytes bound characters from above, so the count is needed for long texts only.
    if soql.len() <= SOQL_MAX_CHARS {
        return Ok(soql);
    }
    let chars = soql.chars().count();
    if chars > SOQL_MAX_CHARS {
        Err(BindError::TooLong { chars })
    } else {
        Ok(soql)
    }
}

#[cfg(test)]
#[path = "bind_tests.rs"]
pub(super) mod tests;
