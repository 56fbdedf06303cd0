//! The calls of the API by name.

use super::arguments::Arguments;
use super::envelope::Namespaces;
use super::fault::Fault;
use super::out::Out;
use super::{Context, query, remove, replication, retrieve, save, users};

/// Does a call, and gives what stands in its response element.
pub(super) type Operation = fn(&Context<'_>, Arguments<'_>) -> Result<Out, Fault>;

/// Calls of both APIs: they have nothing to do with the org's objects.
const SHARED: &[(&str, Operation)] = &[
    ("getServerTimestamp", replication::get_server_timestamp),
    ("getUserInfo", users::get_user_info),
    ("logout", users::logout),
    ("resetPassword", users::reset_password),
    ("setPassword", users::set_password),
];

/// Calls of the partner API.
const PARTNER: &[(&str, Operation)] = &[
    ("create", save::create),
    ("delete", remove::delete),
    ("emptyRecycleBin", remove::empty_recycle_bin),
    ("getDeleted", replication::get_deleted),
    ("getUpdated", replication::get_updated),
    ("query", query::query),
    ("queryAll", query::query_all),
    ("queryMore", query::query_more),
    ("retrieve", retrieve::retrieve),
    ("undelete", remove::undelete),
    ("update", save::update),
    ("upsert", save::upsert),
];

/// The call of this name, if the API has it.
pub(super) fn find(name: &str, namespaces: &Namespaces) -> Option<Operation> {
    let partner = if namespaces.letter == "u" {
        PARTNER
    } else {
        &[]
    };
    let mut all = SHARED.iter().chain(partner);
    all.find(|(known, _)| *known == name)
        .map(|(_, operation)| *operation)
}
