//! One record at a time.

use super::{Run, Table, needed, plain, typed};
use crate::rest::{records, related, replication, update};

/// The operations of `records`.
pub const TABLE: Table = &[
    (
        "records/create",
        Run::Call(|org, config, input| {
            typed(records::create(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "records/retrieve",
        Run::Call(|org, config, _| plain(records::retrieve(org, &config.read()?)?)),
    ),
    (
        "records/update",
        Run::Call(|org, config, input| {
            typed(records::update(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "records/update-and-retrieve",
        Run::Call(|org, config, input| {
            plain(update::update_and_retrieve(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "records/upsert",
        Run::Call(|org, config, input| {
            typed(records::upsert(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "records/delete-record",
        Run::Call(|org, config, _| typed(records::delete_record(org, &config.read()?)?)),
    ),
    (
        "records/retrieve-by-external-id",
        Run::Call(|org, config, _| plain(records::retrieve_by_external_id(org, &config.read()?)?)),
    ),
    (
        "records/delete-by-external-id",
        Run::Call(|org, config, _| typed(records::delete_by_external_id(org, &config.read()?)?)),
    ),
    (
        "records/get-updated",
        Run::Call(|org, config, _| plain(replication::get_updated(org, &config.read()?)?)),
    ),
    (
        "records/get-deleted",
        Run::Call(|org, config, _| plain(replication::get_deleted(org, &config.read()?)?)),
    ),
    (
        "records/related",
        Run::Call(|org, config, _| plain(related::related(org, &config.read()?)?)),
    ),
    (
        "records/update-related",
        Run::Call(|org, config, input| {
            typed(related::update_related(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "records/delete-related",
        Run::Call(|org, config, _| typed(related::delete_related(org, &config.read()?)?)),
    ),
    (
        "records/recent",
        Run::Call(|org, config, _| plain(related::recent(org, &config.read()?)?)),
    ),
    (
        "records/count",
        Run::Call(|org, config, _| plain(related::count(org, &config.read()?)?)),
    ),
];
