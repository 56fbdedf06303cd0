//! A reading view of the JSON Schemas (2020-12) in a connector's catalog.
//!
//! The host never validates with them, that is the connector's work: it looks up types to convert command-line
//! arguments, descriptions for help, and the marks of the contract (`format: uri`, `writeOnly`). References are followed
//! inside the document only. A schema is foreign input: every walk is bounded.

use serde_json::Value;

/// Bound of a chain of `$ref`.
const MAX_REFERENCES: usize = 16;
/// Bound of the nodes that one walk visits.
const MAX_VISITS: usize = 100_000;
/// Bound of nesting of alternatives and documents.
const MAX_DEPTH: usize = 64;
/// Keywords whose branches may all describe a value.
const BRANCHES: [&str; 3] = ["allOf", "oneOf", "anyOf"];

/// The schema of any value.
static ANYTHING: Value = Value::Bool(true);

/// Points at one node of a schema document.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    root: &'a Value,
    node: &'a Value,
}

/// Sorts what a schema node takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    List,
    /// An object with named properties.
    Record,
    /// An object with any names.
    Map,
    /// An object with exactly one of several properties.
    Choice,
    /// Any JSON value.
    Any,
}

impl<'a> Schema<'a> {
    /// Views a whole schema document.
    #[must_use]
    pub const fn new(root: &'a Value) -> Self {
        Self { root, node: root }
    }

    const fn at(self, node: &'a Value) -> Self {
        Self {
            root: self.root,
            node,
        }
    }

    /// Gives this node, then what its `$ref` names, and so on.
    fn chain(self) -> impl Iterator<Item = &'a Value> {
        let root = self.root;
        std::iter::successors(Some(self.node), move |node| {
            root.pointer(node.get("$ref")?.as_str()?.strip_prefix('#')?)
        })
        .take(MAX_REFERENCES)
    }

    /// Returns a keyword: the node's own, else that of the node referred to.
    #[must_use]
    pub fn keyword(self, name: &str) -> Option<&'a Value> {
        self.chain().find_map(|node| node.get(name))
    }

    /// Returns a keyword that holds text.
    #[must_use]
    pub fn text(self, name: &str) -> Option<&'a str> {
        self.keyword(name).and_then(Value::as_str)
    }

    /// Says whether the value is a secret.
    #[must_use]
    pub fn is_secret(self) -> bool {
        self.keyword("writeOnly") == Some(&Value::Bool(true))
    }

    fn branches(self) -> impl Iterator<Item = Self> {
        BRANCHES
            .into_iter()
            .filter_map(move |keyword| self.keyword(keyword)?.as_array())
            .flatten()
            .map(move |node| self.at(node))
    }

    /// Lists the properties in the order of the document, those of alternatives included.
    #[must_use]
    pub fn properties(self) -> Vec<(&'a str, Self)> {
        let mut found = Vec::new();
        let mut left = MAX_VISITS;
        self.gather(&mut found, &mut left, 0);
        found
    }

    fn gather(self, found: &mut Vec<(&'a str, Self)>, left: &mut usize, depth: usize) {
        if *left == 0 || depth > MAX_DEPTH {
            return;
        }
        *left -= 1;
        if let Some(own) = self.keyword("properties").and_then(Value::as_object) {
            found.extend(
                own.iter()
                    .map(|(name, node)| (name.as_str(), self.at(node))),
            );
        }
        self.branches()
            .for_each(|branch| branch.gather(found, left, depth + 1));
    }

    /// Returns the schema of a property.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        self.properties()
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, schema)| schema)
    }

    /// Says whether the property must be there.
    #[must_use]
    pub fn requires(self, name: &str) -> bool {
        let listed = |list: &Value| {
            list.as_array()
                .is_some_and(|names| names.iter().any(|known| known == name))
        };
        self.keyword("required").is_some_and(listed)
    }

    /// Returns the schema of values under names that are not listed as properties; none where no others are taken.
    #[must_use]
    pub fn other_properties(self) -> Option<Self> {
        let may_be_object = matches!(self.type_name(), None | Some("object"));
        match self.keyword("additionalProperties") {
            _ if !may_be_object => None,
            Some(Value::Bool(false)) => None,
            Some(node) => Some(self.at(node)),
            None => self.branches().next().is_none().then(|| self.at(&ANYTHING)),
        }
    }

    /// Returns the schema of the items of a list.
    #[must_use]
    pub fn items(self) -> Option<Self> {
        self.keyword("items").map(|node| self.at(node))
    }

    /// Lists the words that may be chosen, where only certain words are taken.
    #[must_use]
    pub fn choices(self) -> Vec<&'a str> {
        let own = self
            .keyword("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let constant = self.keyword("const");
        let mut words: Vec<&str> = own.chain(constant).filter_map(Value::as_str).collect();
        for branch in self.branches() {
            words.extend(branch.text("const"));
        }
        words
    }

    /// Sorts what the node takes.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.type_name() {
            Some("string") => Kind::Text,
            Some("integer") => Kind::Integer,
            Some("number") => Kind::Number,
            Some("boolean") => Kind::Boolean,
            Some("array") => Kind::List,
            _ if self.keyword("properties").is_some() => Kind::Record,
            _ if self
                .branches()
                .any(|branch| branch.keyword("properties").is_some()) =>
            {
                Kind::Choice
            }
            Some("object") if self.other_properties().is_some() => Kind::Map,
            Some("object") => Kind::Record,
            _ if !self.choices().is_empty() => Kind::Text,
            _ => Kind::Any,
        }
    }

    /// Returns the type, that of an optional value (`["string", "null"]`) included.
    fn type_name(self) -> Option<&'a str> {
        match self.keyword("type")? {
            Value::Array(types) => types
                .iter()
                .filter_map(Value::as_str)
                .find(|name| *name != "null"),
            single => single.as_str(),
        }
    }

    /// Visits every value of a document with each schema that describes it and its JSON Pointer.
    pub fn walk<'v>(self, document: &'v Value, mut visit: impl FnMut(&str, Self, &'v Value)) {
        let mut walk = Walk {
            left: MAX_VISITS,
            pointer: String::new(),
            visit: &mut visit,
        };
        walk.value(self, document, 0);
    }

    /// Lists the strings of a document that the schema marks as `format: uri`, each with the domains below which it may lie
    /// (`x-trusted-domains`).
    #[must_use]
    pub fn addresses<'v>(self, document: &'v Value) -> Vec<(&'v str, Vec<&'a str>)> {
        let mut found = Vec::new();
        self.walk(document, |_, schema, value| {
            if schema.text("format") == Some("uri")
                && let Some(address) = value.as_str()
            {
                found.push((address, schema.trusted_domains()));
            }
        });
        found
    }

    fn trusted_domains(self) -> Vec<&'a str> {
        let listed = self.keyword("x-trusted-domains").and_then(Value::as_array);
        listed
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Lists the texts that the schema marks as secrets in a document, those in lists and groups included.
    #[must_use]
    pub fn secret_texts(self, document: &Value) -> Vec<&str> {
        let mut found = Vec::new();
        self.walk(document, |_, schema, value| {
            if schema.is_secret() {
                texts(value, &mut found);
            }
        });
        found
    }

    /// Lists the JSON Pointers of the secrets in a document.
    #[must_use]
    pub fn secrets(self, document: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.walk(document, |pointer, schema, _| {
            if schema.is_secret() {
                found.push(pointer.to_owned());
            }
        });
        found
    }
}

fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

type Visit<'f, 'a, 'v> = &'f mut dyn FnMut(&str, Schema<'a>, &'v Value);

struct Walk<'f, 'a, 'v> {
    left: usize,
    pointer: String,
    visit: Visit<'f, 'a, 'v>,
}

impl<'a, 'v> Walk<'_, 'a, 'v> {
    fn value(&mut self, schema: Schema<'a>, value: &'v Value, depth: usize) {
        if self.left == 0 || depth > MAX_DEPTH {
            return;
        }
        self.left -= 1;
        (self.visit)(&self.pointer, schema, value);
        for branch in schema.branches() {
            self.value(branch, value, depth + 1);
        }
        self.children(schema, value, depth + 1);
    }

    fn children(&mut self, schema: Schema<'a>, value: &'v Value, depth: usize) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if let Some(schema) = own_property(schema, name) {
                        self.child(
                            &name.replace('~', "~0").replace('/', "~1"),
                            schema,
                            member,
                            depth,
                        );
                    }
                }
            }
            Value::Array(items) => {
                let Some(schema) = schema.items() else { return };
                for (at, item) in items.iter().enumerate() {
                    self.child(&at.to_string(), schema, item, depth);
                }
            }
            _ => {}
        }
    }

    fn child(&mut self, step: &str, schema: Schema<'a>, value: &'v Value, depth: usize) {
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(step);
        self.value(schema, value, depth);
        self.pointer.truncate(length);
    }
}

/// Finds a property without looking into alternatives, which a walk visits on their own.
fn own_property<'a>(schema: Schema<'a>, name: &str) -> Option<Schema<'a>> {
    let named = schema
        .keyword("properties")
        .and_then(|properties| properties.get(name));
    named
        .map(|node| schema.at(node))
        .or_else(|| schema.other_properties())
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
