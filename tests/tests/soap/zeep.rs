//! zeep, a client that is made from the WSDL, against the sandbox: see `tests/interop/README.md`.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use mediate_tests::org::serve;
use mediate_tests::wsdl::given;
use sandbox::Org;

/// Several pages.
const ROWS: u64 = 4001;

#[tokio::test(flavor = "multi_thread")]
async fn zeep_works_against_the_sandbox() {
    let wsdl = given();
    let org = Org::builder().without_data().rows("Account", ROWS).build();
    let url = serve(&Arc::new(org.expect("an org"))).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/zeep_client.py");
    let run = move || {
        Command::new("python3")
            .arg(script)
            .arg(url)
            .arg(wsdl)
            .output()
    };
    let output = tokio::task::spawn_blocking(run).await.expect("a task");
    let output = output.expect("a run of python");
    let upstream_errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{upstream_errors}");
    println!("{}", String::from_utf8_lossy(&output.stdout));
}
