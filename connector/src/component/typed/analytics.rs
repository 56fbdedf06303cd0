//! `salesforce:connector/analytics`.

use crate::bindings::exports::salesforce::connector::analytics::{
    Guest, InstanceConfig, ReportConfig, RunReportConfig,
};
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::analytics;

impl Guest for Component {
    fn reports(connection: ConnectionConfig) -> Result<Message, Fault> {
        analytics::reports(&org(&connection)?)
    }

    fn describe_report(
        connection: ConnectionConfig,
        config: ReportConfig,
    ) -> Result<Message, Fault> {
        analytics::describe_report(&org(&connection)?, &config)
    }

    fn run_report(
        connection: ConnectionConfig,
        config: RunReportConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        analytics::run_report(&org(&connection)?, &config, input.as_ref())
    }

    fn run_report_async(
        connection: ConnectionConfig,
        config: RunReportConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        analytics::run_report_async(&org(&connection)?, &config, input.as_ref())
    }

    fn instances(connection: ConnectionConfig, config: ReportConfig) -> Result<Message, Fault> {
        analytics::instances(&org(&connection)?, &config)
    }

    fn instance_result(
        connection: ConnectionConfig,
        config: InstanceConfig,
    ) -> Result<Message, Fault> {
        analytics::instance_result(&org(&connection)?, &config)
    }

    fn delete_instance(
        connection: ConnectionConfig,
        config: InstanceConfig,
    ) -> Result<Message, Fault> {
        analytics::delete_instance(&org(&connection)?, &config)
    }
}
