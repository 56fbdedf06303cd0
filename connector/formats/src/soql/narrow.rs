//! Narrows a query by a further condition, wherever its WHERE is or would be.

use super::lex::{self, Kind, Token};

/// A query, cut where conditions go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// From SELECT to the end of FROM and USING SCOPE.
    head: String,
    /// Where FROM begins in `head`.
    from: usize,
    /// The condition of the WHERE.
    condition: Option<String>,
    /// What follows the condition.
    tail: String,
    /// The first word of each clause of the tail, in upper case.
    clauses: Vec<String>,
}

impl Cut {
    /// Cuts `soql`; `None` if this is not SOQL as the connector knows it.
    #[must_use]
    pub fn parse(soql: &str) -> Option<Self> {
        let tokens = lex::tokens(soql).ok()?;
        let outer = outer(&tokens)?;
        let from = *outer.iter().find(|at| is(&tokens, **at, "FROM"))?;
        // An object may be called `Order` or `Group`: the word after FROM is never a clause.
        let after = |at: usize, word: fn(&[Token<'_>], usize) -> bool| {
            outer
                .iter()
                .copied()
                .find(|place| *place > at && word(&tokens, *place))
        };
        let start = |at: usize| tokens.get(at).map_or(soql.len(), |token| token.range.start);
        let tail = after(from + 1, is_clause).unwrap_or(tokens.len());
        let filter = after(from + 1, |tokens, at| is(tokens, at, "WHERE")).filter(|at| *at < tail);
        let condition = match filter {
            Some(at) => Some(
                soql.get(tokens.get(at)?.range.end..start(tail))?
                    .trim()
                    .to_owned(),
            ),
            None => None,
        };
        let clauses = outer
            .iter()
            .filter(|at| **at >= tail && is_clause(&tokens, **at))
            .filter_map(|at| tokens.get(*at))
            .map(|token| token.text.to_ascii_uppercase());
        Some(Self {
            head: soql
                .get(..start(filter.unwrap_or(tail)))?
                .trim_end()
                .to_owned(),
            from: start(from),
            condition,
            tail: soql.get(start(tail)..)?.trim().to_owned(),
            clauses: clauses.collect(),
        })
    }

    /// Says whether one of these clauses is there: `ORDER`, `LIMIT`, ….
    pub fn clause<'a>(&self, words: &[&'a str]) -> Option<&'a str> {
        let mut words = words.iter();
        words
            .find(|word| self.clauses.iter().any(|clause| clause == *word))
            .copied()
    }

    /// The number of its LIMIT.
    pub fn limit(&self) -> Option<u64> {
        let tokens = lex::tokens(&self.tail).ok()?;
        let at = (0..tokens.len()).find(|at| is(&tokens, *at, "LIMIT"))?;
        tokens.get(at + 1)?.text.parse().ok()
    }

    /// The query with a further condition.
    #[must_use]
    pub fn narrowed(&self, condition: &str) -> String {
        self.written(&self.head, Some(condition), &self.tail)
    }

    /// Another SELECT list over the same rows, narrowed or not, with its own end.
    #[must_use]
    pub fn selecting(&self, items: &str, condition: Option<&str>, tail: &str) -> String {
        let source = self.head.get(self.from..).unwrap_or_default();
        self.written(&format!("SELECT {items} {source}"), condition, tail)
    }

    fn written(&self, head: &str, condition: Option<&str>, tail: &str) -> String {
        let filter = match (&self.condition, condition) {
            (Some(own), Some(further)) => format!(" WHERE ({own}) AND {further}"),
            (Some(one), None) => format!(" WHERE {one}"),
            (None, Some(one)) => format!(" WHERE {one}"),
            (None, None) => String::new(),
        };
        let space = if tail.is_empty() { "" } else { " " };
        format!("{head}{filter}{space}{tail}")
    }
}

/// The tokens outside of parentheses.
fn outer(tokens: &[Token<'_>]) -> Option<Vec<usize>> {
    let mut depth = 0_u32;
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ if depth == 0 => found.push(at),
            _ => {}
        }
    }
    (depth == 0).then_some(found)
}

