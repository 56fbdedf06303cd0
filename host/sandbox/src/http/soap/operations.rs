//! The calls of the API by name.

use super::arguments::Arguments;
use super::envelope::Namespaces;
use super::fault::Fault;
use super::out::Out;
use super::{
    Context, describe, duplicates, email, merge, query, remove, replication, retrieve, save,
    search, users,
};

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
    ("convertLead", merge::convert_lead),
    ("create", save::create),
    ("delete", remove::delete),
    ("describeGlobal", describe::describe_global),
    ("describeSObject", describe::describe_object),
    ("describeSObjects", describe::describe_objects),
    ("emptyRecycleBin", remove::empty_recycle_bin),
    ("findDuplicates", duplicates::find),
    ("findDuplicatesByIds", duplicates::find_by_ids),
    ("getDeleted", replication::get_deleted),
    ("getUpdated", replication::get_updated),
    ("merge", merge::merge),
    ("query", query::query),
    ("queryAll", query::query_all),
    ("queryMore", query::query_more),
    ("retrieve", retrieve::retrieve),
    ("search", search::search),
    ("sendEmail", email::send_email),
    ("sendEmailMessage", email::send_email_message),
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
