//! `/composite/tree/{object}`.

use serde_json::{Value as Json, json};

use super::{Client, TestResponse};

fn record(object: &str, id: &str, name: &str) -> Json {
    let field = if object == "Contact" {
        "LastName"
    } else {
        "Name"
    };
    json!({"attributes": {"type": object, "referenceId": id}, field: name})
}

async fn create(client: &Client, trees: Json) -> TestResponse {
    let path = "/composite/tree/Account";
    client.call("POST", path, Some(trees)).await
}

#[tokio::test]
async fn parents_are_created_before_their_children() {
    let client = Client::new().await;
    let mut first = record("Account", "ref1", "Tree 1");
    let mut contact = record("Contact", "ref2", "Child");
    contact["Email"] = json!("c@example.com");
    first["Contacts"] = json!({"records": [contact, record("Contact", "ref3", "Child")]});
    let body = json!({"records": [first, record("Account", "ref4", "Tree 2")]});
    let response = client
        .call("POST", "/composite/tree/Account/", Some(body))
        .await;
    let json = response.json();
    assert_eq!(
        (response.status, &json["hasErrors"]),
        (201, &json!(false)),
        "{}",
        response.text()
    );
    let ids: Vec<_> = (0..4)
        .map(|n| json["results"][n]["referenceId"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["ref1", "ref4", "ref2", "ref3"]);
    let parent = json["results"][0]["id"].as_str().unwrap();
    assert_eq!(
        client
            .count(&format!(
                "SELECT Id FROM Contact WHERE AccountId='{parent}' AND LastName='Child'"
            ))
            .await,
        2
    );
}

#[tokio::test]
async fn an_unknown_field_is_an_error_of_its_record() {
    let client = Client::new().await;
    let mut first = record("Account", "ref1", "Tree odd");
    first["Nope"] = json!(1);
    first["Contacts"] = json!({"records": [record("Contact", "ref2", "Child")]});
    let body = json!({"records": [first, record("Account", "ref3", "Tree even")]});
    let response = client
        .call("POST", "/composite/tree/Account/", Some(body))
        .await;
    assert_eq!(response.status, 400);
    assert_eq!(
        response.json(),
        json!({"hasErrors": true, "results": [{"referenceId": "ref1", "errors": [{
            "statusCode": "INVALID_FIELD",
            "message": "No such column 'Nope' on sobject of type Account", "fields": []
        }]}]})
    );
    let soql = "SELECT Id FROM Account WHERE Name='Tree even'";
    assert_eq!(client.count(soql).await, 0);
}

#[tokio::test]
async fn one_rejected_record_keeps_all_others_out() {
    let client = Client::new().await;
    let mut first = record("Account", "ref1", "Tree none");
    let mut contact = record("Contact", "ref2", "Child");
    contact["Email"] = json!("123");
    first["Contacts"] = json!({"records": [contact]});
    let response = create(&client, json!({"records": [first]})).await;
    assert_eq!(response.status, 400);
    assert_eq!(
        response.json(),
        json!({"hasErrors": true, "results": [{"referenceId": "ref2", "errors": [
            {"statusCode": "INVALID_EMAIL_ADDRESS", "message": "Email: invalid email address: 123", "fields": ["Email"]}]}]})
    );
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name='Tree none'")
            .await,
        0
    );
}

#[tokio::test]
async fn attributes_are_checked_before_anything_is_created() {
    let client = Client::new().await;
    let twice = json!({"records": [record("Account", "r", "a"), record("Account", "r", "b")]});
    let response = create(&client, twice).await.json();
    assert_eq!(response["results"].as_array().unwrap().len(), 2);
    assert_eq!(
        response["results"][1]["errors"][0]["message"],
        "Duplicate ReferenceId provided in the request."
    );
    let untyped = json!({"records": [{"attributes": {"referenceId": "r"}, "Name": "x"}]});
    let response = create(&client, untyped).await.json();
    assert_eq!(
        response["results"][0]["errors"][0]["statusCode"],
        "INVALID_INPUT"
    );
    let unnamed = json!({"records": [{"attributes": {"type": "Account"}, "Name": "x"}]});
    let response = create(&client, unnamed).await;
    assert_eq!(
        response.json()[0]["message"],
        "Include a reference ID for each record in the request."
    );
    let other = json!({"records": [record("Contact", "r", "x")]});
    assert_eq!(create(&client, other).await.status, 400);
    let many: Vec<_> = (0..201)
        .map(|n| record("Account", &format!("r{n}"), "x"))
        .collect();
    let response = create(&client, json!({"records": many})).await;
    assert_eq!(response.rejection(), (400, "INVALID_INPUT".to_owned()));
    let many: Vec<_> = (0..200)
        .map(|n| record("Account", &format!("r{n}"), "x"))
        .collect();
    let response = create(&client, json!({"records": many})).await;
    assert_eq!(response.status, 201);
}

#[tokio::test]
async fn trees_have_five_levels_at_most() {
    let client = Client::new().await;
    let mut tree = record("Account", "r6", "leaf");
    for level in (1..6).rev() {
        let mut parent = record("Account", &format!("r{level}"), "node");
        parent["ChildAccounts"] = json!({"records": [tree]});
        tree = parent;
    }
    let response = create(&client, json!({"records": [tree.clone()]})).await;
    assert_eq!(
        response.rejection(),
        (400, "INVALID_INPUT".to_owned()),
        "{}",
        response.text()
    );
    let five = tree["ChildAccounts"]["records"][0].clone();
    let response = create(&client, json!({"records": [five]})).await;
    assert_eq!(response.status, 201, "{}", response.text());
}
