//! What a component may import.

/// Interfaces of WASI that the contract names, by their beginnings. Streams and pollables come with each.
const ALLOWED: [&str; 5] = [
    "wasi:http/",
    "wasi:io/",
    "wasi:clocks/",
    "wasi:random/",
    "wasi:cli/stderr@",
];
/// Version of WASI.
const VERSION: &str = "@0.2.";

/// Names what is imported and should not be.
pub(super) fn superfluous(imports: &[String]) -> Option<String> {
    let is_allowed = |name: &&String| {
        name.contains(VERSION) && ALLOWED.iter().any(|allowed| name.starts_with(allowed))
    };
    let others: Vec<&str> = imports
        .iter()
        .filter(|name| !is_allowed(name))
        .map(String::as_str)
        .collect();
    (!others.is_empty()).then(|| format!("it imports {}", others.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_contract_names_may_be_imported() {
        let named = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            superfluous(&names)
        };
        let sound = ["wasi:http/outgoing-handler@0.2.4", "wasi:cli/stderr@0.2.4"];
        assert_eq!(named(&sound), None);
        let found = named(&["wasi:cli/stdin@0.2.4", "wasi:io/poll@0.3.0"]).expect("superfluous");
        assert!(found.contains("stdin") && found.contains("poll"), "{found}");
    }
}
