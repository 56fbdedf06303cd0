//! The partner WSDL: it is Salesforce's and not in this repository, so what needs it runs where it is given.

use std::path::PathBuf;
use std::process::Command;

/// Names the file of a partner WSDL, as an org gives it under Setup > API; any version from 31.0 to 64.0 does.
pub const PATH: &str = "MEDIATE_PARTNER_WSDL";

/// The WSDL, if one is given and python can import what reads it; says so where not.
pub fn given(python_module: &str) -> Option<PathBuf> {
    let Some(path) = std::env::var_os(PATH) else {
        println!("{PATH} names no WSDL: not tried");
        return None;
    };
    let import = format!("import {python_module}");
    let imported = Command::new("python3").args(["-c", &import]).output();
    if !imported.is_ok_and(|output| output.status.success()) {
        println!("{python_module} is not installed here: not tried");
        return None;
    }
    let path = PathBuf::from(path);
    assert!(path.is_file(), "{PATH}: {} is no file", path.display());
    Some(path)
}

/// The version of the API that a WSDL describes.
pub fn version(path: &PathBuf) -> String {
    let text = std::fs::read_to_string(path).expect("a readable WSDL");
    let place = text.split("/services/Soap/u/").nth(1);
    let digits = place.and_then(|rest| rest.split(['"', '/', '<']).next());
    digits.expect("the address of the partner API").to_owned()
}
