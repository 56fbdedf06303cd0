//! `GET /limits` and `GET /limits/recordCount`.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use serde_json::{Map, Value as Json, json};

use super::Shared;
use super::response::{self, HandlerResult};
use sandbox_core::bulk::limits as bulk;
use sandbox_model::api_error::ApiError;
use sandbox_model::store::quoted;

/// Allowances of a Developer Edition org that this org does not use up: name and limit (REST API guide, "Limits").
const ALLOWANCES: &[(&str, u64)] = &[
    ("ActiveScratchOrgs", 3),
    ("AnalyticsExternalDataSizeMB", 40_960),
    ("CdpAiInferenceApiMonthlyLimit", 500_000_000),
    ("ConcurrentAsyncGetReportInstances", 200),
    ("ConcurrentEinsteinDataInsightsStoryCreation", 5),
    ("ConcurrentEinsteinDiscoveryStoryCreation", 2),
    ("ConcurrentSyncReportRuns", 20),
    ("DailyAnalyticsDataflowJobExecutions", 60),
    ("DailyAnalyticsUploadedFilesSizeMB", 51_200),
    ("DailyAsyncApexExecutions", 250_000),
    ("DailyAsyncApexTests", 500),
    ("DailyDeliveredPlatformEvents", 10_000),
    ("DailyDurableGenericStreamingApiEvents", 10_000),
    ("DailyDurableStreamingApiEvents", 10_000),
    ("DailyEinsteinDataInsightsStoryCreation", 1_000),
    ("DailyEinsteinDiscoveryOptimizationJobRuns", 25),
    ("DailyEinsteinDiscoveryPredictAPICalls", 50_000),
    ("DailyEinsteinDiscoveryPredictionsByCDC", 500_000),
    ("DailyEinsteinDiscoveryStoryCreation", 100),
    ("DailyFunctionsApiCallLimit", 235_000),
    ("DailyGenericStreamingApiEvents", 10_000),
    ("DailyScratchOrgs", 6),
    ("DailyStandardVolumePlatformEvents", 10_000),
    ("DailyStreamingApiEvents", 10_000),
    ("DailyWorkflowEmails", 5_000),
    ("DataStorageMB", 5),
    ("DurableStreamingApiConcurrentClients", 20),
    ("FileStorageMB", 20),
    ("HourlyAsyncReportRuns", 1_200),
    ("HourlyDashboardRefreshes", 200),
    ("HourlyDashboardResults", 5_000),
    ("HourlyDashboardStatuses", 999_999_999),
    ("HourlyLongTermIdMapping", 100_000),
    ("HourlyManagedContentPublicRequests", 50_000),
    ("HourlyODataCallout", 1_000),
    ("HourlyPublishedPlatformEvents", 50_000),
    ("HourlyPublishedStandardVolumePlatformEvents", 1_000),
    ("HourlyShortTermIdMapping", 100_000),
    ("HourlySyncReportRuns", 500),
    ("HourlyTimeBasedWorkflow", 1_000),
    ("MassEmail", 10),
    ("MonthlyEinsteinDiscoveryStoryCreation", 500),
    ("MonthlyPlatformEventsUsageEntitlement", 0),
    ("Package2VersionCreates", 6),
    ("Package2VersionCreatesWithoutValidation", 500),
    ("PrivateConnectOutboundCalloutHourlyLimitMB", 0),
    ("PublishCallbackUsageInApex", 1_800),
    ("SingleEmail", 15),
    ("StreamingApiConcurrentClients", 20),
];
/// Permission sets that an org may have, and those of them that it may make itself (same source).
const PERMISSION_SETS: (u64, u64) = (1_500, 1_000);

/// Lists the allowances; those of requests and bulk jobs are counted, the others stay full.
pub(super) async fn list(State(org): State<Shared>) -> Response {
    let entry = |limit: u64, left: u64| json!({"Max": limit, "Remaining": left});
    let mut limits: Map<_, _> = ALLOWANCES
        .iter()
        .map(|(name, limit)| ((*name).to_owned(), entry(*limit, *limit)))
        .collect();
    let (sets, own_sets) = PERMISSION_SETS;
    let mut permission_sets = entry(sets, sets);
    if let Some(members) = permission_sets.as_object_mut() {
        members.insert("CreateCustom".to_owned(), entry(own_sets, own_sets));
    }
    limits.insert("PermissionSets".to_owned(), permission_sets);
    let usage = org.usage();
    limits.insert(
        "DailyApiRequests".to_owned(),
        entry(usage.limit(), usage.limit() - usage.used()),
    );
    let (settings, used) = (
        org.bulk().settings(),
        org.bulk().quota().used(org.clock().now()),
    );
    let mut counted = |name: &str, limit: u64, used: u64| {
        limits.insert(name.to_owned(), entry(limit, limit.saturating_sub(used)));
    };
    counted("DailyBulkApiBatches", settings.daily_batches, used.batches);
    counted(
        "DailyBulkV2QueryJobs",
        settings.daily_query_jobs,
        used.query_jobs,
    );
    let megabyte = 1024 * 1024;
    counted(
        "DailyBulkV2QueryFileStorageMB",
        bulk::DAILY_RESULT_BYTES / megabyte,
        used.result_bytes / megabyte,
    );
    response::ok(&limits.into())
}

/// Counts the records of the objects named in `sObjects`, or of all; deleted ones are not counted.
pub(super) async fn record_count(
    State(org): State<Shared>,
    RawQuery(query): RawQuery,
) -> HandlerResult {
    let query = query.unwrap_or_default();
    let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "sObjects");
    let named: Option<Vec<String>> = named.map(|(_, list)| {
        list.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect()
    });
    let counts = response::run_blocking(move || {
        let wanted = |name: &str| {
            named
                .as_ref()
                .is_none_or(|names| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
        };
        org.store().read(|connection| {
            let mut counts = Vec::new();
            for object in org
                .schema()
                .objects()
                .iter()
                .filter(|object| object.queryable && wanted(&object.name))
            {
                let sql = format!(
                    "SELECT count(*) FROM {} WHERE \"IsDeleted\" = 0",
                    quoted(&object.name)
                );
                let count: i64 = connection
                    .prepare_cached(&sql)?
                    .query_row([], |row| row.get(0))?;
                counts.push(json!({"count": count, "name": object.name}));
            }
            Ok::<_, ApiError>(counts)
        })
    });
    Ok(response::ok(
        &json!({"sObjects": Json::Array(counts.await??)}),
    ))
}
