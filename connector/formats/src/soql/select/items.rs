//! Reads the SELECT list itself.

use super::Item;
use super::from::{From, path};
use crate::soql::lex::{Kind, Token};

/// Functions that make a query an aggregate one (SOQL and SOSL Reference, "Aggregate Functions", "GROUP BY ROLLUP").
const AGGREGATES: [&str; 7] = [
    "COUNT",
    "COUNT_DISTINCT",
    "AVG",
    "MIN",
    "MAX",
    "SUM",
    "GROUPING",
];
/// Functions whose result keeps the name of the field they take (same place: "toLabel()", "FORMAT()", "convertCurrency()").
const KEEPS_NAME: [&str; 3] = ["toLabel", "FORMAT", "convertCurrency"];

/// An item as it stands in the text, before aliases and FROM are known.
#[derive(Debug)]
pub(super) enum RawItem {
    /// A field, or a function that keeps its field's name.
    Field {
        path: Vec<String>,
        alias: Option<String>,
        aggregate: bool,
    },
    /// A function whose result has no name of its own.
    Expression {
        alias: Option<String>,
        aggregate: bool,
        bare_count: bool,
    },
    /// The fields of all branches of a TYPEOF.
    Branches(Vec<Vec<String>>),
    Children(String),
    Fields,
}

impl RawItem {
    /// Says whether this makes the query an aggregate one.
    pub fn is_aggregate(&self) -> bool {
        match self {
            Self::Field { aggregate, .. } => *aggregate,
            Self::Expression {
                aggregate,
                bare_count,
                ..
            } => *aggregate && !bare_count,
            Self::Branches(_) | Self::Children(_) | Self::Fields => false,
        }
    }
}

/// Says whether the list is `COUNT()` and nothing else.
pub(super) fn is_count_only(items: &[RawItem]) -> bool {
    matches!(
        items,
        [RawItem::Expression {
            bare_count: true,
            ..
        }]
    )
}

/// Names the items as the answer will.
pub(super) fn resolve(items: Vec<RawItem>, from: &From, aggregate: bool) -> Vec<Item> {
    if is_count_only(&items) {
        return Vec::new();
    }
    let mut unnamed = 0_usize;
    let mut named = Vec::new();
    for item in items {
        match item {
            RawItem::Field {
                alias: Some(alias), ..
            }
            | RawItem::Expression {
                alias: Some(alias), ..
            } => {
                named.push(Item::Value(vec![alias]));
            }
            RawItem::Field {
                path, alias: None, ..
            } => named.push(Item::Value(field(from.resolve(path), aggregate))),
            RawItem::Expression { alias: None, .. } => {
                named.push(Item::Value(vec![format!("expr{unnamed}")]));
                unnamed += 1;
            }
            RawItem::Branches(paths) => named.extend(branches(paths, from)),
            RawItem::Children(name) => named.push(Item::Children(name)),
            RawItem::Fields => named.push(Item::Fields),
        }
    }
    named
}

/// Rows of aggregate queries are flat: `Account.Name` is `Name` there.
fn field(mut path: Vec<String>, aggregate: bool) -> Vec<String> {
    if aggregate {
        path.pop().into_iter().collect()
    } else {
        path
    }
}

/// Names the fields of a TYPEOF, once each.
fn branches(paths: Vec<Vec<String>>, from: &From) -> Vec<Item> {
    let mut named: Vec<Vec<String>> = Vec::new();
    for path in paths.into_iter().map(|path| from.resolve(path)) {
        if !named.iter().any(|known| same(known, &path)) {
            named.push(path);
        }
    }
    named.into_iter().map(Item::Value).collect()
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| one.eq_ignore_ascii_case(other))
}

/// Reads `SELECT … FROM` and returns the items with the tokens after FROM.
pub(super) fn read<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(Vec<RawItem>, &'t [Token<'a>])> {
    let mut list = List { tokens, at: 0 };
    list.word("SELECT")?;
    let mut items = vec![list.item()?];
    // The comma before a TYPEOF or a FIELDS() may not be left out either: what is not one of these ends the list.
    while list.symbol(",").is_some() {
        items.push(list.item()?);
    }
    list.word("FROM")?;
    Some((items, tokens.get(list.at..)?))
}

