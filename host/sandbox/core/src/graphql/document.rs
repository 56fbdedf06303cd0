//! From the text of a request to the fields it selects: the operation picked, variables filled in, fragments spread,
//! directives followed, equal fields merged.

use std::collections::HashMap;

use async_graphql_parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql_parser::{Error as SyntaxError, Pos, Positioned, parse_query};
use async_graphql_value::{ConstValue, Name, Value};
use serde::Deserialize;

use super::error::{GraphError, Kind, Result};

/// Fields of a query, fragments spread; Salesforce names no number, this one keeps hostile fragments small.
const MAX_FIELDS: usize = 10_000;
/// How deep fragments may be spread in each other, and brackets nested. Likewise.
const MAX_DEPTH: usize = 64;

/// The body of a request.
#[derive(Debug, Deserialize)]
pub struct Request {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<HashMap<Name, ConstValue>>,
}

/// A field that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    /// Its key in the response.
    pub key: String,
    pub name: String,
    pub at: Pos,
    pub arguments: Vec<(String, ConstValue)>,
    /// Types it is asked of, from the outermost fragment inwards.
    pub on: Vec<String>,
    pub fields: Vec<Selected>,
}

impl Selected {
    /// Returns the argument, unless it is missing or null.
    pub(super) fn argument(&self, name: &str) -> Option<&ConstValue> {
        let found = self.arguments.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value)
            .filter(|value| **value != ConstValue::Null)
    }

    /// Returns whether it is asked of records of this type.
    pub(super) fn applies_to(&self, type_name: &str) -> bool {
        self.on
            .iter()
            .all(|on| on == type_name || matches!(on.as_str(), "Record" | "ObjectInfo" | "Name"))
    }
}

/// Reads a request and gives the fields of its operation.
pub(super) fn read(request: Request) -> Result<Vec<Selected>> {
    let text = request.query.unwrap_or_default();
    reject_depth(&text)?;
    let document = parse_query(&text).map_err(syntax)?;
    let operation = pick(&document, request.operation_name.as_deref())?;
    if operation.node.ty != OperationType::Query {
        let message = format!("This org serves queries, no {}.", operation.node.ty);
        return Err(GraphError::new(Kind::OperationNotSupported, message).at(operation.pos));
    }
    let variables = variables(&operation.node, request.variables.unwrap_or_default())?;
    let mut reader = Reader {
        document: &document,
        variables,
        left: MAX_FIELDS,
    };
    let mut fields = Vec::new();
    reader.spread(&operation.node.selection_set.node, &[], &mut fields, 0)?;
    Ok(fields)
}

fn syntax(error: SyntaxError) -> GraphError {
    let at = error.positions().next();
    let text = error.to_string();
    let error = GraphError::new(
        Kind::InvalidSyntax,
        format!("Invalid Syntax : {}", text.trim()),
    );
    match at {
        Some(at) => error.at(at),
        None => error,
    }
}

/// Rejects brackets nested so deeply that reading them would cost the stack.
fn reject_depth(text: &str) -> Result<()> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '{' | '[' | '(' if !in_text => depth += 1,
            '}' | ']' | ')' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let message =
                format!("Invalid Syntax : brackets stand more than {MAX_DEPTH} deep in each other");
            return Err(GraphError::new(Kind::InvalidSyntax, message));
        }
    }
    Ok(())
}

fn pick<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d Positioned<OperationDefinition>> {
    let mut known = document.operations.iter();
    let found = match name {
        Some(name) => known.find(|(known, _)| known.is_some_and(|known| known == name)),
        None if known.len() == 1 => known.next(),
        None => {
            let message = "Must provide operation name if query contains multiple operations.";
            return Err(GraphError::new(Kind::OperationNotSupported, message));
        }
    };
    found.map(|(_, operation)| operation).ok_or_else(|| {
        let message = format!("Unknown operation named '{}'.", name.unwrap_or_default());
        GraphError::new(Kind::OperationNotSupported, message)
    })
}

/// Returns the variables that have a value: as given, else as the operation says.
fn variables(
    operation: &OperationDefinition,
    mut given: HashMap<Name, ConstValue>,
) -> Result<HashMap<Name, Option<ConstValue>>> {
    let mut known = HashMap::new();
    for definition in &operation.variable_definitions {
        let (name, wanted) = (&definition.node.name.node, &definition.node.var_type.node);
        let default = definition
            .node
            .default_value
            .as_ref()
            .map(|it| it.node.clone());
        let value = given.remove(name).or(default);
        let is_null = value
            .as_ref()
            .is_none_or(|value| *value == ConstValue::Null);
        if is_null && !wanted.nullable {
            let message = format!(
                "Variable '{name}' has an invalid value: Variable '{name}' has coerced Null value for NonNull type '{wanted}'"
            );
            return Err(GraphError::new(Kind::ValidationError, message).at(definition.pos));
        }
        known.insert(name.clone(), value);
    }
    Ok(known)
}

struct Reader<'d> {
    document: &'d ExecutableDocument,
    variables: HashMap<Name, Option<ConstValue>>,
    left: usize,
}

