//! The record types of objects.

use serde::Deserialize;

use super::{id, standard};
use crate::id::RecordId;

/// The record type that every object has, and that records without another one are of.
const MASTER: &str = "012000000000000AAA";
/// First characters of the ids of all others.
const KEY_PREFIX: &str = "012";

/// A record type as an administrator has set it up.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordTypeSetup {
    pub object: String,
    pub name: String,
    pub developer_name: String,
    pub description: Option<String>,
}

/// A record type that records of an object may be of.
#[derive(Debug, Clone)]
pub(crate) struct RecordType {
    pub id: RecordId,
    pub name: &'static str,
    pub developer_name: &'static str,
    /// Whether it is the one that every object has.
    pub is_master: bool,
}

/// The record types of an object, in the order in which describe lists them: the master comes last.
pub(crate) fn of(object: &str) -> Vec<RecordType> {
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

/// Whether records of an object may be of the record type with this id.
pub(crate) fn is_of(object: &str, id: &str) -> bool {
    let id = RecordId::parse(id);
    id.is_some_and(|id| of(object).iter().any(|it| it.id == id))
}
