//! The calls of the simulated org against the partner WSDL: see `tests/interop/README.md`.

use std::collections::BTreeSet;

use mediate_tests::wsdl::given;

/// What a test of the sandbox holds its calls to.
const OPERATIONS: &str = include_str!("../../../host/sandbox/http/src/soap/partner_operations.txt");

#[test]
fn the_sandbox_has_every_operation_of_the_partner_wsdl_and_no_other() {
    let wsdl = std::fs::read_to_string(given()).expect("a readable WSDL");
    let operations = wsdl.split("<operation name=\"").skip(1);
    let named: BTreeSet<&str> = operations
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(!named.is_empty(), "no WSDL");
    assert_eq!(OPERATIONS.lines().collect::<BTreeSet<_>>(), named);
}
