//! `mediate resume`: continues with a load or an extract that was interrupted, or aborts it.

use super::abort;
use super::args::{Global, Resume};
use super::console::Console;
use super::context::CommandContext;
use super::failure::Failure;
use super::plan::{self, Files};
use super::transfer::{self, ending, is_finished, state};

pub(super) async fn run(args: &Resume, global: &Global, console: Console) -> Result<(), Failure> {
    let (journal_file, plan, step) = plan::open(&args.journal)?;
    if is_finished(step.as_ref()) {
        return ending::finish_named(&plan, journal_file).await;
    }
    let (connection, global) = plan.arguments(global);
    let context = CommandContext::prepare(&global, &connection, console).await?;
    match (&plan.files, args.abort) {
        (_, false) => transfer::resume(&context, &plan, journal_file, step, console).await,
        (Files::Load { .. }, true) => {
            abort::load(&context, &plan, journal_file, state(step)?, console).await
        }
        // An extract changes nothing in the remote system but a job that ends by itself.
        (Files::Extract { .. }, true) => ending::discard(&plan, journal_file),
    }
}
