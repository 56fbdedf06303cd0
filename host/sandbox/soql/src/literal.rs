//! Literals: texts with their escapes, numbers, date-times, and date literals.

use sandbox_model::value::dates;

use super::date_literal::DateLiteral;

/// A literal value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// A number with its text, so that whole numbers stay exact.
    Number(f64),
    /// An amount of money such as `USD50`; the org has one currency, so the code means nothing.
    Currency(f64),
    /// A text as written between its quotes, escapes included.
    Text(Text),
    /// `2026-11-22`
    Date(String),
    /// An instant in ms since 1970.
    DateTime(i64),
    /// A time of day in ms.
    Time(i64),
    /// `LAST_N_DAYS:30`
    Relative(DateLiteral),
}

/// A quoted text, kept raw because LIKE reads escapes differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    raw: String,
}

impl Text {
    /// Takes the text between the quotes.
    ///
    /// # Errors
    /// The first escape that SOQL does not know, `\d`.
    pub fn new(raw: &str) -> Result<Self, String> {
        match bad_escape(raw) {
            Some(escape) => Err(escape),
            None => Ok(Self {
                raw: raw.to_owned(),
            }),
        }
    }

    /// Returns the text meant: escapes resolved.
    #[must_use]
    pub fn value(&self) -> String {
        resolve(&self.raw, |c, out| out.push(c))
    }

    /// Returns the text as a pattern for SQL's `LIKE … ESCAPE '\'`: `%` and `_` are wild unless escaped.
    #[must_use]
    pub fn pattern(&self) -> String {
        resolve(&self.raw, |c, out| {
            if matches!(c, '%' | '_' | '\\') {
                out.push('\\');
            }
            out.push(c);
        })
    }
}

/// Copies plain characters and passes escaped ones, resolved, to `escaped`.
fn resolve(raw: &str, escaped: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => out.extend(unicode(&mut chars)),
            Some(c) => escaped(control(c), &mut out),
            None => {}
        }
    }
    out
}

fn control(escape: char) -> char {
    match escape {
        'n' | 'N' => '\n',
        'r' | 'R' => '\r',
        't' | 'T' => '\t',
        'b' | 'B' => '\u{8}',
        'f' | 'F' => '\u{c}',
        other => other,
    }
}

/// `\uXXXX`; two of them may form one character beyond U+FFFF.
fn unicode(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let high = unit(chars)?;
    let mut ahead = chars.clone();
    let low = match (ahead.next(), ahead.next()) {
        (Some('\\'), Some('u')) => unit(&mut ahead),
        _ => None,
    };
    if let Some(Ok(c)) = low.and_then(|low| char::decode_utf16([high, low]).next())
        && u32::from(c) > 0xffff
    {
        *chars = ahead;
        return Some(c);
    }
    char::from_u32(u32::from(high)).or(Some(char::REPLACEMENT_CHARACTER))
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u16> {
    let digits: String = chars.by_ref().take(4).collect();
    u16::from_str_radix(&digits, 16).ok()
}

fn bad_escape(raw: &str) -> Option<String> {
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            continue;
        }
        let escape = chars.next()?;
        let good = match escape {
            'u' => {
                let digits: Vec<char> = chars.clone().take(4).collect();
                digits.len() == 4 && digits.iter().all(char::is_ascii_hexdigit)
            }
            _ => "nNrRtTbBfF\"'\\_%".contains(escape),
        };
        if !good {
            return Some(format!("\\{escape}"));
        }
    }
    None
}

/// Reads a date, date-time or time of day; `None` if it is none that the calendar knows.
#[must_use]
pub fn date_time(text: &str) -> Option<Literal> {
    if text.contains('T') {
        return dates::parse_datetime(text).map(Literal::DateTime);
    }
    match dates::parse_date(text) {
        Some(date) => Some(Literal::Date(date)),
        None => dates::parse_time(text).map(Literal::Time),
    }
}

/// `value` between quotes, so that SOQL reads just this text.
#[must_use]
pub fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for c in value.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_resolved() {
        let cases = [
            (r"it\'s", "it's"),
            (r"a\\b", r"a\b"),
            (r#"\"q\" \n\r\t\b\f"#, "\"q\" \n\r\t\u{8}\u{c}"),
            (r"\u00e4\uD83D\uDE00!", "ä😀!"),
            (r"100\%", "100%"),
        ];
        for (raw, value) in cases {
            assert_eq!(Text::new(raw).unwrap().value(), value, "{raw}");
        }
        assert_eq!(Text::new(r"a\d").unwrap_err(), r"\d");
        assert_eq!(Text::new(r"\u00g0").unwrap_err(), r"\u");
    }

    #[test]
    fn patterns_keep_escaped_wildcards_literal() {
        assert_eq!(Text::new(r"50\%_%").unwrap().pattern(), r"50\%_%");
        assert_eq!(Text::new(r"a\\b").unwrap().pattern(), r"a\\b");
        assert_eq!(Text::new(r"it\'s").unwrap().pattern(), "it's");
    }

    #[test]
    fn date_times_are_recognized() {
        assert_eq!(
            date_time("2026-02-28"),
            Some(Literal::Date("2026-02-28".into()))
        );
        assert_eq!(date_time("2026-02-30"), None);
        assert_eq!(
            date_time("1970-01-01T01:00:00+01:00"),
            Some(Literal::DateTime(0))
        );
        assert_eq!(
            date_time("1970-01-01T00:00:00.005Z"),
            Some(Literal::DateTime(5))
        );
        assert_eq!(date_time("00:00:01.000Z"), Some(Literal::Time(1000)));
    }

    proptest::proptest! {
        #[test]
        fn every_text_survives_quoting(value in proptest::prelude::any::<String>()) {
            let text = quoted(&value);
            let tokens = super::super::token::tokens(&text).unwrap();
            proptest::prop_assert_eq!(tokens.len(), 2, "one literal and the end");
            let raw = &text[1..text.len() - 1];
            proptest::prop_assert_eq!(Text::new(raw).unwrap().value(), value);
        }
    }
}
