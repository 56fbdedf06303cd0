//! Positions of conditions, and what is allowed there.

use super::column::Column;

/// Depth of a condition in a WHERE; semi-joins are allowed only at the top, joined by AND.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nesting {
    /// At the top.
    Top,
    /// Under OR.
    Or,
    /// Under NOT.
    Not,
    /// In the WHERE of a semi-join.
    SemiJoin,
    /// In HAVING.
    Having,
}

impl Nesting {
    pub(super) fn within_or(self) -> Self {
        if self == Self::Top { Self::Or } else { self }
    }

    pub(super) fn within_not(self) -> Self {
        if self == Self::Top { Self::Not } else { self }
    }

    pub(super) fn error_text(self) -> Option<&'static str> {
        match self {
            Self::Top => None,
            Self::Or => Some("Semi join sub-selects are not allowed with the 'OR' operator"),
            Self::Not | Self::Having => Some(
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.",
            ),
            Self::SemiJoin => Some("Nesting of semi join sub-selects is not supported"),
        }
    }
}

/// Position of a condition.
#[derive(Clone, Copy)]
pub(super) struct Clause<'g, 'a> {
    /// The groups that HAVING may refer to; `None` in WHERE.
    pub(super) groups: Option<&'g Groups<'a>>,
    /// Whether a semi-join is allowed here.
    pub(super) nesting: Nesting,
}

/// What a query groups by.
pub(super) struct Groups<'a> {
    pub(super) columns: Vec<Column<'a>>,
}
