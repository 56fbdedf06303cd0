//! Events that Salesforce no longer has: of which channel, and between when and when, as far as that can be told.

use super::cursor::Position;
use super::document;
use super::quiet::Gap;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use salesforce_formats::soql::date;

/// A channel that cannot continue where it stood.
pub struct LostChannel {
    /// The channel.
    pub channel: String,
    /// Why.
    pub reason: String,
    /// The stretch of time, where it is known.
    pub bounds: Option<Gap>,
}

impl LostChannel {
    /// A channel of which everything within the bounds may be gone: it was quiet, so nobody can tell.
    pub fn within(channel: &str, bounds: Gap, because: &str) -> Self {
        let message = format!(
            "what came between {} and {} may be gone: {because}",
            time(bounds.from),
            time(bounds.to)
        );
        Self {
            channel: channel.to_owned(),
            reason: message,
            bounds: Some(bounds),
        }
    }

    /// A channel whose replay id leads nowhere, in Salesforce's words.
    pub fn refused(channel: &str, reason: &str) -> Self {
        Self {
            channel: channel.to_owned(),
            reason: reason.to_owned(),
            bounds: None,
        }
    }

    /// The message that reports it.
    pub fn message(&self, before: &Position, resumed: &str) -> Message {
        let mut message = document::gap(&self.channel, before.replay_id(), resumed, &self.reason);
        if let Some(bounds) = &self.bounds {
            let times = [("gap-from", bounds.from), ("gap-to", bounds.to)];
            let times = times.map(|(name, ms)| (name.to_owned(), time(ms)));
            message.metadata.extras.extend(times);
        }
        message
    }
}

/// The fault for channels that cannot continue where they stood.
pub fn fault(lost: &[LostChannel]) -> Fault {
    let channels: Vec<String> = lost
        .iter()
        .map(|lost| format!("{} ({})", lost.channel, lost.reason))
        .collect();
    Fault::new(
        FaultKind::CheckpointLost,
        format!(
            "Salesforce no longer has all events since the checkpoint of {}: choose config.lost `latest` or `earliest`, or remove the checkpoint",
            channels.join(", ")
        ),
    )
}

/// A time for people and metadata.
fn time(ms: i64) -> String {
    date::of_unix_seconds(ms.div_euclid(1_000)).unwrap_or_else(|| format!("{ms} ms"))
}
