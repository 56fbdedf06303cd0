//! What a SOQL statement says, before anybody asks whether the org knows the names. Positions are bytes of the text.

use super::literal::Literal;

/// A name and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub text: String,
    /// Where it begins.
    pub at: usize,
}

/// A field or relationship path, `Account.Owner.Name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The names between the dots; never empty.
    pub names: Vec<Name>,
    /// Where it begins.
    pub at: usize,
}

impl Path {
    /// Returns the path as written, without blanks.
    #[must_use]
    pub fn text(&self) -> String {
        self.names
            .iter()
            .map(|name| name.text.as_str())
            .collect::<Vec<_>>()
            .join(".")
    }
}

/// A statement, or a sub-query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What is selected.
    pub select: Vec<SelectItem>,
    /// Where from: `Account`, `Contacts`, `a.Contacts`.
    pub from: From,
    /// More names of the old form `FROM Contact c, c.Account a`.
    pub joined: Vec<From>,
    /// `USING SCOPE`.
    pub scope: Option<Name>,
    /// WHERE.
    pub filter: Option<Condition>,
    /// Position of WITH DATA CATEGORY, if present.
    pub data_category: Option<usize>,
    /// GROUP BY.
    pub group: Option<GroupBy>,
    /// HAVING.
    pub having: Option<Condition>,
    /// ORDER BY.
    pub order: Vec<OrderItem>,
    /// LIMIT.
    pub limit: Option<u64>,
    /// OFFSET and its position.
    pub offset: Option<(u64, usize)>,
    /// Where it begins.
    pub at: usize,
}

/// One name of FROM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The object, or the way to it.
    pub path: Path,
    /// What it is called in the rest of the query.
    pub alias: Option<Name>,
}

/// One item of the SELECT list.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// A field or function, perhaps renamed.
    Value {
        /// What.
        operand: Operand,
        /// Its new name.
        alias: Option<Name>,
    },
    /// `(SELECT … FROM Contacts)`.
    Children(Box<Query>),
    /// `TYPEOF What WHEN … END`.
    TypeOf(TypeOf),
    /// `FIELDS(ALL)`.
    Fields(FieldSet, usize),
}

/// The sets of FIELDS().
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldSet {
    /// Every field.
    All,
    /// Fields that Salesforce ships.
    Standard,
    /// Fields that the org added.
    Custom,
}

/// Fields by the type of a polymorphic parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeOf {
    /// The relationship, `What`.
    pub relationship: Path,
    /// WHEN an object THEN its fields.
    pub when: Vec<(Name, Vec<Path>)>,
    /// ELSE fields of every object.
    pub otherwise: Vec<Path>,
}

/// What is selected, compared, grouped or ordered by.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A field.
    Field(Path),
    /// A function of operands.
    Function(Function),
}

impl Operand {
    /// Where it begins.
    #[must_use]
    pub fn at(&self) -> usize {
        match self {
            Self::Field(path) => path.at,
            Self::Function(function) => function.at,
        }
    }
}

/// A call such as `COUNT(Id)` or `CALENDAR_YEAR(CreatedDate)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The name in capitals.
    pub name: String,
    /// What it is applied to.
    pub arguments: Vec<Argument>,
    /// Where it begins.
    pub at: usize,
}

/// An argument of a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// A field or another call.
    Operand(Operand),
    /// A value, as in `DISTANCE(…, 'mi')`.
    Literal(Literal),
}

/// WHERE or HAVING.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not it.
    Not(Box<Condition>),
    /// `field = value`, LIKE included.
    Compare(Operand, Comparison, Value),
    /// IN (true) or NOT IN (false) a list.
    In(Operand, bool, Vec<Value>),
    /// IN (true) or NOT IN (false) a sub-select.
    SemiJoin(Operand, bool, Box<Query>),
    /// INCLUDES (true) or EXCLUDES (false).
    Includes(Operand, bool, Vec<Value>),
}

/// A value and its position.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub literal: Literal,
    /// Where it begins.
    pub at: usize,
}

/// Operators between a field and one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`, `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// LIKE
    Like,
}

/// GROUP BY.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupBy {
    /// Fields and date functions.
    pub by: Vec<Operand>,
    /// Which sub-totals come too.
    pub totals: Totals,
}

/// Sub-totals of GROUP BY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Totals {
    /// None.
    Plain,
    /// ROLLUP: from the right, one field after another.
    Rollup,
    /// CUBE: every combination.
    Cube,
}

/// One item of ORDER BY.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// What.
    pub operand: Operand,
    /// DESC.
    pub descending: bool,
    /// NULLS LAST; Salesforce sorts nulls first by default.
    pub nulls_last: bool,
}
