//! Reports.

use super::{Run, Table, plain};
use crate::rest::analytics;

/// The operations of `analytics`.
pub const TABLE: Table = &[
    (
        "analytics/reports",
        Run::Call(|org, _, _| plain(analytics::reports(org)?)),
    ),
    (
        "analytics/describe-report",
        Run::Call(|org, config, _| plain(analytics::describe_report(org, &config.read()?)?)),
    ),
    (
        "analytics/run-report",
        Run::Call(|org, config, input| {
            plain(analytics::run_report(org, &config.read()?, input.as_ref())?)
        }),
    ),
    (
        "analytics/run-report-async",
        Run::Call(|org, config, input| {
            plain(analytics::run_report_async(
                org,
                &config.read()?,
                input.as_ref(),
            )?)
        }),
    ),
    (
        "analytics/instances",
        Run::Call(|org, config, _| plain(analytics::instances(org, &config.read()?)?)),
    ),
    (
        "analytics/instance-result",
        Run::Call(|org, config, _| plain(analytics::instance_result(org, &config.read()?)?)),
    ),
    (
        "analytics/delete-instance",
        Run::Call(|org, config, _| plain(analytics::delete_instance(org, &config.read()?)?)),
    ),
];
