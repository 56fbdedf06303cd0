//! `where` and `orderBy` in SOQL's terms.

use async_graphql_value::ConstValue;

use super::error::{GraphError, Result};
use sandbox_model::schema::{Field, FieldType, Object, Schema};
use sandbox_soql::ast::{Comparison, Condition, Name, Operand, OrderItem, Path, Value};
use sandbox_soql::date_literal::DateLiteral;
use sandbox_soql::literal::{Literal, Text, date_time, quoted};

/// Operators that compare with one value (GraphQL API guide, "Field Operators").
const COMPARISONS: &[(&str, Comparison)] = &[
    ("eq", Comparison::Equal),
    ("ne", Comparison::NotEqual),
    ("lt", Comparison::Less),
    ("lte", Comparison::LessOrEqual),
    ("gt", Comparison::Greater),
    ("gte", Comparison::GreaterOrEqual),
    ("like", Comparison::Like),
];

/// What filters and orders are read with.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a> {
    pub schema: &'a Schema,
    /// Path of their field in the response.
    pub path: &'a [String],
}

/// Returns a path of names for SOQL.
pub(super) fn path_of<'n>(names: impl IntoIterator<Item = &'n str>) -> Path {
    let name = |text: &str| Name {
        text: text.to_owned(),
        at: 0,
    };
    Path {
        names: names.into_iter().map(name).collect(),
        at: 0,
    }
}

impl<'a> Arguments<'a> {
    fn reject(self, argument: &str, message: impl std::fmt::Display) -> GraphError {
        let message = format!("argument '{argument}' {message}");
        GraphError::invalid("WrongType", self.path, message)
    }

    fn members(
        self,
        argument: &str,
        value: &'a ConstValue,
    ) -> Result<Vec<(&'a str, &'a ConstValue)>> {
        match value {
            ConstValue::Object(members) => Ok(members
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect()),
            other => Err(self.reject(argument, format_args!("must be an object, not {other}"))),
        }
    }

