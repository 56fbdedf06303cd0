//! `salesforce:connector/triggers`.

use crate::bindings::Fault;
use crate::bindings::exports::mediation::connector::mediator::Batch;
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::triggers::{
    DeletedConfig, Guest, QueryConfig, WatchConfig,
};
use crate::component::{Component, org};
use crate::triggers::{deleted, records};

impl Guest for Component {
    fn created(
        connection: ConnectionConfig,
        config: WatchConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        records::created(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }

    fn updated(
        connection: ConnectionConfig,
        config: WatchConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        records::updated(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }

    fn created_or_updated(
        connection: ConnectionConfig,
        config: WatchConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        records::created_or_updated(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }

    fn deleted(
        connection: ConnectionConfig,
        config: DeletedConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        deleted::deleted(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }

    fn query(
        connection: ConnectionConfig,
        config: QueryConfig,
        checkpoint: Option<String>,
        wait_ms: u32,
    ) -> Result<Batch, Fault> {
        records::query(&org(&connection)?, &config, checkpoint.as_deref(), wait_ms)
    }
}
