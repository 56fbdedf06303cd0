//! What stands between the braces of FIND: words, phrases, wildcards, operators.

use super::words::{Pattern, Symbol, is_ideograph};

/// Characters that mean something to SOSL, hence need a backslash (SOQL and SOSL Reference, "FIND").
const RESERVED: &str = "&|!{}[]^~:'+-";
/// Characters a term needs at least (same source); ideographs stand for words.
const MIN_LENGTH: usize = 2;
/// Levels of parentheses followed.
const NESTING: usize = 50;

/// Why a search expression was rejected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ExpressionError {
    /// Byte of the expression at which the reader stopped, where one character is to blame.
    pub at: Option<usize>,
    /// What was wrong.
    pub message: String,
}

fn rejected(message: impl Into<String>) -> ExpressionError {
    let message = message.into();
    ExpressionError { at: None, message }
}

/// What a record has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// These words, one after the other, in one field.
    Phrase(Vec<Pattern>),
    /// All of them.
    All(Vec<Expression>),
    /// Any of them.
    Any(Vec<Expression>),
    /// Not it.
    Not(Box<Expression>),
}

impl Expression {
    /// Returns whether a record whose fields have these words holds it.
    pub(super) fn matches(&self, fields: &[Vec<String>]) -> bool {
        match self {
            Self::Phrase(patterns) => fields.iter().any(|words| holds(words, patterns)),
            Self::All(all) => all.iter().all(|one| one.matches(fields)),
            Self::Any(any) => any.iter().any(|one| one.matches(fields)),
            Self::Not(not) => !not.matches(fields),
        }
    }
}

fn holds(words: &[String], patterns: &[Pattern]) -> bool {
    words.windows(patterns.len().max(1)).any(|window| {
        window
            .iter()
            .zip(patterns)
            .all(|(word, pattern)| pattern.matches(word))
    })
}

/// Whether reserved characters without a backslash are rejected (in SOSL) or taken for blanks (in parameters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    /// Rejected.
    Refuse,
    /// Taken for blanks.
    Blank,
}

/// Reads a search expression.
///
/// # Errors
/// A reserved character, a missing term or parenthesis, nothing long enough to look for.
pub(super) fn parse(text: &str, reserved: Reserved) -> Result<Expression, ExpressionError> {
    let tokens = tokens(text, reserved)?;
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
    };
    let found = parser.any(0)?;
    if parser.peek().is_some() {
        return Err(rejected(
            "unexpected token: ')' in the search term, which no '(' opens",
        ));
    }
    found.ok_or_else(|| {
        rejected(format!(
            "search term must be longer than one character: {}",
            text.trim()
        ))
    })
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Phrase(Vec<Pattern>),
}

/// Cuts the text at blanks, quotes and parentheses.
fn tokens(text: &str, reserved: Reserved) -> Result<Vec<Token>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut word = Word::default();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, escaped)) => word.literal(escaped),
                None => return Err(rejected("the search term ends with a lone '\\'")),
            },
            '"' if word.quoted => tokens.extend(word.end()),
            '"' => {
                tokens.extend(word.end());
                word.quoted = true;
            }
            '*' => word.symbols.push(Some(Symbol::Many)),
            '?' => word.symbols.push(Some(Symbol::One)),
            // Also in a phrase (SOQL and SOSL Reference, "FIND").
            _ if RESERVED.contains(c) && reserved == Reserved::Refuse => {
                let message = format!("mismatched character '{c}' expecting '}}'");
                let at = Some(at);
                return Err(ExpressionError { at, message });
            }
            _ if word.quoted => word.literal(c),
            '(' | ')' => {
                tokens.extend(word.end());
                tokens.push(if c == '(' { Token::Open } else { Token::Close });
            }
            _ if c.is_whitespace() => tokens.extend(word.end()),
            _ => word.literal(c),
        }
    }
    if word.quoted {
        return Err(rejected("the search term lacks the closing quote '\"'"));
    }
    tokens.extend(word.end());
    Ok(tokens)
}

/// A word or quoted phrase being read; `None` among its symbols separates words.
#[derive(Default)]
struct Word {
    quoted: bool,
    symbols: Vec<Option<Symbol>>,
    plain: String,
}

impl Word {
    fn literal(&mut self, c: char) {
        self.plain.push(c);
        if is_ideograph(c) {
            self.symbols.extend([None, Some(Symbol::Char(c)), None]);
        } else if c.is_alphanumeric() {
            self.symbols
                .extend(c.to_lowercase().map(|c| Some(Symbol::Char(c))));
        } else {
            self.symbols.push(None);
        }
    }

    fn end(&mut self) -> Option<Token> {
        let Self {
            quoted,
            symbols,
            plain,
        } = std::mem::take(self);
        if symbols.is_empty() {
            return None;
        }
        match plain.to_ascii_uppercase().as_str() {
            "AND" if !quoted => return Some(Token::And),
            "OR" if !quoted => return Some(Token::Or),
            "NOT" if !quoted => return Some(Token::Not),
            _ => {}
        }
        let patterns: Vec<Pattern> = symbols
            .split(Option::is_none)
            .map(|word| without_leading_stars(word.iter().flatten().copied()))
            .filter(|pattern| pattern.known() > 0)
            .collect();
        Some(Token::Phrase(patterns))
    }
}

