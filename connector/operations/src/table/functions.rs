//! The function of each operation, by interface, under the name of the WIT. The table that is generated from the WIT calls these; what it
//! does not call the compiler reports as unused.

pub(super) use crate::rest::{
    analytics, collections, composite, connection, process, schema, search, users,
};

pub(super) mod records {
    pub(in crate::table) use crate::rest::records::{
        create, delete_by_external_id, delete_record, retrieve, retrieve_by_external_id, update,
        upsert,
    };
    pub(in crate::table) use crate::rest::related::{
        count, delete_related, recent, related, update_related,
    };
    pub(in crate::table) use crate::rest::replication::{get_deleted, get_updated};
    pub(in crate::table) use crate::rest::update::update_and_retrieve;
}

pub(super) mod query {
    pub(in crate::table) use crate::rest::build::{build, build_typed};
    pub(in crate::table) use crate::rest::query::{explain, query, query_more};

    use crate::reopened::Reopened;
    use crate::rest::rows::{Rows, for_each};
    use salesforce_client::client::Client;
    use salesforce_contract::bindings::Fault;
    use salesforce_contract::bindings::exports::salesforce::connector::query::{
        RowsConfig, RowsForEachConfig,
    };
    use salesforce_contract::message::Message;
    use salesforce_contract::source::Source;
    use std::rc::Rc;

    pub(in crate::table) fn rows(
        client: Rc<Client>,
        config: &RowsConfig,
    ) -> Result<impl Source + use<>, Fault> {
        let config = config.clone();
        Reopened::open(move || Rows::open(Rc::clone(&client), &config))
    }

    pub(in crate::table) fn rows_for_each(
        client: Rc<Client>,
        config: &RowsForEachConfig,
        input: &Message,
    ) -> Result<impl Source + use<>, Fault> {
        let (config, input) = (config.clone(), Rc::new(input.clone()));
        Reopened::open(move || for_each::Rows::open(Rc::clone(&client), &config, Rc::clone(&input)))
    }
}

pub(super) mod files {
    pub(in crate::table) use crate::rest::files::{download, rich_text_image};

    use crate::rest::files::FileUpload;
    use salesforce_client::client::Client;
    use salesforce_contract::bindings::Fault;
    use salesforce_contract::bindings::exports::salesforce::connector::files::UploadConfig;
    use std::rc::Rc;

    pub(in crate::table) fn upload(
        client: Rc<Client>,
        config: &UploadConfig,
        journal: Option<&str>,
    ) -> Result<FileUpload, Fault> {
        FileUpload::open(client, config, journal)
    }
}

pub(super) mod bulk {
    pub(in crate::table) use crate::bulk::bulk_v1::{
        abort as v1_abort_job, add_batch as v1_add_batch, batch_info as v1_batch_info,
        batch_request as v1_batch_request, batch_results as v1_batch_results,
        close as v1_close_job, create as v1_create_job, info as v1_job_info,
        list_batches as v1_list_batches, query_results as v1_query_results,
        result_ids as v1_query_result_ids,
    };
    pub(in crate::table) use crate::bulk::ingest::{
        abort as abort_job, close as close_job, create as create_job, delete as delete_job,
        info as job_info, list as list_jobs, upload as upload_job_data,
    };
    pub(in crate::table) use crate::bulk::query_jobs::{
        abort as abort_query_job, create as create_query_job, delete as delete_query_job,
        info as query_job_info, list as list_query_jobs,
    };
    pub(in crate::table) use crate::bulk::results::{
        failed as failed_results, query_page as query_job_results,
        successful as successful_results, unprocessed as unprocessed_results,
    };
    pub(in crate::table) use crate::bulk::retry::pick as retry_failed;

    use crate::bulk::{bulk_v1, bulk_v2};
    use salesforce_client::client::Client;
    use salesforce_contract::bindings::Fault;
    use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
        ExtractConfig, LoadConfig, V1ExtractConfig, V1LoadConfig,
    };
    use salesforce_contract::sink::Sink;
    use salesforce_contract::source::Source;
    use std::rc::Rc;

    pub(in crate::table) fn extract(
        client: Rc<Client>,
        config: &ExtractConfig,
    ) -> Result<impl Source + use<>, Fault> {
        bulk_v2::extract::open(client, config.clone())
    }

    pub(in crate::table) fn load(
        client: Rc<Client>,
        config: &LoadConfig,
        journal: Option<&str>,
    ) -> Result<impl Sink + use<>, Fault> {
        bulk_v2::load::open(client, config.clone(), journal)
    }

    pub(in crate::table) fn v1_extract(
        client: Rc<Client>,
        config: &V1ExtractConfig,
    ) -> Result<impl Source + use<>, Fault> {
        bulk_v1::extract::open(client, config.clone())
    }

    pub(in crate::table) fn v1_load(
        client: Rc<Client>,
        config: &V1LoadConfig,
        journal: Option<&str>,
    ) -> Result<impl Sink + use<>, Fault> {
        bulk_v1::load::open(client, config.clone(), journal)
    }
}

pub(super) mod triggers {
    pub(in crate::table) use crate::triggers::deleted::deleted;
    pub(in crate::table) use crate::triggers::records::{
        created, created_or_updated, query, updated,
    };
}

pub(super) mod events {
    pub(in crate::table) use crate::events::outbound::parse as parse_outbound_message;
    pub(in crate::table) use crate::events::publish::publish;
    pub(in crate::table) use crate::events::subscribe::subscribe;
}

pub(super) mod raw {
    pub(in crate::table) use crate::dispatch::dry_run;
    pub(in crate::table) use crate::rest::graphql::graphql;
    pub(in crate::table) use crate::rest::query::tooling as tooling_query;
    pub(in crate::table) use crate::rest::raw::{apex_rest, request};
}

pub(super) mod soap {
    pub(in crate::table) use crate::soap::convert_lead::convert_lead;
    pub(in crate::table) use crate::soap::delete::{delete_records, empty_recycle_bin, undelete};
    pub(in crate::table) use crate::soap::describe::{
        describe_global, describe_object, describe_objects,
    };
    pub(in crate::table) use crate::soap::duplicates::{find_duplicates, find_duplicates_by_ids};
    pub(in crate::table) use crate::soap::email::{send_email, send_email_message};
    pub(in crate::table) use crate::soap::merge::merge;
    pub(in crate::table) use crate::soap::query::{query, query_all, query_more};
    pub(in crate::table) use crate::soap::replication::{get_deleted, get_updated};
    pub(in crate::table) use crate::soap::retrieve::retrieve;
    pub(in crate::table) use crate::soap::save::{create, update, upsert};
    pub(in crate::table) use crate::soap::search::search;
    pub(in crate::table) use crate::soap::users::{
        get_server_timestamp, get_user_info, logout, reset_password, set_password,
    };

    use crate::reopened::Reopened;
    use crate::soap::rows::Rows;
    use salesforce_client::client::Client;
    use salesforce_contract::bindings::Fault;
    use salesforce_contract::bindings::exports::salesforce::connector::soap::QueryRowsConfig;
    use salesforce_contract::source::Source;
    use std::rc::Rc;

    pub(in crate::table) fn query_rows(
        client: Rc<Client>,
        config: &QueryRowsConfig,
    ) -> Result<impl Source + use<>, Fault> {
        let config = config.clone();
        Reopened::open(move || Rows::open(Rc::clone(&client), &config))
    }
}
