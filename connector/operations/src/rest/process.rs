//! What the org's own automation offers: approvals, rules, quick actions, invocable actions.

mod actions;
mod quick_actions;

pub use actions::{describe_action, invocable_actions, invoke_action};
pub use quick_actions::{
    describe_quick_action, quick_action, quick_action_defaults, quick_actions, run_quick_action,
};
use salesforce_contract::message::Message;

use super::ask::{self, Object, Parameters};
use super::path::segment;
use salesforce_client::client::Client;
use salesforce_client::exchange::Idempotency;
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::process::{
    DecisionConfig, RulesConfig, RunRulesConfig, SubmitConfig,
};
use serde_json::Value;

/// GET process/approvals.
pub fn approvals(client: &Client) -> Result<Message, Fault> {
    ask::get(
        client,
        "process/approvals",
        Parameters::none(),
        Expected::Object(&["approvals"]),
    )
}

/// POST process/approvals with `Submit`.
pub fn submit(client: &Client, config: &SubmitConfig) -> Result<Message, Fault> {
    if config.skip_entry_criteria && config.approval_process.is_none() {
        return Err(Fault::config(
            "config.skip-entry-criteria needs config.approval-process: say which process is meant",
        ));
    }
    decide(client, &config.record_ids, |id| {
        Object::new()
            .put("actionType", "Submit")
            .put("contextId", id)
            .some("comments", config.comments.as_deref())
            .some("contextActorId", config.submitter_id.as_deref())
            .list(
                "nextApproverIds",
                config.next_approver_ids.as_deref().unwrap_or_default(),
            )
            .some(
                "processDefinitionNameOrId",
                config.approval_process.as_deref(),
            )
            .flag("skipEntryCriteria", config.skip_entry_criteria)
    })
}

/// POST process/approvals with `Approve`.
pub fn approve(client: &Client, config: &DecisionConfig) -> Result<Message, Fault> {
    decide(client, &config.work_item_ids, |id| {
        decision("Approve", id, config)
    })
}

/// POST process/approvals with `Reject`.
pub fn reject(client: &Client, config: &DecisionConfig) -> Result<Message, Fault> {
    decide(client, &config.work_item_ids, |id| {
        decision("Reject", id, config)
    })
}

fn decision(action: &str, id: &str, config: &DecisionConfig) -> Object {
    Object::new()
        .put("actionType", action)
        .put("contextId", id)
        .some("comments", config.comments.as_deref())
        .list(
            "nextApproverIds",
            config.next_approver_ids.as_deref().unwrap_or_default(),
        )
}

fn decide(client: &Client, ids: &[String], one: impl Fn(&str) -> Object) -> Result<Message, Fault> {
    let requests: Vec<Value> = ids.iter().map(|id| one(id).into()).collect();
    send(
        client,
        "process/approvals",
        Object::new().list("requests", &requests),
        requests.len(),
    )
}

/// GET process/rules and below.
pub fn rules(client: &Client, config: &RulesConfig) -> Result<Message, Fault> {
    const RULES: Expected = Expected::Object(&["rules"]);
    let (path, expected) = match (&config.object, &config.rule_id) {
        (Some(object), Some(rule)) => (
            format!(
                "process/rules/{}/{}",
                segment("object", object)?,
                segment("rule-id", rule)?
            ),
            Expected::Object(&["id"]),
        ),
        (Some(object), None) => (
            format!("process/rules/{}", segment("object", object)?),
            RULES,
        ),
        (None, None) => ("process/rules".into(), RULES),
        (None, Some(_)) => {
            return Err(Fault::config(
                "config.rule-id needs config.object: say of which object the rule is",
            ));
        }
    };
    ask::get(client, &path, Parameters::none(), expected)
}

/// POST process/rules: one result for all records.
pub fn run_rules(client: &Client, config: &RunRulesConfig) -> Result<Message, Fault> {
    send(
        client,
        "process/rules",
        Object::new().list("contextIds", &config.record_ids),
        1,
    )
}

fn send(client: &Client, path: &str, body: Object, results: usize) -> Result<Message, Fault> {
    let body = Value::from(body).to_string();
    let call = ask::post_call(client, path, Idempotency::NonIdempotent, body.as_bytes())?;
    ask::send_for_results(client, call, "success", results)
}
