//! The query of a PushTopic: which of SOQL it may use, what it selects and what it asks for.

use crate::write::Writer;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{FieldType, Object, Schema};
use sandbox_soql::ast::{
    Argument, Comparison, Condition, Name, Operand, Path, Query, SelectItem, Value,
};
use sandbox_soql::literal::{Literal, Text};
use sandbox_soql::{Options, Plan, for_each_row, parse};

/// Standard objects whose changes PushTopics deliver, in addition to all custom ones (Streaming API guide, "Supported PushTopic
/// Queries").
const SUPPORTED: &[&str] = &[
    "Account",
    "Campaign",
    "Case",
    "Contact",
    "ContractLineItem",
    "Entitlement",
    "Lead",
    "LiveChatTranscript",
    "MessagingSession",
    "Opportunity",
    "Quote",
    "QuoteLineItem",
    "ServiceAppointment",
    "ServiceContract",
    "Task",
    "UserServicePresence",
    "WorkOrder",
    "WorkOrderLineItem",
];

/// A query that a PushTopic may have.
#[derive(Debug)]
pub(super) struct TopicQuery {
    soql: String,
    query: Query,
    /// API name of the object.
    pub object: String,
    /// Fields of SELECT, in order.
    pub selected: Vec<String>,
    /// Fields of WHERE.
    pub filtered: Vec<String>,
}

impl TopicQuery {
    /// Reads a query, and looks whether it can be run.
    ///
    /// # Errors
    /// What SOQL rejects, and `INVALID_FIELD` for what only PushTopics reject (Streaming API guide, "Unsupported
    /// PushTopic Queries").
    pub(super) fn checked(
        soql: &str,
        schema: &Schema,
        options: &Options,
    ) -> Result<Self, ApiError> {
        let topic = Self::read(soql, schema)?;
        Plan::from_query(&topic.query, soql, schema, options)
            .map_err(|error| rejected(error.code.as_str(), error.message))?;
        let object = schema.object(&topic.object);
        topic.check(object.ok_or_else(ApiError::not_found)?)?;
        Ok(topic)
    }

    /// Reads a query. Names get the form that the schema has.
    ///
    /// # Errors
    /// What SOQL's grammar rejects, and what only PushTopics reject.
    pub(super) fn read(soql: &str, schema: &Schema) -> Result<Self, ApiError> {
        let query = parse(soql).map_err(|error| rejected(error.code.as_str(), error.message))?;
        reject_clauses(&query)?;
        let mut topic = Self {
            soql: soql.to_owned(),
            object: query.from.path.text(),
            selected: selected(&query)?,
            filtered: Vec::new(),
            query,
        };
        if let Some(condition) = &topic.query.filter {
            filtered(condition, &topic.query, &mut topic.filtered)?;
        }
        if let Some(object) = schema.object(&topic.object) {
            topic.object.clone_from(&object.name);
            for name in topic.selected.iter_mut().chain(&mut topic.filtered) {
                if let Some(field) = object.field(name) {
                    name.clone_from(&field.name);
                }
            }
        }
        Ok(topic)
    }

    /// Rejects objects and fields that PushTopics cannot have.
    fn check(&self, object: &Object) -> Result<(), ApiError> {
        if !object.custom && !SUPPORTED.contains(&object.name.as_str()) {
            return Err(invalid(format!("'{}' is not supported", object.name)));
        }
        for field in object.fields() {
            if field.calculated && self.filtered.contains(&field.name) {
                return Err(invalid(format!(
                    "formula field '{}' is not supported in the WHERE clause",
                    field.name
                )));
            }
            if field.field_type == FieldType::Base64 && self.selected.contains(&field.name) {
                return Err(invalid(format!("field '{}' is not supported", field.name)));
            }
        }
        if self.selected.iter().any(|name| name == "Id") {
            return Ok(());
        }
        Err(invalid("The SELECT clause must include the Id field"))
    }

    /// Returns whether the record is one that the query finds; it may be in the recycle bin.
    ///
    /// # Errors
    /// The database's.
    pub(super) fn finds(&self, writer: &Writer<'_>, id: &str) -> Result<bool, ApiError> {
        let Some(condition) = &self.query.filter else {
            return Ok(true);
        };
        let mut query = self.query.clone();
        query.filter = Some(Condition::And(vec![condition.clone(), is(id)?]));
        let mut options = Options::new(writer.user.as_str(), writer.now);
        options.include_deleted = true;
        let plan = Plan::from_query(&query, &self.soql, writer.schema, &options)?;
        let mut found = false;
        for_each_row(writer.connection, &plan, |_| {
            found = true;
            Ok(())
        })?;
        Ok(found)
    }
}

