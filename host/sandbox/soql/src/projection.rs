//! The shape of a query's rows: which column of the SQL result is which member of a record, and of what type. Every
//! renderer (JSON, CSV, XML) walks the same tree.

use sandbox_model::schema::FieldType;

/// A record's members, in the order they were selected.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// What the record is.
    pub source: Source,
    /// Its members.
    pub fields: Vec<ProjectedField>,
}

/// What a record is.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A record of one object; the column holds its id, NULL if there is none.
    Object {
        /// API name.
        name: String,
        /// Column of the id.
        id: usize,
    },
    /// A record of one of several objects behind a polymorphic reference, which Salesforce shows as type `Name`.
    Named {
        /// Column of the id.
        id: usize,
        /// Key prefix and API name of each object it may be of.
        targets: Vec<(String, String)>,
    },
    /// A row of an aggregate query, which has no id.
    Aggregate,
}

impl Source {
    /// Returns what such records are called in `attributes`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Object { name, .. } => name,
            Self::Named { .. } => "Name",
            Self::Aggregate => "AggregateResult",
        }
    }
}

/// A member of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectedField {
    /// Its name: the field's API name, the relationship's, or an alias.
    pub name: String,
    /// What it holds.
    pub content: Content,
}

/// What a member holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// A value.
    Value {
        /// Its column.
        column: usize,
        /// Its type.
        kind: ValueKind,
    },
    /// A compound address: the columns of city, country, geocodeAccuracy, latitude, longitude, postalCode, state and
    /// street, where the object has them. Null if all are.
    Address(Vec<(&'static str, usize, ValueKind)>),
    /// The record a reference points to.
    Parent(Projection),
    /// The record a polymorphic reference points to, shaped by its type (TYPEOF).
    OneOf {
        /// Column of the id.
        id: usize,
        /// Key prefix and shape; other types show as null.
        cases: Vec<(String, Projection)>,
    },
    /// The rows of a sub-query, by its place among the plan's children.
    Children(usize),
}

/// How a column's value is to be read and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// 0 or 1.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// Text, ids and dates.
    Text,
    /// Milliseconds since 1970, UTC.
    DateTime,
    /// Milliseconds since midnight.
    Time,
    /// A file; the column says (not NULL) whether there is one. Shown as the URL it can be got from.
    File {
        /// API name of the object.
        object: String,
        /// API name of the field.
        field: String,
    },
    /// What FORMAT() makes of a value: text for people, in the en_US locale.
    Formatted(Box<ValueKind>, Style),
}

/// What FORMAT() needs besides the kind of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Nothing more.
    Plain,
    /// It is a day.
    Day,
    /// It is money.
    Money,
    /// Digits after the point.
    Digits(u32),
}

impl ValueKind {
    /// Returns how values of a field of this type are shown.
    #[must_use]
    pub fn from_field_type(field_type: &FieldType) -> Self {
        match field_type {
            FieldType::Boolean => Self::Boolean,
            FieldType::Int => Self::Integer,
            FieldType::Double | FieldType::Currency | FieldType::Percent => Self::Double,
            FieldType::DateTime => Self::DateTime,
            FieldType::Time => Self::Time,
            _ => Self::Text,
        }
    }
}

/// One column of a flat rendering such as CSV.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf<'a> {
    /// Names from the root to the value, `["Account", "Owner", "Name"]`.
    pub path: Vec<&'a str>,
    /// Its column.
    pub column: usize,
    /// Its type.
    pub kind: &'a ValueKind,
}

impl Projection {
    /// Returns the values of a row in order, those of parents included; compounds, TYPEOF and sub-queries are left out.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        for projected in &self.fields {
            match &projected.content {
                Content::Value { column, kind } => {
                    leaves.push(Leaf {
                        path: vec![&projected.name],
                        column: *column,
                        kind,
                    });
                }
                Content::Parent(parent) => {
                    leaves.extend(parent.leaves().into_iter().map(|mut leaf| {
                        leaf.path.insert(0, &projected.name);
                        leaf
                    }))
                }
                Content::Address(_) | Content::OneOf { .. } | Content::Children(_) => {}
            }
        }
        leaves
    }

    /// Returns whether rows hold what a flat rendering cannot show: compounds, TYPEOF or sub-queries.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.fields
            .iter()
            .any(|projected| match &projected.content {
                Content::Value { .. } => false,
                Content::Parent(parent) => parent.is_nested(),
                Content::Address(_) | Content::OneOf { .. } | Content::Children(_) => true,
            })
    }
}
