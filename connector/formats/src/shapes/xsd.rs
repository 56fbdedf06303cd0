//! Shapes as XML Schema, XSD 1.0.
//!
//! | in the record | in the schema |
//! |---|---|
//! | fields in any order, each at most once | `xs:all` |
//! | null | `nillable="true"` |
//! | a field that is required, unless a reference may stand for it | `minOccurs="1"` |
//! | a reference by external id | an element with one element in it, and the attribute `type` |
//! | a parent, a compound field | nested elements |
//! | children | `records` below the relationship |

mod element;

use super::member::{Form, Member, Pick};
use super::plan::Use;
use super::record_shape::RecordShape;
use element::Element;

/// Ids as documents hold them: 15 characters, or 18 with those that keep upper and lower case apart.
const ID: &str = "[A-Za-z0-9]{15}([A-Za-z0-9]{3})?";
/// What Salesforce takes for an address.
const EMAIL: &str = "[^\\s@]+@[^\\s@]+\\.[^\\s@]+";
/// An offset, which `xs:dateTime` alone does not ask for.
const WITH_OFFSET: &str = ".*(Z|[+\\-][0-9]{2}:[0-9]{2})";
/// Salesforce writes offsets without a colon, which `xs:dateTime` does not allow.
const AS_SENT: &str =
    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+\\-][0-9]{2}:?[0-9]{2})";

/// Writes the schema of documents of such records.
pub fn write(shape: &RecordShape) -> std::io::Result<Vec<u8>> {
    let object = shape.object.as_str();
    let record = Element::new("element")
        .put("ref", object)
        .put("minOccurs", 0)
        .put("maxOccurs", "unbounded");
    let list = Element::new("complexType").with(Element::new("sequence").with(record));
    Element::new("schema")
        .put("xmlns:xs", "http://www.w3.org/2001/XMLSchema")
        .with(
            Element::new("element")
                .put("name", object)
                .with(documented(&heading(shape)))
                .with(record_type(shape)),
        )
        .with(
            Element::new("element")
                .put("name", "records")
                .with(documented("Any number of records."))
                .with(list),
        )
        .document()
}

fn heading(shape: &RecordShape) -> String {
    let object = &shape.object;
    let what = match shape.purpose {
        Use::Create => format!("A record of {object} to create."),
        Use::Update => format!("A record of {object} to change; what is absent stays as it is."),
        Use::Upsert => format!("A record of {object} to create or change."),
        Use::Query => format!("A row of a query on {object}."),
    };
    match shape.label.as_str() {
        "" => what,
        label => format!("{label}. {what}"),
    }
}

fn record_type(shape: &RecordShape) -> Element {
    let elements = shape
        .members
        .iter()
        .map(|member| element(member, shape.purpose, is_required(shape, &member.name)));
    record_attributes(Element::new("complexType").with(Element::new("all").with_all(elements)))
}

/// What rows carry where `keep-attributes` is set, and Boomi's documents always.
fn record_attributes(complex: Element) -> Element {
    complex
        .with(attribute("type", "xs:string"))
        .with(attribute("url", "xs:string"))
}

fn attribute(name: &str, kind: &str) -> Element {
    Element::new("attribute")
        .put("name", name)
        .put("type", kind)
}

/// Groups of several members, of which one must be there, are beyond XSD 1.0.
fn is_required(shape: &RecordShape, name: &str) -> bool {
    let mut groups = shape.required.iter();
    groups.any(|group| group.as_slice() == [name])
}

fn element(member: &Member, purpose: Use, required: bool) -> Element {
    let mut element = Element::new("element").put("name", &member.name);
    if !required {
        element = element.put("minOccurs", 0);
    }
    if member.nullable {
        element = element.put("nillable", true);
    }
    let words = words(member);
    if !words.is_empty() {
        element = element.with(documented(&words));
    }
    match &member.form {
        Form::Compound(parts) => element.with(compound(parts, purpose)),
        Form::Reference { by, .. } => element.with(reference(by, purpose)),
        Form::Record(shape) => element.with(record_type(shape)),
        Form::Records(shape) => element.with(children(shape)),
        _ => simple(element, member, purpose),
    }
}

fn words(member: &Member) -> String {
    let parts = [Some(member.label.as_str()), member.help.as_deref()];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect();
    parts.join(": ")
}

fn documented(text: &str) -> Element {
    Element::new("annotation").with(Element::new("documentation").say(text))
}