impl Reader<'_> {
    fn spread(
        &mut self,
        set: &SelectionSet,
        on: &[String],
        fields: &mut Vec<Selected>,
        depth: usize,
    ) -> Result<()> {
        for item in &set.items {
            if !self.is_wanted(item.node.directives())? {
                continue;
            }
            self.left = self.left.checked_sub(1).ok_or_else(|| {
                let message = format!("The query selects more than {MAX_FIELDS} fields.");
                GraphError::new(Kind::ValidationError, message)
            })?;
            let (set, type_name) = match &item.node {
                Selection::Field(field) => {
                    let field = self.field(field, on, depth)?;
                    merge(fields, field)?;
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref();
                    (
                        &fragment.node.selection_set.node,
                        on.map(|it| &it.node.on.node),
                    )
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name;
                    let document = self.document;
                    let fragment = document.fragments.get(&name.node).ok_or_else(|| {
                        let message = format!("Undefined fragment '{}'", name.node);
                        GraphError::invalid("UndefinedFragment", &[], message).at(name.pos)
                    })?;
                    let on = &fragment.node.type_condition.node.on.node;
                    (&fragment.node.selection_set.node, Some(on))
                }
            };
            if depth == MAX_DEPTH {
                let message = "Fragments stand in themselves, or too deep in each other";
                return Err(GraphError::invalid("FragmentCycle", &[], message).at(item.pos));
            }
            let mut inner = on.to_vec();
            inner.extend(type_name.map(ToString::to_string));
            self.spread(set, &inner, fields, depth + 1)?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        field: &Positioned<Field>,
        on: &[String],
        depth: usize,
    ) -> Result<Selected> {
        let mut arguments = Vec::new();
        for (name, value) in &field.node.arguments {
            if let Some(value) = self.value(&value.node, value.pos)? {
                arguments.push((name.node.to_string(), value));
            }
        }
        let mut fields = Vec::new();
        if depth < MAX_DEPTH {
            self.spread(&field.node.selection_set.node, &[], &mut fields, depth)?;
        }
        Ok(Selected {
            key: field.node.response_key().node.to_string(),
            name: field.node.name.node.to_string(),
            at: field.pos,
            arguments,
            on: on.to_vec(),
            fields,
        })
    }

    /// `@include(if:)` and `@skip(if:)`.
    fn is_wanted(&self, directives: &[Positioned<Directive>]) -> Result<bool> {
        for directive in directives {
            let name = directive.node.name.node.as_str();
            if !matches!(name, "include" | "skip") {
                continue;
            }
            let condition = directive.node.get_argument("if");
            let condition = condition
                .map(|it| self.value(&it.node, it.pos))
                .transpose()?;
            match condition.flatten() {
                Some(ConstValue::Boolean(truth)) if truth == (name == "include") => {}
                Some(ConstValue::Boolean(_)) => return Ok(false),
                _ => {
                    let message = format!("Directive '@{name}' needs a Boolean argument 'if'");
                    let error = GraphError::invalid("MissingDirectiveArgument", &[], message);
                    return Err(error.at(directive.pos));
                }
            }
        }
        Ok(true)
    }

    /// Returns a value with its variables filled in; `None` for a variable that was not given.
    fn value(&self, value: &Value, at: Pos) -> Result<Option<ConstValue>> {
        Ok(Some(match value {
            Value::Variable(name) => {
                let known = self.variables.get(name).ok_or_else(|| {
                    let message = format!("Undefined variable '{name}'");
                    GraphError::invalid("UndefinedVariable", &[], message).at(at)
                })?;
                return Ok(known.clone());
            }
            Value::List(values) => {
                let values = values.iter().map(|value| self.value(value, at));
                let values = values.map(|value| Ok(value?.unwrap_or(ConstValue::Null)));
                ConstValue::List(values.collect::<Result<_>>()?)
            }
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    Ok(self.value(value, at)?.map(|value| (name.clone(), value)))
                });
                let members = members.filter_map(Result::transpose);
                ConstValue::Object(members.collect::<Result<_>>()?)
            }
            Value::Null => ConstValue::Null,
            Value::Number(number) => ConstValue::Number(number.clone()),
            Value::String(text) => ConstValue::String(text.clone()),
            Value::Boolean(truth) => ConstValue::Boolean(*truth),
            Value::Enum(word) => ConstValue::Enum(word.clone()),
            Value::Binary(bytes) => ConstValue::Binary(bytes.clone()),
        }))
    }
}

/// Adds a field, or what it selects to the field of the same key.
fn merge(fields: &mut Vec<Selected>, field: Selected) -> Result<()> {
    let same = |known: &&mut Selected| known.key == field.key && known.on == field.on;
    let Some(known) = fields.iter_mut().find(same) else {
        fields.push(field);
        return Ok(());
    };
    if known.name != field.name || known.arguments != field.arguments {
        let message = format!("'{}' : they have differing names or arguments", field.key);
        return Err(GraphError::invalid("FieldsConflict", &[], message).at(field.at));
    }
    for field in field.fields {
        merge(&mut known.fields, field)?;
    }
    Ok(())
}
