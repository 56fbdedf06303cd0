//! Record types: what describe shows of them, and what records accept.

use serde_json::json;

use super::*;

#[tokio::test]
async fn an_object_lists_its_record_types_and_the_master_last() {
    let client = Client::new().await;
    let described = client.get("/sobjects/Account/describe").await.json();
    let infos = described["recordTypeInfos"].as_array().unwrap();
    let names: Vec<_> = infos
        .iter()
        .map(|it| (&it["developerName"], &it["master"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("Customer_Account"), &json!(false)),
            (&json!("Partner_Account"), &json!(false)),
            (&json!("Master"), &json!(true)),
        ]
    );
    let records = "SELECT+Id+FROM+RecordType+WHERE+SobjectType='Account'+ORDER+BY+Name";
    let records = client.get(&format!("/query?q={records}")).await.json();
    for (at, info) in infos.iter().enumerate() {
        let layout = info["urls"]["layout"].as_str().unwrap();
        assert_eq!(client.get(layout).await.status, 200, "{layout}");
        if info["master"] == false {
            assert_eq!(info["recordTypeId"], records["records"][at]["Id"]);
        }
    }
    let layouts = client.get("/sobjects/Account/describe/layouts").await;
    let mappings = layouts.json()["recordTypeMappings"].clone();
    assert_eq!(mappings.as_array().unwrap().len(), 3);
    let none = client.get("/sobjects/UserRole/describe").await.json();
    assert_eq!(none["recordTypeInfos"][0]["name"], "Master");
    let field = |described: &Json| {
        let fields = described["fields"].as_array().unwrap().iter();
        fields.filter(|it| it["name"] == "RecordTypeId").count()
    };
    assert_eq!((field(&described), field(&none)), (1, 0));
}

#[tokio::test]
async fn a_record_takes_the_record_types_of_its_object() {
    let client = Client::new().await;
    let id_of = async |name: &str| {
        let soql = format!("SELECT+Id+FROM+RecordType+WHERE+DeveloperName='{name}'");
        let found = client.get(&format!("/query?q={soql}")).await.json();
        found["records"][0]["Id"].as_str().unwrap().to_owned()
    };
    let (partner, lead) = (id_of("Partner_Account").await, id_of("Web_Lead").await);
    let make = async |id: &str| {
        let body = json!({"Name": "A", "RecordTypeId": id});
        client.call("POST", "/sobjects/Account", Some(body)).await
    };
    let name_of = async |response: &TestResponse| {
        let id = response.json()["id"].as_str().unwrap().to_owned();
        let soql = format!("SELECT+RecordType.DeveloperName+FROM+Account+WHERE+Id='{id}'");
        let found = client.get(&format!("/query?q={soql}")).await.json();
        found["records"][0]["RecordType"]["DeveloperName"].clone()
    };
    for (id, name) in [
        (partner.as_str(), json!("Partner_Account")),
        (&partner[..15], json!("Partner_Account")),
        ("012000000000000AAA", Json::Null),
    ] {
        let made = make(id).await;
        assert_eq!(made.status, 201, "{id}: {}", made.text());
        assert_eq!(name_of(&made).await, name, "{id}");
    }
    for id in [lead.as_str(), "012Sb0000000999AAA"] {
        let rejected = make(id).await.json();
        assert_eq!(rejected[0]["errorCode"], "INVALID_CROSS_REFERENCE_KEY");
        assert_eq!(rejected[0]["fields"], json!(["RecordTypeId"]));
        let message = rejected[0]["message"].as_str().unwrap();
        let start = "Record Type ID: this ID value isn't valid for the user: 012";
        assert!(message.starts_with(start), "{message}");
    }
}
