//! Faults on demand: which requests go wrong, how, and how often.
//!
//! A rule is JSON, as `POST /__sandbox/faults` takes it:
//!
//! ```json
//! {"match": {"method": "GET", "path": "/services/data/*/query/*", "skip": 1},
//!  "fault": {"kind": "status", "status": 503, "errorCode": "SERVER_UNAVAILABLE", "headers": {"Retry-After": "1"}},
//!  "times": 1}
//! ```

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// Longest delay a fault may ask for: ten minutes.
pub const LONGEST_DELAY_MS: u64 = 600_000;

/// Which requests a rule is about. What is left out matches all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Match {
    /// HTTP method, in any case.
    pub method: Option<String>,
    /// Path, with or without query: `*` stands for any text; without a `*` it is what the path starts with.
    pub path: Option<String>,
    /// How many matching requests pass unharmed first.
    #[serde(alias = "nth")]
    pub skip: u64,
}

/// What goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Fault {
    /// The request is answered with this status and one of Salesforce's error bodies.
    Status {
        /// HTTP status.
        status: u16,
        /// Salesforce's code.
        #[serde(default = "unavailable")]
        error_code: String,
        /// The sentence beside it.
        #[serde(default)]
        message: String,
        /// More headers, `Retry-After` above all.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The body, in place of the error list.
        #[serde(default)]
        body: Option<String>,
    },
    /// The connection is reset before anything is done or answered.
    Reset,
    /// The work is done, but the connection is cut after so many bytes of the answer's body.
    Truncate {
        /// Bytes that still come through; half of the body unless given.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// The request is answered late.
    Delay {
        /// Milliseconds of real time, at most ten minutes.
        ms: u64,
    },
    /// The work is done and the answer starts, then nothing more comes.
    Stall {
        /// Bytes that still come through; half of the body unless given.
        #[serde(default)]
        bytes: Option<usize>,
    },
    /// All sessions end first, so the request itself is refused as Salesforce refuses it.
    ExpireSession,
    /// The work is done, but the connection is reset before the answer.
    LostAnswer,
}

fn unavailable() -> String {
    "SERVER_UNAVAILABLE".to_owned()
}

impl Fault {
    /// The name in rules.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::Reset => "reset",
            Self::Truncate { .. } => "truncate",
            Self::Delay { .. } => "delay",
            Self::Stall { .. } => "stall",
            Self::ExpireSession => "expire-session",
            Self::LostAnswer => "lost-answer",
        }
    }
}

/// A rule with its counts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Given by the org, from 1.
    #[serde(default, skip_deserializing)]
    pub id: u64,
    /// Which requests.
    #[serde(rename = "match", default)]
    pub matching: Match,
    /// What happens to them.
    pub fault: Fault,
    /// How often; once unless given.
    #[serde(default = "once")]
    pub times: u64,
    /// Requests that matched so far, unharmed ones included.
    #[serde(default, skip_deserializing)]
    pub matched: u64,
    /// Requests that were hit so far.
    #[serde(default, skip_deserializing)]
    pub hits: u64,
}

const fn once() -> u64 {
    1
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
    pub fn play(&self, path: &str, fault: Fault) -> Rule {
        let matching = Match {
            path: Some(path.to_owned()),
            ..Match::default()
        };
        self.add(Rule {
            id: 0,
            matching,
            fault,
            times: 1,
            matched: 0,
            hits: 0,
        })
    }

    /// All rules with their counts.
    #[must_use]
    pub fn list(&self) -> Vec<Rule> {
        self.rules().clone()
    }

    /// Removes all rules.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// What happens to this request, if anything; counts it.
    #[must_use]
    pub fn strike(&self, method: &str, path: &str, query: Option<&str>) -> Option<Fault> {
        for rule in self
            .rules()
            .iter_mut()
            .filter(|rule| rule.matching.matches(method, path, query))
        {
            rule.matched += 1;
            if rule.matched > rule.matching.skip && rule.hits < rule.times {
                rule.hits += 1;
                return Some(rule.fault.clone());
            }
        }
        None
    }
}

impl Match {
    fn matches(&self, method: &str, path: &str, query: Option<&str>) -> bool {
        let method_fits = self
            .method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        let path_fits = self.path.as_ref().is_none_or(|pattern| {
            glob(pattern, path)
                || query.is_some_and(|query| glob(pattern, &format!("{path}?{query}")))
        });
        method_fits && path_fits
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_globs_or_prefixes() {
        let cases = [
            ("/services/data", "/services/data/v62.0/query", true),
            ("/services/data/*/query", "/services/data/v62.0/query", true),
            (
                "/services/data/*/query",
                "/services/data/v62.0/query/01g-2000",
                false,
            ),
            ("*/query/*", "/services/data/v62.0/query/01g-2000", true),
            (
                "*Account*",
                "/services/data/v62.0/query?q=SELECT+Id+FROM+Account",
                true,
            ),
            ("/a*b*c", "/axbxxc", true),
            ("/a*b*c", "/axxc", false),
        ];
        for (pattern, text, fits) in cases {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_rule_skips_then_strikes_then_rests() {
        let faults = Faults::default();
        let rule =
            r#"{"match":{"method":"get","path":"/q","skip":1},"fault":{"kind":"reset"},"times":2}"#;
        faults.add(serde_json::from_str(rule).unwrap());
        let strikes: Vec<bool> = (0..5)
            .map(|_| faults.strike("GET", "/q", None).is_some())
            .collect();
        assert_eq!(strikes, [false, true, true, false, false]);
        assert!(faults.strike("POST", "/q", None).is_none());
        assert_eq!((faults.list()[0].matched, faults.list()[0].hits), (5, 2));
    }

    #[test]
    fn a_rule_that_cannot_be_is_refused() {
        for text in [
            r#"{"fault":{"kind":"melt"}}"#,
            r#"{"fault":{"kind":"delay"}}"#,
            r#"{"faults":1}"#,
        ] {
            assert!(serde_json::from_str::<Rule>(text).is_err(), "{text}");
        }
    }
}
