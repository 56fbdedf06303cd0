//! What a filter means stays the same from JSON to SOQL, whatever its values hold.

use super::{accounts, filtered};
use crate::soql::bind::tests::{nasty_text, unquoted};
use crate::soql::build::{Select, build};
use crate::soql::lex::{Kind, Token, tokens};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What a condition means, read from JSON or from SOQL.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meaning {
    Is(String, &'static str, Vec<String>),
    And(Vec<Meaning>),
    Or(Vec<Meaning>),
    Not(Box<Meaning>),
}

impl Meaning {
    fn json(&self) -> Value {
        match self {
            Self::Is(field, "IN", values) => {
                json!({"field": field, "operator": "in", "value": values})
            }
            Self::Is(field, sign, values) => {
                json!({"field": field, "operator": sign.to_lowercase(), "value": values[0]})
            }
            Self::And(all) => json!({"and": all.iter().map(Self::json).collect::<Vec<_>>()}),
            Self::Or(any) => json!({"or": any.iter().map(Self::json).collect::<Vec<_>>()}),
            Self::Not(inner) => json!({"not": inner.json()}),
        }
    }

    /// Groups of one are what they hold.
    fn plain(self) -> Self {
        match self {
            Self::And(mut all) | Self::Or(mut all) if all.len() == 1 => all.remove(0).plain(),
            Self::And(all) => Self::And(all.into_iter().map(Self::plain).collect()),
            Self::Or(any) => Self::Or(any.into_iter().map(Self::plain).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.plain())),
            is => is,
        }
    }
}

/// Reads SOQL conditions as their reference defines them: AND and OR never side by side without parentheses.
struct Reader<'a>(std::collections::VecDeque<Token<'a>>);

impl Reader<'_> {
    fn group(&mut self) -> Meaning {
        let mut parts = vec![self.part()];
        let mut joint = None;
        while let Some(word) = self.0.front().filter(|token| token.kind == Kind::Word) {
            let word = word.text.to_owned();
            assert!(
                joint.is_none() || joint.as_ref() == Some(&word),
                "AND beside OR"
            );
            joint = Some(word);
            self.0.pop_front();
            parts.push(self.part());
        }
        match joint.as_deref() {
            None => parts.remove(0),
            Some("AND") => Meaning::And(parts),
            Some("OR") => Meaning::Or(parts),
            Some(other) => panic!("{other} joins conditions"),
        }
    }

    fn part(&mut self) -> Meaning {
        let first = self.0.pop_front().unwrap();
        if first.is_symbol("(") {
            let inner = self.group();
            assert!(self.0.pop_front().unwrap().is_symbol(")"));
            return inner;
        }
        if first.is_word("NOT") {
            return Meaning::Not(Box::new(self.part()));
        }
        let field = first.text.to_owned();
        let operator = self.0.pop_front().unwrap();
        if operator.is_word("IN") {
            return Meaning::Is(field, "IN", self.list());
        }
        let sign = if operator.is_word("LIKE") {
            "LIKE"
        } else {
            "="
        };
        assert!(sign == "LIKE" || operator.is_symbol("="));
        let text = self.0.pop_front().unwrap();
        assert_eq!(text.kind, Kind::Text);
        Meaning::Is(field, sign, vec![unquoted(text.text)])
    }

    fn list(&mut self) -> Vec<String> {
        assert!(self.0.pop_front().unwrap().is_symbol("("));
        let mut values = Vec::new();
        loop {
            values.push(unquoted(self.0.pop_front().unwrap().text));
            if self.0.pop_front().unwrap().is_symbol(")") {
                return values;
            }
        }
    }
}

fn meaning() -> impl Strategy<Value = Meaning> {
    let field = proptest::sample::select(vec!["Name", "Note__c", "AND_x", "In__c"]);
    let one = (field.clone(), nasty_text(), any::<bool>()).prop_map(|(field, text, like)| {
        Meaning::Is(
            field.to_owned(),
            if like { "LIKE" } else { "=" },
            vec![text],
        )
    });
    let list = (field, proptest::collection::vec(nasty_text(), 1..4))
        .prop_map(|(field, list)| Meaning::Is(field.to_owned(), "IN", list));
    prop_oneof![one, list].prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Meaning::And),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Meaning::Or),
            inner.prop_map(|inner| Meaning::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn a_filter_means_in_soql_what_it_meant_in_json(given in meaning()) {
        let soql = filtered(&given.json()).unwrap();
        let mut reader = Reader(tokens(&soql).unwrap().into());
        prop_assert_eq!(reader.group(), given.plain());
        prop_assert!(reader.0.is_empty());
    }

    #[test]
    fn a_name_is_written_as_it_is_or_refused(text in "[A-Za-z_.()' =,\\\\%;-]{0,24}") {
        let select = Select { fields: vec![text.clone()], ..accounts() };
        if let Ok(soql) = build(&select) {
            let inner = soql.strip_prefix("SELECT ").unwrap().strip_suffix(" FROM Account").unwrap();
            let solid = |text: &str| text.replace(' ', "").to_ascii_lowercase();
            prop_assert_eq!(solid(inner), solid(&text));
            prop_assert!(!inner.contains(['\'', '\\', ';', '=', '%', '-']));
        }
    }
}
