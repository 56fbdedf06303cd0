//! Records that become one.

use serde_json::json;

use super::{account, all, empty, first};

#[tokio::test]
async fn a_merge_leaves_one_record_with_all_the_children() {
    let client = empty().await;
    let winner = client.made("Account", account("W")).await;
    let loser = client
        .made(
            "Account",
            json!({"Name": "L", "External_Id__c": "k", "Site": "s"}),
        )
        .await;
    let other = client
        .made("Account", json!({"Name": "O", "ParentId": loser}))
        .await;
    let child = client
        .made("Contact", json!({"LastName": "C", "AccountId": loser}))
        .await;
    let call = format!(
        "<merge><request><masterRecord><type>Account</type><Id>{winner}</Id><External_Id__c>k</External_Id__c></masterRecord>\
         <recordToMergeIds>{loser}</recordToMergeIds><recordToMergeIds>{other}</recordToMergeIds></request></merge>"
    );
    let response = client.soap(&call).await;
    assert!(response.contains(&format!("<result><id>{winner}</id><mergedRecordIds>{loser}</mergedRecordIds><mergedRecordIds>{other}</mergedRecordIds><success>true</success>")), "{response}");
    let mut related = all(&response, "updatedRelatedIds");
    related.sort();
    assert_eq!(related, [other.clone(), child.clone()]);
    assert_eq!(
        client.field("Contact", &child, "AccountId").await,
        json!(winner)
    );
    let account = client
        .get(&format!("/sobjects/Account/{winner}"))
        .await
        .json();
    assert_eq!(
        (
            &account["Name"],
            &account["External_Id__c"],
            &account["Site"]
        ),
        (&json!("W"), &json!("k"), &json!(null))
    );
    let losers = client
        .rows("SELECT IsDeleted, MasterRecordId FROM Account WHERE MasterRecordId != null")
        .await;
    assert!(
        losers.len() == 2
            && losers
                .iter()
                .all(|it| it["IsDeleted"] == json!(true) && it["MasterRecordId"] == json!(winner)),
        "{losers:?}"
    );
    let again = client.soap(&call).await;
    assert_eq!(first(&again, "statusCode"), "ENTITY_IS_DELETED");
}

#[tokio::test]
async fn invalid_merges_change_nothing() {
    let client = empty().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D"] {
        ids.push(client.made("Account", account(name)).await);
    }
    let contact = client.made("Contact", json!({"LastName": "C"})).await;
    let request = |kind: &str, master: &str, losers: &[&String]| {
        let losers: String = losers
            .iter()
            .map(|id| format!("<recordToMergeIds>{id}</recordToMergeIds>"))
            .collect();
        format!(
            "<request><masterRecord><type>{kind}</type>{master}</masterRecord>{losers}</request>"
        )
    };
    let id = |id: &str| format!("<Id>{id}</Id>");
    let requests = [
        request("Account", &id(&ids[0]), &[&ids[1], &ids[2], &ids[3]]),
        request("Account", &id(&ids[0]), &[&ids[0]]),
        request("Account", &id(&ids[0]), &[&contact]),
        request("Account", "", &[&ids[1]]),
        request(
            "Account",
            &format!("<fieldsToNull>Name</fieldsToNull>{}", id(&ids[0])),
            &[&ids[1]],
        ),
    ];
    let response = client
        .soap(&format!("<merge>{}</merge>", requests.concat()))
        .await;
    assert_eq!(
        all(&response, "statusCode"),
        [
            "INVALID_MERGE_RECORD",
            "INVALID_MERGE_RECORD",
            "INVALID_MERGE_RECORD",
            "MISSING_ARGUMENT",
            "REQUIRED_FIELD_MISSING"
        ]
    );
    assert!(
        client
            .rows("SELECT Id FROM Account WHERE IsDeleted = true")
            .await
            .is_empty()
    );
    let whole = request("Opportunity", &id(&ids[0]), &[&ids[1]]);
    let (code, message) = client.fault(&format!("<merge>{whole}</merge>")).await;
    assert_eq!(code, "sf:INVALID_TYPE_FOR_OPERATION");
    assert!(message.ends_with("entity type does not support merge"));
    let (code, _) = client.fault("<merge><request/></merge>").await;
    assert_eq!(code, "soapenv:Client", "a master is needed");
}

/// As jsforce and salesforcer write it: the request by another name, its members in the namespace of the API or in none.
#[tokio::test]
async fn merges_are_taken_as_clients_write_them() {
    let client = empty().await;
    for (request, namespace) in [
        ("mergeRequests", "urn:partner.soap.sforce.com"),
        ("mergeRequest", ""),
    ] {
        let winner = client.made("Account", account("W")).await;
        let loser = client.made("Account", account("L")).await;
        let call = format!(
            "<merge><{request} xmlns=\"{namespace}\"><masterRecord><type>Account</type><Id>{winner}</Id><Name>New</Name></masterRecord>\
             <recordToMergeIds>{loser}</recordToMergeIds></{request}></merge>"
        );
        let response = client.soap(&call).await;
        assert_eq!(first(&response, "mergedRecordIds"), loser);
        assert_eq!(client.field("Account", &winner, "Name").await, json!("New"));
    }
}

/// Ids go by their place, whatever their prefix.
#[tokio::test]
async fn undelete_and_delete_take_ids_in_any_namespace() {
    let client = empty().await;
    let id = client.made("Account", account("A")).await;
    for call in ["delete", "undelete"] {
        let call = format!(
            "<{call}><n:ids xmlns:n=\"sobject.partner.soap.sforce.com\">{id}</n:ids></{call}>"
        );
        assert_eq!(first(&client.soap(&call).await, "success"), "true");
    }
    assert_eq!(
        client
            .rows("SELECT Id FROM Account WHERE IsDeleted = false")
            .await
            .len(),
        1
    );
}