/// Gives an element its type: a named one where nothing is to be added to it.
fn simple(element: Element, member: &Member, purpose: Use) -> Element {
    let (base, facets) = facets(member, purpose);
    if facets.is_empty() {
        return element.put("type", base);
    }
    let restriction = Element::new("restriction").put("base", base);
    element.with(Element::new("simpleType").with(restriction.with_all(facets)))
}

fn facets(member: &Member, purpose: Use) -> (&'static str, Vec<Element>) {
    let reads = purpose == Use::Query;
    match &member.form {
        Form::Email(longest) if !reads => (
            "xs:string",
            [pattern(EMAIL)]
                .into_iter()
                .chain(length(*longest))
                .collect(),
        ),
        Form::Text(longest) | Form::Email(longest) => ("xs:string", length(*longest)),
        Form::Pick {
            values,
            closed: true,
            several: false,
            ..
        } => ("xs:string", values.iter().map(enumeration).collect()),
        Form::Pick {
            values,
            closed: true,
            longest,
            ..
        } => (
            "xs:string",
            [pattern(&several(values))]
                .into_iter()
                .chain(length(*longest))
                .collect(),
        ),
        Form::Pick { longest, .. } => ("xs:string", length(*longest)),
        Form::Boolean => ("xs:boolean", Vec::new()),
        Form::Whole(bound) => ("xs:integer", bounds(*bound)),
        // The org writes large numbers with an exponent, which `xs:decimal` does not allow.
        Form::Decimal(_) if reads => ("xs:double", Vec::new()),
        Form::Decimal(bound) => ("xs:decimal", bounds(*bound)),
        Form::Date => ("xs:date", Vec::new()),
        Form::Time => ("xs:time", Vec::new()),
        Form::DateTime if reads => ("xs:string", vec![pattern(AS_SENT)]),
        Form::DateTime => ("xs:dateTime", vec![pattern(WITH_OFFSET)]),
        Form::Id => ("xs:string", vec![pattern(ID)]),
        Form::Bytes => ("xs:base64Binary", Vec::new()),
        Form::BytesPath => ("xs:anyURI", Vec::new()),
        _ => ("xs:anySimpleType", Vec::new()),
    }
}

fn facet(name: &'static str, value: impl ToString) -> Element {
    Element::new(name).put("value", value)
}

fn length(longest: Option<u32>) -> Vec<Element> {
    longest
        .map(|longest| facet("maxLength", longest))
        .into_iter()
        .collect()
}

fn pattern(expression: &str) -> Element {
    facet("pattern", expression)
}

fn bounds(bound: Option<u64>) -> Vec<Element> {
    let Some(bound) = bound else {
        return Vec::new();
    };
    vec![
        facet("minExclusive", format!("-{bound}")),
        facet("maxExclusive", bound),
    ]
}

fn enumeration(pick: &Pick) -> Element {
    let value = facet("enumeration", &pick.value);
    if pick.label == pick.value {
        value
    } else {
        value.with(documented(&pick.label))
    }
}

/// Any of these values with semicolons between them; patterns of XSD match the whole.
fn several(values: &[Pick]) -> String {
    let escaped: Vec<String> = values.iter().map(|pick| escape(&pick.value)).collect();
    let one = escaped.join("|");
    format!("({one})(;({one}))*")
}

/// A text as a regular expression of XSD that matches it alone.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if "\\.?*+{}()[]|-^".contains(char) {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

fn compound(parts: &[Member], purpose: Use) -> Element {
    let parts = parts.iter().map(|part| element(part, purpose, false));
    Element::new("complexType").with(Element::new("all").with_all(parts))
}

/// A parent by one external id; the attribute `type` tells its sObject where there are several.
fn reference(by: &[Member], purpose: Use) -> Element {
    let content = if by.is_empty() {
        Element::new("sequence").with(Element::new("any").put("processContents", "lax"))
    } else {
        let ways = by.iter().map(|member| element(member, purpose, true));
        Element::new("choice").with_all(ways)
    };
    Element::new("complexType")
        .with(content)
        .with(attribute("type", "xs:string"))
}

fn children(shape: &RecordShape) -> Element {
    let records = Element::new("element")
        .put("name", "records")
        .put("minOccurs", 0)
        .put("maxOccurs", "unbounded")
        .with(record_type(shape));
    // Rows tell so where there are no children.
    let none = Element::new("element")
        .put("name", "totalSize")
        .put("type", "xs:integer")
        .put("minOccurs", 0);
    let none = (shape.purpose == Use::Query).then_some(none);
    Element::new("complexType").with(Element::new("sequence").with_all(none).with(records))
}
