//! Other people's clients against the sandbox: each runs where it is installed, and says so where it is not.
//!
//! To install them: `npm install jsforce` in a folder that `NODE_PATH` names as `FOLDER/node_modules`, and
//! `pip install simple_salesforce`. The component itself runs in Node where `npm install @bytecodealliance/jco
//! @bytecodealliance/preview2-shim` was said in that folder.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use mediate_tests::org::serve;
use sandbox::Org;

/// Two full pages and one row.
const ROWS: u64 = 4001;

fn script(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("interop")
        .join(name)
}

fn runs(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .output()
        .is_ok_and(|output| output.status.success())
}

async fn run(program: &'static str, name: &'static str) {
    let org = Arc::new(
        Org::builder()
            .without_data()
            .rows("Account", ROWS)
            .build()
            .expect("an org"),
    );
    let url = serve(&org).await;
    let run = move || Command::new(program).arg(script(name)).arg(url).output();
    let output: Output = tokio::task::spawn_blocking(run)
        .await
        .expect("a task")
        .expect("a run");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{name}: {said}");
    println!("{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn jsforce_works_against_the_sandbox() {
    if runs("node", &["-e", "require('jsforce')"]) {
        run("node", "jsforce.mjs").await;
    } else {
        println!("jsforce is not installed here: not tried");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn simple_salesforce_works_against_the_sandbox() {
    if runs("python3", &["-c", "import simple_salesforce"]) {
        run("python3", "simple_salesforce_client.py").await;
    } else {
        println!("simple_salesforce is not installed here: not tried");
    }
}

/// The other way round: the component in somebody else's host.
#[tokio::test(flavor = "multi_thread")]
async fn the_component_runs_in_node() {
    let modules = std::env::var_os("NODE_PATH").unwrap_or_default();
    if !std::env::split_paths(&modules).any(|path| path.join(".bin/jco").exists()) {
        println!("jco is not installed here: not tried");
        return;
    }
    let org = Org::builder().without_data().rows("Account", ROWS).build();
    let url = serve(&Arc::new(org.expect("an org"))).await;
    let folder = tempfile::tempdir().expect("a folder");
    let component = folder.path().join("connector.wasm");
    std::fs::write(&component, mediate::embedded::CONNECTOR).expect("the component");
    let mut node = Command::new("node");
    node.arg(script("jco.mjs"))
        .args([url.as_ref(), component.as_os_str()])
        .arg(folder.path().join("module"));
    let output = tokio::task::spawn_blocking(move || node.output()).await;
    let output = output.expect("a task").expect("a run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
