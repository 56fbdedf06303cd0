//! The record types of objects.

use serde::Deserialize;

use super::{id, standard};
use sandbox_model::id::RecordId;

/// The record type that every object has, and that records without another one are of.
const MASTER: &str = "012000000000000AAA";
/// First characters of the ids of all others.
const KEY_PREFIX: &str = "012";

/// A record type as an administrator has set it up.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecordTypeSetup {
    /// API name of the object.
    pub object: String,
    /// Its name.
    pub name: String,
    /// Its developer name.
    pub developer_name: String,
    /// Description.
    pub description: Option<String>,
}

/// A record type that records of an object may be of.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// Its id.
    pub id: RecordId,
    /// Its name.
    pub name: &'static str,
    /// Its developer name.
    pub developer_name: &'static str,
    /// Whether it is the one that every object has.
    pub is_master: bool,
}

/// Returns the record types of an object, in the order in which describe lists them: the master comes last.
pub fn all(object: &str) -> Vec<RecordType> {
    let own = standard().record_types.iter().enumerate();
    let own = own.filter(|(_, it)| it.object == object);
    let own = own.map(|(at, it)| RecordType {
        id: id(KEY_PREFIX, at),
        name: &it.name,
        developer_name: &it.developer_name,
        is_master: false,
    });
    own.chain(master()).collect()
}

fn master() -> Option<RecordType> {
    Some(RecordType {
        id: RecordId::parse(MASTER)?,
        name: "Master",
        developer_name: "Master",
        is_master: true,
    })
}

/// Returns whether records of an object may be of the record type with this id.
pub fn is_of(object: &str, id: &str) -> bool {
    let id = RecordId::parse(id);
    id.is_some_and(|id| all(object).iter().any(|it| it.id == id))
}
