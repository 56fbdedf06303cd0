//! Names of objects and fields, paths over parents, and functions of them: read token by token and written anew.

use super::wrong::Wrong;
use crate::soql::lex::{self, Kind, Token};
use salesforce_contract::limits::MAX_PARENT_LEVELS;

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// In the SELECT list.
    Item,
    /// In WHERE.
    Filter,
    /// In GROUP BY.
    Group,
    /// In HAVING.
    Having,
    /// In ORDER BY.
    Sort,
}

/// Functions that make one value of many rows (SOQL and SOSL Reference, "Aggregate Functions").
const AGGREGATES: [&str; 6] = ["AVG", "COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM"];

/// Functions of dates, for filters and groups (same place, "Date Functions").
const DATES: [&str; 14] = [
    "CALENDAR_MONTH",
    "CALENDAR_QUARTER",
    "CALENDAR_YEAR",
    "DAY_IN_MONTH",
    "DAY_IN_WEEK",
    "DAY_IN_YEAR",
    "DAY_ONLY",
    "FISCAL_MONTH",
    "FISCAL_QUARTER",
    "FISCAL_YEAR",
    "HOUR_IN_DAY",
    "WEEK_IN_MONTH",
    "WEEK_IN_YEAR",
    "convertTimezone",
];

/// Functions that change how a value is shown (same place, "toLabel()", "FORMAT()", "convertCurrency()").
const FORMS: [&str; 3] = ["toLabel", "FORMAT", "convertCurrency"];

/// Functions of groups (same place, "GROUP BY ROLLUP", "GROUP BY CUBE", "GROUPING()").
const GROUPS: [&str; 3] = ["ROLLUP", "CUBE", "GROUPING"];

/// What `FIELDS()` takes (same place, "FIELDS()").
const FIELD_SETS: [&str; 3] = ["ALL", "STANDARD", "CUSTOM"];

/// Names that are no alias (same place, "Reserved Keywords").
const RESERVED: [&str; 20] = [
    "AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "GROUP", "HAVING", "IN", "INCLUDES", "LAST",
    "LIKE", "LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "WHERE", "WITH",
];

/// Reads one name: of an object, a relationship.
pub(super) fn word(text: &str, place: &str) -> Result<String, Wrong> {
    let mut read = Reader::parse(text, place)?;
    let word = read.word()?;
    read.end()?;
    Ok(word)
}

/// Reads a path over parents.
pub(super) fn path(text: &str, place: &str) -> Result<String, Wrong> {
    let mut read = Reader::parse(text, place)?;
    let path = read.path()?;
    read.end()?;
    Ok(path)
}

/// Reads a path, or a function of one; in the SELECT list with an alias.
pub(super) fn expression(text: &str, place: &str, used: Use) -> Result<String, Wrong> {
    let mut read = Reader::parse(text, place)?;
    let mut expression = read.expression(used)?;
    if used == Use::Item && read.peek().is_some() {
        let alias = read.word()?;
        if RESERVED
            .iter()
            .any(|word| word.eq_ignore_ascii_case(&alias))
        {
            return Err(Wrong(format!(
                "{place} has the alias `{alias}`, which is a word of SOQL: choose another"
            )));
        }
        expression.push(' ');
        expression.push_str(&alias);
    }
    read.end()?;
    Ok(expression)
}

/// Whether an item of a SELECT list aggregates.
pub(super) fn is_aggregate(item: &str) -> bool {
    let tokens = lex::tokens(item).unwrap_or_default();
    let mut pairs = tokens.windows(2);
    pairs.any(
        |pair| matches!(pair, [name, open] if open.is_symbol("(") && among(name.text, &AGGREGATES)),
    )
}

fn among(name: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(name))
}

struct Reader<'a> {
    text: &'a str,
    place: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn parse(text: &'a str, place: &'a str) -> Result<Self, Wrong> {
        let tokens = lex::tokens(text).unwrap_or_default();
        let read = Self {
            text,
            place,
            tokens,
            at: 0,
        };
        if read.tokens.is_empty() {
            return Err(read.wrong());
        }
        Ok(read)
    }

    fn wrong(&self) -> Wrong {
        Wrong(format!(
            "{} is `{}`, which is no name: write a name such as `Name`, a path such as `Owner.Name`, or, for a value of rows, a function of one",
            self.place, self.text
        ))
    }

    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(is);
        is
    }

    fn word(&mut self) -> Result<String, Wrong> {
        let word = self.peek().filter(|token| token.kind == Kind::Word);
        let word = word.ok_or_else(|| self.wrong())?.text.to_owned();
        self.at += 1;
        Ok(word)
    }

    fn end(&self) -> Result<(), Wrong> {
        self.peek().map_or(Ok(()), |_| Err(self.wrong()))
    }

    fn path(&mut self) -> Result<String, Wrong> {
        let mut path = self.word()?;
        let mut levels = 0;
        while self.symbol(".") {
            levels += 1;
            path.push('.');
            path.push_str(&self.word()?);
        }
        if levels > MAX_PARENT_LEVELS {
            return Err(Wrong(format!(
                "{} goes over {levels} parents; SOQL goes over {MAX_PARENT_LEVELS}",
                self.place
            )));
        }
        Ok(path)
    }

    fn expression(&mut self, used: Use) -> Result<String, Wrong> {
        let is_call = self
            .tokens
            .get(self.at + 1)
            .is_some_and(|next| next.is_symbol("("));
        if !is_call {
            return self.path();
        }
        let function = self.word()?;
        self.at += 1;
        if !self.fits(&function, used) {
            return Err(Wrong(format!(
                "{} uses `{function}()`, which is no function of SOQL that may stand there",
                self.place
            )));
        }
        if function.eq_ignore_ascii_case("FIELDS") {
            return self.field_set();
        }
        let arguments = self.arguments(&function, used)?;
        Ok(format!("{function}({arguments})"))
    }

    fn fits(&self, function: &str, used: Use) -> bool {
        let sets: &[&[&str]] = match used {
            Use::Item => &[&AGGREGATES, &DATES, &FORMS, &["GROUPING", "FIELDS"]],
            Use::Filter => &[&DATES, &["toLabel", "convertCurrency"]],
            Use::Group => &[&DATES, &GROUPS],
            Use::Having | Use::Sort => &[&AGGREGATES, &DATES, &["GROUPING"]],
        };
        sets.iter().any(|set| among(function, set))
    }

    /// Reads up to the closing parenthesis: nothing after `COUNT`, several after `ROLLUP` and `CUBE`, else one.
    fn arguments(&mut self, function: &str, used: Use) -> Result<String, Wrong> {
        if function.eq_ignore_ascii_case("COUNT") && self.symbol(")") {
            return Ok(String::new());
        }
        let mut arguments = self.expression(used)?;
        while among(function, &["ROLLUP", "CUBE"]) && self.symbol(",") {
            arguments.push_str(", ");
            arguments.push_str(&self.expression(used)?);
        }
        if self.symbol(")") {
            Ok(arguments)
        } else {
            Err(self.wrong())
        }
    }

    fn field_set(&mut self) -> Result<String, Wrong> {
        let set = self.word()?.to_ascii_uppercase();
        if among(&set, &FIELD_SETS) && self.symbol(")") {
            Ok(format!("FIELDS({set})"))
        } else {
            Err(Wrong(format!(
                "{} is `{}`: FIELDS() takes ALL, STANDARD or CUSTOM",
                self.place, self.text
            )))
        }
    }
}
