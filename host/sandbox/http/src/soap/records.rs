//! Records as clients send them: `sObject` elements.

use super::arguments::{boolean, instant, misplaced};
use super::fault::Fault;
use super::namespaces::Namespaces;
use sandbox_core::write::Draft;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, FieldType, Object, Schema};
use sandbox_model::value::{Value, from_text};
use sandbox_model::xml::Element;

/// An `sObject` taken apart.
#[derive(Debug)]
pub(super) struct Record<'x, 's> {
    /// Its object.
    pub object: &'s Object,
    /// The text of its `Id`.
    pub id: Option<&'x str>,
    nulls: Vec<&'x str>,
    fields: Vec<&'x Element>,
}

impl<'x, 's> Record<'x, 's> {
    /// Reads an element; children may be in the namespace of the API, in that of records, or in none. `type` comes once, and
    /// `fieldsToNull` before `Id`.
    pub(super) fn read(
        element: &'x Element,
        schema: &'s Schema,
        namespaces: &Namespaces,
    ) -> Result<Self, Fault> {
        let (mut kind, mut id) = (None, None);
        let (mut nulls, mut fields) = (Vec::new(), Vec::new());
        for child in &element.children {
            let known = ["", namespaces.api, namespaces.object];
            if !known.contains(&&*child.namespace) {
                return Err(misplaced(child));
            }
            match child.name.as_str() {
                "type" if kind.is_none() => kind = Some(child.value().unwrap_or_default()),
                "type" => return Err(misplaced(child)),
                "fieldsToNull" if id.is_some() => return Err(misplaced(child)),
                "fieldsToNull" => nulls.extend(child.value().filter(|name| !name.is_empty())),
                name if name.eq_ignore_ascii_case("Id") => {
                    id = id.or(child.value().filter(|id| !id.is_empty()));
                }
                _ => fields.push(child),
            }
        }
        let kind = kind.filter(|kind| !kind.is_empty()).ok_or_else(|| {
            let message = "Missing entity type information. sObject requires a separate 'type' field be sent.";
            Fault::new("INVALID_TYPE", message)
        })?;
        let object = schema.object(kind);
        let object = object.ok_or_else(|| Fault::no_such_object(kind))?;
        Ok(Self {
            object,
            id,
            nulls,
            fields,
        })
    }

    /// Returns the elements of all fields but the id.
    pub(super) fn fields(&self) -> &[&'x Element] {
        &self.fields
    }

    /// Returns the text of the field called `name`, if it is sent and not nil.
    pub(super) fn text(&self, name: &str) -> Option<&'x str> {
        let mut fields = self.fields.iter();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
        field.value().filter(|text| !text.is_empty())
    }

    /// Returns the values that the record is to get. A fault concerns the whole call, an error this record alone.
    pub(super) fn draft(&self, schema: &Schema) -> Result<Result<Draft, ApiError>, Fault> {
        let mut draft = Draft::default();
        for element in self.fields.iter().filter(|element| !element.nil) {
            if !element.children.is_empty() {
                match self.parent(schema, &mut draft, element) {
                    Err(error) if error.fields.is_some() => return Ok(Err(error)),
                    Err(error) => return Err(self.unknown(&element.name, error)),
                    Ok(()) => {}
                }
                continue;
            }
            let at = self.object.field_index(&element.name);
            let field = at.and_then(|at| self.object.fields().get(at));
            let (Some(at), Some(field)) = (at, field) else {
                return Err(Fault::no_such_field(&self.object.name, &element.name));
            };
            draft.values.push((at, value(field, &element.text)?));
        }
        for name in &self.nulls {
            let Some(at) = self.object.field_index(name) else {
                return Err(Fault::no_such_field(&self.object.name, name));
            };
            draft.values.push((at, Value::Null));
        }
        Ok(Ok(draft))
    }

    /// Reads a parent by one of its keys: `<Account><type>Account</type><Key__c>A-1</Key__c></Account>`.
    fn parent(
        &self,
        schema: &Schema,
        draft: &mut Draft,
        element: &Element,
    ) -> Result<(), ApiError> {
        let kind = element.child("type").and_then(Element::value);
        let mut keys = element
            .children
            .iter()
            .filter(|key| !key.nil && !matches!(key.name.as_str(), "type" | "fieldsToNull"));
        let (Some(key), None) = (keys.next(), keys.next()) else {
            let message = format!(
                "The relationship {} must name its record by exactly one external id field",
                element.name
            );
            return Err(ApiError::for_record(
                "INVALID_FIELD",
                message,
                [element.name.as_str()],
            ));
        };
        let column = match kind.filter(|_| self.is_polymorphic(&element.name)) {
            Some(kind) => format!("{kind}:{}.{}", element.name, key.name),
            None => format!("{}.{}", element.name, key.name),
        };
        draft.set_text(schema, self.object, &column, Some(key.text.trim()))
    }

    fn is_polymorphic(&self, relationship: &str) -> bool {
        let field = self.object.relationship(relationship);
        field
            .and_then(Field::reference)
            .is_some_and(sandbox_model::schema::Reference::is_polymorphic)
    }

    fn unknown(&self, name: &str, error: ApiError) -> Fault {
        if self.object.relationship(name).is_none() {
            return Fault::no_such_field(&self.object.name, name);
        }
        error.into()
    }
}

/// Returns the value of a field by the schema's rules for its type; empty text is null where the type is text.
fn value(field: &Field, text: &str) -> Result<Value, Fault> {
    let trimmed = text.trim();
    let kind = xsd_type(&field.field_type);
    let wrong = || Fault::wrong_type(trimmed, kind);
    match field.field_type {
        FieldType::Boolean => boolean(trimmed).map(Value::Bool),
        FieldType::DateTime => instant(trimmed).map(Value::Int).ok_or_else(wrong),
        _ if trimmed.is_empty() && kind != "xsd:string" => Err(wrong()),
        _ => from_text(field, text).map_err(|_| wrong()),
    }
}

/// Returns the type of a field's values in the schema.
pub(super) fn xsd_type(field_type: &FieldType) -> &'static str {
    match field_type {
        FieldType::Boolean => "xsd:boolean",
        FieldType::Int => "xsd:int",
        FieldType::Double | FieldType::Currency | FieldType::Percent => "xsd:double",
        FieldType::Date => "xsd:date",
        FieldType::DateTime => "xsd:dateTime",
        FieldType::Time => "xsd:time",
        FieldType::Base64 => "xsd:base64Binary",
        _ => "xsd:string",
    }
}
