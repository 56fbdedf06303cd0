//! What a checkpoint of a subscription holds: where each channel continues. Replay ids are opaque: texts that are given back.

use super::quiet::QuietChannel;
use salesforce_contract::bindings::exports::salesforce::connector::events::SubscribeConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the format of checkpoints.
const VERSION: u8 = 1;

/// The replay id that stands for what comes from now on (Streaming API Developer Guide, "Message Durability").
pub const FROM_NOW: &str = "-1";

/// The replay id that stands for everything that was kept (same place).
pub const FROM_EARLIEST: &str = "-2";

/// Most digits of a replay id. Salesforce's have up to 19; those of an id that a peer makes up would fill the checkpoint.
const MAX_ID_DIGITS: usize = 40;

/// Where a channel continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// With what comes from now on; nothing was subscribed to yet.
    Latest,
    /// With what came since it was subscribed to: no event has come yet.
    Since(QuietChannel),
    /// With everything that was kept.
    Earliest,
    /// After the event with this replay id.
    Id(String),
}

impl Position {
    /// The replay id to subscribe with.
    pub fn replay_id(&self) -> &str {
        match self {
            Self::Latest => FROM_NOW,
            Self::Since(quiet) => quiet.passed.as_deref().unwrap_or(FROM_EARLIEST),
            Self::Earliest => FROM_EARLIEST,
            Self::Id(id) => id,
        }
    }

    /// Reads a replay id that people give: one of an event, `-1` or `-2`.
    fn parse(id: &str) -> Option<Self> {
        match id {
            FROM_NOW => Some(Self::Latest),
            FROM_EARLIEST => Some(Self::Earliest),
            _ => is_id(id).then(|| Self::Id(id.to_owned())),
        }
    }

    fn is_valid(&self) -> bool {
        match self {
            Self::Id(id) => is_id(id),
            Self::Since(quiet) => quiet.passed.as_deref().is_none_or(is_id),
            Self::Latest | Self::Earliest => true,
        }
    }
}

/// Tells whether this is the replay id of an event: it goes into JSON as the whole number that it is.
pub fn is_id(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (1..=MAX_ID_DIGITS).contains(&text.len()) && (text == "0" || !text.starts_with('0'))
}

/// Where each channel continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayCursor {
    #[serde(rename = "v")]
    version: u8,
    /// The position of each channel.
    #[serde(rename = "at")]
    pub positions: BTreeMap<String, Position>,
    /// The number of events that the filter excluded since the last message, by channel.
    #[serde(rename = "passed", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub passed_over: BTreeMap<String, u64>,
}

impl ReplayCursor {
    /// The cursor of a checkpoint, or that of a first poll. Channels that the checkpoint does not know begin as the config says.
    pub fn new(config: &SubscribeConfig, checkpoint: Option<&str>) -> Result<Self, Fault> {
        let first = first(config)?;
        let (mut known, mut passed_over) = match checkpoint.map(read).transpose()? {
            Some(cursor) => (cursor.positions, cursor.passed_over),
            None => (BTreeMap::new(), BTreeMap::new()),
        };
        passed_over.retain(|channel, _| config.channels.contains(channel));
        let mut positions = BTreeMap::new();
        for channel in &config.channels {
            check(channel)?;
            let given = config
                .after
                .as_deref()
                .unwrap_or_default()
                .iter()
                .find(|(name, _)| name == channel);
            let position = match (known.remove(channel), given) {
                (Some(position), _) => position,
                (None, Some((_, id))) => Position::parse(id).ok_or_else(|| {
                    Fault::config(format!(
                        "config.after names `{id}` for {channel}, which is no replay id: give the number that came with an event"
                    ))
                })?,
                (None, None) => first.clone(),
            };
            positions.insert(channel.clone(), position);
        }
        if let Some((channel, _)) = config
            .after
            .iter()
            .flatten()
            .find(|(name, _)| !positions.contains_key(name))
        {
            return Err(Fault::config(format!(
                "config.after names {channel}, which is not among config.channels"
            )));
        }
        Ok(Self {
            version: VERSION,
            positions,
            passed_over,
        })
    }

    /// Tells whether a channel begins with what comes from now on, so that "now" must not move.
    pub fn has_latest(&self) -> bool {
        self.positions.values().any(|at| *at == Position::Latest)
    }

    /// Writes the checkpoint.
    pub fn write(&self) -> Result<String, Fault> {
        serde_json::to_string(self)
            .map_err(|error| Fault::protocol(format!("The checkpoint cannot be written: {error}")))
    }
}

