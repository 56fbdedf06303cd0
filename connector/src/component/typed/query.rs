//! `salesforce:connector/query`.

use crate::bindings::exports::mediation::connector::mediator::Source;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::query::{
    BuildConfig, BuiltQuery, ExplainConfig, Guest, QueryConfig, QueryMoreConfig, RowsConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::generic::OpenSource;
use crate::component::{Component, org};
use crate::rest::{build, query, rows};
use std::rc::Rc;

impl Guest for Component {
    fn query(connection: ConnectionConfig, config: QueryConfig) -> Result<Message, Fault> {
        query::query(&org(&connection)?, &config)
    }

    fn query_more(connection: ConnectionConfig, config: QueryMoreConfig) -> Result<Message, Fault> {
        query::query_more(&org(&connection)?, &config)
    }

    fn rows(connection: ConnectionConfig, config: RowsConfig) -> Result<Source, Fault> {
        Ok(OpenSource::handle(Box::new(rows::Rows::open(
            Rc::new(org(&connection)?),
            &config,
        )?)))
    }

    fn explain(connection: ConnectionConfig, config: ExplainConfig) -> Result<Message, Fault> {
        query::explain(&org(&connection)?, &config)
    }

    fn build(_: ConnectionConfig, config: BuildConfig) -> Result<BuiltQuery, Fault> {
        build::build(&config)
    }
}
