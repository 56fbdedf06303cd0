//! `mediate resume`: continues with a load or an extract that was interrupted, or aborts it.

use std::path::Path;

use serde_json::Value;

use super::abort;
use super::args::{Global, Resume};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::output;
use super::plan::{self, Files, Named, Plan};
use super::summary::{Ended, Summary};
use super::transfer::{self, ending, is_finished, state};
use mediate::journal_file::JournalFile;
use mediate::output::Role;

pub(super) async fn run(args: &Resume, global: &Global, console: Console) -> Result<(), Failure> {
    let (journal_file, plan, step) = plan::open(&args.journal)?;
    let path = args.summary.as_deref();
    check_summary(path, &plan, &args.journal)?;
    let finished = is_finished(step.as_ref());
    let summary = Summary::open(path, args.abort && !finished).await?;
    let ended = if finished {
        transfer::finish(&plan, journal_file, step).await
    } else {
        end(args, global, plan, journal_file, step, console).await
    };
    summary.finish(ended).await
}

/// Refuses a summary that an extract does not have, or that would replace a file of the load.
fn check_summary(summary: Option<&Path>, plan: &Plan, journal: &Path) -> Result<(), Failure> {
    match &plan.files {
        _ if summary.is_none() => Ok(()),
        Files::Extract { .. } => Err(Failure::usage(
            "--summary: the journal is that of an extract, and only loads have a summary",
        )),
        Files::Load {
            input,
            outcomes,
            failed,
            ..
        } => {
            let path = |file: &Option<Named>| file.as_ref().map(|file| file.path.clone());
            let (outcomes, failed) = (path(outcomes), path(failed));
            output::apart(&[
                ("--input", Some(&input.path), Role::Read),
                ("--journal", Some(journal), Role::Keep),
                ("--outcomes", outcomes.as_deref(), Role::Write),
                ("--failed", failed.as_deref(), Role::Write),
                ("--summary", summary, Role::Write),
            ])
        }
    }
}

/// Continues the run of a journal, or aborts it.
async fn end(
    args: &Resume,
    global: &Global,
    plan: Plan,
    journal_file: JournalFile,
    step: Option<Value>,
    console: Console,
) -> Ended {
    let (connection, global) = plan.arguments(global);
    let context = CommandContext::prepare(&global, &connection, console).await?;
    match (&plan.files, args.abort) {
        (_, false) => transfer::resume(&context, &plan, journal_file, step, console).await,
        (Files::Load { .. }, true) => {
            let aborted = abort::load(&context, &plan, journal_file, state(step)?, console).await;
            aborted.map(Some)
        }
        // An extract changes nothing in the remote system but a job that ends by itself.
        (Files::Extract { .. }, true) => ending::discard(&plan, journal_file).map(|()| None),
    }
}
