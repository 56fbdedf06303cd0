//! Errors with Salesforce's codes and messages, with the place in the query where Salesforce shows one.

use std::fmt;

/// Salesforce's status codes that SOQL errors carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The text is not SOQL, or breaks a rule of SOQL.
    MalformedQuery,
    /// A field or relationship that does not exist or cannot be used so.
    InvalidField,
    /// An object or child relationship that does not exist.
    InvalidType,
    /// An object that SOQL cannot read.
    InvalidTypeForOperation,
    /// An operator or id that does not suit the field.
    InvalidQueryFilterOperator,
    /// A cursor that does not exist, has expired or belongs to another user.
    InvalidQueryLocator,
    /// A number beyond its limit.
    NumberOutsideValidRange,
    /// More than the planner takes on.
    QueryTooComplicated,
    /// More aggregate rows than fit on one page.
    ExceededIdLimit,
    /// Something that came with a later version of the API.
    UnsupportedApiVersion,
    /// The org's own fault: its store failed.
    UnknownException,
}

impl ErrorCode {
    /// Returns the code as in responses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedQuery => "MALFORMED_QUERY",
            Self::InvalidField => "INVALID_FIELD",
            Self::InvalidType => "INVALID_TYPE",
            Self::InvalidTypeForOperation => "INVALID_TYPE_FOR_OPERATION",
            Self::InvalidQueryFilterOperator => "INVALID_QUERY_FILTER_OPERATOR",
            Self::InvalidQueryLocator => "INVALID_QUERY_LOCATOR",
            Self::NumberOutsideValidRange => "NUMBER_OUTSIDE_VALID_RANGE",
            Self::QueryTooComplicated => "QUERY_TOO_COMPLICATED",
            Self::ExceededIdLimit => "EXCEEDED_ID_LIMIT",
            Self::UnsupportedApiVersion => "UNSUPPORTED_API_VERSION",
            Self::UnknownException => "UNKNOWN_EXCEPTION",
        }
    }
}

/// Why a query was rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", .code.as_str())]
pub struct SoqlError {
    /// Salesforce's code.
    pub code: ErrorCode,
    /// Salesforce's message; the excerpt and position come first, as Salesforce shows them.
    pub message: String,
}

/// Result type of every function of this module.
pub type Result<T> = std::result::Result<T, SoqlError>;

impl SoqlError {
    /// Creates an error that concerns the whole query.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Returns an error at byte `at` of `soql`.
    pub fn at(soql: &str, at: usize, code: ErrorCode, message: impl fmt::Display) -> Self {
        Self {
            code,
            message: located(soql, char_index(soql, at), &message),
        }
    }

    /// Returns an error of the token at byte `at`. Salesforce's parser points one character before it.
    pub fn syntax(soql: &str, at: usize, message: impl fmt::Display) -> Self {
        Self {
            code: ErrorCode::MalformedQuery,
            message: before(soql, at, &message),
        }
    }
}

/// Shows the part of a statement of SOQL or SOSL where a token at byte `at` was not understood, as Salesforce's parser does: it points
/// one character before the token.
#[must_use]
pub fn before(statement: &str, at: usize, message: &dyn fmt::Display) -> String {
    located(
        statement,
        char_index(statement, at).saturating_sub(1),
        message,
    )
}

impl From<rusqlite::Error> for SoqlError {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(
            ErrorCode::UnknownException,
            format!("the sandbox's store failed: {error}"),
        )
    }
}

fn char_index(soql: &str, at: usize) -> usize {
    soql.get(..at).unwrap_or(soql).chars().count()
}

/// Characters of the excerpt before and after the place; both ends then grow to the next blank or comma. Measured
/// against messages of real orgs.
const EXCERPT: (usize, usize) = (30, 31);

fn located(soql: &str, at: usize, message: &dyn fmt::Display) -> String {
    let text: Vec<char> = soql.chars().collect();
    let at = at.min(text.len());
    let ends = |index: usize| {
        text.get(index)
            .is_none_or(|c| c.is_whitespace() || *c == ',')
    };
    let mut start = at.saturating_sub(EXCERPT.0);
    while start > 0 && !ends(start - 1) {
        start -= 1;
    }
    let mut end = at + EXCERPT.1;
    while !ends(end) {
        end += 1;
    }
    let line = |c: &char| {
        if matches!(c, '\n' | '\r' | '\t') {
            ' '
        } else {
            *c
        }
    };
    let excerpt: String = text
        .iter()
        .skip(start)
        .take(end - start)
        .map(line)
        .collect();
    let before = text.get(..at).unwrap_or(&text);
    let row = before.iter().filter(|c| **c == '\n').count() + 1;
    let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
    let caret = " ".repeat(at - start);
    format!("\n{excerpt}\n{caret}^\nERROR at Row:{row}:Column:{column}\n{message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(soql: &str, word: &str) -> String {
        let at = soql.find(word).unwrap();
        SoqlError::at(soql, at, ErrorCode::InvalidField, "m").message
    }

    #[test]
    fn short_queries_are_shown_whole() {
        let text = field("SELECT Id,Invalid__x FROM Contact LIMIT 1", "Invalid__x");
        assert_eq!(
            text,
            "\nSELECT Id,Invalid__x FROM Contact LIMIT 1\n          ^\nERROR at Row:1:Column:11\nm"
        );
    }

    #[test]
    fn long_queries_are_cut_at_blanks_and_commas() {
        let soql = "select Id, ProductCode from Product2 where ProductCode = 3999";
        let at = soql.rfind("ProductCode").unwrap();
        let text = SoqlError::at(soql, at, ErrorCode::InvalidField, "m").message;
        let excerpt = "\nProductCode from Product2 where ProductCode = 3999\n                                ^\n";
        assert_eq!(text, format!("{excerpt}ERROR at Row:1:Column:44\nm"));
        let text = field(
            "SELECT Id, Dispenser__c, Answer__c, Audit_Question__c, Name FROM Audit_Answer__c",
            "Dispenser__c",
        );
        assert!(
            text.starts_with(
                "\nSELECT Id, Dispenser__c, Answer__c, Audit_Question__c\n           ^\n"
            ),
            "{text}"
        );
        let text = field(
            "SELECT Id, DepProbeField__c FROM Account LIMIT 1",
            "DepProbeField__c",
        );
        assert!(
            text.starts_with("\nSELECT Id, DepProbeField__c FROM Account LIMIT\n           ^\n"),
            "{text}"
        );
    }

    #[test]
    fn parser_errors_point_one_character_before_the_token() {
        let soql = "SELECT Id, FROM Account";
        let text = SoqlError::syntax(soql, 11, "unexpected token: 'FROM'").message;
        let expected = "\nSELECT Id, FROM Account\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FROM'";
        assert_eq!(text, expected);
    }

    #[test]
    fn rows_count_lines_and_columns_characters() {
        let soql = "SELECT Id\nFROM Account\nWHERE Näme = 'ä' AND Nope = 1";
        let text = field(soql, "Nope");
        assert!(text.ends_with("^\nERROR at Row:3:Column:22\nm"), "{text}");
    }
}
