//! A column of SQL and the field behind it.

use std::borrow::Cow;

use sandbox_model::schema::{Field, FieldType, Object};

use super::super::projection::{Style, ValueKind};

/// The id that records of the schema itself show: it calls none of them, their `DurableId` does.
const NO_ID: &str = "000000000000000AAA";

/// An SQL expression with what SOQL needs to know of it.
#[derive(Debug, Clone)]
pub(super) struct Column<'a> {
    /// The expression.
    pub(super) sql: String,
    /// The field's API name; the function's for calls.
    pub(super) name: String,
    /// Its type, perhaps made by a function.
    pub(super) field_type: Cow<'a, FieldType>,
    /// The field itself, if it is one; `None` for calls and for `Type` behind polymorphic references.
    pub(super) field: Option<&'a Field>,
    /// The object of the field.
    pub(super) object: Option<&'a Object>,
    /// How its values are shown.
    pub(super) kind: ValueKind,
}

impl<'a> Column<'a> {
    pub(super) fn of_field(sql: String, object: &'a Object, field: &'a Field) -> Self {
        let kind = match &field.field_type {
            FieldType::Base64 => ValueKind::File {
                object: object.name.clone(),
                field: field.name.clone(),
            },
            other => ValueKind::from_field_type(other),
        };
        let nameless = object.derived && field.field_type == FieldType::Id;
        let sql = if nameless { format!("'{NO_ID}'") } else { sql };
        Self {
            sql,
            name: field.name.clone(),
            field_type: Cow::Borrowed(&field.field_type),
            field: Some(field),
            object: Some(object),
            kind,
        }
    }

    /// Returns what a function makes of something.
    pub(super) fn computed(sql: String, name: &str, field_type: FieldType) -> Self {
        let kind = ValueKind::from_field_type(&field_type);
        let field_type = Cow::Owned(field_type);
        Self {
            sql,
            name: name.to_owned(),
            field_type,
            field: None,
            object: None,
            kind,
        }
    }

    pub(super) fn filterable(&self) -> bool {
        self.field.is_none_or(|field| field.filterable)
    }

    pub(super) fn sortable(&self) -> bool {
        self.field.is_none_or(|field| field.sortable)
    }

    pub(super) fn groupable(&self) -> bool {
        self.field.is_none_or(|field| field.groupable)
    }

    pub(super) fn aggregatable(&self) -> bool {
        self.field.is_none_or(|field| field.aggregatable)
    }

    pub(super) fn is_number(&self) -> bool {
        self.field_type.is_decimal() || *self.field_type == FieldType::Int
    }

    /// Shown as text for people.
    pub(super) fn formatted(mut self) -> Self {
        let style = match &*self.field_type {
            FieldType::Date => Style::Day,
            FieldType::Currency => Style::Money,
            FieldType::Double | FieldType::Percent => {
                Style::Digits(self.field.map_or(0, |field| field.scale))
            }
            _ => Style::Plain,
        };
        self.kind = ValueKind::Formatted(Box::new(self.kind), style);
        self
    }

    /// Objects whose ids the column holds; none if it holds no ids.
    pub(super) fn id_targets(&self) -> Vec<&str> {
        match (&*self.field_type, self.field, self.object) {
            (FieldType::Id, _, Some(object)) => vec![&object.name],
            (_, Some(field), _) => field.reference().map_or_else(Vec::new, |reference| {
                reference.to.iter().map(String::as_str).collect()
            }),
            _ => Vec::new(),
        }
    }
}

/// Name of the type in messages about filters: the primitive type of the SOAP API.
pub(super) fn primitive(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Boolean => "boolean",
        FieldType::Int => "int",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "double",
        FieldType::Date => "date",
        FieldType::DateTime => "dateTime",
        FieldType::Time => "time",
        FieldType::Id | FieldType::Reference(_) => "ID",
        _ => "string",
    }
}
