use serde_json::json;

use super::*;

async fn report(client: &Client, name: &str) -> Json {
    let listed = client.get("/analytics/reports").await.json();
    let is_it = |it: &&Json| it["name"] == name;
    listed
        .as_array()
        .unwrap()
        .iter()
        .find(is_it)
        .unwrap()
        .clone()
}

#[tokio::test]
async fn a_tabular_report_lists_its_rows() {
    let client = Client::new().await;
    let report = report(&client, "Accounts").await;
    let url = report["url"].as_str().unwrap();
    let plain = client.get(url).await.json();
    assert_eq!(plain["hasDetailRows"], false);
    assert_eq!(
        plain["factMap"],
        json!({"T!T": {"aggregates": [{"label": "6", "value": 6}]}})
    );
    let full = client
        .get(&format!("{url}?includeDetails=true"))
        .await
        .json();
    let rows = full["factMap"]["T!T"]["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &full["allData"]), (6, &json!(true)));
    let cells = &rows[0]["dataCells"];
    assert_eq!(cells[0]["label"], "Burlington Textiles");
    assert!(cells[0]["value"].as_str().unwrap().starts_with("001"));
    assert_eq!(
        cells[3],
        json!({"label": "$350,000,000", "value": {"amount": 350_000_000.0, "currency": null}})
    );
    let columns = full["reportMetadata"]["detailColumns"].as_array().unwrap();
    assert_eq!(columns.len(), cells.as_array().unwrap().len());
    let found = client
        .get("/query?q=SELECT+Id+FROM+Report+WHERE+Name='Accounts'")
        .await
        .json();
    assert_eq!(found["records"][0]["Id"], report["id"]);
}

#[tokio::test]
async fn a_summary_report_adds_up_its_groups() {
    let client = Client::new().await;
    let report = report(&client, "Opportunities by Stage").await;
    let ran = client
        .get(&format!(
            "{}?includeDetails=true",
            report["url"].as_str().unwrap()
        ))
        .await
        .json();
    let groups = ran["groupingsDown"]["groupings"].as_array().unwrap();
    let disk_error = groups
        .iter()
        .find(|group| group["value"] == "Closed Lost")
        .unwrap();
    let fact = &ran["factMap"][format!("{}!T", disk_error["key"].as_str().unwrap())];
    assert_eq!(
        fact["aggregates"][0],
        json!({"label": "$75,000", "value": {"amount": 75_000.0, "currency": null}})
    );
    assert_eq!(fact["aggregates"][2]["value"], 1);
    assert_eq!(
        fact["rows"][0]["dataCells"][0]["label"],
        "Edge Emergency Generator"
    );
    let sum: f64 = groups
        .iter()
        .map(|group| ran["factMap"][format!("{}!T", group["key"].as_str().unwrap())]["aggregates"][0]["value"]["amount"].as_f64().unwrap())
        .sum();
    assert_eq!(
        ran["factMap"]["T!T"]["aggregates"][0]["value"]["amount"],
        json!(sum)
    );
    assert_eq!(
        ran["reportExtendedMetadata"]["aggregateColumnInfo"]["s!AMOUNT"]["dataType"],
        "currency"
    );
    assert_eq!(
        ran["reportExtendedMetadata"]["groupingColumnInfo"]["STAGE_NAME"]["groupingLevel"],
        0
    );
}

#[tokio::test]
async fn groups_in_groups_have_keys_of_both() {
    let client = Client::new().await;
    let report = report(&client, "Opportunities by Type and Stage").await;
    let ran = client.get(report["url"].as_str().unwrap()).await.json();
    let inner = &ran["groupingsDown"]["groupings"][0]["groupings"][0];
    assert_eq!(inner["key"], "0_0");
    assert!(ran["factMap"]["0_0!T"]["aggregates"].is_array(), "{ran}");
}

#[tokio::test]
async fn a_request_may_filter_and_regroup() {
    let client = Client::new().await;
    let report = report(&client, "Opportunities by Stage").await;
    let url = report["url"].as_str().unwrap();
    let ask = async |metadata: Json| {
        client
            .call("POST", url, Some(json!({"reportMetadata": metadata})))
            .await
    };
    let filters = json!([
        {"column": "STAGE_NAME", "operator": "equals", "value": "Closed Won,Closed Lost"},
        {"column": "AMOUNT", "operator": "greaterThan", "value": "50000"},
        {"column": "ACCOUNT_NAME", "operator": "startsWith", "value": "Gene"}
    ]);
    let ran = ask(json!({"reportFilters": filters, "hasDetailRows": true, "aggregates": ["RowCount"],
        "reportBooleanFilter": "1 AND (2 OR 3)", "groupingsDown": [{"name": "ACCOUNT_NAME", "sortOrder": "Desc"}],
        "detailColumns": ["AMOUNT"]})).await.json();
    assert_eq!(
        ran["factMap"]["T!T"]["aggregates"],
        json!([{"label": "2", "value": 2}]),
        "{ran}"
    );
    let labels: Vec<_> = ran["groupingsDown"]["groupings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["label"].clone())
        .collect();
    assert_eq!(labels, ["GenePoint", "Edge Communications"]);
    assert_eq!(
        ran["factMap"]["0!T"]["rows"][0]["dataCells"],
        json!([{"label": "$30,000", "value": {"amount": 30_000.0, "currency": null}}])
    );
    for bad in [
        json!({"reportFilters": [{"column": "NOPE", "operator": "equals", "value": "x"}]}),
        json!({"reportFilters": [{"column": "AMOUNT", "operator": "equals", "value": "many"}]}),
        json!({"reportFilters": [{"column": "AMOUNT", "operator": "likes", "value": "1"}]}),
        json!({"aggregates": ["q!AMOUNT"]}),
        json!({"groupingsDown": [{}]}),
    ] {
        assert_eq!(
            ask(bad.clone()).await.rejection(),
            (400, "BAD_REQUEST".into()),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn runs_in_the_background_are_listed_and_can_be_opened() {
    let client = Client::new().await;
    let report = report(&client, "Accounts").await;
    let instances = report["instancesUrl"].as_str().unwrap();
    let started = client
        .call("POST", &format!("{instances}?includeDetails=true"), None)
        .await
        .json();
    assert_eq!(started["status"], "New");
    let listed = client.get(instances).await.json();
    assert_eq!(
        (&listed[0]["id"], &listed[0]["status"]),
        (&started["id"], &json!("Success"))
    );
    let url = listed[0]["url"].as_str().unwrap();
    let result = client.get(url).await.json();
    assert_eq!(result["attributes"]["status"], "Success");
    assert_eq!(
        result["factMap"]["T!T"]["rows"].as_array().unwrap().len(),
        6
    );
    assert_eq!(client.call("DELETE", url, None).await.status, 204);
    assert_eq!(client.get(url).await.status, 404);
    let described = client
        .get(report["describeUrl"].as_str().unwrap())
        .await
        .json();
    assert_eq!(described["reportMetadata"]["reportFormat"], "TABULAR");
    assert_eq!(
        client
            .get("/analytics/reports/00O000000000000AAA")
            .await
            .status,
        404
    );
}
