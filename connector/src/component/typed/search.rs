//! `salesforce:connector/search`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::search::{
    Guest, LayoutConfig, ParameterizedConfig, SearchConfig, SuggestQueriesConfig,
    SuggestTitlesConfig, SuggestionsConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::search;

impl Guest for Component {
    fn search(connection: ConnectionConfig, config: SearchConfig) -> Result<Message, Fault> {
        search::search(&org(&connection)?, &config)
    }

    fn parameterized(
        connection: ConnectionConfig,
        config: ParameterizedConfig,
    ) -> Result<Message, Fault> {
        search::parameterized(&org(&connection)?, &config)
    }

    fn scope_order(connection: ConnectionConfig) -> Result<Message, Fault> {
        search::scope_order(&org(&connection)?)
    }

    fn layout(connection: ConnectionConfig, config: LayoutConfig) -> Result<Message, Fault> {
        search::layout(&org(&connection)?, &config)
    }

    fn suggestions(
        connection: ConnectionConfig,
        config: SuggestionsConfig,
    ) -> Result<Message, Fault> {
        search::suggestions(&org(&connection)?, &config)
    }

    fn suggest_titles(
        connection: ConnectionConfig,
        config: SuggestTitlesConfig,
    ) -> Result<Message, Fault> {
        search::suggest_titles(&org(&connection)?, &config)
    }

    fn suggest_queries(
        connection: ConnectionConfig,
        config: SuggestQueriesConfig,
    ) -> Result<Message, Fault> {
        search::suggest_queries(&org(&connection)?, &config)
    }
}
