use serde_json::{Value as Json, json};

use super::*;

async fn ask(client: &Client, path: &str, soql: &str) -> TestResponse {
    let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    client.get(&format!("{path}?q={q}")).await
}

async fn rows(client: &Client, soql: &str) -> Json {
    let response = ask(client, "/tooling/query", soql).await;
    assert_eq!(response.status, 200, "{soql}: {}", response.text());
    response.json()
}

#[tokio::test]
async fn tooling_results_have_their_own_form_and_links() {
    let client = Client::new().await;
    let found = rows(
        &client,
        "SELECT Id, Name, CreatedBy.Username FROM ApexClass WHERE Name = 'EchoResource'",
    )
    .await;
    let members = json!({
        "size": found["size"], "totalSize": found["totalSize"], "done": found["done"],
        "queryLocator": found["queryLocator"], "entityTypeName": found["entityTypeName"],
    });
    assert_eq!(
        members,
        json!({"size": 1, "totalSize": 1, "done": true, "queryLocator": null, "entityTypeName": "ApexClass"})
    );
    let class = &found["records"][0];
    let id = class["Id"].as_str().unwrap();
    assert!(id.starts_with("01p"), "{found}");
    let url = format!("/tooling/sobjects/ApexClass/{id}");
    let link = class["attributes"]["url"].as_str().unwrap();
    assert!(link.ends_with(&url), "{link}");
    assert_eq!(class["CreatedBy"]["Username"], "admin@sandbox.example");
    let shown = client.get(&url).await.json();
    assert!(shown["Body"].as_str().unwrap().contains("EchoResource"));
}

#[tokio::test]
async fn objects_and_fields_are_records() {
    let client = Client::new().await;
    let found = rows(
        &client,
        "SELECT Id, DurableId, QualifiedApiName, Label, KeyPrefix, IsCustomizable, LastModifiedBy.Username, \
         (SELECT QualifiedApiName FROM Fields WHERE DataType LIKE 'Lookup%' ORDER BY QualifiedApiName LIMIT 1) \
         FROM EntityDefinition WHERE QualifiedApiName IN ('Account', 'Shipment__c') ORDER BY QualifiedApiName",
    )
    .await;
    let account = &found["records"][0];
    let reported = |name: &str| account[name].clone();
    assert_eq!(
        ["Id", "DurableId", "Label", "KeyPrefix", "IsCustomizable"].map(reported),
        [
            json!("000000000000000AAA"),
            json!("Account"),
            json!("Account"),
            json!("001"),
            json!(true)
        ]
    );
    let link = account["attributes"]["url"].as_str().unwrap();
    assert!(
        link.ends_with("/tooling/sobjects/EntityDefinition/Account"),
        "{link}"
    );
    assert_eq!(account["Fields"]["entityTypeName"], "FieldDefinition");
    assert_eq!(
        account["Fields"]["records"][0]["QualifiedApiName"],
        "CreatedById"
    );
    let custom = found["records"][1]["DurableId"].as_str().unwrap();
    assert!(custom.starts_with("01I") && custom.len() == 15, "{custom}");
    let fields = rows(
        &client,
        "SELECT DurableId, DeveloperName, DataType, EntityDefinition.Label FROM FieldDefinition \
         WHERE EntityDefinition.QualifiedApiName = 'Contact' AND QualifiedApiName IN ('AccountId', 'LastName') \
         ORDER BY QualifiedApiName",
    )
    .await;
    let first = &fields["records"][0];
    assert_eq!(
        (
            &first["DurableId"],
            &first["DeveloperName"],
            &first["DataType"]
        ),
        (
            &json!("Contact.Account"),
            &json!("Account"),
            &json!("Lookup(Account)")
        )
    );
    assert_eq!(first["EntityDefinition"]["Label"], "Contact");
    assert_eq!(fields["records"][1]["DataType"], "Text(80)");
    let shown = client
        .get("/tooling/sobjects/EntityDefinition/Account")
        .await;
    assert_eq!(shown.json()["PluralLabel"], "Accounts");
}

#[tokio::test]
async fn custom_objects_and_fields_lead_to_each_other() {
    let client = Client::new().await;
    let objects = rows(
        &client,
        "SELECT Id, DeveloperName FROM CustomObject WHERE DeveloperName = 'Shipment'",
    )
    .await;
    let id = objects["records"][0]["Id"].as_str().unwrap().to_owned();
    let fields = rows(
        &client,
        &format!("SELECT Id, DeveloperName, EntityDefinition.QualifiedApiName FROM CustomField WHERE TableEnumOrId = '{id}' AND DeveloperName = 'Carrier'"),
    )
    .await;
    let field = &fields["records"][0];
    assert_eq!(field["EntityDefinition"]["QualifiedApiName"], "Shipment__c");
    let standard = rows(
        &client,
        "SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = 'Account'",
    )
    .await;
    assert_eq!(standard["records"][0]["DeveloperName"], "External_Id");
}

