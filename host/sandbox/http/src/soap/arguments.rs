//! The arguments of a call, and the members of complex ones.
//!
//! Salesforce's parser is strict about what belongs to a type and lenient about how it is written: members of a complex type come in
//! any order and any namespace (jsforce sends `leadId` before `convertedStatus`, salesforcer `masterRecord` in none), and the first
//! argument of a call goes by its place, whatever its name (jsforce calls that of `merge` `mergeRequests`, salesforcer
//! `mergeRequest`). What a type does not have is rejected: "convertedStatus invalid at this location", where it stands in the call
//! itself.

use super::fault::Fault;
use sandbox_model::value::dates;
use sandbox_model::xml::Element;

/// The elements below a call, or below a complex argument, that are not read yet.
#[derive(Debug)]
pub(super) struct Arguments<'x> {
    of: &'x Element,
    left: Vec<&'x Element>,
    is_call: bool,
}

impl<'x> Arguments<'x> {
    /// Returns the arguments of a call.
    pub(super) fn of_call(call: &'x Element) -> Self {
        Self {
            is_call: true,
            ..Self::new(call)
        }
    }

    /// Creates the members of a complex argument.
    pub(super) fn new(of: &'x Element) -> Self {
        Self {
            of,
            left: of.children.iter().collect(),
            is_call: false,
        }
    }

    /// Returns the element of this name, if it is there; in a call it has to be the next one.
    pub(super) fn optional(&mut self, name: &str) -> Option<&'x Element> {
        let at = self.left.iter().position(|left| left.name == name)?;
        (at == 0 || !self.is_call).then(|| self.left.remove(at))
    }

    /// Returns all elements of this name. In a call they are those that come next, and may have another name if nothing comes before them.
    pub(super) fn many(&mut self, name: &str) -> Vec<&'x Element> {
        if !self.is_call {
            let left = std::mem::take(&mut self.left);
            let (found, left) = left.into_iter().partition(|left| left.name == name);
            self.left = left;
            return found;
        }
        let is_first = self.left.len() == self.of.children.len();
        let next = self.left.first().map(|next| next.name.as_str());
        let Some(name) = next.filter(|next| is_first || *next == name) else {
            return Vec::new();
        };
        let count = self
            .left
            .iter()
            .take_while(|left| left.name == name)
            .count();
        self.left.drain(..count).collect()
    }

    /// Returns the next element, which has to be this one.
    pub(super) fn required(&mut self, name: &str) -> Result<&'x Element, Fault> {
        if let Some(found) = self.optional(name) {
            return Ok(found);
        }
        let namespace = &self.of.namespace;
        let found = match self.left.first() {
            Some(next) => format!("'{}:{}'", next.namespace, next.name),
            None => format!("the end of '{}:{}'", namespace, self.of.name),
        };
        Err(Fault::client(format!(
            "Unexpected element. Parser was expecting element '{namespace}:{name}' but found {found}"
        )))
    }

    /// Returns the text of an element that has to be there.
    pub(super) fn text(&mut self, name: &str) -> Result<&'x str, Fault> {
        Ok(self.required(name)?.value().unwrap_or_default())
    }

    /// Returns the text of an element that may be missing, nil or empty.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<&'x str> {
        self.optional(name)?.value().filter(|text| !text.is_empty())
    }

    /// Returns the texts of all that are called this from here on; nil ones are left out.
    pub(super) fn texts(&mut self, name: &str) -> Vec<&'x str> {
        let found = self.many(name).into_iter();
        found.filter_map(Element::value).collect()
    }

    /// Returns a boolean; `None` where it is missing or nil.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        let text = self.optional(name).and_then(Element::value);
        text.map(boolean).transpose()
    }

    /// Returns a whole number; `None` where it is missing or nil.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i32>, Fault> {
        let read = |text: &str| text.parse().map_err(|_| Fault::wrong_type(text, "xsd:int"));
        self.optional_text(name).map(read).transpose()
    }

    /// Returns an instant that has to be there, in ms since 1970.
    pub(super) fn instant(&mut self, name: &str) -> Result<i64, Fault> {
        let text = self.text(name)?;
        instant(text).ok_or_else(|| Fault::wrong_type(text, "xsd:dateTime"))
    }

    /// Rejects what is left over.
    pub(super) fn finish(self) -> Result<(), Fault> {
        self.left
            .first()
            .map_or(Ok(()), |left| Err(misplaced(left)))
    }
}

/// Returns an element that the schema does not have here.
pub(super) fn misplaced(element: &Element) -> Fault {
    let name = element.expanded_name();
    Fault::client(format!("Element {name} invalid at this location"))
}

/// `xsd:boolean`
pub(super) fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(Fault::wrong_type(text, "xsd:boolean")),
    }
}

/// `xsd:dateTime` in ms since 1970; without an offset it is UTC.
pub(super) fn instant(text: &str) -> Option<i64> {
    dates::parse_datetime(text).or_else(|| dates::parse_datetime(&format!("{text}Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(children: &str) -> Element {
        Element::read(format!("<c xmlns=\"urn:x\">{children}</c>").as_bytes()).unwrap()
    }

    #[test]
    fn arguments_of_a_call_come_in_the_order_of_the_wsdl() {
        let good = call("<a>1</a><b>x</b><b>y</b>");
        let mut arguments = Arguments::of_call(&good);
        assert_eq!(arguments.text("a").unwrap(), "1");
        assert_eq!(arguments.texts("b"), ["x", "y"]);
        assert!(arguments.finish().is_ok());
        let swapped = call("<b>x</b><a>1</a>");
        let rejected = Arguments::of_call(&swapped).text("a").unwrap_err();
        assert_eq!(
            rejected,
            Fault::client(
                "Unexpected element. Parser was expecting element 'urn:x:a' but found 'urn:x:b'"
            )
        );
    }

    #[test]
    fn the_first_argument_is_positional_and_extra_ones_are_rejected() {
        let foreign = call("<requests xmlns=\"\">1</requests><requests>2</requests>");
        let mut arguments = Arguments::of_call(&foreign);
        assert_eq!(arguments.texts("request"), ["1", "2"]);
        assert!(arguments.finish().is_ok());
        let spread = call("<leadId>1</leadId><convertedStatus>x</convertedStatus>");
        let mut arguments = Arguments::of_call(&spread);
        assert_eq!(arguments.many("leadConverts").len(), 1);
        assert_eq!(
            arguments.finish().unwrap_err(),
            Fault::client("Element {urn:x}convertedStatus invalid at this location")
        );
    }

    #[test]
    fn members_come_in_any_order_and_namespace() {
        let mixed = call("<b>1</b><a xmlns=\"\">2</a><b>3</b><c/>");
        let mut members = Arguments::new(&mixed);
        assert_eq!(members.optional_text("a"), Some("2"));
        assert_eq!(members.texts("b"), ["1", "3"]);
        assert_eq!(
            members.finish().unwrap_err(),
            Fault::client("Element {urn:x}c invalid at this location")
        );
    }

    #[test]
    fn values_have_the_types_of_the_schema() {
        let typed = call("<a>1</a><b>yes</b>");
        let mut arguments = Arguments::new(&typed);
        assert_eq!(arguments.flag("a"), Ok(Some(true)));
        assert_eq!(
            arguments.flag("b"),
            Err(Fault::client(
                "'yes' is not a valid value for the type xsd:boolean"
            ))
        );
        assert_eq!(instant("1970-01-01T00:00:01"), Some(1_000));
        assert_eq!(instant("1970-01-01T01:00:01+01:00"), Some(1_000));
        assert_eq!(instant("1970-01-01"), None);
    }
}
