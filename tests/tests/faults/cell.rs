//! One cell: a path with a fault, and whether what is told of it is true.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mediate::session::Session;
use sandbox::faults::Named;
use serde_json::{Value, json};

use super::path::{Path, faults};
use super::run::{self, End};
use super::stage::Place;

/// Longest that a cell may take; beyond it hangs.
const LONGEST: Duration = Duration::from_secs(60);

/// How a cell ends that takes longer.
pub const HANGS: &str = "HANGS";

/// A path and a fault.
pub struct Cell {
    /// The path.
    pub path: Arc<Path>,
    /// The fault.
    pub fault: &'static Named,
    number: usize,
}

/// An org with a fault in it.
pub struct Harmed<'p> {
    /// The org.
    pub place: &'p Place,
    struck: AtomicBool,
}

impl<'p> Harmed<'p> {
    fn new(place: &'p Place) -> Self {
        Self {
            place,
            struck: AtomicBool::new(false),
        }
    }

    /// Removes the fault.
    pub fn heal(&self) {
        if self
            .place
            .org
            .faults()
            .list()
            .iter()
            .any(|rule| rule.hits > 0)
        {
            self.struck.store(true, Ordering::Relaxed);
        }
        self.place.org.faults().clear();
    }

    fn was_struck(&self) -> bool {
        self.struck.load(Ordering::Relaxed)
    }
}

impl Cell {
    /// All cells of these paths.
    pub fn all(paths: &[Arc<Path>]) -> Vec<Self> {
        let of_path = |path: &Arc<Path>| {
            let path = Arc::clone(path);
            faults().enumerate().map(move |(number, fault)| Self {
                path: Arc::clone(&path),
                fault,
                number,
            })
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// How it ends with the fault on one request, and on every request. `tries` makes names apart from those of earlier tries.
    pub async fn ends(&self, place: &Place, tries: usize) -> [String; 2] {
        let once = self.tried(place, &format!("{tries}once"), &json!(1)).await;
        let always = format!("{tries}always");
        let always = self.tried(place, &always, &json!("always")).await;
        [once, always]
    }

    async fn tried(&self, place: &Place, times_name: &str, times: &Value) -> String {
        let path = self.path.name.replace(|c: char| !c.is_alphanumeric(), "");
        let name = format!("{path}-{}-{times_name}", self.number);
        let end = tokio::time::timeout(LONGEST, self.try_one(place, &name, times)).await;
        place.org.faults().clear();
        end.unwrap_or_else(|_| HANGS.to_owned())
    }

    async fn try_one(&self, place: &Place, name: &str, times: &Value) -> String {
        let path = &self.path;
        if path.undetectable.contains(&self.fault.name) {
            return "not told apart".to_owned();
        }
        if path.natively.contains(&self.fault.name) {
            return "natively".to_owned();
        }
        let ids = place.prepare(&path.prepare, name).await;
        let checker = match path.verify {
            Some(_) => Some(place.checker().await),
            None => None,
        };
        let rule = json!({"match": path.matching, "fault": self.fault.name, "times": times});
        let rule = serde_json::from_value(rule).expect("a rule");
        place.org.faults().add(rule);
        let harmed = Harmed::new(place);
        let end = run::run(path, &harmed, name, &ids).await;
        harmed.heal();
        if !harmed.was_struck() {
            return "NOT STRUCK".to_owned();
        }
        match checker {
            Some(checker) => judge(path, checker, name, &end).await,
            None => end.word,
        }
    }
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