#[tokio::test]
async fn each_api_has_its_own_objects() {
    let client = Client::new().await;
    let rejected = ask(&client, "/query", "SELECT Id FROM CustomField").await;
    assert_eq!(rejected.rejection(), (400, "INVALID_TYPE".into()));
    let rejected = ask(&client, "/tooling/query", "SELECT Id FROM Account").await;
    assert_eq!(rejected.rejection(), (400, "INVALID_TYPE".into()));
    let found = ask(
        &client,
        "/query",
        "SELECT QualifiedApiName FROM EntityDefinition WHERE KeyPrefix = '003'",
    )
    .await
    .json();
    assert_eq!(found["records"][0]["QualifiedApiName"], "Contact");
    assert_eq!(found.get("entityTypeName"), None);
    let rejected = ask(
        &client,
        "/tooling/query",
        "SELECT DurableId FROM FieldDefinition",
    )
    .await;
    assert_eq!(rejected.rejection(), (400, "MALFORMED_QUERY".into()));
    assert!(
        rejected
            .text()
            .contains("a filter on a reified column is required [EntityDefinitionId,DurableId]")
    );
    assert_eq!(client.get("/sobjects/CustomField").await.status, 404);
    assert_eq!(client.get("/tooling/sobjects/Account").await.status, 404);
    let rejected = client
        .call(
            "POST",
            "/tooling/sobjects/ApexClass",
            Some(json!({"Name": "X"})),
        )
        .await;
    assert_eq!(rejected.rejection(), (405, "METHOD_NOT_ALLOWED".into()));
}

#[tokio::test]
async fn tooling_objects_are_listed_and_described() {
    let client = Client::new().await;
    let listed = client.get("/tooling/sobjects").await.json();
    let names: Vec<&str> = listed["sobjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|object| object["name"].as_str().unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in [
        "ApexClass",
        "CustomField",
        "EntityDefinition",
        "FieldDefinition",
        "User",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!names.contains(&"Account"));
    let field = client
        .get("/tooling/sobjects/FieldDefinition/describe")
        .await
        .json();
    assert_eq!(field["fields"][0]["name"], "Id");
    let link = field["urls"]["describe"].as_str().unwrap();
    assert!(
        link.ends_with("/tooling/sobjects/FieldDefinition/describe"),
        "{link}"
    );
    let global = client.get("/sobjects").await.json();
    let global = global["sobjects"].as_array().unwrap();
    assert!(
        global
            .iter()
            .any(|object| object["name"] == "EntityDefinition")
    );
    assert!(!global.iter().any(|object| object["name"] == "CustomObject"));
}

#[tokio::test]
async fn columns_of_tooling_queries_are_described() {
    let client = Client::new().await;
    let q = "SELECT+DeveloperName,EntityDefinition.Label+FROM+CustomField";
    let reported = client
        .get(&format!("/tooling/query?q={q}&columns=true"))
        .await;
    assert_eq!(reported.status, 200, "{}", reported.text());
    let reported = reported.json();
    assert_eq!(reported["entityName"], "CustomField");
    assert_eq!(reported["columnMetadata"][0]["columnName"], "DeveloperName");
}

#[tokio::test]
async fn long_tooling_results_have_pages_of_their_own() {
    let client = Client::new().await;
    let names: Vec<String> = client
        .org
        .schema()
        .objects()
        .iter()
        .map(|it| format!("'{}'", it.name))
        .collect();
    let soql = format!(
        "SELECT DurableId FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN ({})",
        names.join(", ")
    );
    let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let request = Request::get(format!("/services/data/v62.0/tooling/query?q={q}"))
        .header("authorization", format!("Bearer {}", client.token))
        .header("sforce-query-options", "batchSize=200");
    let first = client
        .send(request.body(Body::empty()).unwrap())
        .await
        .json();
    assert_eq!(
        (&first["size"], &first["done"]),
        (&json!(200), &json!(false))
    );
    let next = first["nextRecordsUrl"].as_str().unwrap();
    assert!(next.contains("/tooling/query/0r8"), "{next}");
    let (_, path) = next.split_once("/tooling").unwrap();
    let second = client.get(&format!("/tooling{path}")).await.json();
    assert_eq!(second["entityTypeName"], "FieldDefinition");
    let size = second["size"].as_u64().unwrap() + 200;
    assert_eq!(second["totalSize"].as_u64(), Some(size));
}