/// `Id = '…'`
fn is(id: &str) -> Result<Condition, ApiError> {
    let names = vec![Name {
        text: "Id".into(),
        at: 0,
    }];
    let text = Text::new(id).map_err(|_| ApiError::not_found())?;
    let value = Value {
        literal: Literal::Text(text),
        at: 0,
    };
    let field = Operand::Field(Path { names, at: 0 });
    Ok(Condition::Compare(field, Comparison::Equal, value))
}

fn reject_clauses(query: &Query) -> Result<(), ApiError> {
    let aggregate = "Aggregate queries are not supported";
    let rejections = [
        (query.group.is_some() || query.having.is_some(), aggregate),
        (!query.joined.is_empty(), "relationships are not supported"),
        (!query.order.is_empty(), "'ORDER BY' clause is not allowed"),
        (query.limit.is_some(), "'LIMIT' is not allowed"),
        (query.offset.is_some(), "'OFFSET' clause is not allowed"),
        (query.scope.is_some(), "'USING SCOPE' is not allowed"),
    ];
    match rejections.iter().find(|(is_there, _)| *is_there) {
        Some((_, message)) => Err(invalid(*message)),
        None => Ok(()),
    }
}

fn selected(query: &Query) -> Result<Vec<String>, ApiError> {
    let name = |item: &SelectItem| match item {
        SelectItem::Value {
            operand: Operand::Field(path),
            alias: None,
        } => field(path, query),
        SelectItem::Value {
            operand: Operand::Function(function),
            ..
        } if is_aggregate(&function.name) => Err(invalid("Aggregate queries are not supported")),
        SelectItem::Value {
            operand: Operand::Function(function),
            ..
        } => Err(invalid(format!("'{}' is not supported", function.name))),
        SelectItem::Value { .. } => Err(invalid("aliases are not supported")),
        SelectItem::Children(_) => Err(invalid("relationships are not supported")),
        SelectItem::TypeOf(_) => Err(invalid("'TYPEOF' is not supported")),
        SelectItem::Fields(..) => Err(invalid("'FIELDS' is not supported")),
    };
    query.select.iter().map(name).collect()
}

fn is_aggregate(function: &str) -> bool {
    ["AVG", "COUNT", "COUNT_DISTINCT", "MAX", "MIN", "SUM"].contains(&function)
}

/// Returns the field that a path names, perhaps by way of the object's own name or alias.
fn field(path: &Path, query: &Query) -> Result<String, ApiError> {
    let own = |name: &Name| {
        let alias = query.from.alias.as_ref();
        alias.is_some_and(|alias| alias.text.eq_ignore_ascii_case(&name.text))
            || query.from.path.text().eq_ignore_ascii_case(&name.text)
    };
    match path.names.as_slice() {
        [field] => Ok(field.text.clone()),
        [way, field] if own(way) => Ok(field.text.clone()),
        _ => Err(invalid("relationships are not supported")),
    }
}

fn filtered(condition: &Condition, query: &Query, found: &mut Vec<String>) -> Result<(), ApiError> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts
            .iter()
            .try_for_each(|part| filtered(part, query, found)),
        Condition::Not(_) => Err(invalid("'NOT' is not supported")),
        Condition::SemiJoin(..) => Err(invalid("semi/anti join sub-selects are not supported")),
        Condition::Compare(operand, ..)
        | Condition::In(operand, ..)
        | Condition::Includes(operand, ..) => operand_fields(operand, query, found),
    }
}

fn operand_fields(
    operand: &Operand,
    query: &Query,
    found: &mut Vec<String>,
) -> Result<(), ApiError> {
    match operand {
        Operand::Field(path) => found.push(field(path, query)?),
        Operand::Function(function) => {
            for argument in &function.arguments {
                if let Argument::Operand(operand) = argument {
                    operand_fields(operand, query, found)?;
                }
            }
        }
    }
    Ok(())
}

/// Returns an error of the query.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    rejected("INVALID_FIELD", message)
}

fn rejected(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError::for_record(code, message, ["Query"])
}
