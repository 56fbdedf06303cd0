//! A dry run of any operation: it goes its whole way, through the same checks and describes, up to the requests.

use super::{accept, check_input, known};
use crate::table::{self, Config, Run};
use salesforce_client::client::{Client, UnsentRequest};
use salesforce_client::transport::Method;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::raw::{
    DryRunConfig, DryRunReport, PlannedRequest,
};
use salesforce_contract::catalog::{Effect, Operation};
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;
use std::rc::Rc;

/// Bytes of a body that are shown unless the config says otherwise.
const SHOWN_BYTES: u32 = 4_096;

/// Headers that are not shown: they hold sessions or secrets, or are the same in every request.
const NOT_SHOWN: [&str; 6] = [
    "user-agent",
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-sfdc-session",
    "x-api-key",
];

/// Groups whose operations send what the caller says, a read perhaps.
const ANY_REQUEST: [&str; 2] = ["raw/", "composite/"];

/// Operations whose requests cannot be held back: they open a session, or hold back others.
const NOT_HELD_BACK: [&str; 3] = ["connection/authenticate", "connection/test", "raw/dry-run"];

/// Runs an operation with its requests held back.
pub fn dry_run(
    client: &Client,
    config: &DryRunConfig,
    input: Option<&Message>,
) -> Result<DryRunReport, Fault> {
    let operation = known(&config.operation)?;
    let run = table::find(operation.name).filter(|_| can_be_held_back(operation));
    let run = run.ok_or_else(|| {
        Fault::config(format!(
            "config.operation `{}` sends nothing that can be held back: name one that reads or writes records or metadata",
            operation.name
        ))
    })?;
    let text = config.config.as_deref().unwrap_or("{}");
    let inner = Config(accept(&operation.config, text, "config.config")?);
    if !matches!(run, Run::Sink(_)) {
        check_input(operation, input)?;
    }
    let dry_run = Rc::new(client.in_dry_run(holds_reads_back(operation)));
    let ended = run_dry(&dry_run, run, inner, input);
    let unsent = dry_run.unsent();
    if unsent.is_empty() {
        ended?;
    }
    Ok(report(operation, run, &dry_run, &unsent, config.body_bytes))
}

fn can_be_held_back(operation: &Operation) -> bool {
    operation.effect != Effect::Pure && !NOT_HELD_BACK.contains(&operation.name)
}

/// Whether reads are held back, too: they are what the operation is for, not only what it needs to write.
fn holds_reads_back(operation: &Operation) -> bool {
    let mut any_request = ANY_REQUEST.iter();
    operation.effect == Effect::Read || any_request.any(|group| operation.name.starts_with(group))
}

/// Runs the operation as far as it comes.
fn run_dry(
    client: &Rc<Client>,
    run: Run,
    config: Config,
    input: Option<&Message>,
) -> Result<(), Fault> {
    match run {
        Run::Pure(run) => run(config, input).map(drop),
        Run::Call(run) => run(client, config, input).map(drop),
        Run::Source(open) => open(Rc::clone(client), config, input).map(drop),
        Run::Trigger(poll) => poll(Rc::clone(client), config, None, 0).map(drop),
        Run::Sink(open) => {
            let mut sink = open(Rc::clone(client), config, None)?;
            if let Some(input) = input {
                sink.write(&input.body)?;
            }
            sink.close()
        }
    }
}

fn report(
    operation: &Operation,
    run: Run,
    client: &Client,
    unsent: &[UnsentRequest],
    shown: Option<u32>,
) -> DryRunReport {
    let shown = shown.unwrap_or(SHOWN_BYTES) as usize;
    let requests: Vec<_> = unsent.iter().map(|one| planned(one, shown)).collect();
    DryRunReport {
        operation: operation.name.to_owned(),
        api_calls: u32::try_from(requests.len()).unwrap_or(u32::MAX),
        requests,
        more: !matches!(run, Run::Call(_)),
        refused: client.refused(),
    }
}

fn planned(unsent: &UnsentRequest, shown: usize) -> PlannedRequest {
    let request = &unsent.request;
    let headers = request.headers.iter();
    let headers =
        headers.filter(|(name, _)| !NOT_SHOWN.contains(&name.to_ascii_lowercase().as_str()));
    let head = request.body.get(..shown).unwrap_or(&request.body);
    PlannedRequest {
        method: name(request.method).to_owned(),
        path: request.url.clone(),
        headers: headers.cloned().collect(),
        body: (!unsent.private).then(|| String::from_utf8_lossy(head).into_owned()),
        body_bytes: bounded(request.body.len() as u64),
        statement: unsent.statement.as_deref().map(str::to_owned),
    }
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

#[cfg(test)]
#[path = "dry_run_tests.rs"]
mod tests;