/// Wildcards work in the middle and at the end of words only.
fn without_leading_stars(symbols: impl Iterator<Item = Symbol>) -> Pattern {
    Pattern(
        symbols
            .skip_while(|symbol| *symbol == Symbol::Many)
            .collect(),
    )
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, token: &Token) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    /// Alternatives. `None`: nothing in it is long enough to be looked for.
    fn any(&mut self, level: usize) -> Result<Option<Expression>, ExpressionError> {
        let mut any: Vec<Expression> = self.all(level)?.into_iter().collect();
        while self.eat(&Token::Or) {
            any.extend(self.all(level)?);
        }
        Ok(one_or(any, Expression::Any))
    }

    /// Terms that all have to be there, with or without AND between them.
    fn all(&mut self, level: usize) -> Result<Option<Expression>, ExpressionError> {
        let mut all = Vec::new();
        let mut wants_term = true;
        loop {
            match self.peek() {
                None | Some(Token::Or | Token::Close) if wants_term => {
                    return Err(rejected("a search term is missing"));
                }
                None | Some(Token::Or | Token::Close) => break,
                Some(Token::And) if wants_term => {
                    return Err(rejected("unexpected token: 'AND' in the search term"));
                }
                Some(Token::And) => {
                    self.at += 1;
                    wants_term = true;
                    if self.eat(&Token::Not) {
                        let not = self.term(level)?;
                        all.extend(not.map(|not| Expression::Not(Box::new(not))));
                        wants_term = false;
                    }
                }
                _ => {
                    all.extend(self.term(level)?);
                    wants_term = false;
                }
            }
        }
        Ok(one_or(all, Expression::All))
    }

    fn term(&mut self, level: usize) -> Result<Option<Expression>, ExpressionError> {
        let token = self.peek().cloned();
        self.at += 1;
        match token {
            Some(Token::Phrase(patterns)) => {
                Ok(is_long_enough(&patterns).then_some(Expression::Phrase(patterns)))
            }
            Some(Token::Open) if level < NESTING => {
                let inner = self.any(level + 1)?;
                if self.eat(&Token::Close) {
                    Ok(inner)
                } else {
                    Err(rejected("the search term lacks a closing ')'"))
                }
            }
            Some(Token::Open) => Err(rejected("the search term nests too deeply")),
            Some(Token::Not) => Err(rejected(
                "unexpected token: 'NOT' in the search term: write AND NOT between two terms",
            )),
            _ => Err(rejected("a search term is missing")),
        }
    }
}

fn one_or(
    mut many: Vec<Expression>,
    join: impl Fn(Vec<Expression>) -> Expression,
) -> Option<Expression> {
    match many.len() {
        0 | 1 => many.pop(),
        _ => Some(join(many)),
    }
}

fn is_long_enough(patterns: &[Pattern]) -> bool {
    let ideograph = |symbol: &Symbol| matches!(symbol, Symbol::Char(c) if is_ideograph(*c));
    let known: usize = patterns.iter().map(Pattern::known).sum();
    known >= MIN_LENGTH
        || patterns
            .iter()
            .any(|pattern| pattern.0.iter().any(ideograph))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sosl::words;

    fn finds(query: &str, fields: &[&str]) -> bool {
        let fields: Vec<_> = fields.iter().map(|text| words::of_text(text)).collect();
        parse(query, Reserved::Refuse).unwrap().matches(&fields)
    }

    fn rejected(query: &str) -> String {
        parse(query, Reserved::Refuse).unwrap_err().message
    }

    #[test]
    fn all_words_are_required_and_may_be_in_several_fields() {
        let record = ["Edna Frank", "VP, Technology", "efrank@genepoint.example"];
        for (query, expected) in [
            ("edna", true),
            ("EDNA technology", true),
            ("edna sales", false),
            ("edna OR sales", true),
            ("edna AND NOT sales", true),
            ("edna and not technology", false),
            ("(sales OR vp) AND frank", true),
            ("\"vp technology\"", true),
            ("\"technology vp\"", false),
            ("\"and\" OR vp", true),
            ("efrank@genepoint.example", true),
            ("efrank\\@other", false),
            ("tech*", true),
            ("te?hnology", true),
            ("tech", false),
            ("edna x", true),
        ] {
            assert_eq!(finds(query, &record), expected, "{query}");
        }
    }

    #[test]
    fn and_binds_closer_than_or() {
        assert!(finds("aa OR bb AND cc", &["aa"]));
        assert!(!finds("(aa OR bb) AND cc", &["aa"]));
    }

    #[test]
    fn reserved_characters_need_a_backslash_in_sosl_only() {
        for (text, place) in [("one:two", 3), ("\"one:two\"", 4), ("ö:two", 2)] {
            let rejected = parse(text, Reserved::Refuse).unwrap_err();
            assert_eq!(rejected.at, Some(place), "{text}");
            let message = "mismatched character ':' expecting '}'";
            assert_eq!(rejected.message, message);
        }
        assert!(finds("one\\-two", &["One-Two"]));
        let lenient = parse("one-two", Reserved::Blank).unwrap();
        assert!(lenient.matches(&[words::of_text("one two")]));
    }

    #[test]
    fn what_is_no_expression_is_rejected() {
        assert_eq!(
            rejected("a"),
            "search term must be longer than one character: a"
        );
        assert!(rejected("a*").starts_with("search term must be longer"));
        for query in [
            "", "(", "aa)", "(aa", "aa AND", "AND aa", "aa OR", "NOT aa", "\"aa", "aa\\",
        ] {
            assert!(!rejected(query).is_empty(), "{query}");
        }
        assert!(rejected(&"(".repeat(60)).contains("too deeply"));
    }

    #[test]
    fn one_ideograph_is_enough() {
        assert!(finds("京", &["東京"]));
    }
}
