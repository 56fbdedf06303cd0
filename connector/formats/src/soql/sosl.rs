//! Bind values into SOSL: `FIND :words` takes words to search for, `:name` elsewhere is as in SOQL.

use std::fmt;

use super::bind::{self, BindError};
use salesforce_contract::limits::{MAX_SEARCH_CHARS, MAX_SOSL_CHARS};

/// Characters that mean something in words to search for (SOQL and SOSL Reference, "Reserved Characters").
const RESERVED: &str = r#"?&|!{}[]()^~*:\"'+-"#;

/// Those of [`RESERVED`] that stand for other characters: one, and any number.
const WILDCARDS: &str = "?*";

/// Why values could not be bound. Never holds a value: they may be personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoslError {
    /// The statement does not begin with FIND and what to find.
    NoFind,
    /// The braces after FIND are not closed.
    OpenBraces,
    /// The name after FIND has no value.
    Unknown {
        /// The name without its colon.
        name: String,
    },
    /// The value after FIND is neither text nor a pattern.
    NoWords {
        /// The value's name.
        name: String,
    },
    /// The words to search for are too long.
    TooManyWords {
        /// Their length in characters.
        chars: usize,
    },
    /// The statement is too long.
    TooLong {
        /// Its length in characters.
        chars: usize,
    },
    /// A value after FIND's could not be bound.
    Rest(BindError),
}

impl fmt::Display for SoslError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFind => write!(
                f,
                "the SOSL must begin with FIND {{words}} or FIND :name, for example FIND :words IN NAME FIELDS RETURNING Account(Id)"
            ),
            Self::OpenBraces => write!(f, "the braces after FIND never end: close them with }}"),
            Self::Unknown { name } => write!(
                f,
                "the SOSL uses :{name} after FIND, but no value has that name: add it to `bind`"
            ),
            Self::NoWords { name } => write!(
                f,
                "the value of bind `{name}` is no words to search for: give text, or {{\"pattern\": \"acm*\"}}"
            ),
            Self::TooManyWords { chars } => write!(
                f,
                "the words to search for have {chars} characters; SOSL finds nothing by more than {MAX_SEARCH_CHARS}: shorten them"
            ),
            Self::TooLong { chars } => write!(
                f,
                "the SOSL has {chars} characters with its values; Salesforce takes {MAX_SOSL_CHARS}: shorten its lists"
            ),
            Self::Rest(error) => write!(f, "in SOSL, {error}"),
        }
    }
}

impl std::error::Error for SoslError {}

/// Replaces every `:name` of `sosl` by its value, given as JSON text.
///
/// After FIND, text becomes `{…}` with every reserved character escaped, so that it is searched for as it is written;
/// `{"pattern": "acm*"}` keeps `*` and `?` as wildcards. `FIND {…}` stays as it is. Elsewhere values become
/// literals, as by [`bind::bind`].
///
/// # Errors
/// See [`SoslError`].
pub fn bind(sosl: &str, values: &[(String, String)]) -> Result<String, SoslError> {
    let (find, rest) = split(sosl)?;
    let (find, values) = match find {
        Find::Words(words) => (words.to_owned(), values.to_vec()),
        Find::Name(name) => {
            let (own, others) = values.iter().cloned().partition(|(known, _)| known == name);
            (words(name, own)?, others)
        }
    };
    let rest = bind::bind(rest, &values).map_err(SoslError::Rest)?;
    let whole = format!("FIND {find}{rest}");
    match whole.chars().count() {
        chars if chars > MAX_SOSL_CHARS => Err(SoslError::TooLong { chars }),
        _ => Ok(whole),
    }
}

