//! Objects and fields.

use super::{Run, Table, needed, plain, typed};
use crate::rest::schema;

/// The operations of `schema`.
pub const TABLE: Table = &[
    (
        "schema/objects",
        Run::Call(|org, config, _| plain(schema::objects(org, &config.read()?)?)),
    ),
    (
        "schema/describe",
        Run::Call(|org, config, _| plain(schema::describe(org, &config.read()?)?)),
    ),
    (
        "schema/object",
        Run::Call(|org, config, _| plain(schema::object(org, &config.read()?)?)),
    ),
    (
        "schema/layouts",
        Run::Call(|org, config, _| plain(schema::layouts(org, &config.read()?)?)),
    ),
    (
        "schema/named-layouts",
        Run::Call(|org, config, _| plain(schema::named_layouts(org, &config.read()?)?)),
    ),
    (
        "schema/compact-layouts",
        Run::Call(|org, config, _| plain(schema::compact_layouts(org, &config.read()?)?)),
    ),
    (
        "schema/approval-layouts",
        Run::Call(|org, config, _| plain(schema::approval_layouts(org, &config.read()?)?)),
    ),
    (
        "schema/list-views",
        Run::Call(|org, config, _| plain(schema::list_views(org, &config.read()?)?)),
    ),
    (
        "schema/recent-list-views",
        Run::Call(|org, config, _| plain(schema::recent_list_views(org, &config.read()?)?)),
    ),
    (
        "schema/list-view",
        Run::Call(|org, config, _| plain(schema::list_view(org, &config.read()?)?)),
    ),
    (
        "schema/list-view-describe",
        Run::Call(|org, config, _| plain(schema::list_view_describe(org, &config.read()?)?)),
    ),
    (
        "schema/list-view-results",
        Run::Call(|org, config, _| plain(schema::list_view_results(org, &config.read()?)?)),
    ),
    (
        "schema/event-schema",
        Run::Call(|org, config, _| plain(schema::event_schema(org, &config.read()?)?)),
    ),
    (
        "schema/tabs",
        Run::Call(|org, _, _| plain(schema::tabs(org)?)),
    ),
    (
        "schema/theme",
        Run::Call(|org, _, _| plain(schema::theme(org)?)),
    ),
    (
        "schema/app-menu",
        Run::Call(|org, config, _| plain(schema::app_menu(org, &config.read()?)?)),
    ),
    (
        "schema/json-schema",
        Run::Call(|org, config, input| {
            plain(schema::json_schema(org, &config.read()?, input.as_ref())?)
        }),
    ),
    (
        "schema/xsd",
        Run::Call(|org, config, input| plain(schema::xsd(org, &config.read()?, input.as_ref())?)),
    ),
    (
        "schema/diff",
        Run::Call(|org, config, input| typed(schema::diff(org, &config.read()?, &needed(input)?)?)),
    ),
];
