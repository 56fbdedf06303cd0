//! Gap and overflow events on demand: what Salesforce sends when it has no details of a change.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::capture::{self, Header, NO_ID};
use super::feed::Feed;
use super::log;
use super::names::is_captured;
use crate::write::Writer;
use sandbox_model::api_error::ApiError;

/// The change types of gap and overflow events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GapKind {
    /// Records were created.
    GapCreate,
    /// Records were changed.
    GapUpdate,
    /// Records were deleted.
    GapDelete,
    /// Records were undeleted.
    GapUndelete,
    /// More than 100,000 records changed in one transaction.
    GapOverflow,
}

impl GapKind {
    const fn name(self) -> &'static str {
        match self {
            Self::GapCreate => "GAP_CREATE",
            Self::GapUpdate => "GAP_UPDATE",
            Self::GapDelete => "GAP_DELETE",
            Self::GapUndelete => "GAP_UNDELETE",
            Self::GapOverflow => "GAP_OVERFLOW",
        }
    }
}

/// A gap event to be published.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gap {
    /// API name of the object.
    pub object: String,
    /// What happened.
    pub change_type: GapKind,
    /// The records it happened to; an overflow names none.
    #[serde(default)]
    pub record_ids: Vec<String>,
}

impl Writer<'_> {
    /// Writes a gap or overflow event.
    ///
    /// # Errors
    /// `NOT_FOUND` if there is no such object, or its changes are not captured; the database's.
    pub fn publish_gap(&self, gap: &Gap) -> Result<(), ApiError> {
        let feed: Feed<'_> = self.feed.ok_or_else(ApiError::not_found)?;
        let object = self.schema.object(&gap.object);
        let object = object
            .filter(|object| is_captured(object, &feed.events.settings()))
            .ok_or_else(ApiError::not_found)?;
        let ids: Vec<&str> = gap.record_ids.iter().map(String::as_str).collect();
        let overflow = gap.change_type == GapKind::GapOverflow;
        let header = Header {
            entity: &object.name,
            change: gap.change_type.name(),
            ids: if overflow { &[NO_ID] } else { &ids },
            changed: Vec::new(),
        };
        let place = log::place(self.connection, feed.transaction(), 0)?;
        capture::write(self, place, object, header, Map::new(), 0)
    }
}