/// A place in the tokens of a SELECT list.
struct List<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'t, 'a> List<'t, 'a> {
    fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at)
    }

    fn next_is(&self, symbol: &str) -> bool {
        self.tokens
            .get(self.at + 1)
            .is_some_and(|token| token.is_symbol(symbol))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.peek().filter(|token| token.is_word(word))?;
        self.at += 1;
        Some(())
    }

    fn symbol(&mut self, symbol: &str) -> Option<()> {
        self.peek().filter(|token| token.is_symbol(symbol))?;
        self.at += 1;
        Some(())
    }

    fn path(&mut self) -> Option<Vec<String>> {
        path(self.tokens, &mut self.at)
    }

    fn item(&mut self) -> Option<RawItem> {
        let first = self.peek()?;
        if first.is_symbol("(") {
            return self.children();
        }
        // A field may be called `TypeOf__c`, never `TYPEOF`: the word is reserved.
        if self.word("TYPEOF").is_some() {
            return self.type_of();
        }
        if first.kind == Kind::Word && self.next_is("(") {
            return self.function();
        }
        let path = self.path()?;
        Some(RawItem::Field {
            path,
            alias: self.alias(),
            aggregate: false,
        })
    }

    fn alias(&mut self) -> Option<String> {
        let word = self
            .peek()
            .filter(|token| token.kind == Kind::Word && !token.is_word("FROM"))?;
        self.at += 1;
        Some(word.text.to_owned())
    }

    /// Reads `(SELECT … FROM Contacts …)`; the relationship is the last part of `Account.Contacts`.
    fn children(&mut self) -> Option<RawItem> {
        let inside = self.parenthesised()?;
        let (_, rest) = read(inside)?;
        let relationship = path(rest, &mut 0)?.pop()?;
        Some(RawItem::Children(relationship))
    }

    /// Steps over `( … )` and returns what is inside.
    fn parenthesised(&mut self) -> Option<&'t [Token<'a>]> {
        self.symbol("(")?;
        let start = self.at;
        let mut depth = 1_u32;
        while depth > 0 {
            match self.peek()?.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.tokens.get(start..self.at - 1)
    }

    fn function(&mut self) -> Option<RawItem> {
        let name = self.peek()?;
        self.at += 1;
        let inside = self.parenthesised()?;
        if name.is_word("FIELDS") {
            return Some(RawItem::Fields);
        }
        let alias = self.alias();
        let aggregate = AGGREGATES.iter().any(|known| name.is_word(known));
        if KEEPS_NAME.iter().any(|known| name.is_word(known)) {
            return argument(inside, alias);
        }
        let bare_count = name.is_word("COUNT") && inside.is_empty() && alias.is_none();
        Some(RawItem::Expression {
            alias,
            aggregate,
            bare_count,
        })
    }

    /// Reads `What WHEN Account THEN Phone, Name WHEN Opportunity THEN Amount ELSE Name END`.
    fn type_of(&mut self) -> Option<RawItem> {
        let parent = self.path()?;
        let mut fields = Vec::new();
        loop {
            if self.word("WHEN").is_some() {
                self.path()?;
                self.word("THEN")?;
            } else {
                self.word("ELSE")?;
            }
            loop {
                let field = self.path()?;
                fields.push(parent.iter().cloned().chain(field).collect());
                if self.symbol(",").is_none() {
                    break;
                }
            }
            if self.word("END").is_some() {
                return Some(RawItem::Branches(fields));
            }
        }
    }
}

/// Names `FORMAT(…)` after what it holds: a field, or another function.
fn argument(inside: &[Token<'_>], alias: Option<String>) -> Option<RawItem> {
    let mut list = List {
        tokens: inside,
        at: 0,
    };
    Some(match list.item()? {
        RawItem::Field {
            path, aggregate, ..
        } => RawItem::Field {
            path,
            alias,
            aggregate,
        },
        RawItem::Expression { aggregate, .. } => RawItem::Expression {
            alias,
            aggregate,
            bare_count: false,
        },
        RawItem::Branches(_) | RawItem::Children(_) | RawItem::Fields => return None,
    })
}
