//! `salesforce:connector/raw`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::raw::{
    ApexRestConfig, DryRunConfig, DryRunReport, GraphqlConfig, Guest, RequestConfig,
    ToolingQueryConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::door;
use crate::rest::{graphql, query, raw};

impl Guest for Component {
    fn request(
        connection: ConnectionConfig,
        config: RequestConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        raw::request(&org(&connection)?, &config, input.as_ref())
    }

    fn apex_rest(
        connection: ConnectionConfig,
        config: ApexRestConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        raw::apex_rest(&org(&connection)?, &config, input.as_ref())
    }

    fn graphql(connection: ConnectionConfig, config: GraphqlConfig) -> Result<Message, Fault> {
        graphql::graphql(&org(&connection)?, &config)
    }

    fn tooling_query(
        connection: ConnectionConfig,
        config: ToolingQueryConfig,
    ) -> Result<Message, Fault> {
        query::tooling(&org(&connection)?, &config)
    }

    fn dry_run(
        connection: ConnectionConfig,
        config: DryRunConfig,
        input: Option<Message>,
    ) -> Result<DryRunReport, Fault> {
        door::dry_run(&org(&connection)?, &config, input)
    }
}