fn read(text: &str) -> Result<ReplayCursor, Fault> {
    let lost = |why: String| {
        Fault::new(
            FaultKind::CheckpointLost,
            format!("{why}: remove the checkpoint and choose config.replay"),
        )
    };
    let cursor: ReplayCursor = serde_json::from_str(text).map_err(|error| {
        lost(format!(
            "This checkpoint was not written by a subscription ({error})"
        ))
    })?;
    if cursor.version != VERSION || !cursor.positions.values().all(Position::is_valid) {
        return Err(lost("This version cannot read the checkpoint".into()));
    }
    Ok(cursor)
}

fn first(config: &SubscribeConfig) -> Result<Position, Fault> {
    match config.replay.as_deref().unwrap_or("latest") {
        "latest" => Ok(Position::Latest),
        "earliest" => Ok(Position::Earliest),
        other => Err(Fault::config(format!(
            "config.replay `{other}` is neither `latest` nor `earliest`; a replay id goes into config.after, with its channel"
        ))),
    }
}

/// Refuses names that are no channel of Salesforce's.
fn check(channel: &str) -> Result<(), Fault> {
    const KINDS: [&str; 4] = ["/event/", "/data/", "/topic/", "/u/"];
    let named = KINDS.iter().any(|kind| {
        channel
            .strip_prefix(kind)
            .is_some_and(|name| !name.is_empty())
    });
    if named {
        return Ok(());
    }
    Err(Fault::config(format!(
        "config.channels names `{channel}`, which is no channel: write /event/NAME__e, /data/NAMEChangeEvent, /topic/NAME or /u/NAME"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(channels: &[&str]) -> SubscribeConfig {
        SubscribeConfig {
            channels: channels
                .iter()
                .map(|channel| (*channel).to_owned())
                .collect(),
            replay: None,
            after: None,
            lost: None,
            batch_size: None,
            operations: None,
            entities: None,
            filter: None,
            undecided: None,
        }
    }

    #[test]
    fn channels_that_a_checkpoint_does_not_know_begin_as_the_config_says() {
        let both = SubscribeConfig {
            replay: Some("earliest".into()),
            ..config(&["/event/A__e", "/topic/B"])
        };
        let text =
            r#"{"v":1,"at":{"/event/A__e":{"id":"18446744073709551616"},"/u/gone":"latest"}}"#;
        let cursor = ReplayCursor::new(&both, Some(text)).unwrap();
        assert_eq!(
            cursor.positions["/event/A__e"],
            Position::Id("18446744073709551616".into())
        );
        assert_eq!(cursor.positions["/topic/B"], Position::Earliest);
        assert_eq!(cursor.positions.len(), 2);
        assert_eq!(
            ReplayCursor::new(&both, Some(&cursor.write().unwrap())).unwrap(),
            cursor
        );
    }

    #[test]
    fn configs_that_name_no_channel_or_no_id_are_refused() {
        let refused = |config: &SubscribeConfig| {
            let fault = ReplayCursor::new(config, None).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Config);
            fault.message
        };
        assert!(refused(&config(&["Account"])).contains("is no channel"));
        assert!(refused(&config(&["/meta/connect"])).contains("is no channel"));
        let after = |id: &str| SubscribeConfig {
            after: Some(vec![("/u/x".into(), id.into())]),
            ..config(&["/u/x"])
        };
        let long = "7".repeat(MAX_ID_DIGITS + 1);
        for id in ["", "-", "-5", "5}", "latest", "007", "1.5", "1e3", &long] {
            assert!(refused(&after(id)).contains("no replay id"), "{id}");
        }
        assert_eq!(
            ReplayCursor::new(&after("-2"), None).unwrap().positions["/u/x"],
            Position::Earliest
        );
        let result = SubscribeConfig {
            channels: vec!["/u/y".into()],
            ..after("5")
        };
        assert!(refused(&result).contains("not among config.channels"));
        let fault = ReplayCursor::new(&config(&["/u/x"]), Some("[]")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::CheckpointLost);
    }

    #[test]
    fn the_checkpoint_of_a_quiet_channel_is_read_in_both_its_forms() {
        let of = |at: &str| {
            let text = format!(r#"{{"v":1,"at":{{"/u/x":{at}}}}}"#);
            let cursor = ReplayCursor::new(&config(&["/u/x"]), Some(&text)).unwrap();
            cursor.positions["/u/x"].clone()
        };
        let old = of(r#"{"since":1700000000000}"#);
        assert_eq!(old, Position::Since(QuietChannel::new(1_700_000_000_000)));
        let text = serde_json::to_string(&old).unwrap();
        assert_eq!(of(&text), old);
    }
}
