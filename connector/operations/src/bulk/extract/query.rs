//! The query of an extract, checked before anything is sent.

use super::soql;
use crate::rest::query::Question;
use salesforce_client::client::Client;
use salesforce_client::describe::{Described, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::catalog;
use serde::Serialize;
use std::rc::Rc;

/// A query that bulk jobs can run.
pub struct Query {
    /// Its text.
    pub text: String,
    /// The sObject that it reads.
    pub from: String,
    /// What makes Salesforce run it in one piece.
    pub warning: Option<&'static str>,
}

impl Query {
    /// Binds and checks it. Nothing is sent.
    pub fn checked(
        client: &Client,
        soql: &str,
        bind: &[(String, String)],
        include_deleted: bool,
    ) -> Result<Self, Fault> {
        let question = Question {
            soql,
            bind,
            include_deleted,
            page_size: None,
            headers: &[],
        };
        let text = question.bound_for(client)?;
        let select = soql::check(&text)?;
        Ok(Self {
            from: select.from,
            warning: soql::warning(&text),
            text,
        })
    }

    /// Asks for the description of its sObject.
    pub fn describe(&self, client: &Client) -> Result<Rc<Described>, Fault> {
        described(client, &self.from)
    }
}

/// How an extract waits for its query.
#[derive(Clone, Copy)]
pub struct Waits {
    /// Longest pause between two polls.
    pub poll_max_ms: u64,
    /// Longest wait.
    pub wait_ms: u64,
}

impl Waits {
    /// Takes what a config says.
    pub fn new(poll_max_ms: Option<u32>, wait_seconds: Option<u32>) -> Self {
        Self {
            poll_max_ms: u64::from(poll_max_ms.unwrap_or(10_000)),
            wait_ms: u64::from(wait_seconds.unwrap_or(3_600)) * 1_000,
        }
    }
}

/// Returns a config of an operation as text, as callers write it.
pub fn config_text(operation: &str, config: impl Serialize) -> Option<String> {
    let operation = catalog::find(operation)?;
    let value = serde_json::to_value(config).ok()?;
    Some(catalog::present(&operation.config.shape, &value))
}
