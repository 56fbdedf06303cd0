//! Bulk API 2.0 and 1.0.

use super::{Run, Table, needed, plain};
use crate::bulk::{extract, ingest, load, query_jobs, results};

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
            Ok(Box::new(load::Load::open(org, config.read()?, journal)?))
        }),
    ),
    (
        "bulk/extract",
        Run::Source(|org, config, _| Ok(Box::new(extract::Extract::open(org, config.read()?)?))),
    ),
];
