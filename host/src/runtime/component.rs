//! From bytes to a component that is known to be a connector.

use super::bindings::ConnectorPre;
use super::cache::Cache;
use super::linker;
use super::state::State;
use crate::error::HostError;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The interfaces that make a component a connector, and the version of the contract that this host speaks.
const REQUIRED: [&str; 4] = [
    "mediation:connector/types",
    "mediation:connector/connections",
    "mediation:connector/catalog",
    "mediation:connector/mediator",
];
const VERSION: &str = "0.1.";

/// Compiles the bytes, or takes them from the cache, and ties their imports.
pub(super) fn load(
    engine: &Engine,
    cache: Option<&Cache>,
    bytes: &[u8],
) -> Result<ConnectorPre<State>, HostError> {
    let component = match cache.and_then(|cache| cache.load(engine, bytes)) {
        Some(component) => component,
        None => compile(engine, cache, bytes)?,
    };
    check_exports(engine, &component)?;
    link(engine, &component)
}

fn compile(engine: &Engine, cache: Option<&Cache>, bytes: &[u8]) -> Result<Component, HostError> {
    // `Component::new` would take the text format too, and its errors for bytes that are neither speak of text.
    let component =
        Component::from_binary(engine, bytes).map_err(|error| HostError::NotAComponent {
            reason: not_a_component(bytes, &error),
        })?;
    if let Some(cache) = cache {
        cache.store(engine, bytes, &component);
    }
    Ok(component)
}

fn not_a_component(bytes: &[u8], error: &wasmtime::Error) -> String {
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    if bytes.starts_with(MODULE) {
        return "they are a core module".to_owned();
    }
    if !bytes.starts_with(b"\0asm") {
        return "they do not begin with the magic number of WebAssembly".to_owned();
    }
    error.root_cause().to_string()
}

fn check_exports(engine: &Engine, component: &Component) -> Result<(), HostError> {
    let component_type = component.component_type();
    let exports: Vec<_> = component_type
        .exports(engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let missing: Vec<_> = REQUIRED
        .iter()
        .filter_map(|interface| missing(interface, &exports))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(HostError::NotAConnector { missing })
    }
}

fn missing(interface: &str, exports: &[String]) -> Option<String> {
    let version_of = |name: &String| {
        name.strip_prefix(interface)?
            .strip_prefix('@')
            .map(str::to_owned)
    };
    let versions: Vec<_> = exports.iter().filter_map(version_of).collect();
    if versions.iter().any(|version| version.starts_with(VERSION)) {
        return None;
    }
    let instead = versions
        .first()
        .map(|version| format!(" (but @{version})"))
        .unwrap_or_default();
    Some(format!("{interface}@{VERSION}x{instead}"))
}

fn link(engine: &Engine, component: &Component) -> Result<ConnectorPre<State>, HostError> {
    let failed = |error: wasmtime::Error| HostError::Engine {
        doing: "offer WASI to connectors",
        source: error.into(),
    };
    let linker = linker::new(engine).map_err(failed)?;
    let pre = linker
        .instantiate_pre(component)
        .map_err(|error| HostError::MissingImport {
            reason: format!("{error:#}"),
        })?;
    ConnectorPre::new(pre).map_err(|error| HostError::NotAConnector {
        missing: vec![format!("{error:#}")],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_patch_version_of_the_contract_will_do() {
        let exports = ["mediation:connector/catalog@0.1.7".to_owned()];
        assert_eq!(missing("mediation:connector/catalog", &exports), None);
    }

    #[test]
    fn another_version_is_named() {
        let exports = ["mediation:connector/catalog@0.2.0".to_owned()];
        let missing = missing("mediation:connector/catalog", &exports).unwrap();
        assert_eq!(missing, "mediation:connector/catalog@0.1.x (but @0.2.0)");
    }
}
