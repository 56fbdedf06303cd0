use serde_json::json;

use super::*;

async fn ask(client: &Client, query: &str, variables: Json) -> Json {
    let body = json!({"query": query, "variables": variables});
    let response = client.call("POST", "/graphql", Some(body)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

/// An account with three contacts and one without.
async fn with_records() -> (Client, String) {
    let client = Client::new().await;
    let mut id = String::new();
    for (name, revenue) in [("Graph A", 1_234_567.0), ("Graph B", 10.0)] {
        let body = json!({"Name": name, "AnnualRevenue": revenue, "Industry": "Energy"});
        let made = client.call("POST", "/sobjects/Account", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        if id.is_empty() {
            id = made.json()["id"].as_str().unwrap().to_owned();
        }
    }
    for name in ["Three", "One", "Two"] {
        let body = json!({"LastName": format!("Graph {name}"), "AccountId": id});
        let made = client.call("POST", "/sobjects/Contact", Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
    }
    (client, id)
}

#[tokio::test]
async fn records_come_with_parents_and_children() {
    let (client, id) = with_records().await;
    let query = r#"
        query accounts($like: String = "Graph %", $with: Boolean!) {
          uiapi { query {
            all: Account(where: {Name: {like: $like}}, orderBy: {AnnualRevenue: {order: DESC}}) {
              totalCount
              edges { cursor node {
                Id
                ...Shown
                Owner { Username { value } }
                Contacts(first: 2, orderBy: {LastName: {order: ASC}}) {
                  totalCount
                  pageInfo { hasNextPage }
                  edges { node { LastName { value } Account { Name { value } } } }
                }
                Website @include(if: $with) { value }
              } }
            }
          } }
        }
        fragment Shown on Account { Name { value displayValue } AnnualRevenue { value displayValue } }"#;
    let response = ask(&client, query, json!({"with": false})).await;
    assert_eq!(response["errors"], json!([]));
    let all = &response["data"]["uiapi"]["query"]["all"];
    assert_eq!(all["totalCount"], 2);
    let first = &all["edges"][0]["node"];
    assert_eq!(first["Id"], json!(id));
    assert_eq!(
        first["Name"],
        json!({"value": "Graph A", "displayValue": null})
    );
    assert_eq!(
        first["AnnualRevenue"],
        json!({"value": 1_234_567.0, "displayValue": "$1,234,567.00"})
    );
    assert_eq!(first["Owner"]["Username"]["value"], "admin@sandbox.example");
    assert!(first.get("Website").is_none());
    let contacts = json!({
        "totalCount": 3,
        "pageInfo": {"hasNextPage": true},
        "edges": [
            {"node": {"LastName": {"value": "Graph One"}, "Account": {"Name": {"value": "Graph A"}}}},
            {"node": {"LastName": {"value": "Graph Three"}, "Account": {"Name": {"value": "Graph A"}}}},
        ],
    });
    assert_eq!(first["Contacts"], contacts);
    assert_eq!(all["edges"][1]["node"]["Contacts"]["totalCount"], 0);
}

#[tokio::test]
async fn pages_follow_one_another_by_cursor() {
    let (client, _) = with_records().await;
    let query = r#"query ($after: String) { uiapi { query {
        Contact(first: 2, after: $after, where: {LastName: {like: "Graph %"}}, orderBy: {LastName: {}}) {
          edges { node { LastName { value } } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        } } } }"#;
    let first = ask(&client, query, json!({})).await;
    let page = &first["data"]["uiapi"]["query"]["Contact"];
    assert_eq!(page["edges"].as_array().unwrap().len(), 2);
    assert_eq!(
        (
            &page["pageInfo"]["hasNextPage"],
            &page["pageInfo"]["hasPreviousPage"]
        ),
        (&json!(true), &json!(false))
    );
    let after = json!({"after": page["pageInfo"]["endCursor"]});
    let second = ask(&client, query, after).await;
    let page = &second["data"]["uiapi"]["query"]["Contact"];
    assert_eq!(
        page["edges"],
        json!([{"node": {"LastName": {"value": "Graph Two"}}}])
    );
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
    let broken = ask(&client, query, json!({"after": "nonsense"})).await;
    assert_eq!(
        broken["errors"][0]["extensions"]["ErrorType"],
        "DataFetchingException"
    );
    assert_eq!(
        broken["errors"][0]["paths"],
        json!(["uiapi", "query", "Contact"])
    );
}

#[tokio::test]
async fn filters_select_matching_records() {
    let (client, _) = with_records().await;
    let cases = [
        (r#"{Name: {eq: "graph a"}}"#, 1),
        (r#"{Name: {in: ["Graph A", "Graph B", "it's"]}}"#, 2),
        (r#"{Name: {like: "Graph %", ne: "Graph A"}}"#, 1),
        (
            r#"{and: [{Name: {like: "Graph %"}}, {not: {AnnualRevenue: {gt: 100}}}]}"#,
            1,
        ),
        (
            r#"{or: [{Name: {eq: "Graph A"}}, {Name: {eq: "Graph B"}}]}"#,
            2,
        ),
        (
            r#"{Name: {like: "Graph %", nin: ["Graph A"]}, AnnualRevenue: {gte: 10, lte: 10}}"#,
            1,
        ),
        (
            r#"{Name: {like: "Graph %"}, CreatedDate: {eq: {literal: TODAY}}}"#,
            2,
        ),
        (
            r#"{Name: {like: "Graph %"}, CreatedDate: {lt: {value: "2020-01-01T00:00:00Z"}}}"#,
            0,
        ),
        (
            r#"{Name: {like: "Graph %"}, CreatedDate: {eq: {range: {last_n_days: 3}}}}"#,
            2,
        ),
        (
            r#"{Name: {like: "Graph %"}, Owner: {Username: {eq: "admin@sandbox.example"}}}"#,
            2,
        ),
        (r#"{Name: {like: "Graph %"}, Website: {ne: null}}"#, 0),
    ];
    for (filter, count) in cases {
        let query =
            format!("{{ uiapi {{ query {{ Account(where: {filter}) {{ totalCount }} }} }} }}");
        let response = ask(&client, &query, json!(null)).await;
        let found = &response["data"]["uiapi"]["query"]["Account"]["totalCount"];
        assert_eq!(found, count, "{filter}: {response}");
    }
}

#[tokio::test]
async fn errors_have_message_and_location() {
    let client = Client::new().await;
    let cases = [
        (
            "{ uiapi { query { Account { edges { node { Nope { value } } } } } } }",
            "ValidationError",
            "Field 'Nope' in type 'Account' is undefined",
        ),
        (
            "{ uiapi { query { Nope { totalCount } } } }",
            "ValidationError",
            "Field 'Nope' in type 'RecordQuery' is undefined",
        ),
        (
            "{ uiapi { query { Account { edges { node { Name } } } } } }",
            "ValidationError",
            "Subselection required",
        ),
        (
            "{ uiapi { query { Account(last: 2) { totalCount } } } }",
            "ValidationError",
            "'last'",
        ),
        (
            "{ uiapi { query { Account(where: {Name: {is: 1}}) { totalCount } } } }",
            "ValidationError",
            "'is'",
        ),
        (
            "{ uiapi { query { Account(first: 2001) { totalCount } } } }",
            "DataFetchingException",
            "2000",
        ),
        (
            "{ uiapi { query { Account(where: {Name: {eq: 1}}) { totalCount } } } }",
            "DataFetchingException",
            "must be of type string",
        ),
        (
            "{ uiapi { ...A } } fragment A on UIAPI { ...A }",
            "ValidationError",
            "too deep",
        ),
        ("{ uiapi { ", "InvalidSyntax", "Invalid Syntax"),
        (
            "mutation { uiapi { a } }",
            "OperationNotSupported",
            "mutation",
        ),
    ];
    for (query, kind, message) in cases {
        let response = ask(&client, query, json!({})).await;
        let error = &response["errors"][0];
        assert_eq!(error["extensions"]["ErrorType"], kind, "{response}");
        assert!(
            error["message"].as_str().unwrap().contains(message),
            "{response}"
        );
    }
    let deep = format!(
        "{{ a(b: {}1{}) }}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert_eq!(
        ask(&client, &deep, json!({})).await["errors"][0]["extensions"]["ErrorType"],
        "InvalidSyntax"
    );
    let one_of_two =
        "{ uiapi { query { Account { totalCount } Case(first: 5000) { totalCount } } } }";
    let response = ask(&client, one_of_two, json!({})).await;
    assert_eq!(response["data"]["uiapi"]["query"]["Case"], json!(null));
    assert!(response["data"]["uiapi"]["query"]["Account"]["totalCount"].is_number());
    let request =
        Request::post("/services/data/v62.0/graphql").header("content-type", "application/json");
    let rejected = client.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(rejected.rejection(), (401, "INVALID_SESSION_ID".into()));
}