fn is(tokens: &[Token<'_>], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is_word(word))
}

/// Whether a clause that may follow the WHERE begins here. A word before a dot is a relationship.
fn is_clause(tokens: &[Token<'_>], at: usize) -> bool {
    let next = |words: &[&str]| words.iter().any(|word| is(tokens, at + 1, word));
    let counts = tokens
        .get(at + 1)
        .is_some_and(|token| token.kind == Kind::Number);
    let Some(token) = tokens.get(at) else {
        return false;
    };
    match token.text.to_ascii_uppercase().as_str() {
        "GROUP" | "ORDER" => next(&["BY"]),
        "LIMIT" | "OFFSET" => counts,
        "FOR" => next(&["VIEW", "REFERENCE", "UPDATE"]),
        "UPDATE" => next(&["TRACKING", "VIEWSTAT"]),
        "WITH" | "HAVING" => tokens
            .get(at + 1)
            .is_some_and(|token| token.kind == Kind::Word),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Cut;

    fn narrowed(soql: &str) -> String {
        Cut::parse(soql).unwrap().narrowed("Id >= 'x'")
    }

    #[test]
    fn the_condition_goes_where_the_where_is_or_would_be() {
        for (soql, expected) in [
            (
                "SELECT Id FROM Account",
                "SELECT Id FROM Account WHERE Id >= 'x'",
            ),
            (
                "SELECT Id FROM Account a WHERE a.Name = 'b' OR Type = null",
                "SELECT Id FROM Account a WHERE (a.Name = 'b' OR Type = null) AND Id >= 'x'",
            ),
            (
                "select Id, (select Id from Contacts where Name = 'WHERE' order by Id limit 3) from Account using scope mine where Id in (select AccountId from Contact where A = 1) with data category X at Y for view",
                "select Id, (select Id from Contacts where Name = 'WHERE' order by Id limit 3) from Account using scope mine WHERE (Id in (select AccountId from Contact where A = 1)) AND Id >= 'x' with data category X at Y for view",
            ),
            (
                "SELECT Id FROM Order WHERE Group.Name = 'a' ORDER BY Id LIMIT 5",
                "SELECT Id FROM Order WHERE (Group.Name = 'a') AND Id >= 'x' ORDER BY Id LIMIT 5",
            ),
            (
                "SELECT Id FROM Group\n",
                "SELECT Id FROM Group WHERE Id >= 'x'",
            ),
        ] {
            assert_eq!(narrowed(soql), expected);
        }
    }

    #[test]
    fn the_same_rows_can_be_asked_for_otherwise() {
        let cut =
            Cut::parse("SELECT Id, Name FROM Account WHERE A = 1 WITH SECURITY_ENFORCED").unwrap();
        assert_eq!(
            cut.selecting("COUNT()", None, ""),
            "SELECT COUNT() FROM Account WHERE A = 1"
        );
        assert_eq!(
            cut.selecting("Id", Some("Id != null"), "ORDER BY Id LIMIT 1"),
            "SELECT Id FROM Account WHERE (A = 1) AND Id != null ORDER BY Id LIMIT 1"
        );
    }

    #[test]
    fn clauses_are_found_outside_of_parentheses_only() {
        let cut =
            Cut::parse("SELECT Id, (SELECT Id FROM Contacts LIMIT 5) FROM Account ORDER BY Name")
                .unwrap();
        assert_eq!(cut.clause(&["LIMIT", "ORDER"]), Some("ORDER"));
        assert_eq!(cut.clause(&["LIMIT", "OFFSET"]), None);
    }

    #[test]
    fn what_is_no_soql_is_not_cut() {
        for text in [
            "",
            "SELECT Id",
            "SELECT (Id FROM Account",
            "SELECT Id FROM Account WHERE Name = 'x",
        ] {
            assert_eq!(Cut::parse(text), None, "{text}");
        }
    }
}
