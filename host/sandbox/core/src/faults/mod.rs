//! Fault injection: which requests fail, how, and how often.
//!
//! A rule is JSON, as `POST /__sandbox/faults` takes it; in process, [`Faults::add`] and [`Faults::inject`] take the same:
//!
//! ```json
//! {"match": {"method": "GET", "path": "/services/data/*/query/*", "skip": 1, "every": 1, "contains": "Account"},
//!  "fault": {"kind": "status", "status": 503, "errorCode": "SERVER_UNAVAILABLE", "headers": {"Retry-After": "1"}},
//!  "times": 1}
//! ```
//!
//! All of `match` may be left out. `times` is a number, or `"always"`. A fault is a description ([`Fault`]) or the name of one
//! ([`named`], `GET /__sandbox/faults/names`): `{"match": {"path": "*"}, "fault": "html-page", "times": "always"}`.
//!
//! The first rule that matches and is due applies; at most one rule applies to a request. `GET /__sandbox/faults` and
//! [`Faults::list`] show how often each rule matched and applied, and the journal (`/__sandbox/requests`) which request was
//! changed by which rule.

mod fault;
mod named;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

pub use fault::{BodyForm, Fault, MAX_DELAY_MS};
pub use named::{Named, named};

/// Which requests a rule is about. What is left out matches all.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Match {
    /// HTTP method, in any case.
    pub method: Option<String>,
    /// Path, with or without query: `*` stands for any text; without a `*` it is what the path starts with.
    pub path: Option<String>,
    /// Text in the request's body, such as `<urn:create`; bodies above 1 MiB and forms with files hold none.
    pub contains: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(alias = "nth")]
    pub skip: u64,
    /// Of those that follow, one of so many is affected: the first, then every n-th after it.
    pub every: u64,
}

impl Default for Match {
    fn default() -> Self {
        Self {
            method: None,
            path: None,
            contains: None,
            skip: 0,
            every: 1,
        }
    }
}

/// A rule with its counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Given by the org, from 1, whatever is sent; so are the counts.
    #[serde(default)]
    pub id: u64,
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// What happens to them.
    #[serde(deserialize_with = "described_or_named")]
    pub fault: Fault,
    /// How often.
    #[serde(default)]
    pub times: Times,
    /// Requests that matched so far, unharmed ones included.
    #[serde(default)]
    pub matched: u64,
    /// Requests that were hit so far.
    #[serde(default)]
    pub hits: u64,
}

/// How often a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// So often.
    Count(u64),
    /// For as long as it is there: `"always"`.
    Always,
}

impl Default for Times {
    fn default() -> Self {
        Self::Count(1)
    }
}

impl Times {
    fn allow(self, hits: u64) -> bool {
        match self {
            Self::Count(times) => hits < times,
            Self::Always => true,
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(times) => serializer.serialize_u64(*times),
            Self::Always => serializer.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Json::deserialize(deserializer)?;
        match (given.as_u64(), given.as_str()) {
            (Some(times), _) => Ok(Self::Count(times)),
            (_, Some("always")) => Ok(Self::Always),
            _ => Err(serde::de::Error::custom("times is a number or \"always\"")),
        }
    }
}

fn described_or_named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fault, D::Error> {
    let given = Json::deserialize(deserializer)?;
    if let Some(name) = given.as_str() {
        return named(name).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "there is no fault named {name:?}: GET /__sandbox/faults/names tells them"
            ))
        });
    }
    serde_json::from_value(given).map_err(serde::de::Error::custom)
}

/// A request as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct RequestView<'a> {
    /// HTTP method.
    pub method: &'a str,
    /// Path without query.
    pub path: &'a str,
    /// Query.
    pub query: Option<&'a str>,
    /// Body, as far as it is in memory.
    pub body: &'a [u8],
}

/// The rules of an org.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Rule>>);

impl Faults {
    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a rule; earlier ones come first. Gives it back with its id.
    pub fn add(&self, rule: Rule) -> Rule {
        let mut rules = self.rules();
        let id = rules.last().map_or(1, |last| last.id + 1);
        let rule = Rule {
            id,
            matched: 0,
            hits: 0,
            ..rule
        };
        rules.push(rule.clone());
        rule
    }

    /// Plays a fault once, on the next request whose path matches.
    pub fn inject(&self, path: &str, fault: Fault) -> Rule {
        let matching = Match {
            path: Some(path.to_owned()),
            ..Match::default()
        };
        self.add(Rule::new(matching, fault, Times::default()))
    }

    /// Returns all rules with their counts.
    #[must_use]
    pub fn list(&self) -> Vec<Rule> {
        self.rules().clone()
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// Returns what happens to this request, if anything; counts it.
    #[must_use]
    pub fn next_fault(&self, request: RequestView<'_>) -> Option<Fault> {
        let mut rules = self.rules();
        let mut matching = rules
            .iter_mut()
            .filter(|rule| rule.matching.matches(request));
        matching.find_map(Rule::take)
    }
}

impl Rule {
    /// Creates a rule that has matched nothing yet.
    #[must_use]
    pub fn new(matching: Match, fault: Fault, times: Times) -> Self {
        Self {
            id: 0,
            matching,
            fault,
            times,
            matched: 0,
            hits: 0,
        }
    }

    /// Counts a request that matched, and returns the fault if one is due.
    fn take(&mut self) -> Option<Fault> {
        self.matched += 1;
        let due = self.matched.checked_sub(self.matching.skip + 1)?;
        let is_due = due.is_multiple_of(self.matching.every.max(1)) && self.times.allow(self.hits);
        is_due.then(|| {
            self.hits += 1;
            self.fault.clone()
        })
    }
}

impl Match {
    fn matches(&self, request: RequestView<'_>) -> bool {
        let method_fits = self
            .method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(request.method));
        let path_fits = self.path.as_ref().is_none_or(|pattern| {
            glob(pattern, request.path)
                || request
                    .query
                    .is_some_and(|query| glob(pattern, &format!("{}?{query}", request.path)))
        });
        let body_fits = self
            .contains
            .as_ref()
            .is_none_or(|text| memchr::memmem::find(request.body, text.as_bytes()).is_some());
        method_fits && path_fits && body_fits
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return text.starts_with(pattern);
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}
