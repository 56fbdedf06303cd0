use serde_json::json;

use super::*;
use sandbox_model::id::RecordId;

#[tokio::test]
async fn quick_actions_are_listed_and_can_be_opened_and_run() {
    let client = Client::new().await;
    let listed = client.get("/sobjects/Account/quickActions").await.json();
    for action in listed.as_array().unwrap() {
        assert_eq!(
            &client
                .get(action["urls"]["quickAction"].as_str().unwrap())
                .await
                .json(),
            action
        );
        for url in ["describe", "defaultValues"] {
            assert_eq!(
                client
                    .get(action["urls"][url].as_str().unwrap())
                    .await
                    .status,
                200
            );
        }
    }
    let account = RecordId::new("001", 1);
    let body = json!({"contextId": account.short(), "record": {"LastName": "Smith"}});
    let made = client
        .call(
            "POST",
            "/sobjects/Account/quickActions/CreateContact",
            Some(body),
        )
        .await;
    assert_eq!(
        (made.status, &made.json()["success"]),
        (201, &json!(true)),
        "{}",
        made.text()
    );
    let path = format!("/sobjects/Contact/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(
        client.get(&path).await.json()["AccountId"],
        account.as_str()
    );
    let defaults = client
        .get(&format!(
            "/sobjects/Account/quickActions/CreateContact/defaultValues/{account}"
        ))
        .await;
    assert_eq!(defaults.json()["AccountId"], account.as_str());
    let listed = listed.as_array().unwrap();
    let create = listed
        .iter()
        .find(|it| it["name"] == "Account.CreateContact");
    let urls = &create.unwrap()["urls"];
    let described = client.get(urls["describe"].as_str().unwrap()).await;
    assert_eq!(&described.json()["urls"], urls);
    let global = client
        .get(&format!("/quickActions/NewTask/defaultValues/{account}"))
        .await;
    assert_eq!(global.json()["Status"], "Not Started", "{}", global.text());
    let call = client
        .call(
            "POST",
            "/quickActions/LogACall",
            Some(json!({"record": {"Description": "x"}})),
        )
        .await
        .json();
    let task = client
        .get(&format!("/sobjects/Task/{}", call["id"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(
        (&task["Subject"], &task["Status"]),
        (&json!("Call"), &json!("Completed"))
    );
    let rejected = client
        .call(
            "POST",
            "/sobjects/Account/quickActions/CreateContact",
            Some(json!({"record": {}})),
        )
        .await;
    assert_eq!(rejected.rejection().1, "REQUIRED_FIELD_MISSING");
    assert_eq!(client.get("/quickActions/CreateContact").await.status, 404);
}

#[tokio::test]
async fn invocable_actions_are_listed_described_and_run() {
    let client = Client::new().await;
    for folder in ["standard", "custom/flow", "custom/apex"] {
        let listed = client.get(&format!("/actions/{folder}")).await.json();
        for action in listed["actions"].as_array().unwrap() {
            let described = client.get(action["url"].as_str().unwrap()).await.json();
            assert_eq!(described["name"], action["name"]);
        }
    }
    let account = RecordId::new("001", 3);
    let run = async |path: &str, input: Json| {
        client
            .call(
                "POST",
                &format!("/actions/{path}"),
                Some(json!({"inputs": [input]})),
            )
            .await
    };
    let posted = run(
        "standard/chatterPost",
        json!({"text": "Hi", "subjectNameOrId": account.as_str()}),
    )
    .await
    .json();
    let item = posted[0]["outputValues"]["feedItemId"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        client
            .get(&format!("/sobjects/FeedItem/{item}"))
            .await
            .json()["Body"],
        "Hi"
    );
    let rated = run(
        "custom/apex/RateAccount",
        json!({"accountIds": account.as_str()}),
    )
    .await
    .json();
    assert_eq!(rated[0]["outputValues"], json!({"output": "Hot"}));
    let task = run(
        "custom/flow/Create_Follow_Up_Task",
        json!({"recordId": account.as_str()}),
    )
    .await
    .json();
    assert_eq!(task[0]["isSuccess"], true, "{task}");
    let mail = json!({"emailBody": "b", "emailSubject": "s", "emailAddresses": "nobody"});
    let rejected = run("standard/emailSimple", mail).await;
    assert_eq!(
        (
            rejected.status,
            &rejected.json()[0]["errors"][0]["statusCode"]
        ),
        (400, &json!("INVALID_EMAIL_ADDRESS"))
    );
    let missing = run("standard/chatterPost", json!({"text": "Hi"})).await;
    assert_eq!(missing.json()[0]["isSuccess"], false);
    let deal = RecordId::new("006", 2);
    let submitted = run("standard/submit", json!({"objectId": deal.as_str()}))
        .await
        .json();
    assert_eq!(submitted[0]["outputValues"]["instanceStatus"], "Pending");
    assert_eq!(client.get("/actions/custom/apex/Nope").await.status, 404);
}
