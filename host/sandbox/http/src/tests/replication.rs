//! getUpdated and getDeleted over REST.

use serde_json::json;

use super::*;

/// The messages are those of an org (MinnPost/object-sync-for-salesforce, issue 109).
#[tokio::test]
async fn objects_that_are_not_replicated_are_rejected() {
    let client = Client::new().await;
    let span = "start=2026-09-21T14:00:00Z&end=2026-09-21T15:00:00Z";
    for object in ["UserLicense", "EntityDefinition", "ActivityHistory"] {
        let described = client.get(&format!("/sobjects/{object}/describe")).await;
        assert_eq!(
            described.json()["replicateable"],
            json!(false),
            "{object}: {}",
            described.status
        );
        for list in ["updated", "deleted"] {
            let path = format!("/sobjects/{object}/{list}?{span}");
            let rejected = client.get(&path).await;
            assert_eq!(rejected.status, 400, "{path}");
            let message = format!("sObject type {object} is not replicable");
            assert_eq!(
                rejected.json(),
                json!([{"message": message, "errorCode": "INVALID_TYPE"}])
            );
        }
    }
}
