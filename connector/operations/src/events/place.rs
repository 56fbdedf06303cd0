//! What a checkpoint of a subscription holds: where each channel goes on. Replay ids are opaque: texts that are given back.

use super::quiet::Quiet;
use salesforce_contract::bindings::exports::salesforce::connector::events::SubscribeConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The form of checkpoints that is written.
const FORM: u8 = 1;

/// The replay id that stands for what comes from now on (Streaming API Developer Guide, "Message Durability").
pub const FROM_NOW: &str = "-1";

/// The replay id that stands for everything that was kept (same place).
pub const FROM_EARLIEST: &str = "-2";

/// Most digits of a replay id. Salesforce's have up to 19; those of an id that a peer makes up would fill the checkpoint.
const MAX_ID_DIGITS: usize = 40;

/// Where a channel goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum At {
    /// With what comes from now on; nothing was subscribed to yet.
    Latest,
    /// With what came since it was subscribed to: no event has come yet.
    Since(Quiet),
    /// With everything that was kept.
    Earliest,
    /// After the event with this replay id.
    Id(String),
}

impl At {
    /// The replay id to subscribe with.
    pub fn replay_id(&self) -> &str {
        match self {
            Self::Latest => FROM_NOW,
            Self::Since(quiet) => quiet.passed.as_deref().unwrap_or(FROM_EARLIEST),
            Self::Earliest => FROM_EARLIEST,
            Self::Id(id) => id,
        }
    }

    /// A replay id that people give: one of an event, `-1` or `-2`.
    fn of(id: &str) -> Option<Self> {
        match id {
            FROM_NOW => Some(Self::Latest),
            FROM_EARLIEST => Some(Self::Earliest),
            _ => is_id(id).then(|| Self::Id(id.to_owned())),
        }
    }

    fn is_whole(&self) -> bool {
        match self {
            Self::Id(id) => is_id(id),
            Self::Since(quiet) => quiet.passed.as_deref().is_none_or(is_id),
            Self::Latest | Self::Earliest => true,
        }
    }
}

/// Whether this is the replay id of an event: it goes into JSON as the whole number that it is.
pub fn is_id(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (1..=MAX_ID_DIGITS).contains(&text.len()) && (text == "0" || !text.starts_with('0'))
}

/// Where each channel goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    #[serde(rename = "v")]
    form: u8,
    /// By channel.
    pub at: BTreeMap<String, At>,
}

impl Place {
    /// The place of a checkpoint, or that of a first poll. Channels that the checkpoint does not know begin as the config says.
    pub fn of(config: &SubscribeConfig, checkpoint: Option<&str>) -> Result<Self, Fault> {
        let first = first(config)?;
        let mut known = match checkpoint {
            Some(text) => read(text)?.at,
            None => BTreeMap::new(),
        };
        let mut at = BTreeMap::new();
        for channel in &config.channels {
            check(channel)?;
            let given = config.after.iter().find(|(name, _)| name == channel);
            let place = match (known.remove(channel), given) {
                (Some(place), _) => place,
                (None, Some((_, id))) => At::of(id).ok_or_else(|| {
                    Fault::config(format!(
                        "config.after names `{id}` for {channel}, which is no replay id: give the number that came with an event"
                    ))
                })?,
                (None, None) => first.clone(),
            };
            at.insert(channel.clone(), place);
        }
        if let Some((channel, _)) = config.after.iter().find(|(name, _)| !at.contains_key(name)) {
            return Err(Fault::config(format!(
                "config.after names {channel}, which is not among config.channels"
            )));
        }
        Ok(Self { form: FORM, at })
    }

    /// Whether a channel begins with what comes from now on, so that "now" must not move.
    pub fn has_latest(&self) -> bool {
        self.at.values().any(|at| *at == At::Latest)
    }

    /// The text to keep.
    pub fn write(&self) -> Result<String, Fault> {
        serde_json::to_string(self)
            .map_err(|error| Fault::protocol(format!("The checkpoint cannot be written: {error}")))
    }
}

fn read(text: &str) -> Result<Place, Fault> {
    let lost = |why: String| {
        Fault::new(
            FaultKind::CheckpointLost,
            format!("{why}: remove the checkpoint and choose config.replay"),
        )
    };
    let place: Place = serde_json::from_str(text).map_err(|error| {
        lost(format!(
            "The checkpoint is none of a subscription ({error})"
        ))
    })?;
    if place.form != FORM || !place.at.values().all(At::is_whole) {
        return Err(lost(
            "The checkpoint is none that this version reads".into(),
        ));
    }
    Ok(place)
}

fn first(config: &SubscribeConfig) -> Result<At, Fault> {
    match config.replay.as_deref().unwrap_or("latest") {
        "latest" => Ok(At::Latest),
        "earliest" => Ok(At::Earliest),
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
            after: Vec::new(),
            lost: None,
            batch_size: None,
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
        let place = Place::of(&both, Some(text)).unwrap();
        assert_eq!(
            place.at["/event/A__e"],
            At::Id("18446744073709551616".into())
        );
        assert_eq!(place.at["/topic/B"], At::Earliest);
        assert_eq!(place.at.len(), 2);
        assert_eq!(
            Place::of(&both, Some(&place.write().unwrap())).unwrap(),
            place
        );
    }

    #[test]
    fn configs_that_name_no_channel_or_no_id_are_refused() {
        let refused = |config: &SubscribeConfig| {
            let fault = Place::of(config, None).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Config);
            fault.message
        };
        assert!(refused(&config(&["Account"])).contains("is no channel"));
        assert!(refused(&config(&["/meta/connect"])).contains("is no channel"));
        let after = |id: &str| SubscribeConfig {
            after: vec![("/u/x".into(), id.into())],
            ..config(&["/u/x"])
        };
        let long = "7".repeat(MAX_ID_DIGITS + 1);
        for id in ["", "-", "-5", "5}", "latest", "007", "1.5", "1e3", &long] {
            assert!(refused(&after(id)).contains("no replay id"), "{id}");
        }
        assert_eq!(
            Place::of(&after("-2"), None).unwrap().at["/u/x"],
            At::Earliest
        );
        let result = SubscribeConfig {
            channels: vec!["/u/y".into()],
            ..after("5")
        };
        assert!(refused(&result).contains("not among config.channels"));
        let fault = Place::of(&config(&["/u/x"]), Some("[]")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::CheckpointLost);
    }

    #[test]
    fn the_checkpoint_of_a_quiet_channel_is_read_in_both_its_forms() {
        let of = |at: &str| {
            let text = format!(r#"{{"v":1,"at":{{"/u/x":{at}}}}}"#);
            Place::of(&config(&["/u/x"]), Some(&text)).unwrap().at["/u/x"].clone()
        };
        let old = of(r#"{"since":1700000000000}"#);
        assert_eq!(old, At::Since(Quiet::begun(1_700_000_000_000)));
        let text = serde_json::to_string(&old).unwrap();
        assert_eq!(of(&text), old);
    }
}
