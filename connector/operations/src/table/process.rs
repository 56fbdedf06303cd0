//! Approvals, rules and actions.

use super::{Run, Table, needed, plain};
use crate::rest::process;

/// The operations of `process`.
pub const TABLE: Table = &[
    (
        "process/approvals",
        Run::Call(|org, _, _| plain(process::approvals(org)?)),
    ),
    (
        "process/submit",
        Run::Call(|org, config, _| plain(process::submit(org, &config.read()?)?)),
    ),
    (
        "process/approve",
        Run::Call(|org, config, _| plain(process::approve(org, &config.read()?)?)),
    ),
    (
        "process/reject",
        Run::Call(|org, config, _| plain(process::reject(org, &config.read()?)?)),
    ),
    (
        "process/rules",
        Run::Call(|org, config, _| plain(process::rules(org, &config.read()?)?)),
    ),
    (
        "process/run-rules",
        Run::Call(|org, config, _| plain(process::run_rules(org, &config.read()?)?)),
    ),
    (
        "process/quick-actions",
        Run::Call(|org, config, _| plain(process::quick_actions(org, &config.read()?)?)),
    ),
    (
        "process/quick-action",
        Run::Call(|org, config, _| plain(process::quick_action(org, &config.read()?)?)),
    ),
    (
        "process/describe-quick-action",
        Run::Call(|org, config, _| plain(process::describe_quick_action(org, &config.read()?)?)),
    ),
    (
        "process/quick-action-defaults",
        Run::Call(|org, config, _| plain(process::quick_action_defaults(org, &config.read()?)?)),
    ),
    (
        "process/run-quick-action",
        Run::Call(|org, config, input| {
            plain(process::run_quick_action(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
    (
        "process/invocable-actions",
        Run::Call(|org, config, _| plain(process::invocable_actions(org, &config.read()?)?)),
    ),
    (
        "process/describe-action",
        Run::Call(|org, config, _| plain(process::describe_action(org, &config.read()?)?)),
    ),
    (
        "process/invoke-action",
        Run::Call(|org, config, input| {
            plain(process::invoke_action(
                org,
                &config.read()?,
                &needed(input)?,
            )?)
        }),
    ),
];
