//! What a check found: a line per promise.

use std::collections::BTreeMap;

use serde::Serialize;

use super::faults;
use super::promise::Promise;
use crate::contract::Fault;
use crate::error::HostError;

/// Findings that are kept of one promise: the first ones tell what is wrong.
const MAX_FINDINGS: usize = 20;

/// Reason for what is not tried without a document of a connection.
pub(super) const NO_DOCUMENT: &str =
    "needs a connection, and the schema gives no example that `connect` takes";
/// Reason for what is not tried without a remote system.
pub(super) const NO_CONNECTION: &str = "needs a connection";

/// State of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Tried, and found kept.
    Kept,
    /// Found broken.
    Broken,
    /// Not tried at all.
    NotTried,
}

/// One break of a promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: an operation, or a part of the component.
    #[serde(rename = "where")]
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// What was found of one promise.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// The promise.
    pub promise: Promise,
    /// What is promised.
    pub text: &'static str,
    /// Whether it is kept.
    pub state: State,
    /// Number of places at which it was tried.
    pub tried: usize,
    /// Its breaks, the first ones of many.
    pub findings: Vec<Finding>,
    /// Number of all breaks.
    pub broken: usize,
    /// How to keep it, where it is broken.
    pub fix: Option<&'static str>,
    /// Places at which it was not tried, by the reason.
    pub not_tried: BTreeMap<String, Vec<String>>,
}

impl Line {
    fn new(promise: Promise) -> Self {
        Self {
            promise,
            text: promise.text(),
            state: State::NotTried,
            tried: 0,
            findings: Vec::new(),
            broken: 0,
            fix: None,
            not_tried: BTreeMap::new(),
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// Name of the connector, once it is known.
    pub connector: Option<String>,
    /// Version of the connector, once it is known.
    pub version: Option<String>,
    /// A line per promise.
    pub promises: Vec<Line>,
}

/// Reason why an attempt ended early.
#[derive(Debug)]
pub(super) enum Problem {
    /// A promise is broken.
    Broken(Promise, String),
    /// The connector answered with a fault.
    Refused(Fault),
}

impl Problem {
    /// Sorts an error of the host: what is not a fault breaks the promise that was being tried.
    pub(super) fn of(promise: Promise) -> impl Fn(HostError) -> Self + Copy {
        move |error| match error {
            HostError::Fault(fault) => Self::Refused(*fault),
            HostError::ContractBroken { problem, .. } => Self::Broken(promise, problem),
            other => Self::Broken(promise, other.to_string()),
        }
    }
}

/// Takes a fault for a break: what was refused here had worked before, in another way.
pub(super) fn strictly(promise: Promise, attempt: Result<(), Problem>) -> Result<(), Problem> {
    attempt.map_err(|problem| match problem {
        Problem::Refused(fault) => {
            let text = format!("it ended in a `{}` fault: {}", fault.kind, fault.message);
            Problem::Broken(promise, text)
        }
        broken @ Problem::Broken(..) => broken,
    })
}

impl Report {
    pub(super) fn new() -> Self {
        Self {
            connector: None,
            version: None,
            promises: Promise::ALL.into_iter().map(Line::new).collect(),
        }
    }

    /// Says how many promises are broken.
    #[must_use]
    pub fn broken(&self) -> usize {
        let broken = |line: &&Line| line.state == State::Broken;
        self.promises.iter().filter(broken).count()
    }

    /// Returns the line of a promise.
    #[must_use]
    pub fn line(&self, promise: Promise) -> Option<&Line> {
        self.promises.iter().find(|line| line.promise == promise)
    }

    fn change(&mut self, promise: Promise, change: impl FnOnce(&mut Line)) {
        let mut lines = self.promises.iter_mut();
        if let Some(line) = lines.find(|line| line.promise == promise) {
            change(line);
        }
    }

    pub(super) fn kept(&mut self, promise: Promise) {
        self.change(promise, |line| {
            line.tried += 1;
            if line.state == State::NotTried {
                line.state = State::Kept;
            }
        });
    }

    pub(super) fn broken_at(&mut self, promise: Promise, place: &str, problem: impl Into<String>) {
        self.change(promise, |line| {
            line.tried += 1;
            line.broken += 1;
            line.state = State::Broken;
            line.fix = Some(promise.fix());
            if line.findings.len() < MAX_FINDINGS {
                line.findings.push(Finding {
                    place: place.to_owned(),
                    problem: problem.into(),
                });
            }
        });
    }

    pub(super) fn not_tried(&mut self, promise: Promise, place: &str, reason: &str) {
        self.change(promise, |line| {
            let places = line.not_tried.entry(reason.to_owned()).or_default();
            if !places.iter().any(|known| known == place) {
                places.push(place.to_owned());
            }
        });
    }

    /// Notes what came of an attempt. A fault that was not expected leaves the promise untried.
    pub(super) fn settle(&mut self, promise: Promise, place: &str, attempt: Result<(), Problem>) {
        match attempt {
            Ok(()) => self.kept(promise),
            Err(Problem::Broken(promise, problem)) => self.broken_at(promise, place, problem),
            Err(Problem::Refused(fault)) => {
                self.fault(place, &fault);
                let reason = format!("refused its sample: {}", fault.message);
                self.not_tried(promise, place, &reason);
            }
        }
    }

    /// Judges a fault that the connector answered with.
    pub(super) fn fault(&mut self, place: &str, fault: &Fault) {
        match faults::flaw(fault) {
            None => self.kept(Promise::Faults),
            Some(flaw) => self.broken_at(Promise::Faults, place, flaw),
        }
    }
}
