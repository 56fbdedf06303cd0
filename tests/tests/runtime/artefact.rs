//! The component as others load it: what it asks of a host, what it says of itself, and that it tells nothing of who built it.

use mediate_cli::embedded::{CONNECTOR, MEDIATION_WIT, SALESFORCE_WIT};
use mediate_tests::GENERIC;
use wasm_metadata::Payload;
use wasmparser::Payload::{ComponentImportSection, Version};
use wasmparser::{Encoding, Parser};
use wit_component::{OutputToString, WitPrinter};

/// What a host must provide: HTTP, and what std cannot do without. A panic is told on standard error.
const ALLOWED: [&str; 5] = [
    "wasi:cli/stderr@",
    "wasi:clocks/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
];

fn imports(component: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Version { encoding, .. } => {
                depth += 1;
                assert!(depth > 1 || encoding == Encoding::Component);
            }
            wasmparser::Payload::End(_) => depth -= 1,
            ComponentImportSection(section) if depth == 1 => {
                names.extend(
                    section
                        .into_iter()
                        .map(|import| import.unwrap().name.name.to_owned()),
                );
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_connector_asks_a_host_for_http_and_little_else() {
    for connector in [CONNECTOR, GENERIC] {
        let names = imports(connector);
        let http = "wasi:http/outgoing-handler@";
        assert!(names.iter().any(|name| name.starts_with(http)), "{names:?}");
        let allowed = |name: &&String| ALLOWED.iter().any(|allowed| name.starts_with(allowed));
        let unexpected: Vec<_> = names.iter().filter(|name| !allowed(name)).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
    }
}

#[test]
fn the_connector_says_what_it_is() {
    let payload = Payload::from_binary(CONNECTOR).unwrap();
    let metadata = payload.metadata();
    assert_eq!(metadata.name.as_deref(), Some("salesforce-connector"));
    let version = metadata.version.as_ref().unwrap().to_string();
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        metadata.licenses.as_ref().unwrap().to_string(),
        "Apache-2.0"
    );
    if let Some(revision) = &metadata.revision {
        let revision = revision.to_string();
        let commit = revision.strip_suffix("-modified").unwrap_or(&revision);
        assert!(
            commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{revision}"
        );
    }
}

#[test]
fn the_connector_holds_no_path_of_the_machine_that_built_it() {
    let root = env!("CARGO_MANIFEST_DIR").trim_end_matches("/tests");
    for path in [root, "/registry/src/"] {
        let found = CONNECTOR
            .windows(path.len())
            .any(|bytes| bytes == path.as_bytes());
        assert!(!found, "{path}");
    }
}

/// What `wasm-tools component wit` prints of a package.
fn printed(package: &[u8]) -> String {
    let decoded = wit_component::decode(package).expect("a package");
    let mut printer = WitPrinter::<OutputToString>::default();
    let printed = printer.print(decoded.resolve(), decoded.package(), &[]);
    printed.expect("a text");
    printer.output.to_string()
}

#[test]
fn packages_of_the_contract_keep_docs_and_gates() {
    let generic = printed(MEDIATION_WIT);
    let typed = printed(SALESFORCE_WIT);
    for (text, words) in [
        (&generic, "Rules for hosts"),
        (&generic, "@since(version = 0.1.0)\n  open-source: func("),
        (&typed, "POST /services/data/vXX.X/sobjects/{object}"),
        (&typed, "@since(version = 0.1.0)\nworld salesforce-bulk {"),
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}
