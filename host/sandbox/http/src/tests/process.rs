use serde_json::json;

use super::*;
use sandbox_model::id::RecordId;

async fn ask(client: &Client, request: Json) -> Json {
    let body = json!({"requests": [request]});
    let response = client.call("POST", "/process/approvals", Some(body)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()[0].clone()
}

/// An opportunity that is open, so that it may be submitted.
fn open_deal() -> String {
    RecordId::new("006", 2).as_str().to_owned()
}

#[tokio::test]
async fn a_submitted_record_is_locked_until_it_is_approved() {
    let client = Client::new().await;
    let listed = client.get("/process/approvals").await.json();
    let process = &listed["approvals"]["Opportunity"][0];
    assert_eq!(process["sortOrder"], 1);
    let defined = client
        .get(&format!(
            "/sobjects/ProcessDefinition/{}",
            process["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(defined.json()["Name"], process["name"]);
    let submitted = ask(
        &client,
        json!({"actionType": "Submit", "contextId": open_deal(), "comments": "please"}),
    )
    .await;
    assert_eq!(
        (&submitted["success"], &submitted["instanceStatus"]),
        (&json!(true), &json!("Pending")),
        "{submitted}"
    );
    let item = submitted["newWorkitemIds"][0].as_str().unwrap().to_owned();
    let path = format!("/sobjects/Opportunity/{}", open_deal());
    let rejected = client
        .call("PATCH", &path, Some(json!({"NextStep": "x"})))
        .await;
    assert_eq!(rejected.rejection(), (400, "ENTITY_IS_LOCKED".into()));
    assert_eq!(
        client.call("DELETE", &path, None).await.rejection().1,
        "ENTITY_IS_LOCKED"
    );
    let again = ask(
        &client,
        json!({"actionType": "Submit", "contextId": open_deal()}),
    )
    .await;
    assert_eq!(again["errors"][0]["statusCode"], "ALREADY_IN_PROCESS");
    let soql = "SELECT+Status,(SELECT+StepStatus,Comments+FROM+Steps),(SELECT+ActorId+FROM+Workitems)+FROM+ProcessInstance";
    let found = client.get(&format!("/query?q={soql}")).await.json();
    assert_eq!(
        found["records"][0]["Steps"]["records"][0]["Comments"], "please",
        "{found}"
    );
    assert_eq!(found["records"][0]["Workitems"]["totalSize"], 1);
    let approved = ask(
        &client,
        json!({"actionType": "Approve", "contextId": item, "comments": "fine"}),
    )
    .await;
    assert_eq!(
        (&approved["instanceStatus"], &approved["actorIds"]),
        (&json!("Approved"), &Json::Null),
        "{approved}"
    );
    assert_eq!(approved["entityId"], open_deal());
    assert_eq!(client.get(&path).await.json()["NextStep"], "Approved");
    assert_eq!(
        client
            .call("PATCH", &path, Some(json!({"NextStep": "x"})))
            .await
            .status,
        204
    );
    let late = ask(&client, json!({"actionType": "Reject", "contextId": item})).await;
    assert_eq!(
        late["errors"][0]["statusCode"],
        "INVALID_CROSS_REFERENCE_KEY"
    );
}

#[tokio::test]
async fn records_that_do_not_qualify_are_not_submitted() {
    let client = Client::new().await;
    let closed = RecordId::new("006", 1).as_str().to_owned();
    let none = ask(
        &client,
        json!({"actionType": "Submit", "contextId": closed}),
    )
    .await;
    assert_eq!(
        (&none["success"], &none["errors"][0]["statusCode"]),
        (&json!(false), &json!("NO_APPLICABLE_PROCESS"))
    );
    let skipped = ask(
        &client,
        json!({"actionType": "Submit", "contextId": closed, "skipEntryCriteria": "true",
        "processDefinitionNameOrId": "Opportunity_Discount_Approval"}),
    )
    .await;
    assert_eq!(skipped["success"], true);
    // The record's own id names the request it waits for.
    let reject = json!({"actionType": "Reject", "contextId": closed});
    let rejected = ask(&client, reject.clone()).await;
    assert_eq!(rejected["instanceStatus"], "Rejected");
    let late = ask(&client, reject).await;
    assert_eq!(
        late["errors"][0]["statusCode"],
        "INVALID_CROSS_REFERENCE_KEY"
    );
    let odd = ask(&client, json!({"actionType": "Dance", "contextId": closed})).await;
    assert_eq!(odd["errors"][0]["statusCode"], "INVALID_OPERATION");
}

#[tokio::test]
async fn workflow_rules_change_the_records_that_meet_them() {
    let client = Client::new().await;
    let listed = client.get("/process/rules").await.json();
    let rule = listed["rules"]["Account"][0].clone();
    let path = format!("/process/rules/Account/{}", rule["id"].as_str().unwrap());
    assert_eq!(client.get(&path).await.json(), rule);
    assert_eq!(
        client.get("/process/rules/Case").await.json()["rules"]["Account"],
        Json::Null
    );
    let rating = async |number| {
        let id = RecordId::new("001", number);
        client
            .get(&format!("/sobjects/Account/{id}?fields=Rating"))
            .await
            .json()["Rating"]
            .clone()
    };
    let ids: Vec<_> = [1, 3]
        .map(|n| RecordId::new("001", n).short().to_owned())
        .into();
    let ran = client
        .call("POST", &path, Some(json!({"contextIds": ids})))
        .await;
    assert_eq!(ran.json(), json!({"errors": null, "success": true}));
    assert_eq!(
        (rating(1).await, rating(3).await),
        (json!("Cold"), json!("Hot"))
    );
    let ids = [
        RecordId::new("001", 4).as_str().to_owned(),
        RecordId::new("001", 999).as_str().to_owned(),
    ];
    let rejected = client
        .call("POST", "/process/rules", Some(json!({"contextIds": ids})))
        .await;
    assert_eq!(rejected.rejection().1, "INVALID_CROSS_REFERENCE_KEY");
}

#[tokio::test]
async fn headers_control_assignment_and_duplicates() {
    let client = Client::new().await;
    let send = async |object: &str, header: (&str, &str), body: Json| {
        let request = Request::post(format!("/services/data/v62.0/sobjects/{object}"))
            .header("authorization", format!("Bearer {}", client.token))
            .header("content-type", "application/json")
            .header(header.0, header.1);
        client
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await
    };
    let lead = json!({"LastName": "Web", "Company": "W", "LeadSource": "Web"});
    let owner = async |response: TestResponse| {
        let id = response.json()["id"].as_str().unwrap().to_owned();
        client.get(&format!("/sobjects/Lead/{id}")).await.json()["OwnerId"]
            .as_str()
            .unwrap()[..3]
            .to_owned()
    };
    assert_eq!(
        owner(send("Lead", ("sforce-auto-assign", "FALSE"), lead.clone()).await).await,
        "005"
    );
    assert_eq!(
        owner(send("Lead", ("x", "y"), lead.clone()).await).await,
        "00G"
    );
    let bad = send("Lead", ("sforce-auto-assign", "nonsense"), lead).await;
    assert_eq!(bad.status, 400);
    let twin = json!({"LastName": "Gonzalez", "Email": "rose@edge.example"});
    let rejected = send("Contact", ("x", "y"), twin.clone()).await;
    assert_eq!(rejected.rejection(), (400, "DUPLICATES_DETECTED".into()));
    let found =
        rejected.json()[0]["duplicateResut"]["matchResults"][0]["matchRecords"][0]["record"]
            .clone();
    assert_eq!(
        client
            .get(found["attributes"]["url"].as_str().unwrap())
            .await
            .json()["LastName"],
        "Gonzalez"
    );
    assert_eq!(
        send(
            "Contact",
            ("sforce-duplicate-rule-header", "allowSave=true"),
            twin
        )
        .await
        .status,
        201
    );
}
