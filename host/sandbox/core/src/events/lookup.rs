//! Resolution of channel names.

use super::channel::Channel;
use super::generic;
use super::log::Kind;
use super::names::{ALL_CHANGES, channel, is_captured, is_event};
use super::topics::{self, Filter};
use crate::org::Org;
use sandbox_model::api_error::ApiError;

impl Channel {
    /// Returns the channel called so, in the exact case, for this user; the inner error is Salesforce's message to the
    /// subscriber.
    ///
    /// # Errors
    /// The database's.
    pub fn find(org: &Org, name: &str, user: &str) -> Result<Result<Self, String>, ApiError> {
        if name.starts_with(topics::CHANNELS) {
            return topic(org, name);
        }
        if name.starts_with(generic::CHANNELS) {
            let found = generic::find(org, name)?;
            return Ok(found.map(|()| Self {
                sources: vec![name.to_owned(), generic::private(name, user)],
                ..Self::new(name, Kind::Generic)
            }));
        }
        let kind = if is_change_channel(org, name) {
            Some(Kind::Change)
        } else {
            is_event_channel(org, name).then_some(Kind::Platform)
        };
        let rejection = || "403:denied_by_security_policy:create_denied".to_owned();
        Ok(kind.map(|kind| Self::new(name, kind)).ok_or_else(rejection))
    }
}

fn is_change_channel(org: &Org, name: &str) -> bool {
    let settings = org.events.settings();
    let mut objects = org.schema.objects().iter();
    name == ALL_CHANGES
        || name.starts_with("/data/")
            && objects.any(|object| is_captured(object, &settings) && channel(&object.name) == name)
}

fn is_event_channel(org: &Org, name: &str) -> bool {
    let event = name.strip_prefix("/event/");
    event.is_some_and(|event| {
        let object = org.schema.object(event);
        object.is_some_and(|object| is_event(object) && object.name == event)
    })
}

/// Returns the channel of a PushTopic, perhaps with conditions behind a question mark.
fn topic(org: &Org, name: &str) -> Result<Result<Channel, String>, ApiError> {
    let (source, expression) = name.split_once('?').unwrap_or((name, ""));
    let topic = source.strip_prefix(topics::CHANNELS).unwrap_or_default();
    let Some(selected) = topics::selected(org, topic)? else {
        return Ok(Err(format!(
            "400::The channel you requested to subscribe to does not exist {{{name}}}"
        )));
    };
    Ok(match Filter::read(expression, &selected) {
        Ok(filter) => Ok(Channel {
            sources: vec![source.to_owned()],
            filter: Some(filter),
            ..Channel::new(name, Kind::Topic)
        }),
        Err(fields) => Err(format!(
            "400::Query fields {{{fields}}} do not exist on the topic entity"
        )),
    })
}
