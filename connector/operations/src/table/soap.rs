//! The partner SOAP API.

use super::{Run, Table, needed, plain};
use crate::reopened::Reopened;
use crate::soap;
use salesforce_contract::bindings::exports::salesforce::connector::soap::QueryRowsConfig;
use std::rc::Rc;

/// The operations of `soap`.
pub const TABLE: Table = &[
    (
        "soap/logout",
        Run::Call(|org, config, _| plain(soap::users::logout(org, &config.read()?)?)),
    ),
    (
        "soap/query",
        Run::Call(|org, config, _| plain(soap::query::query(org, &config.read()?)?)),
    ),
    (
        "soap/query-all",
        Run::Call(|org, config, _| plain(soap::query::query_all(org, &config.read()?)?)),
    ),
    (
        "soap/query-more",
        Run::Call(|org, config, _| plain(soap::query::query_more(org, &config.read()?)?)),
    ),
    (
        "soap/query-rows",
        Run::Source(|org, config, _| {
            let config: QueryRowsConfig = config.read()?;
            let open = move || soap::rows::Rows::open(Rc::clone(&org), &config);
            Ok(Box::new(Reopened::open(open)?))
        }),
    ),
    (
        "soap/create",
        Run::Call(|org, config, input| {
            plain(soap::save::create(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/update",
        Run::Call(|org, config, input| {
            plain(soap::save::update(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/upsert",
        Run::Call(|org, config, input| {
            plain(soap::save::upsert(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/delete",
        Run::Call(|org, config, input| {
            plain(soap::ids::delete(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/undelete",
        Run::Call(|org, config, input| {
            plain(soap::ids::undelete(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/empty-recycle-bin",
        Run::Call(|org, config, input| {
            plain(soap::ids::empty_recycle_bin(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "soap/retrieve",
        Run::Call(|org, config, input| {
            plain(soap::retrieve::retrieve(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "soap/search",
        Run::Call(|org, config, _| plain(soap::search::search(org, &config.read()?)?)),
    ),
    (
        "soap/describe-global",
        Run::Call(|org, config, _| plain(soap::describe::describe_global(org, &config.read()?)?)),
    ),
    (
        "soap/describe-object",
        Run::Call(|org, config, _| plain(soap::describe::describe_object(org, &config.read()?)?)),
    ),
    (
        "soap/describe-objects",
        Run::Call(|org, config, _| plain(soap::describe::describe_objects(org, &config.read()?)?)),
    ),
    (
        "soap/get-deleted",
        Run::Call(|org, config, _| plain(soap::replication::get_deleted(org, &config.read()?)?)),
    ),
    (
        "soap/get-updated",
        Run::Call(|org, config, _| plain(soap::replication::get_updated(org, &config.read()?)?)),
    ),
    (
        "soap/get-user-info",
        Run::Call(|org, config, _| plain(soap::users::get_user_info(org, &config.read()?)?)),
    ),
    (
        "soap/get-server-timestamp",
        Run::Call(|org, config, _| plain(soap::users::get_server_timestamp(org, &config.read()?)?)),
    ),
    (
        "soap/set-password",
        Run::Call(|org, config, _| plain(soap::users::set_password(org, &config.read()?)?)),
    ),
    (
        "soap/reset-password",
        Run::Call(|org, config, _| plain(soap::users::reset_password(org, &config.read()?)?)),
    ),
    (
        "soap/send-email",
        Run::Call(|org, config, _| plain(soap::email::send_email(org, &config.read()?)?)),
    ),
    (
        "soap/send-email-message",
        Run::Call(|org, config, _| plain(soap::email::send_email_message(org, &config.read()?)?)),
    ),
    (
        "soap/find-duplicates",
        Run::Call(|org, config, input| {
            plain(soap::duplicates::find_duplicates(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "soap/find-duplicates-by-ids",
        Run::Call(|org, config, _| {
            plain(soap::duplicates::find_duplicates_by_ids(
                org,
                &config.read()?,
            )?)
        }),
    ),
    (
        "soap/merge",
        Run::Call(|org, config, input| {
            plain(soap::merge::merge(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "soap/convert-lead",
        Run::Call(|org, config, input| {
            plain(soap::convert_lead::convert_lead(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
];
