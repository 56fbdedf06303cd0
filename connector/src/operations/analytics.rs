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
        "analytics/report-instances",
        Run::Call(|org, config, _| plain(analytics::report_instances(org, &config.read()?)?)),
    ),
    (
        "analytics/report-instance",
        Run::Call(|org, config, _| plain(analytics::report_instance(org, &config.read()?)?)),
    ),
    (
        "analytics/delete-report-instance",
        Run::Call(|org, config, _| plain(analytics::delete_report_instance(org, &config.read()?)?)),
    ),
];
