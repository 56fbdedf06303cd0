//! FIELDS() in the SELECT list of a query: where it stands, and the list with names in its place.

use super::lex::{self, Token};
use std::ops::Range;

/// The fields that FIELDS() stands for (SOQL and SOSL Reference, "FIELDS()").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldSet {
    /// All fields.
    All,
    /// Those that Salesforce has made.
    Standard,
    /// Those that the org has made.
    Custom,
}

impl FieldSet {
    fn named(word: &Token<'_>) -> Option<Self> {
        let sets = [
            ("ALL", Self::All),
            ("STANDARD", Self::Standard),
            ("CUSTOM", Self::Custom),
        ];
        let found = sets.into_iter().find(|(name, _)| word.is_word(name));
        found.map(|(_, set)| set)
    }

    /// Whether a field is one of the set.
    #[must_use]
    pub fn has(self, custom: bool) -> bool {
        match self {
            Self::All => true,
            Self::Standard => !custom,
            Self::Custom => custom,
        }
    }
}

/// Lists the sets in the SELECT list of the outermost query, each with the bytes of its FIELDS().
#[must_use]
pub fn find(soql: &str) -> Vec<(Range<usize>, FieldSet)> {
    let tokens = lex::tokens(soql).unwrap_or_default();
    let mut found = Vec::new();
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if token.is_word("FROM") => break,
            _ => found.extend(set_at(tokens.get(at..).unwrap_or_default())),
        }
    }
    found
}

fn set_at(tokens: &[Token<'_>]) -> Option<(Range<usize>, FieldSet)> {
    let [name, open, set, close, ..] = tokens else {
        return None;
    };
    let is_call = name.is_word("FIELDS") && open.is_symbol("(") && close.is_symbol(")");
    let set = FieldSet::named(set).filter(|_| is_call)?;
    Some((name.range.start..close.range.end, set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_the_outermost_query_are_found_in_any_case() {
        let soql = "SELECT Id, fields ( all ), (SELECT FIELDS(CUSTOM) FROM Contacts LIMIT 1) FROM Account WHERE Name = 'FIELDS(ALL)'";
        let found = find(soql);
        assert_eq!(found, [(11..25, FieldSet::All)]);
        assert_eq!(find("SELECT FIELDS(SOME), Fields__c FROM A"), []);
    }
}
