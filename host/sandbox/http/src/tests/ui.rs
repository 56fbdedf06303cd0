use serde_json::json;

use super::*;

#[tokio::test]
async fn list_views_are_listed_described_and_run() {
    let client = Client::new().await;
    let listed = client.get("/sobjects/Account/listviews").await.json();
    assert_eq!(
        (&listed["done"], &listed["size"]),
        (&json!(true), &json!(3)),
        "{listed}"
    );
    for view in listed["listviews"].as_array().unwrap() {
        assert_eq!(
            &client.get(view["url"].as_str().unwrap()).await.json(),
            view
        );
        let described = client
            .get(view["describeUrl"].as_str().unwrap())
            .await
            .json();
        let soql: String =
            url::form_urlencoded::byte_serialize(described["query"].as_str().unwrap().as_bytes())
                .collect();
        assert_eq!(client.get(&format!("/query?q={soql}")).await.status, 200);
        let ran = client
            .get(view["resultsUrl"].as_str().unwrap())
            .await
            .json();
        assert_eq!(ran["columns"], described["columns"]);
        let found = client
            .get(&format!(
                "/sobjects/ListView/{}",
                view["id"].as_str().unwrap()
            ))
            .await;
        assert_eq!(found.json()["DeveloperName"], view["developerName"]);
    }
    let all = listed["listviews"][0]["resultsUrl"].as_str().unwrap();
    let ran = client.get(&format!("{all}?limit=2&offset=1")).await.json();
    assert_eq!((&ran["size"], &ran["done"]), (&json!(2), &json!(false)));
    assert_eq!(
        ran["records"][0]["columns"][0],
        json!({"fieldNameOrPath": "Name", "value": "Edge Communications"})
    );
    assert_eq!(
        client.get(&format!("{all}?limit=0")).await.rejection().1,
        "INVALID_PARAMETER_VALUE"
    );
    assert_eq!(
        client
            .get("/sobjects/Account/listviews/recent")
            .await
            .json()["size"],
        1
    );
    assert_eq!(
        client
            .get("/sobjects/Contact/listviews/00B000000000000AAA")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn layouts_hold_the_fields_of_their_object() {
    let client = Client::new().await;
    let all = client
        .get("/sobjects/Account/describe/layouts")
        .await
        .json();
    let url = all["recordTypeMappings"][0]["urls"]["layout"]
        .as_str()
        .unwrap();
    assert_eq!(client.get(url).await.json(), all["layouts"][0]);
    let text = all["layouts"][0]["detailLayoutSections"].to_string();
    assert!(
        text.contains("\"value\":\"Industry\"") && text.contains("\"value\":\"BillingAddress\"")
    );
    let related = all["layouts"][0]["relatedLists"].as_array().unwrap();
    assert!(related.iter().any(|list| list["sobject"] == "Contact"));
    assert!(client.get("/sobjects/Global/describe/layouts").await.json()["layouts"].is_array());
    assert_eq!(
        client
            .get("/sobjects/User/describe/namedLayouts/UserAlt")
            .await
            .status,
        200
    );
    assert_eq!(
        client
            .get("/sobjects/Account/describe/namedLayouts/UserAlt")
            .await
            .status,
        404
    );
    let approval = client
        .get("/sobjects/Opportunity/describe/approvalLayouts")
        .await
        .json();
    let name = approval["approvalLayouts"][0]["name"].as_str().unwrap();
    let one = client
        .get(&format!(
            "/sobjects/Opportunity/describe/approvalLayouts/{name}"
        ))
        .await;
    assert_eq!(one.json(), approval);
}

#[tokio::test]
async fn compact_layouts_are_the_same_by_every_way() {
    let client = Client::new().await;
    let all = client
        .get("/sobjects/Account/describe/compactLayouts")
        .await
        .json();
    let layout = &all["compactLayouts"][0];
    assert_eq!(
        layout["fieldItems"][0]["layoutComponents"][0]["value"],
        "Name"
    );
    assert_eq!(
        &client
            .get(all["urls"]["primary"].as_str().unwrap())
            .await
            .json(),
        layout
    );
    let mapped = all["recordTypeCompactLayoutMappings"][0]["urls"]["compactLayout"]
        .as_str()
        .unwrap();
    assert_eq!(&client.get(mapped).await.json(), layout);
    let several = client.get("/compactLayouts?q=Account,Contact").await.json();
    assert_eq!(
        (
            &several["Account"],
            several["Contact"]["objectType"].as_str()
        ),
        (layout, Some("Contact"))
    );
    assert_eq!(
        client.get("/compactLayouts").await.rejection().1,
        "INVALID_PARAMETER_VALUE"
    );
}

#[tokio::test]
async fn tabs_themes_and_menus_name_the_objects() {
    let client = Client::new().await;
    let tabs = client.get("/tabs").await.json();
    let account = tabs
        .as_array()
        .unwrap()
        .iter()
        .find(|tab| tab["sobjectName"] == "Account")
        .unwrap()
        .clone();
    assert_eq!(
        (&account["name"], &account["custom"]),
        (&json!("standard-Account"), &json!(false))
    );
    let theme = client.get("/theme").await.json();
    assert!(
        theme["themeItems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["icons"] == account["icons"])
    );
    let menus = client.get("/appMenu").await.json();
    for url in menus.as_object().unwrap().values() {
        let menu = client.get(url.as_str().unwrap()).await.json();
        assert!(!menu["appMenuItems"].as_array().unwrap().is_empty());
    }
    assert_eq!(client.get("/appMenu/Nope").await.status, 404);
}
