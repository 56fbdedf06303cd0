//! Triggers, polled until they have found what there is.

use std::time::{Duration, Instant};

use mediate::session::Session;
use serde_json::Value;

use super::cell::Harmed;
use super::path::Path;
use super::run::{End, of_error, told};

/// How long a trigger is polled in all: a server that holds a connect for ever is given up after 15 seconds.
const LONGEST: Duration = Duration::from_secs(40);

/// How long nothing may come before the fault is taken away: a trigger that waits cannot tell a fault from quiet.
const QUIET: Duration = Duration::from_secs(10);

/// How long one poll may wait.
const POLL_MS: u32 = 400;

/// Polls from one checkpoint to the next until each of these records was found.
pub async fn poll(
    path: &Path,
    harmed: &Harmed<'_>,
    session: &Session,
    config: &Value,
    ids: &[String],
) -> End {
    let mut checkpoint: Option<String> = None;
    let mut found = Vec::new();
    let mut word = "exact".to_owned();
    let started = Instant::now();
    while started.elapsed() < LONGEST && times(&found, ids).contains(&0) {
        let place = checkpoint.as_deref();
        match session.poll(&path.operation, config, place, POLL_MS).await {
            Ok(batch) => {
                found.extend(batch.messages.into_iter().map(|message| message.body));
                checkpoint = Some(batch.checkpoint);
            }
            Err(error) => {
                let end = of_error(&error, 0);
                if end.word.starts_with(char::is_uppercase) {
                    return end;
                }
                word = format!("{}, then exact", end.word);
                harmed.heal();
            }
        }
        if started.elapsed() > QUIET && word == "exact" {
            word = "quiet, then exact".to_owned();
            harmed.heal();
        }
    }
    let times = times(&found, ids);
    match times.iter().all(|times| *times == 1) {
        true => told(word, 0, 0),
        false => told(format!("WRONG: found {times:?} times each ({word})"), 0, 0),
    }
}

/// How often each record was found.
fn times(found: &[Vec<u8>], ids: &[String]) -> Vec<usize> {
    let texts: Vec<_> = found
        .iter()
        .map(|body| String::from_utf8_lossy(body))
        .collect();
    ids.iter()
        .map(|id| {
            let of_it = texts.iter().filter(|text| text.contains(id.as_str()));
            of_it.count()
        })
        .collect()
}
