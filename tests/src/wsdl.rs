//! The partner WSDL: it is Salesforce's and not in this repository. Tests that need it have the feature `wsdl`.

use std::path::PathBuf;

/// Names the file of a partner WSDL, as an org gives it under Setup > API; any version from 31.0 to 64.0 does.
pub const PATH: &str = "MEDIATE_PARTNER_WSDL";

/// The WSDL.
pub fn given() -> PathBuf {
    let path = std::env::var_os(PATH).map(PathBuf::from);
    let path = path.unwrap_or_else(|| panic!("{PATH} names no WSDL: see tests/interop/README.md"));
    assert!(path.is_file(), "{PATH}: {} is no file", path.display());
    path
}

/// The version of the API that a WSDL describes.
pub fn version(path: &PathBuf) -> String {
    let text = std::fs::read_to_string(path).expect("a readable WSDL");
    let place = text.split("/services/Soap/u/").nth(1);
    let digits = place.and_then(|rest| rest.split(['"', '/', '<']).next());
    digits.expect("the address of the partner API").to_owned()
}
