//! What the command says on stderr while it works: its notes and warnings, for people and not for scripts.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use super::report::time;

/// Note after a load that was aborted.
pub(super) const ABORTED: &str = "aborted: what was saved stays saved";
/// Note after a load whose failures nobody asked to keep.
pub(super) const OUTCOMES_HINT: &str = "hint: --outcomes FILE keeps the outcome of every record";
/// Note after a signal to watches.
pub(super) const ENDING: &str = "ending: the delivery under way is completed first";
/// Warning of a listener that others can reach, and overhear.
pub(super) const WITHOUT_TLS: &str = "messages come in the clear: give --tls-certificate and --tls-key, or put a proxy with TLS in front";
/// Warning of a simulated org that others can reach.
pub(super) const OPEN_SANDBOX: &str =
    "this address can be reached from other machines, and the org's passwords are public";

/// Says that a load was aborted and that the outcome of some records is not known.
pub(super) fn outcomes_missing(why: impl Display) -> String {
    format!("not all outcomes could be collected: {why}")
}

/// Says that a message that was posted could not be given to the connector.
pub(super) fn message_not_read(why: impl Display) -> String {
    format!("a message could not be read: {why}")
}

/// Says that a message was not acknowledged, because the output did not take it.
pub(super) fn message_not_delivered(why: impl Display) -> String {
    format!("a message was not delivered, and its sender will repeat it: {why}")
}

/// Says that the connector has ended, and does not start.
pub(super) fn not_started_again(why: impl Display) -> String {
    format!("the connector could not be started again: {why}")
}

/// Says that a transfer continues after a pause.
pub(super) fn continues(because: impl Display, pause: Duration) -> String {
    format!("{because}; continuing in {}", time(pause))
}

/// Says that a watch tries again after a pause.
pub(super) fn waits(watch: &str, because: impl Display, pause: Duration) -> String {
    format!("{watch}: {because}; trying again in {}", time(pause))
}

/// Says that a watch works again.
pub(super) fn recovered(watch: &str) -> String {
    format!("{watch}: works again")
}

/// Says that a watch has no checkpoint, and what that means.
pub(super) fn no_checkpoint(watch: &str) -> String {
    format!(
        "{watch}: there is no checkpoint file, so what arrives while this process is down is lost: give --checkpoint FILE"
    )
}

/// Says that a watch continues from a checkpoint of another config.
pub(super) fn other_config(watch: &str, checkpoint: &Path, changes: &[String]) -> String {
    format!(
        "{watch}: continues from {}, which was kept with another config: {}",
        checkpoint.display(),
        changes.join("; ")
    )
}

/// Says that the simulated org answers, and where its data is.
pub(super) fn simulated_org(data: Option<&Path>, unasked: bool) -> String {
    let begin = if unasked { "no connection given: " } else { "" };
    format!(
        "{begin}this runs in the simulated org, its data {}",
        kept(data)
    )
}

/// Says where the data of the simulated org is kept.
pub(super) fn kept(data: Option<&Path>) -> String {
    data.map_or("in memory".to_owned(), |folder| {
        format!("in {}", folder.display())
    })
}
