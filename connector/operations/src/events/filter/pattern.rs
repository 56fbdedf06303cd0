//! Patterns of LIKE: `%` stands for any text, `_` for one character (SOQL and SOSL Reference, "Comparison Operators").

use std::collections::BTreeMap;

/// A pattern, compared without regard to case.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<Token>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Any text, also none.
    Any,
    /// One character.
    One,
    /// This character.
    Char(char),
}

impl Pattern {
    /// Reads a pattern as JSON: text with wildcards, or `{"like-escaped": …}`, which has none.
    pub fn parse(json: &str) -> Self {
        let escaped = serde_json::from_str::<BTreeMap<String, String>>(json).ok();
        match escaped.and_then(|members| members.into_values().next()) {
            Some(text) => Self(literal(&text)),
            None => Self(wildcards(
                &serde_json::from_str::<String>(json).unwrap_or_default(),
            )),
        }
    }

    /// The pattern of JSON text that stands literally between these.
    pub fn around(before: &str, json: &str, after: &str) -> Self {
        let text: String = serde_json::from_str(json).unwrap_or_default();
        let mut tokens = wildcards(before);
        tokens.extend(literal(&text));
        tokens.extend(wildcards(after));
        Self(tokens)
    }

    /// Tells whether a text is like it.
    pub fn fits(&self, text: &str) -> bool {
        let text: Vec<char> = text.to_lowercase().chars().collect();
        let (mut at, mut token) = (0, 0);
        // Where the last `%` stands, and up to where its text goes: it takes one more character after a mismatch.
        let mut any: Option<(usize, usize)> = None;
        while let Some(char) = text.get(at) {
            match self.0.get(token) {
                Some(Token::Any) => {
                    token += 1;
                    any = Some((token, at));
                }
                Some(wanted) if *wanted == Token::One || *wanted == Token::Char(*char) => {
                    (at, token) = (at + 1, token + 1);
                }
                _ => {
                    let Some((after, taken)) = any else {
                        return false;
                    };
                    any = Some((after, taken + 1));
                    (at, token) = (taken + 1, after);
                }
            }
        }
        let rest = self.0.get(token..).unwrap_or_default();
        rest.iter().all(|token| *token == Token::Any)
    }
}

fn literal(text: &str) -> Vec<Token> {
    text.to_lowercase().chars().map(Token::Char).collect()
}

fn wildcards(text: &str) -> Vec<Token> {
    let lower = text.to_lowercase();
    let mut chars = lower.chars();
    let mut tokens = Vec::new();
    while let Some(char) = chars.next() {
        tokens.push(match char {
            '%' => Token::Any,
            '_' => Token::One,
            '\\' => Token::Char(chars.next().unwrap_or('\\')),
            other => Token::Char(other),
        });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn wildcards_stand_for_text_and_escaped_ones_for_themselves() {
        let fits = |json: &str, text: &str| Pattern::parse(json).fits(text);
        for (pattern, text) in [
            ("\"a%\"", "Acme"),
            ("\"%ME\"", "acme"),
            ("\"a%c%e\"", "a-cc-e"),
            ("\"_cme\"", "Äcme"),
            ("\"%\"", ""),
            (r#""50\\%""#, "50%"),
            (r#"{"like-escaped": "5_%"}"#, "5_%"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("\"a%\"", "bacme"),
            ("\"_cme\"", "cme"),
            ("\"\"", "a"),
            (r#""50\\%""#, "500"),
            (r#"{"like-escaped": "5_%"}"#, "50%"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
        assert!(Pattern::around("%", "\"5%\"", "%").fits("a 5% b"));
        assert!(!Pattern::around("", "\"5%\"", "%").fits("50"));
    }
}
