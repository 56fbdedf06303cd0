//! A load of the command: run to its end, or to where another run can continue it.

use std::path::Path;
use std::time::{Duration, Instant};

use super::ending::{end, failure, stopped};
use crate::console::Console;
use crate::context::CommandContext;
use crate::failure::Failure;
use crate::format::Data;
use crate::notice;
use crate::output;
use crate::plan::{self, Files, Named, Plan};
use crate::progress::Meter;
use crate::report::time;
use crate::signals;
use mediate::contract::Progress;
use mediate::journal_file::JournalFile;
use mediate::output::PartFile;
use mediate::text;
use mediate::transfer::{Input, Load, LoadState, LoadStatus, Loaded};

/// Loads, from the last step if there is one.
pub(crate) async fn load(
    context: &CommandContext,
    plan: &Plan,
    mut journal_file: JournalFile,
    state: Option<LoadState>,
    console: Console,
) -> Result<LoadStatus, Failure> {
    let started = Instant::now();
    let loaded = tokio::select! {
        loaded = attempt(context, plan, &mut journal_file, state, false, console) => loaded,
        code = signals::received() => Err(interrupted(code)),
    };
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(halt) => return Err(stopped(halt.why, halt.load_status, plan, journal_file)),
    };
    let (progress, load_status) = (loaded.progress, loaded.load_status);
    for file in [loaded.outcomes, loaded.failed].into_iter().flatten() {
        if let Err(why) = output::finish(file).await {
            return Err(stopped(why, Some(load_status), plan, journal_file));
        }
    }
    end(plan, journal_file)?;
    console.note(&summary(&progress, started.elapsed()));
    if progress.failed == 0 {
        return Ok(load_status);
    }
    if let Files::Load { outcomes: None, .. } = &plan.files {
        console.note(notice::OUTCOMES_HINT);
    }
    Err(Failure::SomeFailed {
        failed: progress.failed,
        total: progress.total,
        load_status: Some(Box::new(load_status)),
    })
}

/// Why a load came to no end here, and what is known of it.
pub(crate) struct Halt {
    pub(crate) why: Failure,
    pub(crate) load_status: Option<LoadStatus>,
    /// What was kept last; none where that is what it was before.
    pub(crate) state: Option<LoadState>,
}

impl From<Failure> for Halt {
    fn from(why: Failure) -> Self {
        Self {
            why,
            load_status: None,
            state: None,
        }
    }
}

pub(crate) fn interrupted(code: u8) -> Halt {
    Failure::Interrupted(code).into()
}

/// Loads, or collects the outcomes of a load that is aborted.
pub(crate) async fn attempt(
    context: &CommandContext,
    plan: &Plan,
    journal_file: &mut JournalFile,
    state: Option<LoadState>,
    aborting: bool,
    console: Console,
) -> Result<Loaded, Halt> {
    let Files::Load { input, .. } = &plan.files else {
        return Err(Failure::Other("this is not the journal of a load".into()).into());
    };
    let state = state.unwrap_or_default();
    let (outcomes, failed) = taking(plan, journal_file.path(), &state)?;
    let session = context.session().await?;
    let input = Input {
        path: input.path.clone(),
        gzip: input.gzip,
    };
    let mut meter = Meter::new(console);
    let load = Load::new(
        &session,
        &plan.operation,
        &plan.config,
        &input,
        journal_file,
    );
    let load = load.state(state).outcomes(outcomes).failed(failed);
    let load = load.watcher(&mut meter);
    let load = if aborting { load.abort() } else { load };
    let loaded = load.run().await;
    meter.end();
    loaded.map_err(|stopped| Halt {
        why: failure(stopped.error, context, &session),
        load_status: Some(stopped.load_status),
        state: Some(stopped.state),
    })
}

/// Opens the files that take outcomes and failed records. They outlive this run, until it is clear that there is nothing
/// to continue.
pub(crate) fn taking(
    plan: &Plan,
    journal: &Path,
    state: &LoadState,
) -> Result<(Option<PartFile>, Option<PartFile>), Failure> {
    let Files::Load {
        outcomes, failed, ..
    } = &plan.files
    else {
        return Ok((None, None));
    };
    let open = |file: &Option<Named>, data: Data, bytes| {
        let open = |file: &Named| {
            let spool = plan::spool(journal, data);
            let mut part = output::part(file.destination()?, &spool, bytes, false)?;
            part.keep();
            Ok::<PartFile, Failure>(part)
        };
        file.as_ref().map(open).transpose()
    };
    Ok((
        open(outcomes, Data::Outcomes, state.outcomes_bytes)?,
        open(failed, Data::Failed, state.failed_bytes)?,
    ))
}

/// Tells what a load has done.
pub(crate) fn summary(progress: &Progress, took: Duration) -> String {
    let processed = text::count(progress.processed, "record");
    let outcome = match progress.failed {
        0 => "all of them successfully".to_owned(),
        failed => format!("{} failed", text::thousands(failed)),
    };
    format!("loaded {processed}, {outcome}, in {}", time(took))
}
