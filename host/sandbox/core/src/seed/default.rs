//! Default records of a new org: enough for a first query to return something.

use super::Folder;
use crate::org::Org;

const ACCOUNTS: &str = include_str!("default/Account.json");
const CONTACTS: &str = include_str!("default/Contact.json");
const EVENT_LOGS: &str = include_str!("default/EventLogFile.json");
const OPPORTUNITIES: &str = include_str!("default/Opportunity.json");
const SHIPMENTS: &str = include_str!("default/Shipment__c.json");

/// Loads the default records.
///
/// # Errors
/// Never with the files as shipped; a test holds them to it.
pub fn default_data(org: &Org) -> anyhow::Result<()> {
    let files = [
        ("Account.json", ACCOUNTS),
        ("Contact.json", CONTACTS),
        ("Opportunity.json", OPPORTUNITIES),
        ("EventLogFile.json", EVENT_LOGS),
        ("Shipment__c.json", SHIPMENTS),
    ];
    Folder::of_files(
        files
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
    )
    .load(org)
}
