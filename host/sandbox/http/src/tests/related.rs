use serde_json::json;

use super::*;

fn id(prefix: &str, number: u64) -> String {
    sandbox_model::id::RecordId::new(prefix, number).to_string()
}

#[tokio::test]
async fn parents_are_shown_where_paths_ask_for_them() {
    let client = Client::new().await;
    let path = format!("/sobjects/Contact/{}", id("003", 3));
    let shown = client
        .get(&format!(
            "{path}?fields=Account.Name,LastName,account.Owner.Username,ReportsTo.FirstName"
        ))
        .await
        .json();
    assert_eq!(shown["LastName"], "Forbes");
    let account = &shown["Account"];
    assert_eq!(
        (&account["Name"], &account["attributes"]["type"]),
        (&json!("Edge Communications"), &json!("Account"))
    );
    assert_eq!(account["Owner"]["Username"], "admin@sandbox.example");
    assert_eq!(shown["ReportsTo"]["FirstName"], "Rose");
    let alone = format!("/sobjects/Contact/{}", id("003", 7));
    let shown = client.get(&format!("{alone}?fields=Account.Name")).await;
    assert_eq!(shown.json()["Account"], json!(null));
    for wrong in [
        format!("{alone}?fields=Account.Nope"),
        format!("{path}?fields=Acount.Name"),
    ] {
        let rejected = client.get(&wrong).await;
        assert_eq!(
            rejected.rejection(),
            (400, "INVALID_FIELD".into()),
            "{wrong}"
        );
    }
    let deep = "ReportsTo.".repeat(6);
    let rejected = client.get(&format!("{path}?fields={deep}Name")).await;
    assert_eq!(rejected.rejection().1, "INVALID_FIELD");
    let body = json!({"ids": [id("003", 1)], "fields": ["Account.Name"]});
    let several = client
        .call("POST", "/composite/sobjects/Contact", Some(body))
        .await
        .json();
    assert_eq!(several[0]["Account"]["Name"], "GenePoint", "{several}");
}

#[tokio::test]
async fn parents_are_changed_and_deleted_by_way_of_their_children() {
    let client = Client::new().await;
    let account = format!("/sobjects/Contact/{}/Account", id("003", 1));
    let changed = client
        .call("PATCH", &account, Some(json!({"Site": "by its contact"})))
        .await;
    assert_eq!(changed.status, 204, "{}", changed.text());
    assert_eq!(client.get(&account).await.json()["Site"], "by its contact");
    let rejected = client
        .call("PATCH", &account, Some(json!({"Name": null})))
        .await;
    assert_eq!(rejected.rejection(), (400, "REQUIRED_FIELD_MISSING".into()));
    let contact = format!("/sobjects/Shipment__c/{}/Contact__r", id("a00", 1));
    assert_eq!(client.call("DELETE", &contact, None).await.status, 204);
    assert_eq!(client.get(&contact).await.status, 404);
    assert_eq!(client.call("DELETE", &contact, None).await.status, 404);
    let children = format!("/sobjects/Account/{}/Contacts", id("001", 2));
    for method in ["PATCH", "DELETE"] {
        let body = (method == "PATCH").then(|| json!({"Title": "x"}));
        let rejected = client.call(method, &children, body).await;
        assert_eq!(rejected.rejection(), (405, "METHOD_NOT_ALLOWED".into()));
    }
}
