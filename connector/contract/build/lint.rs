//! The rules of the contract that a machine can check: everything documented, no unknown `@` line, no keyword names.

use anyhow::{Result, bail};
use wit_parser::{
    Docs as WitDocs, Function, Interface, PackageId, Resolve, Span, TypeDef, TypeDefKind, WorldId,
    WorldItem,
};

use crate::docs::Docs;
use crate::signature::CONNECT;

const ON_FIELDS: &[&str] = &[
    "default", "range", "length", "format", "domains", "secret", "example", "member",
];
const ON_ALIASES: &[&str] = &["range", "length", "format", "secret", "example"];
const ON_RECORDS: &[&str] = &["example", "upstream"];
const ON_OPERATIONS: &[&str] = &["effect", "accepts", "returns", "secret"];
const NOWHERE: &[&str] = &[];

/// The only tag that may stand more than once.
const REPEATABLE: &str = "example";

/// Words that Rust (The Rust Reference, Keywords), JavaScript (ECMAScript, Reserved Words) or WIT (WIT, Keywords) keep to themselves. A name
/// among them costs a binding an escape.
const KEYWORDS: &[&str] = &[
    "case",
    "catch",
    "class",
    "debugger",
    "default",
    "delete",
    "export",
    "extends",
    "finally",
    "function",
    "implements",
    "import",
    "instanceof",
    "interface",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "switch",
    "this",
    "throw",
    "undefined",
    "var",
    "void",
    "with",
    "arguments",
    "eval",
    "bool",
    "borrow",
    "char",
    "constructor",
    "flags",
    "from",
    "func",
    "future",
    "include",
    "list",
    "option",
    "own",
    "record",
    "resource",
    "result",
    "stream",
    "string",
    "tuple",
    "variant",
    "world",
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// Refuses the world with one line per broken rule.
pub fn check(resolve: &Resolve, world: WorldId, package: PackageId) -> Result<()> {
    let mut lint = Lint {
        resolve,
        problems: Vec::new(),
    };
    let exports = resolve.worlds.get(world).map(|w| &w.exports);
    for item in exports.into_iter().flat_map(|e| e.values()) {
        if let WorldItem::Interface { id, .. } = item
            && let Some(interface) = resolve.interfaces.get(*id)
        {
            lint.interface(interface, interface.package == Some(package));
        }
    }
    if !lint.problems.is_empty() {
        bail!(lint.problems.join("\n"));
    }
    Ok(())
}

struct Lint<'a> {
    resolve: &'a Resolve,
    problems: Vec<String>,
}

impl Lint<'_> {
    fn interface(&mut self, interface: &Interface, ours: bool) {
        let name = interface.name.as_deref().unwrap_or("?");
        self.item(
            interface.span,
            &format!("interface `{name}`"),
            &interface.docs,
            NOWHERE,
        );
        for (name, id) in &interface.types {
            if let Some(def) = self.resolve.types.get(*id)
                && !self.is_use(def)
            {
                self.typedef(name, def);
            }
        }
        for function in interface.functions.values() {
            self.function(function, ours);
        }
    }

    /// A `use` makes a name for a type of another interface; it is documented there.
    fn is_use(&self, def: &TypeDef) -> bool {
        let TypeDefKind::Type(wit_parser::Type::Id(target)) = def.kind else {
            return false;
        };
        self.resolve
            .types
            .get(target)
            .is_some_and(|target| target.owner != def.owner)
    }

    fn typedef(&mut self, name: &str, def: &TypeDef) {
        let tags = match def.kind {
            TypeDefKind::Record(_) => ON_RECORDS,
            TypeDefKind::Type(_) | TypeDefKind::List(_) => ON_ALIASES,
            _ => NOWHERE,
        };
        self.item(def.span, &format!("type `{name}`"), &def.docs, tags);
        match &def.kind {
            TypeDefKind::Record(record) => {
                for field in &record.fields {
                    let what = format!("field `{}` of `{name}`", field.name);
                    self.item(field.span, &what, &field.docs, ON_FIELDS);
                    self.keyword(field.span, &what, &field.name);
                }
            }
            TypeDefKind::Enum(choice) => {
                for case in &choice.cases {
                    self.item(
                        case.span,
                        &format!("case `{}` of `{name}`", case.name),
                        &case.docs,
                        NOWHERE,
                    );
                }
            }
            TypeDefKind::Variant(variant) => {
                for case in &variant.cases {
                    self.item(
                        case.span,
                        &format!("case `{}` of `{name}`", case.name),
                        &case.docs,
                        NOWHERE,
                    );
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, function: &Function, ours: bool) {
        let operation = ours && function.name != CONNECT;
        let what = format!("function `{}`", function.name);
        self.item(
            function.span,
            &what,
            &function.docs,
            if operation { ON_OPERATIONS } else { NOWHERE },
        );
        self.keyword(function.span, &what, &function.name);
    }

    fn item(&mut self, span: Span, what: &str, docs: &WitDocs, allowed: &[&str]) {
        let docs = Docs::parse(docs);
        if docs.text.is_empty() {
            self.problem(
                span,
                &format!("{what} has no `///` line: say what it is, or what it does"),
            );
        }
        for (index, tag) in docs.tags.iter().enumerate() {
            let name = tag.name.as_str();
            if !allowed.contains(&name) {
                self.problem(
                    span,
                    &format!(
                        "{what} has `@{name}`, which is not known here{}",
                        list(allowed)
                    ),
                );
            }
            if name != REPEATABLE
                && docs
                    .tags
                    .iter()
                    .take(index)
                    .any(|before| before.name == name)
            {
                self.problem(span, &format!("{what} has `@{name}` twice: keep one"));
            }
        }
    }

    fn keyword(&mut self, span: Span, what: &str, name: &str) {
        if KEYWORDS.contains(&name) {
            self.problem(
                span,
                &format!("{what} is a keyword of Rust, JavaScript or WIT: choose another name"),
            );
        }
    }

    fn problem(&mut self, span: Span, sentence: &str) {
        self.problems.push(format!(
            "{}: {sentence}",
            self.resolve.render_location(span)
        ));
    }
}

fn list(allowed: &[&str]) -> String {
    match allowed {
        [] => String::new(),
        known => format!("; known are @{}", known.join(", @")),
    }
}
