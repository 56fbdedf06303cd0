//! Small things that describes and limits of orgs show.

use serde_json::json;

use super::*;

async fn fields(client: &Client, object: &str) -> Vec<Json> {
    let path = format!("/sobjects/{object}/describe");
    let described = client.get(&path).await.json();
    described["fields"].as_array().unwrap().clone()
}

fn named<'f>(fields: &'f [Json], name: &str) -> Option<&'f Json> {
    fields.iter().find(|field| field["name"] == name)
}

#[tokio::test]
async fn ids_are_called_after_their_objects() {
    let client = Client::new().await;
    for (object, label) in [
        ("Account", "Account ID"),
        ("Contact", "Contact ID"),
        ("Shipment__c", "Record ID"),
    ] {
        let fields = fields(&client, object).await;
        assert_eq!(fields[0]["label"], label, "{object}");
    }
}

/// Lists that an administrator may add values to hold 255 characters, fixed ones 40; lists of several values 4,099.
#[tokio::test]
async fn picklists_have_the_lengths_of_recorded_descriptions() {
    let client = Client::new().await;
    for (object, field, length) in [
        ("Account", "Industry", 255),
        ("Account", "Type", 255),
        ("Account", "CleanStatus", 40),
        ("Contact", "Salutation", 40),
        ("Contact", "LeadSource", 255),
        ("Opportunity", "StageName", 255),
        ("Event", "ShowAs", 40),
        ("Shipment__c", "Status__c", 255),
        ("Shipment__c", "Handling__c", 4_099),
    ] {
        let fields = fields(&client, object).await;
        let field = named(&fields, field).unwrap();
        assert_eq!(field["length"], json!(length), "{object}: {field}");
    }
}

#[tokio::test]
async fn objects_have_the_fields_that_clients_look_for() {
    let client = Client::new().await;
    for (object, names) in [
        (
            "PricebookEntry",
            ["Name", "ProductCode", "UseStandardPrice"].as_slice(),
        ),
        (
            "Case",
            &[
                "AssetId",
                "ContactPhone",
                "ContactMobile",
                "ContactEmail",
                "ContactFax",
                "RecordTypeId",
            ],
        ),
        (
            "Event",
            &[
                "IsRecurrence",
                "RecurrenceType",
                "RecurrenceInterval",
                "RecurrenceDayOfWeekMask",
                "IsRecurrence2",
                "Recurrence2PatternText",
            ],
        ),
        ("Opportunity", &["ContactId", "RecordTypeId"]),
    ] {
        let fields = fields(&client, object).await;
        for name in names {
            assert!(named(&fields, name).is_some(), "{object}.{name}");
        }
    }
}

/// REST API guide, "Limits".
#[tokio::test]
async fn hourly_allowances_are_listed() {
    let client = Client::new().await;
    let limits = client.get("/limits").await.json();
    let limits = limits.as_object().unwrap().keys();
    let hourly: Vec<_> = limits.filter(|name| name.starts_with("Hourly")).collect();
    assert_eq!(
        hourly,
        [
            "HourlyAsyncReportRuns",
            "HourlyDashboardRefreshes",
            "HourlyDashboardResults",
            "HourlyDashboardStatuses",
            "HourlyLongTermIdMapping",
            "HourlyManagedContentPublicRequests",
            "HourlyODataCallout",
            "HourlyPublishedPlatformEvents",
            "HourlyPublishedStandardVolumePlatformEvents",
            "HourlyShortTermIdMapping",
            "HourlySyncReportRuns",
            "HourlyTimeBasedWorkflow",
        ]
    );
}

/// The messages are those of orgs (verbb/formie, issues 789 and 2124).
#[tokio::test]
async fn a_list_is_no_value_of_a_multipicklist() {
    let client = Client::new().await;
    let body = json!({"Handling__c": ["Fragile", "Hazardous"]});
    let rejected = client
        .call("POST", "/sobjects/Shipment__c", Some(body))
        .await;
    let message =
        "Cannot deserialize instance of multipicklist from START_ARRAY value [line:1, column:16]";
    assert_eq!(rejected.status, 400);
    assert_eq!(
        rejected.json(),
        json!([{"message": message, "errorCode": "JSON_PARSER_ERROR"}])
    );
}
