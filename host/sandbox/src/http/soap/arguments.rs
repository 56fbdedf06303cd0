//! The arguments of a call, read in the order that the WSDL gives them.

use super::fault::Fault;
use super::xml::Element;
use crate::value::dates;

/// The elements below a call, or below a complex argument, from the first that is not read yet.
#[derive(Debug)]
pub(super) struct Arguments<'x> {
    of: &'x Element,
    rest: std::iter::Peekable<std::slice::Iter<'x, Element>>,
}

impl<'x> Arguments<'x> {
    /// Those below `of`; they are in its namespace.
    pub(super) fn new(of: &'x Element) -> Self {
        let rest = of.children.iter().peekable();
        Self { of, rest }
    }

    /// The next element, if it is this one.
    pub(super) fn optional(&mut self, name: &str) -> Option<&'x Element> {
        let of = self.of;
        self.rest.next_if(|next| next.is(&of.namespace, name))
    }

    /// All that are called this from here on.
    pub(super) fn many(&mut self, name: &str) -> Vec<&'x Element> {
        std::iter::from_fn(|| self.optional(name)).collect()
    }

    /// The next element, which has to be this one.
    pub(super) fn required(&mut self, name: &str) -> Result<&'x Element, Fault> {
        if let Some(found) = self.optional(name) {
            return Ok(found);
        }
        let namespace = &self.of.namespace;
        let found = match self.rest.peek() {
            Some(next) => format!("'{}:{}'", next.namespace, next.name),
            None => format!("the end of '{}:{}'", namespace, self.of.name),
        };
        Err(Fault::client(format!(
            "Unexpected element. Parser was expecting element '{namespace}:{name}' but found {found}"
        )))
    }

    /// The text of an element that has to be there.
    pub(super) fn text(&mut self, name: &str) -> Result<&'x str, Fault> {
        Ok(self.required(name)?.value().unwrap_or_default())
    }

    /// The text of an element that may be missing, nil or empty.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<&'x str> {
        self.optional(name)?.value().filter(|text| !text.is_empty())
    }

    /// The texts of all that are called this from here on; nil ones are left out.
    pub(super) fn texts(&mut self, name: &str) -> Vec<&'x str> {
        let found = self.many(name).into_iter();
        found.filter_map(Element::value).collect()
    }

    /// A boolean; `None` where it is missing or nil.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        let text = self.optional(name).and_then(Element::value);
        text.map(boolean).transpose()
    }

    /// A whole number; `None` where it is missing or nil.
    pub(super) fn int(&mut self, name: &str) -> Result<Option<i32>, Fault> {
        let read = |text: &str| text.parse().map_err(|_| Fault::wrong_type(text, "xsd:int"));
        self.optional_text(name).map(read).transpose()
    }

    /// An instant that has to be there, in ms since 1970.
    pub(super) fn instant(&mut self, name: &str) -> Result<i64, Fault> {
        let text = self.text(name)?;
        instant(text).ok_or_else(|| Fault::wrong_type(text, "xsd:dateTime"))
    }

    /// Refuses what is left over.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        self.rest.next().map_or(Ok(()), |left| Err(misplaced(left)))
    }
}

/// An element that the schema does not have here.
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
    fn arguments_come_in_the_order_of_the_wsdl_and_none_beside_them() {
        let good = call("<a>1</a><b>x</b><b>y</b>");
        let mut arguments = Arguments::new(&good);
        assert_eq!(arguments.text("a").unwrap(), "1");
        assert_eq!(arguments.texts("b"), ["x", "y"]);
        assert!(arguments.finish().is_ok());
        let swapped = call("<b>x</b><a>1</a>");
        let refused = Arguments::new(&swapped).text("a").unwrap_err();
        assert_eq!(
            refused,
            Fault::client(
                "Unexpected element. Parser was expecting element 'urn:x:a' but found 'urn:x:b'"
            )
        );
        let foreign = call("<a xmlns=\"\">1</a>");
        assert_eq!(
            Arguments::new(&foreign).finish().unwrap_err(),
            Fault::client("Element {}a invalid at this location")
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
