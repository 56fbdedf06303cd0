//! `/composite/sobjects`.

use serde_json::{Value as Json, json};

use super::{Client, TestResponse};
use sandbox_model::id::RecordId;

fn account(name: &str) -> Json {
    json!({"attributes": {"type": "Account"}, "Name": name})
}

fn records(all: bool, records: &[Json]) -> Option<Json> {
    Some(json!({"allOrNone": all, "records": records}))
}

impl Client {
    async fn collect(&self, method: &str, path: &str, body: Option<Json>) -> TestResponse {
        self.call(method, &format!("/composite/sobjects{path}"), body)
            .await
    }

    pub(super) async fn count(&self, soql: &str) -> i64 {
        let q = soql.replace(' ', "+");
        let response = self.get(&format!("/query?q={q}")).await;
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()["totalSize"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn records_of_several_objects_are_created_and_rejected_one_by_one() {
    let client = Client::new().await;
    let body = records(
        false,
        &[
            account("Coll 1"),
            json!({"attributes": {"type": "Account"}}),
            json!({"attributes": {"type": "Contact"}, "LastName": "C", "Email": "nope"}),
            json!({"attributes": {"type": "contact"}, "LastName": "D"}),
        ],
    );
    let response = client.collect("POST", "", body).await;
    let json = response.json();
    assert_eq!(response.status, 200);
    assert_eq!(json[0]["success"], true);
    assert_eq!(json[0]["errors"], json!([]));
    assert!(json[0]["id"].as_str().unwrap().starts_with("001"));
    assert_eq!(
        json[1],
        json!({"success": false, "errors": [{
            "statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [Name]", "fields": ["Name"]
        }]})
    );
    assert_eq!(json[2]["errors"][0]["statusCode"], "INVALID_EMAIL_ADDRESS");
    assert!(json[3]["id"].as_str().unwrap().starts_with("003"));
}

#[tokio::test]
async fn all_or_none_leaves_nothing_behind() {
    let client = Client::new().await;
    let body = records(
        true,
        &[
            account("None 1"),
            json!({"attributes": {"type": "Account"}}),
        ],
    );
    let json = client.collect("POST", "", body).await.json();
    assert_eq!(
        json[0],
        json!({"success": false, "errors": [{
            "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "message": "Record rolled back because not all records were valid and the request was using AllOrNone header",
            "fields": []
        }]})
    );
    assert_eq!(json[1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name='None 1'")
            .await,
        0
    );
}

#[tokio::test]
async fn what_cannot_be_read_fails_the_whole_call() {
    let client = Client::new().await;
    let many: Vec<_> = (0..201).map(|n| account(&n.to_string())).collect();
    let alternating: Vec<_> = (0..11)
        .map(|n| match n % 2 {
            0 => account("x"),
            _ => json!({"attributes": {"type": "Contact"}, "LastName": "x"}),
        })
        .collect();
    let cases = [
        (records(false, &many), "EXCEEDED_ID_LIMIT"),
        (records(false, &alternating), "INVALID_INPUT"),
        (records(false, &[json!({"Name": "x"})]), "INVALID_INPUT"),
        (
            records(false, &[json!({"attributes": {"type": "Nothing"}})]),
            "INVALID_TYPE",
        ),
        (Some(json!({"record": []})), "JSON_PARSER_ERROR"),
        (Some(json!([account("x")])), "JSON_PARSER_ERROR"),
    ];
    let before = client.count("SELECT Id FROM Account").await;
    for (body, code) in cases {
        let response = client.collect("POST", "", body).await;
        assert_eq!(
            response.rejection(),
            (400, code.to_owned()),
            "{}",
            response.text()
        );
    }
    assert_eq!(client.count("SELECT Id FROM Account").await, before);
    let response = client
        .collect("POST", "", Some(json!({"allOrNone": 5})))
        .await;
    let message = response.json()[0]["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("at [line:1, column:14]"), "{message}");
    assert_eq!(
        client
            .collect("POST", "", records(false, &many[..200]))
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        200
    );
}

#[tokio::test]
async fn an_unknown_field_rejects_only_its_record() {
    let client = Client::new().await;
    let odd = json!({"attributes": {"type": "Account"}, "Name": "Odd", "Nope": 1});
    let disk_error =
        json!({"attributes": {"type": "Contact"}, "LastName": "L", "Account": {"Nope": "1"}});
    let both = [odd, account("Even"), disk_error];
    let response = client.collect("POST", "", records(false, &both)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let json = response.json();
    assert_eq!(
        json[0],
        json!({"success": false, "errors": [{
            "statusCode": "INVALID_FIELD",
            "message": "No such column 'Nope' on sobject of type Account", "fields": []
        }]})
    );
    assert_eq!(json[1]["success"], true);
    assert_eq!(json[2]["errors"][0]["statusCode"], "INVALID_FIELD");
    let json = client
        .collect("POST", "", records(true, &both))
        .await
        .json();
    let codes: Vec<_> = (0..3)
        .map(|at| json[at]["errors"][0]["statusCode"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            "INVALID_FIELD",
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "INVALID_FIELD"
        ]
    );
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name='Even'")
            .await,
        1
    );
}

#[tokio::test]
async fn null_stands_for_what_is_left_out() {
    let client = Client::new().await;
    let body = json!({"allOrNone": null, "records": [account("Null")]});
    let json = client.collect("POST", "", Some(body)).await.json();
    assert_eq!(json[0]["success"], true, "{json}");
    let new = json!({"attributes": {"type": "Account"}, "Id": null, "Name": "New"});
    let created = client
        .collect("POST", "", records(false, std::slice::from_ref(&new)))
        .await;
    assert_eq!(created.json()[0]["success"], true, "{}", created.text());
    let upserted = client
        .collect("PATCH", "/Account/Id", records(false, &[new]))
        .await;
    assert_eq!(
        (
            &upserted.json()[0]["success"],
            &upserted.json()[0]["created"]
        ),
        (&json!(true), &json!(true)),
        "{}",
        upserted.text()
    );
    let batch =
        json!({"haltOnError": null, "batchRequests": [{"method": "GET", "url": "v62.0/limits"}]});
    let response = client.call("POST", "/composite/batch", Some(batch)).await;
    assert_eq!(response.status, 200, "{}", response.text());
}

#[tokio::test]
async fn an_upsert_that_was_undone_reports_what_it_would_have_been() {
    let client = Client::new().await;
    let key = "External_Id__c";
    let record = |value: &str, name: Json| json!({"attributes": {"type": "Account"}, key: value, "Name": name});
    let path = format!("/Account/{key}");
    let made = client
        .collect("PATCH", &path, records(true, &[record("r-1", json!("A"))]))
        .await;
    assert_eq!(made.json()[0]["created"], true);
    let all = [
        record("r-1", json!("B")),
        record("r-2", json!("C")),
        record("r-3", json!(null)),
    ];
    let json = client
        .collect("PATCH", &path, records(true, &all))
        .await
        .json();
    let created: Vec<_> = (0..3).map(|at| json[at]["created"].clone()).collect();
    assert_eq!(created, [false, true, false], "{json}");
}

#[tokio::test]
async fn updates_name_records_by_id() {
    let client = Client::new().await;
    let made = client
        .collect("POST", "", records(false, &[account("A"), account("B")]))
        .await
        .json();
    let body = records(
        false,
        &[
            json!({"attributes": {"type": "Account"}, "id": made[0]["id"], "Name": "A2"}),
            json!({"attributes": {"type": "Account"}, "Id": made[1]["id"], "Name": null}),
            json!({"attributes": {"type": "Account"}, "Name": "no id"}),
            json!({"attributes": {"type": "Contact"}, "Id": made[0]["id"], "LastName": "x"}),
            json!({"attributes": {"type": "Account"}, "Id": RecordId::new("001", 999_999).as_str(), "Name": "x"}),
        ],
    );
    let response = client.collect("PATCH", "", body).await;
    let json = response.json();
    assert_eq!(
        json[0],
        json!({"id": made[0]["id"], "success": true, "errors": []})
    );
    let codes: Vec<_> = (1..5)
        .map(|n| json[n]["errors"][0]["statusCode"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            "REQUIRED_FIELD_MISSING",
            "MISSING_ARGUMENT",
            "MALFORMED_ID",
            "INVALID_CROSS_REFERENCE_KEY"
        ]
    );
    assert_eq!(
        client.count("SELECT Id FROM Account WHERE Name='A2'").await,
        1
    );
}

#[tokio::test]
async fn upserts_create_update_and_reject_repeated_keys() {
    let client = Client::new().await;
    let key = "External_Id__c";
    let record = |value: Json, name: &str| json!({"attributes": {"type": "Account"}, key: value, "Name": name});
    let path = format!("/Account/{key}");
    let body = records(
        false,
        &[record(json!("u-1"), "U1"), record(json!("u-2"), "U2")],
    );
    let json = client.collect("PATCH", &path, body).await.json();
    assert_eq!(
        (&json[0]["created"], &json[1]["created"]),
        (&json!(true), &json!(true))
    );
    let body = records(
        false,
        &[
            record(json!("u-1"), "U1b"),
            record(json!("u-3"), "U3"),
            record(json!("U-3"), "U3b"),
            record(json!(null), "no key"),
        ],
    );
    let json = client.collect("PATCH", &path, body).await.json();
    assert_eq!(json[0]["created"], false);
    assert_eq!(json[1]["errors"][0]["statusCode"], "DUPLICATE_VALUE");
    assert_eq!(json[2]["errors"][0]["fields"], json!([key]));
    assert_eq!(json[3]["errors"][0]["statusCode"], "MISSING_ARGUMENT");
    assert_eq!(json[3]["created"], false);
    let body = records(
        false,
        &[json!({"attributes": {"type": "Account"}, "Name": "by id"})],
    );
    assert_eq!(
        client.collect("PATCH", "/Account/Id", body).await.json()[0]["created"],
        true
    );
    let response = client
        .collect("PATCH", "/Account/Name_Of_Nothing__c", records(false, &[]))
        .await;
    assert_eq!(response.status, 404);
}

#[tokio::test]
async fn deletes_take_a_list_of_ids() {
    let client = Client::new().await;
    let made = client
        .collect("POST", "", records(false, &[account("A"), account("B")]))
        .await
        .json();
    let (a, b) = (
        made[0]["id"].as_str().unwrap(),
        made[1]["id"].as_str().unwrap(),
    );
    let json = client
        .collect("DELETE", &format!("?ids={a},{b},zzz&allOrNone=true"), None)
        .await
        .json();
    assert_eq!(
        json[0]["errors"][0]["statusCode"],
        "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    );
    assert_eq!(json[2]["errors"][0]["statusCode"], "MALFORMED_ID");
    let json = client
        .collect("DELETE", &format!("?ids={a},{b}"), None)
        .await
        .json();
    assert_eq!(json[1], json!({"id": b, "success": true, "errors": []}));
    let json = client
        .collect("DELETE", &format!("?ids={a}"), None)
        .await
        .json();
    assert_eq!(json[0]["errors"][0]["statusCode"], "ENTITY_IS_DELETED");
    assert_eq!(
        client.collect("DELETE", "", None).await.rejection().1,
        "MISSING_ARGUMENT"
    );
}

#[tokio::test]
async fn retrieving_gives_null_for_what_is_not_there() {
    let client = Client::new().await;
    let made = client
        .collect("POST", "", records(false, &[account("A")]))
        .await
        .json();
    let id = made[0]["id"].as_str().unwrap();
    let body = json!({"ids": [id, "001000000000000AAA", "zzz"], "fields": ["Id", "name"]});
    let json = client.collect("POST", "/Account", Some(body)).await.json();
    assert_eq!(
        json,
        json!([{"attributes": {"type": "Account", "url": format!("/services/data/v62.0/sobjects/Account/{id}")},
            "Id": id, "Name": "A"}, null, null])
    );
    let response = client
        .get(&format!(
            "/composite/sobjects/Account?ids={id}&fields=Name,Nope"
        ))
        .await;
    assert_eq!(response.rejection().1, "INVALID_FIELD");
    let response = client
        .get(&format!(
            "/composite/sobjects/Account?ids={id},zzz&fields=Name"
        ))
        .await;
    assert_eq!(response.json()[0]["Name"], "A");
    let ids = vec![id; 2_001];
    let response = client
        .collect(
            "POST",
            "/Account",
            Some(json!({"ids": ids, "fields": ["Id"]})),
        )
        .await;
    assert_eq!(response.rejection().1, "EXCEEDED_ID_LIMIT");
}
