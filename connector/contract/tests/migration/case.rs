//! The cases that rows name.

use super::page::root;
use serde_json::Value;

/// Where the cases are that are run against scripted answers, and those against the simulated org.
const NATIVE: &str = "connector/cases";
const END_TO_END: &str = "tests/cases/operations";

/// The root of the version that the paths of raw requests are taken under.
const VERSION: &str = "/services/data/v62.0/";

/// What tries a row.
pub enum Case {
    Run(Box<Run>),
    /// A test by its name: the text of its file.
    Test(String),
}

/// An operation that is run.
pub struct Run {
    pub operation: String,
    pub config: Value,
    pub connection: Value,
    pub fails: bool,
    /// Methods and addresses that are known to be sent.
    pub requests: Vec<(String, String)>,
}

/// Finds a case by its name.
///
/// # Errors
/// Why there is none.
pub fn find(name: &str) -> Result<Case, String> {
    if let Some((file, test)) = name.split_once("::") {
        return a_test(file, test);
    }
    let run = match name.split_once('#') {
        Some((file, step)) => step_of(file, step)?,
        None => native(name)?,
    };
    Ok(Case::Run(Box::new(run)))
}

fn a_test(file: &str, test: &str) -> Result<Case, String> {
    let text =
        std::fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
    if text.contains(&format!("fn {test}()")) {
        return Ok(Case::Test(text));
    }
    Err(format!("{file} has no test {test}"))
}

fn json(path: &str) -> Result<Value, String> {
    let text =
        std::fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn native(name: &str) -> Result<Run, String> {
    let case = json(&format!("{NATIVE}/{name}.json"))?;
    let ready = || serde_json::json!({"url": "", "auth": {"access-token": {"access-token": ""}}});
    let sent = case["expect"]["requests"].as_array();
    let sent = sent.into_iter().flatten();
    Ok(Run {
        operation: text(&case["operation"]),
        config: case["config"].clone(),
        connection: case.get("connection").cloned().unwrap_or_else(ready),
        fails: case["expect"].get("fault").is_some(),
        requests: sent
            .map(|sent| (text(&sent["method"]), text(&sent["url"])))
            .collect(),
    })
}

fn step_of(file: &str, number: &str) -> Result<Run, String> {
    let case = json(&format!("{END_TO_END}/{file}.json"))?;
    let number: usize = number
        .parse()
        .map_err(|_| format!("{file} has no step {number}"))?;
    let step = number.checked_sub(1).and_then(|at| case["steps"].get(at));
    let step = step.ok_or_else(|| format!("{file} has no step {number}"))?;
    let operation = text(&step["operation"]);
    let requests = if operation == "raw/request" {
        vec![raw(&step["config"])]
    } else {
        Vec::new()
    };
    Ok(Run {
        operation,
        config: step["config"].clone(),
        connection: case["connection"].clone(),
        fails: step.get("fault").is_some(),
        requests,
    })
}

/// The request of `raw/request`.
fn raw(config: &Value) -> (String, String) {
    let method = config["method"].as_str().unwrap_or("get").to_uppercase();
    let path = text(&config["path"]);
    let place = if path.starts_with('/') { "" } else { VERSION };
    (method, format!("{place}{path}"))
}

/// The steps of an end-to-end case that run an operation: for those that have moved.
pub fn steps_of(name: &str, operations: &[&str]) -> Vec<usize> {
    let file = name.split('#').next().unwrap_or_default();
    let case = json(&format!("{END_TO_END}/{file}.json")).unwrap_or_default();
    let steps = case["steps"].as_array().cloned().unwrap_or_default();
    let runs = |step: &Value| operations.contains(&text(&step["operation"]).as_str());
    let numbered = (1..).zip(&steps).filter(|(_, step)| runs(step));
    numbered.map(|(number, _)| number).collect()
}
