//! The statuses that Salesforce documents for what it did.

use super::Expected;

impl Expected {
    /// The good statuses of such a response; none where the status tells nothing.
    fn statuses(self) -> &'static [u16] {
        match self {
            Self::Object(_)
            | Self::List
            | Self::ListOrObject(_)
            | Self::JsonPage
            | Self::Soap
            | Self::Info(_)
            | Self::InfoList { .. }
            | Self::Document => &[200],
            Self::Created(_) | Self::NewInfo(_) | Self::Taken => &[201],
            Self::Made(_) | Self::Results => &[200, 201],
            Self::Upserted(_) => &[200, 201, 204],
            Self::ObjectOrNothing(_) | Self::Csv => &[200, 204],
            Self::Done => &[204],
            Self::Empty | Self::File { .. } | Self::Image | Self::Anything => &[],
        }
    }

    /// Whether such a response may have this good status.
    pub(super) fn takes_status(self, status: u16) -> bool {
        let statuses = self.statuses();
        statuses.is_empty() || statuses.contains(&status)
    }

    /// What is expected, with its statuses, in words.
    pub(super) fn with_status(self) -> String {
        let statuses: Vec<String> = self.statuses().iter().map(u16::to_string).collect();
        format!("HTTP {} with {}", statuses.join(" or "), self.noun())
    }
}