    /// Returns the object on the other side of a relationship; `None` if `name` is none.
    fn parent(self, object: &'a Object, name: &str) -> Option<&'a Object> {
        let field = object.relationship(name)?;
        let target = field.reference()?.to.first()?;
        self.schema.object(target)
    }

    /// Reads `where`.
    pub(super) fn filter(self, object: &'a Object, value: &'a ConstValue) -> Result<Condition> {
        self.all(object, &[], value)
    }

    fn all(self, object: &'a Object, way: &[&'a str], value: &'a ConstValue) -> Result<Condition> {
        let mut conditions = Vec::new();
        for (name, value) in self.members("where", value)? {
            let many = |value: &'a ConstValue| match value {
                ConstValue::List(items) => items
                    .iter()
                    .map(|item| self.all(object, way, item))
                    .collect(),
                one => self.all(object, way, one).map(|one| vec![one]),
            };
            conditions.push(match name {
                "and" => Condition::And(many(value)?),
                "or" => Condition::Or(many(value)?),
                "not" => Condition::Not(Box::new(self.all(object, way, value)?)),
                _ => self.of_field(object, way, name, value)?,
            });
        }
        match conditions.len() {
            1 => Ok(conditions.remove(0)),
            0 => Err(self.reject("where", "has an empty filter")),
            _ => Ok(Condition::And(conditions)),
        }
    }

    fn of_field(
        self,
        object: &'a Object,
        way: &[&'a str],
        name: &'a str,
        value: &'a ConstValue,
    ) -> Result<Condition> {
        let mut way = way.to_vec();
        way.push(name);
        if let Some(parent) = self.parent(object, name) {
            return self.all(parent, &way, value);
        }
        let field = object
            .field(name)
            .filter(|field| field.name == name && field.filterable);
        let field = field.ok_or_else(|| GraphError::undefined(self.path, name, &object.name))?;
        let operand = Operand::Field(path_of(way));
        let mut conditions = Vec::new();
        for (operator, value) in self.members(name, value)? {
            conditions.push(self.operator(field, &operand, operator, value)?);
        }
        if conditions.is_empty() {
            return Err(self.reject(name, "names no operator"));
        }
        Ok(Condition::And(conditions))
    }

    fn operator(
        self,
        field: &Field,
        operand: &Operand,
        operator: &str,
        value: &ConstValue,
    ) -> Result<Condition> {
        let operand = operand.clone();
        if let Some((_, comparison)) = COMPARISONS.iter().find(|(name, _)| *name == operator) {
            let value = self.value(field, value, *comparison == Comparison::Like)?;
            return Ok(Condition::Compare(operand, *comparison, value));
        }
        let values = || match value {
            ConstValue::List(items) => items
                .iter()
                .map(|item| self.value(field, item, false))
                .collect(),
            one => self.value(field, one, false).map(|one| vec![one]),
        };
        match operator {
            "in" => Ok(Condition::In(operand, true, values()?)),
            "nin" => Ok(Condition::In(operand, false, values()?)),
            "includes" => Ok(Condition::Includes(operand, true, values()?)),
            "excludes" => Ok(Condition::Includes(operand, false, values()?)),
            _ => {
                let message = format_args!("contains an operator that is not known: '{operator}'");
                Err(self.reject(&field.name, message))
            }
        }
    }

    fn value(self, field: &Field, value: &ConstValue, is_pattern: bool) -> Result<Value> {
        let is_date_time = matches!(field.field_type, FieldType::Date | FieldType::DateTime);
        let literal = match value {
            ConstValue::Null => Some(Literal::Null),
            ConstValue::Boolean(truth) => Some(Literal::Boolean(*truth)),
            ConstValue::Number(number) => number.as_f64().map(Literal::Number),
            ConstValue::Object(_) if is_date_time => self.date_time(field, value)?,
            ConstValue::String(text) if field.field_type == FieldType::Time => date_time(text),
            ConstValue::String(text) if !is_date_time => text_literal(text, is_pattern),
            ConstValue::Enum(word) if !is_date_time => text_literal(word, false),
            _ => None,
        };
        let literal = literal.ok_or_else(|| {
            let type_name = field.field_type.describe_name();
            self.reject(
                &field.name,
                format_args!("with value {value} is no valid {type_name}"),
            )
        })?;
        Ok(Value { literal, at: 0 })
    }

    /// `{value: "2026-11-22"}`, `{literal: THIS_YEAR}` or `{range: {last_n_days: 7}}`.
    fn date_time(self, field: &Field, value: &ConstValue) -> Result<Option<Literal>> {
        let ConstValue::Object(members) = value else {
            return Ok(None);
        };
        if members.len() != 1 {
            let message = "needs exactly one of 'value', 'literal' and 'range'";
            return Err(self.reject(&field.name, message));
        }
        Ok(members
            .iter()
            .next()
            .and_then(|(name, value)| match (name.as_str(), value) {
                ("value", ConstValue::Null) => Some(Literal::Null),
                ("value", ConstValue::String(text)) => date_time(text),
                ("literal", ConstValue::Enum(word)) => {
                    DateLiteral::plain(word).map(Literal::Relative)
                }
                ("literal", ConstValue::String(word)) => {
                    DateLiteral::plain(word).map(Literal::Relative)
                }
                ("range", ConstValue::Object(range)) if range.len() == 1 => {
                    let (word, count) = range.iter().next()?;
                    let ConstValue::Number(count) = count else {
                        return None;
                    };
                    DateLiteral::counted(word, count.as_i64()?).map(Literal::Relative)
                }
                _ => None,
            }))
    }

    /// Reads `orderBy`: one object, or a list of them.
    pub(super) fn order(self, object: &'a Object, value: &'a ConstValue) -> Result<Vec<OrderItem>> {
        let mut items = Vec::new();
        match value {
            ConstValue::List(list) => {
                for one in list {
                    self.order_of(object, &[], one, &mut items)?;
                }
            }
            one => self.order_of(object, &[], one, &mut items)?,
        }
        Ok(items)
    }

    fn order_of(
        self,
        object: &'a Object,
        way: &[&'a str],
        value: &'a ConstValue,
        items: &mut Vec<OrderItem>,
    ) -> Result<()> {
        for (name, value) in self.members("orderBy", value)? {
            let mut way = way.to_vec();
            way.push(name);
            if let Some(parent) = self.parent(object, name) {
                self.order_of(parent, &way, value, items)?;
                continue;
            }
            let field = object
                .field(name)
                .filter(|field| field.name == name && field.sortable);
            field.ok_or_else(|| GraphError::undefined(self.path, name, &object.name))?;
            items.push(self.order_item(&way, name, value)?);
        }
        Ok(())
    }

    fn order_item(self, way: &[&str], name: &str, value: &'a ConstValue) -> Result<OrderItem> {
        let (mut descending, mut nulls_last) = (false, false);
        for (option, value) in self.members(name, value)? {
            let word = match value {
                ConstValue::Enum(word) => word.as_str(),
                ConstValue::String(word) => word.as_str(),
                _ => "",
            };
            match (option, word) {
                ("order", "ASC" | "DESC") => descending = word == "DESC",
                ("nulls", "FIRST" | "LAST") => nulls_last = word == "LAST",
                _ => {
                    let message = format_args!("with value {value} is not valid for '{option}'");
                    return Err(self.reject(name, message));
                }
            }
        }
        Ok(OrderItem {
            operand: Operand::Field(path_of(way.iter().copied())),
            descending,
            nulls_last,
        })
    }
}

/// Returns a text; in patterns `\%` and `\_` keep their meaning.
fn text_literal(text: &str, is_pattern: bool) -> Option<Literal> {
    let escaped = quoted(text);
    let escaped = escaped.get(1..escaped.len().saturating_sub(1))?;
    let as_it_is = is_pattern.then(|| Text::new(text).ok()).flatten();
    as_it_is
        .or_else(|| Text::new(escaped).ok())
        .map(Literal::Text)
}
