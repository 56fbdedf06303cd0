//! Bulk API 2.0 and 1.0.

use super::{Run, Table, needed, plain};
use crate::bulk::{bulk_v1, bulk_v2, ingest, query_jobs, results, retry};

/// The operations of `bulk`.
pub const TABLE: Table = &[
    (
        "bulk/create-job",
        Run::Call(|org, config, _| plain(ingest::create(org, &config.read()?)?)),
    ),
    (
        "bulk/upload-job-data",
        Run::Call(|org, config, input| {
            plain(ingest::upload(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "bulk/close-job",
        Run::Call(|org, config, _| plain(ingest::close(org, &config.read()?)?)),
    ),
    (
        "bulk/abort-job",
        Run::Call(|org, config, _| plain(ingest::abort(org, &config.read()?)?)),
    ),
    (
        "bulk/delete-job",
        Run::Call(|org, config, _| plain(ingest::delete(org, &config.read()?)?)),
    ),
    (
        "bulk/job-info",
        Run::Call(|org, config, _| plain(ingest::info(org, &config.read()?)?)),
    ),
    (
        "bulk/list-jobs",
        Run::Call(|org, config, _| plain(ingest::list(org, &config.read()?)?)),
    ),
    (
        "bulk/successful-results",
        Run::Source(|org, config, _| Ok(Box::new(results::successful(org, &config.read()?)?))),
    ),
    (
        "bulk/failed-results",
        Run::Source(|org, config, _| Ok(Box::new(results::failed(org, &config.read()?)?))),
    ),
    (
        "bulk/unprocessed-results",
        Run::Source(|org, config, _| Ok(Box::new(results::unprocessed(org, &config.read()?)?))),
    ),
    (
        "bulk/create-query-job",
        Run::Call(|org, config, _| plain(query_jobs::create(org, &config.read()?)?)),
    ),
    (
        "bulk/query-job-info",
        Run::Call(|org, config, _| plain(query_jobs::info(org, &config.read()?)?)),
    ),
    (
        "bulk/list-query-jobs",
        Run::Call(|org, config, _| plain(query_jobs::list(org, &config.read()?)?)),
    ),
    (
        "bulk/query-job-results",
        Run::Source(|org, config, _| Ok(Box::new(results::query_page(org, &config.read()?)?))),
    ),
    (
        "bulk/abort-query-job",
        Run::Call(|org, config, _| plain(query_jobs::abort(org, &config.read()?)?)),
    ),
    (
        "bulk/delete-query-job",
        Run::Call(|org, config, _| plain(query_jobs::delete(org, &config.read()?)?)),
    ),
    (
        "bulk/load",
        Run::Sink(|org, config, journal| {
            Ok(Box::new(bulk_v2::load::open(org, config.read()?, journal)?))
        }),
    ),
    (
        "bulk/extract",
        Run::Source(|org, config, _| Ok(Box::new(bulk_v2::extract::open(org, config.read()?)?))),
    ),
    (
        "bulk/retry-failed",
        Run::Call(|_, config, input| plain(retry::pick(&config.read()?, &needed(input)?)?)),
    ),
    (
        "bulk/v1-add-batch",
        Run::Call(|org, config, input| {
            plain(bulk_v1::add_batch(org, &config.read()?, &needed(input)?)?)
        }),
    ),
    (
        "bulk/v1-create-job",
        Run::Call(|org, config, _| plain(bulk_v1::create(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-close-job",
        Run::Call(|org, config, _| plain(bulk_v1::close(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-abort-job",
        Run::Call(|org, config, _| plain(bulk_v1::abort(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-job-info",
        Run::Call(|org, config, _| plain(bulk_v1::info(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-batch-info",
        Run::Call(|org, config, _| plain(bulk_v1::batch_info(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-list-batches",
        Run::Call(|org, config, _| plain(bulk_v1::list_batches(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-query-result-ids",
        Run::Call(|org, config, _| plain(bulk_v1::result_ids(org, &config.read()?)?)),
    ),
    (
        "bulk/v1-batch-request",
        Run::Source(|org, config, _| Ok(Box::new(bulk_v1::batch_request(org, &config.read()?)?))),
    ),
    (
        "bulk/v1-batch-results",
        Run::Source(|org, config, _| Ok(Box::new(bulk_v1::batch_results(org, &config.read()?)?))),
    ),
    (
        "bulk/v1-query-results",
        Run::Source(|org, config, _| Ok(Box::new(bulk_v1::query_results(org, &config.read()?)?))),
    ),
    (
        "bulk/v1-load",
        Run::Sink(|org, config, journal| {
            Ok(Box::new(bulk_v1::load::open(org, config.read()?, journal)?))
        }),
    ),
    (
        "bulk/v1-extract",
        Run::Source(|org, config, _| Ok(Box::new(bulk_v1::extract::open(org, config.read()?)?))),
    ),
];
