use serde_json::json;

use super::*;

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

async fn search(client: &Client, sosl: &str) -> TestResponse {
    client.get(&format!("/search?q={}", encoded(sosl))).await
}

#[tokio::test]
async fn sosl_results_have_the_form_of_their_version() {
    let client = Client::new().await;
    let sosl = "FIND {gene*} IN NAME FIELDS RETURNING Account(Id, Name), Contact";
    let found = search(&client, sosl).await;
    assert_eq!(found.status, 200, "{}", found.text());
    let records = found.json()["searchRecords"].clone();
    assert_eq!(records.as_array().unwrap().len(), 1, "{records}");
    let url = records[0]["attributes"]["url"].as_str().unwrap();
    assert_eq!(
        (&records[0]["attributes"]["type"], &records[0]["Name"]),
        (&json!("Account"), &json!("GenePoint"))
    );
    assert_eq!(client.get(url).await.json()["Name"], "GenePoint");
    let old = format!("/services/data/v36.0/search?q={}", encoded(sosl));
    assert_eq!(client.get(&old).await.json()[0]["Name"], "GenePoint");
}

#[tokio::test]
async fn labels_come_when_they_are_wanted() {
    let client = Client::new().await;
    let sosl = "FIND {edna} RETURNING Contact(Name, Title) WITH METADATA = 'LABELS'";
    let found = search(&client, sosl).await.json();
    assert_eq!(
        found["metadata"]["entityMetadata"],
        json!([{"entityName": "Contact", "fieldMetadata": [
            {"label": "Full Name", "name": "Name"}, {"label": "Title", "name": "Title"}]}])
    );
}

#[tokio::test]
async fn malformed_searches_are_rejected() {
    let client = Client::new().await;
    let rejected = client.get("/search").await;
    assert_eq!(rejected.rejection(), (400, "MALFORMED_SEARCH".into()));
    let rejected = search(&client, "FIND {x}").await;
    assert_eq!(rejected.rejection(), (400, "MALFORMED_SEARCH".into()));
}

#[tokio::test]
async fn parameters_match_sosl() {
    let client = Client::new().await;
    let path = "/parameterizedSearch?q=oil&sobject=Account&sobject=Opportunity&Account.fields=id,name\
                &Account.limit=1&Account.orderBy=Name%20DESC&in=NAME&metadata=LABELS";
    let found = client.get(path).await.json();
    let records = found["searchRecords"].as_array().unwrap();
    assert_eq!(records.len(), 3, "{found}");
    assert_eq!(records[0]["Name"], "United Oil & Gas, UK");
    assert_eq!(
        found["metadata"]["entityMetadata"][0]["entityName"],
        "Account"
    );
    let body = json!({
        "q": "oil", "in": "ALL", "fields": ["Id"], "overallLimit": 2, "defaultLimit": "10",
        "sobjects": [
            {"name": "Account", "fields": ["Name", "Owner.Name"], "where": "Rating = 'Hot'",
             "orderBy": [{"field": "Name", "direction": "DESC", "nulls": "LAST"}], "limit": 5},
            {"name": "Opportunity"}
        ]
    });
    let found = client
        .call("POST", "/parameterizedSearch", Some(body))
        .await
        .json();
    let records = found["searchRecords"].as_array().unwrap();
    assert_eq!(records.len(), 2, "{found}");
    assert_eq!(records[0]["Owner"]["Name"], "Sandbox Admin");
    assert_eq!(records[1]["attributes"]["type"], "Opportunity");
}

#[tokio::test]
async fn an_order_may_be_given_as_text() {
    let client = Client::new().await;
    for message in ["Name DESC NULLS_LAST", "Name DESC NULLS LAST", "Name DESC"] {
        let account = json!({"name": "Account", "fields": ["Name"], "orderBy": message});
        let body = json!({"q": "United", "sobjects": [account]});
        let found = client
            .call("POST", "/parameterizedSearch", Some(body))
            .await
            .json();
        assert_eq!(
            found["searchRecords"][0]["Name"], "United Oil & Gas, UK",
            "{message}: {found}"
        );
    }
}

#[tokio::test]
async fn errors_name_the_invalid_parameter() {
    let client = Client::new().await;
    for (body, message) in [
        (json!({}), "q is missing"),
        (json!({"q": "oil", "in": "X"}), "in must be"),
        (
            json!({"q": "oil", "overallLimit": 0}),
            "overallLimit must be",
        ),
        (
            json!({"q": "oil", "fields": ["Id"]}),
            "at least one sobject",
        ),
    ] {
        let rejected = client
            .call("POST", "/parameterizedSearch", Some(body.clone()))
            .await;
        assert_eq!(
            rejected.rejection(),
            (400, "INVALID_SEARCH".into()),
            "{body}"
        );
        assert!(rejected.text().contains(message), "{}", rejected.text());
    }
}

#[tokio::test]
async fn scope_and_layouts_are_listed_and_can_be_opened() {
    let client = Client::new().await;
    let scope = client.get("/search/scopeOrder").await.json();
    let account = scope
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["type"] == "Account")
        .unwrap();
    let described = client.get(account["url"].as_str().unwrap()).await;
    assert_eq!(described.json()["name"], "Account");
    let layouts = client.get("/search/layout?q=Account,Contact").await.json();
    assert_eq!(layouts[0]["objectType"], "Account");
    assert_eq!(
        layouts[0]["searchColumns"][0],
        json!({"field": "Account.Name", "format": null, "label": "Account Name", "name": "Name"})
    );
    assert_eq!(layouts[1]["objectType"], "Contact");
    assert_eq!(client.get("/search/layout?q=Nope").await.status, 404);
}

#[tokio::test]
async fn suggestions_match_the_beginnings_of_words() {
    let client = Client::new().await;
    let found = client
        .get("/search/suggestions?q=united%20o&sobject=Account&limit=1&fields=Phone")
        .await
        .json();
    assert_eq!(found["hasMoreResults"], true, "{found}");
    let one = &found["autoSuggestResults"][0];
    assert_eq!(one["Name"], "United Oil & Gas");
    assert!(one.get("Phone").is_some() && one["Id"].is_string());
    let none = client
        .get("/search/suggestions?q=nited&sobject=Account")
        .await
        .json();
    assert_eq!(
        none,
        json!({"autoSuggestResults": [], "hasMoreResults": false})
    );
    for path in [
        "/search/suggestions?q=u&sobject=Account",
        "/search/suggestions?q=united",
    ] {
        assert_eq!(client.get(path).await.rejection().1, "INVALID_SEARCH");
    }
    let titles = client
        .get("/search/suggestTitleMatches?q=orl&language=en_US&publishStatus=Online")
        .await;
    assert_eq!(titles.json()["hasMoreResults"], false);
    let queries = client
        .get("/search/suggestSearchQueries?q=app&language=en_US")
        .await;
    assert_eq!(queries.json()["autoSuggestResults"], json!([]));
}
