//! Every SOAP envelope of the cases against the partner WSDL: what the connector sends, and what the simulated org answers.
//!
//! With the feature `wsdl`: `MEDIATE_PARTNER_WSDL` names the file, which is Salesforce's, and python has lxml. The cases run in the
//! version of the API that it describes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use mediate_tests::between::{Between, Exchange};
use mediate_tests::org::{Way, connector, open_router};
use mediate_tests::wsdl::{given, version};
use sandbox::Org;
use serde_json::json;
use tempfile::NamedTempFile;

use super::case::Case;

/// How often an operation of the WSDL was seen: `requests`, `answers`, `faults`.
type Seen = BTreeMap<String, BTreeMap<String, u64>>;

/// Operations of the catalog that are several calls of others.
const COMPOSED: [&str; 1] = ["soap/query-rows"];

#[tokio::test(flavor = "multi_thread")]
async fn every_soap_envelope_fits_the_partner_wsdl() {
    let path = given();
    let mut file = NamedTempFile::new().expect("a file");
    for case in super::cases() {
        if case.name.starts_with("soap/") {
            for exchange in exchanges(&case, &version(&path)).await {
                let line = json!({"case": case.name, "request": exchange.request, "response": exchange.response});
                writeln!(file, "{line}").expect("room on the disk");
            }
        }
    }
    let seen = check(&path, file.path());
    for operation in calls().await {
        let counts = seen.get(&operation);
        let counts = counts.unwrap_or_else(|| panic!("{operation} was never called"));
        assert!(counts["requests"] > 0, "{operation}: {counts:?}");
        assert!(counts.contains_key("answers"), "{operation}: {counts:?}");
    }
    println!("{seen:?}");
}

async fn exchanges(case: &Case, version: &str) -> Vec<Exchange> {
    let between = Between::default();
    let org = Arc::new(Org::builder().build().expect("an org"));
    let router = between.before(sandbox::router(org));
    let mut connection = json!({"api-version": version});
    if let (Some(members), Some(own)) = (connection.as_object_mut(), case.connection.as_object()) {
        members.extend(own.clone());
    }
    let session = open_router(router, Way::InProcess, &connection).await;
    let run = case.run_on(&session).await;
    run.unwrap_or_else(|why| panic!("{} in version {version}: {why}", case.name));
    between.take()
}

fn check(wsdl: &Path, exchanges: &Path) -> Seen {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/partner_wsdl.py");
    let output = Command::new("python3")
        .args([script.as_path(), wsdl, exchanges])
        .output()
        .expect("a run of python");
    let error_texts = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error_texts}");
    serde_json::from_slice(&output.stdout).expect("counts")
}

/// The calls of the API that the catalog offers, by their names in the WSDL.
async fn calls() -> Vec<String> {
    let info = connector().await.describe().await.expect("a catalog");
    let names = info
        .operations
        .iter()
        .map(|operation| operation.name.as_str());
    let soap = names.filter(|name| !COMPOSED.contains(name));
    soap.filter_map(|name| name.strip_prefix("soap/"))
        .map(in_wsdl)
        .collect()
}

/// `get-user-info` is `getUserInfo` there, and `describe-object` is `describeSObject`; `delete`, a keyword of JavaScript, is named longer here.
fn in_wsdl(name: &str) -> String {
    let name = name.strip_suffix("-records").unwrap_or(name);
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| {
        let prefix = if part.starts_with("object") { "S" } else { "" };
        let (initial, rest) = part.split_at(1);
        format!("{whole}{prefix}{}{rest}", initial.to_uppercase())
    })
}

#[test]
fn names_of_the_catalog_become_names_of_the_wsdl() {
    let names = [
        "query-more",
        "describe-objects",
        "find-duplicates-by-ids",
        "merge",
    ];
    let expected = [
        "queryMore",
        "describeSObjects",
        "findDuplicatesByIds",
        "merge",
    ];
    assert_eq!(names.map(in_wsdl), expected);
}