/// What stands after FIND.
enum Find<'a> {
    /// Words in braces.
    Words(&'a str),
    /// The name of a bind.
    Name(&'a str),
}

fn split(sosl: &str) -> Result<(Find<'_>, &str), SoslError> {
    let text = sosl.trim();
    let (word, rest) = text.split_at_checked(4).ok_or(SoslError::NoFind)?;
    if !word.eq_ignore_ascii_case("FIND") {
        return Err(SoslError::NoFind);
    }
    let rest = rest.trim_start();
    if rest.starts_with('{') {
        let (words, rest) = rest.split_at(braces_end(rest)?);
        return Ok((Find::Words(words), rest));
    }
    let name = rest.strip_prefix(':').ok_or(SoslError::NoFind)?;
    let end = name
        .find(|char: char| !(char.is_ascii_alphanumeric() || char == '_'))
        .unwrap_or(name.len());
    match name.split_at(end) {
        ("", _) => Err(SoslError::NoFind),
        (name, rest) => Ok((Find::Name(name), rest)),
    }
}

/// The byte after the brace that closes the one at the beginning; an escaped one closes nothing.
fn braces_end(text: &str) -> Result<usize, SoslError> {
    let mut escaped = false;
    for (at, char) in text.char_indices() {
        match char {
            '}' if !escaped => return Ok(at + 1),
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    Err(SoslError::OpenBraces)
}

fn words(name: &str, values: Vec<(String, String)>) -> Result<String, SoslError> {
    let own = || name.to_owned();
    let json = match values.as_slice() {
        [] => return Err(SoslError::Unknown { name: own() }),
        [(_, json)] => json,
        _ => return Err(SoslError::Rest(BindError::Twice { name: own() })),
    };
    let escaped = match serde_json::from_str(json) {
        Ok(Words::Text(text)) => escape(&text, ""),
        Ok(Words::Pattern { pattern }) => escape(&pattern, WILDCARDS),
        Err(_) => return Err(SoslError::NoWords { name: own() }),
    };
    match escaped.chars().count() {
        0 => Err(SoslError::NoWords { name: own() }),
        chars if chars > MAX_SEARCH_CHARS => Err(SoslError::TooManyWords { chars }),
        _ => Ok(format!("{{{escaped}}}")),
    }
}

/// A value that stands after FIND.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Words {
    Text(String),
    Pattern { pattern: String },
}

/// Escapes what SOSL reserves, except `kept`; the operators AND, OR and NOT become words in quotes.
fn escape(text: &str, kept: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| match word.to_ascii_uppercase().as_str() {
            "AND" | "OR" | "NOT" => format!("\"{word}\""),
            _ => escape_word(word, kept),
        })
        .collect();
    words.join(" ")
}

fn escape_word(word: &str, kept: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for char in word.chars() {
        if RESERVED.contains(char) && !kept.contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(sosl: &str, values: &[(&str, &str)]) -> Result<String, SoslError> {
        let values: Vec<_> = values
            .iter()
            .map(|(name, json)| ((*name).to_owned(), (*json).to_owned()))
            .collect();
        bind(sosl, &values)
    }

    #[test]
    fn words_are_searched_for_as_they_are_written() {
        let cases = [
            (r#""Acme""#, "{Acme}"),
            (r#""O'Neil & Sons (UK)""#, r"{O\'Neil \& Sons \(UK\)}"),
            (r#""a} RETURNING User""#, r"{a\} RETURNING User}"),
            (r#""50%*\\""#, r"{50%\*\\}"),
            (r#""salt and pepper""#, r#"{salt "and" pepper}"#),
            (r#"{"pattern": "acm* (x)"}"#, r"{acm* \(x\)}"),
        ];
        for (json, words) in cases {
            assert_eq!(
                bound("find :w RETURNING Account", &[("w", json)]).unwrap(),
                format!("FIND {words} RETURNING Account")
            );
        }
    }

    #[test]
    fn values_after_the_words_are_literals() {
        let sosl =
            "FIND {a:b\\} 'c} IN ALL FIELDS RETURNING Account(Id WHERE Name = :name LIMIT :n)";
        assert_eq!(
            bound(sosl, &[("name", r#""O'Neil""#), ("n", "3")]).unwrap(),
            "FIND {a:b\\} 'c} IN ALL FIELDS RETURNING Account(Id WHERE Name = 'O\\'Neil' LIMIT 3)"
        );
    }

    #[test]
    fn what_cannot_be_bound_is_one_sentence() {
        let long = format!("\"{}\"", "x".repeat(MAX_SEARCH_CHARS + 1));
        type Sosl<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: [Sosl<'_>; 8] = [
            ("SELECT Id FROM Account", &[], "must begin with FIND"),
            ("FIND {acme", &[], "never end"),
            ("FIND :w", &[], "no value has that name"),
            ("FIND :w", &[("w", "7")], "is no words"),
            ("FIND :w", &[("w", "\" \"")], "is no words"),
            ("FIND :w", &[("w", &long)], "finds nothing"),
            ("FIND {a} LIMIT :n", &[], "in SOSL, the SOQL uses :n"),
            ("FIND {a}", &[("n", "1")], "does not use :n"),
        ];
        for (sosl, values, words) in cases {
            let message = bound(sosl, values).unwrap_err().to_string();
            assert!(message.contains(words), "{sosl}: {message}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_words_leave_their_braces(words in r#"[a-z'"\\{}&|()*? -]{1,40}"#, pattern: bool) {
            let json = if pattern {
                serde_json::json!({"pattern": words})
            } else {
                serde_json::json!(words)
            };
            let json = json.to_string();
            if let Ok(sosl) = bound("FIND :w", &[("w", &json)]) {
                let (find, rest) = split(&sosl).unwrap();
                proptest::prop_assert!(matches!(find, Find::Words(_)) && rest.is_empty(), "{sosl}");
            }
        }
    }
}
