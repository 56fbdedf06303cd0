//! Words of texts, as the search index cuts them, and patterns that match them.

/// Digits at the end of a telephone number by which it is found, too: with and without area code.
const PHONE_ENDS: [usize; 2] = [7, 10];

/// Returns the words of a text in lower case: runs of letters and digits; in scripts without blanks each character is one.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if is_ideograph(c) {
            words.extend(take(&mut word));
            words.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else {
            words.extend(take(&mut word));
        }
    }
    words.extend(take(&mut word));
    words
}

/// Returns the words of a telephone number: its groups of digits, all digits, and the last seven and ten.
pub(super) fn of_phone(text: &str) -> Vec<Vec<String>> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let mut ways = vec![of_text(text)];
    for end in PHONE_ENDS {
        let start = digits.len().saturating_sub(end);
        ways.extend(digits.get(start..).map(|end| vec![end.to_owned()]));
    }
    ways.push(vec![digits]);
    ways
}

/// Chinese, Japanese and Korean characters.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// One character of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symbol {
    /// This character, in lower case.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, or none.
    Many,
}

/// A word with wildcards.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pattern(pub(super) Vec<Symbol>);

impl Pattern {
    /// Returns how many characters are given.
    pub(super) fn known(&self) -> usize {
        let known = |symbol: &&Symbol| matches!(symbol, Symbol::Char(_));
        self.0.iter().filter(known).count()
    }

    /// Returns whether a word, in lower case, is what the pattern says.
    pub(super) fn matches(&self, word: &str) -> bool {
        let word: Vec<char> = word.chars().collect();
        matches(&self.0, &word)
    }
}

/// Walks both at once; on a mismatch the last `*` takes one character more.
fn matches(pattern: &[Symbol], word: &[char]) -> bool {
    let (mut p, mut w) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(c) = word.get(w) {
        match pattern.get(p) {
            Some(Symbol::Many) => {
                last_star = Some((p, w));
                p += 1;
            }
            Some(Symbol::One) => (p, w) = (p + 1, w + 1),
            Some(Symbol::Char(known)) if known == c => (p, w) = (p + 1, w + 1),
            _ => match last_star {
                Some((star, start)) => {
                    last_star = Some((star, start + 1));
                    (p, w) = (star + 1, start + 1);
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .unwrap_or_default()
        .iter()
        .all(|symbol| *symbol == Symbol::Many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        let symbol = |c| match c {
            '*' => Symbol::Many,
            '?' => Symbol::One,
            c => Symbol::Char(c),
        };
        Pattern(text.chars().map(symbol).collect())
    }

    #[test]
    fn texts_are_cut_at_what_is_neither_letter_nor_digit() {
        assert_eq!(
            of_text("Queue & Søn \"Nordic\"-2"),
            ["queue", "søn", "nordic", "2"]
        );
        assert_eq!(of_text("東京Tower"), ["東", "京", "tower"]);
        assert!(of_text(" -- ").is_empty());
    }

    #[test]
    fn phones_are_found_by_their_last_digits() {
        let ways = of_phone("+1 (650) 867-3450");
        for way in ["8673450", "6508673450", "16508673450"] {
            assert!(ways.contains(&vec![way.to_owned()]), "{way}: {ways:?}");
        }
    }

    #[test]
    fn wildcards_match_one_or_many() {
        for (wanted, word, expected) in [
            ("gen*", "genepoint", true),
            ("g*t", "genepoint", true),
            ("g*n?", "genepoint", true),
            ("g*x", "genepoint", false),
            ("gene", "genepoint", false),
            ("jo?n", "john", true),
            ("jo?n", "jon", false),
            ("a*a*b", "aaab", true),
        ] {
            assert_eq!(pattern(wanted).matches(word), expected, "{wanted} {word}");
        }
    }
}
