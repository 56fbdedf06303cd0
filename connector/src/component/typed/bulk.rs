//! `salesforce:connector/bulk`.

use crate::bindings::exports::mediation::connector::mediator::{Sink, Source};
use crate::bindings::exports::salesforce::connector::bulk::{
    CreateJobConfig, CreateQueryJobConfig, ExtractConfig, Guest, JobConfig, ListJobsConfig,
    ListQueryJobsConfig, LoadConfig, QueryJobResultsConfig, RetryFailedConfig, V1BatchConfig,
    V1CreateJobConfig, V1ExtractConfig, V1LoadConfig, V1QueryResultsConfig,
};
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::{Fault, Message};
use crate::bulk::{extract, ingest, load, query_jobs, results, retry, v1};
use crate::component::generic::{OpenSink, OpenSource};
use crate::component::{Component, org};
use std::rc::Rc;

impl Guest for Component {
    fn create_job(connection: ConnectionConfig, config: CreateJobConfig) -> Result<Message, Fault> {
        ingest::create(&org(&connection)?, &config)
    }

    fn upload_job_data(
        connection: ConnectionConfig,
        config: JobConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        ingest::upload(&org(&connection)?, &config, &input)
    }

    fn close_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        ingest::close(&org(&connection)?, &config)
    }

    fn abort_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        ingest::abort(&org(&connection)?, &config)
    }

    fn delete_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        ingest::delete(&org(&connection)?, &config)
    }

    fn job_info(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        ingest::info(&org(&connection)?, &config)
    }

    fn list_jobs(connection: ConnectionConfig, config: ListJobsConfig) -> Result<Message, Fault> {
        ingest::list(&org(&connection)?, &config)
    }

    fn successful_results(
        connection: ConnectionConfig,
        config: JobConfig,
    ) -> Result<Source, Fault> {
        let source = results::successful(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn failed_results(connection: ConnectionConfig, config: JobConfig) -> Result<Source, Fault> {
        let source = results::failed(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn unprocessed_results(
        connection: ConnectionConfig,
        config: JobConfig,
    ) -> Result<Source, Fault> {
        let source = results::unprocessed(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn create_query_job(
        connection: ConnectionConfig,
        config: CreateQueryJobConfig,
    ) -> Result<Message, Fault> {
        query_jobs::create(&org(&connection)?, &config)
    }

    fn query_job_info(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        query_jobs::info(&org(&connection)?, &config)
    }

    fn list_query_jobs(
        connection: ConnectionConfig,
        config: ListQueryJobsConfig,
    ) -> Result<Message, Fault> {
        query_jobs::list(&org(&connection)?, &config)
    }

    fn query_job_results(
        connection: ConnectionConfig,
        config: QueryJobResultsConfig,
    ) -> Result<Source, Fault> {
        let source = results::query_page(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn abort_query_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        query_jobs::abort(&org(&connection)?, &config)
    }

    fn delete_query_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        query_jobs::delete(&org(&connection)?, &config)
    }

    fn load(
        connection: ConnectionConfig,
        config: LoadConfig,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        let load = load::Load::open(Rc::new(org(&connection)?), config, journal.as_deref())?;
        Ok(OpenSink::handle(Box::new(load)))
    }

    fn extract(connection: ConnectionConfig, config: ExtractConfig) -> Result<Source, Fault> {
        let source = extract::Extract::open(Rc::new(org(&connection)?), config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn retry_failed(
        _: ConnectionConfig,
        config: RetryFailedConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        retry::pick(&config, &input)
    }

    fn v1_add_batch(
        connection: ConnectionConfig,
        config: JobConfig,
        input: Message,
    ) -> Result<Message, Fault> {
        v1::add_batch(&org(&connection)?, &config, &input)
    }

    fn v1_create_job(
        connection: ConnectionConfig,
        config: V1CreateJobConfig,
    ) -> Result<Message, Fault> {
        v1::create(&org(&connection)?, &config)
    }

    fn v1_close_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        v1::close(&org(&connection)?, &config)
    }

    fn v1_abort_job(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        v1::abort(&org(&connection)?, &config)
    }

    fn v1_job_info(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        v1::info(&org(&connection)?, &config)
    }

    fn v1_batch_info(
        connection: ConnectionConfig,
        config: V1BatchConfig,
    ) -> Result<Message, Fault> {
        v1::batch_info(&org(&connection)?, &config)
    }

    fn v1_list_batches(connection: ConnectionConfig, config: JobConfig) -> Result<Message, Fault> {
        v1::list_batches(&org(&connection)?, &config)
    }

    fn v1_query_result_ids(
        connection: ConnectionConfig,
        config: V1BatchConfig,
    ) -> Result<Message, Fault> {
        v1::result_ids(&org(&connection)?, &config)
    }

    fn v1_batch_request(
        connection: ConnectionConfig,
        config: V1BatchConfig,
    ) -> Result<Source, Fault> {
        let source = v1::batch_request(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn v1_batch_results(
        connection: ConnectionConfig,
        config: V1BatchConfig,
    ) -> Result<Source, Fault> {
        let source = v1::batch_results(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn v1_query_results(
        connection: ConnectionConfig,
        config: V1QueryResultsConfig,
    ) -> Result<Source, Fault> {
        let source = v1::query_results(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn v1_load(
        connection: ConnectionConfig,
        config: V1LoadConfig,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        let load = v1::load::Load::open(Rc::new(org(&connection)?), config, journal.as_deref())?;
        Ok(OpenSink::handle(Box::new(load)))
    }

    fn v1_extract(connection: ConnectionConfig, config: V1ExtractConfig) -> Result<Source, Fault> {
        let source = v1::extract::Extract::open(Rc::new(org(&connection)?), config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }
}
