//! `salesforce:connector/process`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::process::{
    DecisionConfig, Guest, InvocableActionConfig, InvocableActionsConfig, QuickActionConfig,
    QuickActionDefaultsConfig, QuickActionsConfig, RulesConfig, RunQuickActionConfig,
    RunRulesConfig, SubmitConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::process;

impl Guest for Component {
    fn approvals(connection: ConnectionConfig) -> Result<Message, Fault> {
        process::approvals(&org(&connection)?)
    }

    fn submit(connection: ConnectionConfig, config: SubmitConfig) -> Result<Message, Fault> {
        process::submit(&org(&connection)?, &config)
    }

    fn approve(connection: ConnectionConfig, config: DecisionConfig) -> Result<Message, Fault> {
        process::approve(&org(&connection)?, &config)
    }

    fn reject(connection: ConnectionConfig, config: DecisionConfig) -> Result<Message, Fault> {
        process::reject(&org(&connection)?, &config)
    }

    fn rules(connection: ConnectionConfig, config: RulesConfig) -> Result<Message, Fault> {
        process::rules(&org(&connection)?, &config)
    }

    fn run_rules(connection: ConnectionConfig, config: RunRulesConfig) -> Result<Message, Fault> {
        process::run_rules(&org(&connection)?, &config)
    }

    fn quick_actions(
        connection: ConnectionConfig,
        config: QuickActionsConfig,
    ) -> Result<Message, Fault> {
        process::quick_actions(&org(&connection)?, &config)
    }

    fn quick_action(
        connection: ConnectionConfig,
        config: QuickActionConfig,
    ) -> Result<Message, Fault> {
        process::quick_action(&org(&connection)?, &config)
    }

    fn describe_quick_action(
        connection: ConnectionConfig,
        config: QuickActionConfig,
    ) -> Result<Message, Fault> {
        process::describe_quick_action(&org(&connection)?, &config)
    }

    fn quick_action_defaults(
        connection: ConnectionConfig,
        config: QuickActionDefaultsConfig,
    ) -> Result<Message, Fault> {
        process::quick_action_defaults(&org(&connection)?, &config)
    }

    fn run_quick_action(
        connection: ConnectionConfig,
        config: RunQuickActionConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        process::run_quick_action(&org(&connection)?, &config, &input)
    }

    fn invocable_actions(
        connection: ConnectionConfig,
        config: InvocableActionsConfig,
    ) -> Result<Message, Fault> {
        process::invocable_actions(&org(&connection)?, &config)
    }

    fn describe_action(
        connection: ConnectionConfig,
        config: InvocableActionConfig,
    ) -> Result<Message, Fault> {
        process::describe_action(&org(&connection)?, &config)
    }

    fn invoke_action(
        connection: ConnectionConfig,
        config: InvocableActionConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        process::invoke_action(&org(&connection)?, &config, &input)
    }
}
