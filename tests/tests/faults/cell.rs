//! One cell: a path with a fault, and whether what is told of it is true.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mediate::contract::Message;
use mediate::session::Session;
use sandbox::Org;
use sandbox::faults::Named;
use serde_json::{Value, json};

use super::path::{Path, faults};
use super::run::{self, End};

/// Longest that a cell may take; beyond it hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// How a cell ended with the fault on one request, and on every request.
pub type Ends = (String, [String; 2]);

/// An org with a fault in it.
pub struct Harmed {
    /// The org.
    pub org: Arc<Org>,
    struck: AtomicBool,
}

impl Harmed {
    fn new(org: &Arc<Org>) -> Self {
        Self {
            org: Arc::clone(org),
            struck: AtomicBool::new(false),
        }
    }

    /// Removes the fault.
    pub fn heal(&self) {
        if self.org.faults().list().iter().any(|rule| rule.hits > 0) {
            self.struck.store(true, Ordering::Relaxed);
        }
        self.org.faults().clear();
    }

    fn was_struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }
}

/// Tries one in so many faults on a path, one after the other, in an org of their own.
pub async fn lane(path: &Path, lane: usize, lanes: usize) -> Vec<Ends> {
    let mut org = path.org();
    let mut ends = Vec::new();
    let faults = faults().enumerate();
    for (number, fault) in faults.filter(|(number, _)| number % lanes == lane) {
        let once = tried(path, &mut org, fault, &format!("{number}-once"), &json!(1)).await;
        let always = tried(
            path,
            &mut org,
            fault,
            &format!("{number}-always"),
            &json!("always"),
        )
        .await;
        ends.push((fault.name.clone(), [once, always]));
    }
    ends
}

/// Tries a cell once more, in an org of its own.
pub async fn again(path: &Path, fault: &Named) -> [String; 2] {
    let mut org = path.org();
    let once = tried(path, &mut org, fault, "again-once", &json!(1)).await;
    let always = tried(path, &mut org, fault, "again-always", &json!("always")).await;
    [once, always]
}

async fn tried(
    path: &Path,
    org: &mut Arc<Org>,
    fault: &Named,
    name: &str,
    times: &Value,
) -> String {
    if path.has_org_of_its_own() {
        *org = path.org();
    }
    let name = format!(
        "{}-{name}",
        path.name.replace(|c: char| !c.is_alphanumeric(), "")
    );
    let end = tokio::time::timeout(LONGEST, try_one(path, org, &name, fault, times)).await;
    org.faults().clear();
    end.unwrap_or_else(|_| "HANGS".to_owned())
}

async fn try_one(path: &Path, org: &Arc<Org>, cell: &str, fault: &Named, times: &Value) -> String {
    if path.undetectable.contains(&fault.name) {
        return "not told apart".to_owned();
    }
    let checker = Path::session(org).await;
    let id = if path.prepare {
        create(&checker, cell).await
    } else {
        String::new()
    };
    for _ in 0..path.events {
        create(&checker, cell).await;
    }
    let rule = json!({"match": path.matching, "fault": fault.name, "times": times});
    org.faults()
        .add(serde_json::from_value(rule).expect("a rule"));
    let harmed = Harmed::new(org);
    let end = run::run(path, &harmed, cell, &id).await;
    harmed.heal();
    if !harmed.was_struck() {
        return "NOT STRUCK".to_owned();
    }
    judge(path, &checker, cell, &end).await
}

/// Creates a record of the cell's name; gives its id.
async fn create(session: &Session, cell: &str) -> String {
    let input = Message::new("application/json", json!({"Name": cell}).to_string());
    let reply = session
        .call("records/create", &json!({"object": "Account"}), Some(input))
        .await;
    let body = reply.expect("a record").body;
    let outcome: Value = serde_json::from_slice(&body).expect("JSON");
    outcome["id"].as_str().expect("an id").to_owned()
}

/// Holds what was told against the org.
async fn judge(path: &Path, checker: &Session, cell: &str, end: &End) -> String {
    let Some(verify) = &path.verify else {
        return end.word.clone();
    };
    let soql = verify.soql.replace("${cell}", cell);
    let reply = checker
        .call("query/query", &json!({"soql": soql}), None)
        .await;
    let body: Value = serde_json::from_slice(&reply.expect("a count").body).expect("JSON");
    let there = body["totalSize"].as_u64().expect("a count");
    let done = there.abs_diff(verify.before);
    let whole = verify.after.abs_diff(verify.before);
    let least = end.done;
    let most = end.done + end.unknown;
    if done > whole {
        return format!("DOUBLED: {done} of {whole} done, told {}", end.word);
    }
    if !(least..=most).contains(&done) {
        return format!(
            "MISREPORTED: {done} of {whole} done, told {} ({least} to {most})",
            end.word
        );
    }
    end.word.clone()
}
