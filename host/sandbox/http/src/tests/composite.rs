//! `/composite`, `/composite/batch`, `/composite/graph`.

use serde_json::{Value as Json, json};

use super::{Client, TestResponse};
use sandbox_core::org::{Clock, Org};

fn part(method: &str, path: &str, id: &str, body: Json) -> Json {
    let url = format!("/services/data/v62.0{path}");
    if body.is_null() {
        return json!({"method": method, "url": url, "referenceId": id});
    }
    json!({"method": method, "url": url, "referenceId": id, "body": body})
}

impl Client {
    async fn composite(&self, all: bool, parts: &[Json]) -> TestResponse {
        let body = json!({"allOrNone": all, "compositeRequest": parts});
        self.call("POST", "/composite", Some(body)).await
    }
}

fn statuses(response: &TestResponse) -> Vec<i64> {
    let json = response.json();
    let list = json["compositeResponse"].as_array().unwrap();
    list.iter()
        .map(|part| part["httpStatusCode"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn parts_use_the_responses_of_earlier_parts() {
    let client = Client::new().await;
    let used = client.org.usage().used();
    let response = client
        .composite(
            true,
            &[
                part("POST", "/sobjects/Account/", "refAccount", json!({"Name": "Ref & Co"})),
                part("GET", "/sobjects/Account/@{refAccount.id}?fields=Name,Id", "info", json!(null)),
                part("POST", "/sobjects/Contact", "refContact", json!({"LastName": "@{info.Name} x", "AccountId": "@{refAccount.id}"})),
                part("GET", "/query?q=SELECT Id, Account.Name FROM Contact WHERE AccountId = '@{refAccount.id}'", "q", json!(null)),
                part("PATCH", "/sobjects/Contact/@{q.records[0].Id}", "upd", json!({"Title": "@{q.records[0].Account.Name}"})),
            ],
        )
        .await;
    assert_eq!(
        statuses(&response),
        [201, 200, 201, 200, 204],
        "{}",
        response.text()
    );
    let json = response.json();
    let id = json["compositeResponse"][0]["body"]["id"].as_str().unwrap();
    assert_eq!(
        json["compositeResponse"][0],
        json!({"body": {"id": id, "success": true, "errors": []},
            "httpHeaders": {"Location": format!("/services/data/v62.0/sobjects/Account/{id}")},
            "httpStatusCode": 201, "referenceId": "refAccount"})
    );
    assert_eq!(json["compositeResponse"][4]["body"], Json::Null);
    assert_eq!(
        client
            .count("SELECT Id FROM Contact WHERE LastName='Ref %26 Co x' AND Title='Ref %26 Co'")
            .await,
        1
    );
    assert_eq!(
        client.org.usage().used(),
        used + 2,
        "a composite request counts once"
    );
}

async fn all_or_none_undoes_everything_in(client: Client) {
    let response = client
        .composite(
            true,
            &[
                part("POST", "/sobjects/Account", "a", json!({"Name": "Undone"})),
                part(
                    "GET",
                    "/query?q=SELECT Id FROM Account WHERE Name='Undone'",
                    "seen",
                    json!(null),
                ),
                part(
                    "POST",
                    "/sobjects/Contact",
                    "b",
                    json!({"LastName": "x", "Email": "@{seen.totalSize}"}),
                ),
                part("GET", "/sobjects", "c", json!(null)),
            ],
        )
        .await;
    assert_eq!((response.status, statuses(&response)), (200, vec![400; 4]));
    let list = response.json()["compositeResponse"].clone();
    for halted in [0, 1, 3] {
        assert_eq!(
            list[halted]["body"],
            json!([{"errorCode": "PROCESSING_HALTED",
                "message": "The transaction was rolled back since another operation in the same transaction failed."}])
        );
    }
    assert_eq!(
        list[2]["body"],
        json!([{"errorCode": "INVALID_EMAIL_ADDRESS", "message": "Email: invalid email address: 1", "fields": ["Email"]}]),
        "the query within saw what was undone later"
    );
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name='Undone'")
            .await,
        0
    );
}

#[tokio::test]
async fn all_or_none_undoes_everything_in_memory() {
    all_or_none_undoes_everything_in(Client::new().await).await;
}

#[tokio::test]
async fn all_or_none_undoes_everything_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let org = Org::builder()
        .clock(Clock::fixed(super::NOW))
        .file(folder.path().join("org.db"));
    all_or_none_undoes_everything_in(Client::with_org(org).await).await;
}

#[tokio::test]
async fn without_all_or_none_only_dependent_parts_fail() {
    let client = Client::new().await;
    let response = client
        .composite(
            false,
            &[
                part("POST", "/sobjects/Account", "bad", json!({})),
                part(
                    "POST",
                    "/sobjects/Contact",
                    "dependent",
                    json!({"LastName": "x", "AccountId": "@{bad.id}"}),
                ),
                part(
                    "POST",
                    "/sobjects/Account",
                    "good",
                    json!({"Name": "Stays"}),
                ),
                part("GET", "/sobjects/Nope/describe", "lost", json!(null)),
            ],
        )
        .await;
    assert_eq!(statuses(&response), [400, 400, 201, 404]);
    let list = response.json()["compositeResponse"].clone();
    assert_eq!(list[1]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert!(
        list[1]["body"][0]["message"]
            .as_str()
            .unwrap()
            .starts_with("Invalid reference specified. No value for bad.id found in bad. ")
    );
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name='Stays'")
            .await,
        1
    );
}

#[tokio::test]
async fn collections_within_follow_the_request_around_them() {
    let client = Client::new().await;
    let collection = json!({"allOrNone": false, "records": [
        {"attributes": {"type": "Account"}, "Name": "Within"}, {"attributes": {"type": "Account"}}]});
    for (outer, kept) in [(true, 0), (false, 1)] {
        let response = client
            .composite(
                outer,
                &[
                    part("POST", "/composite/sobjects", "many", collection.clone()),
                    part(
                        "POST",
                        "/sobjects/Account",
                        "one",
                        json!({"Name": "Beside"}),
                    ),
                ],
            )
            .await;
        let list = response.json()["compositeResponse"].clone();
        assert_eq!(list[0]["httpStatusCode"], 200);
        assert_eq!(list[0]["body"][0]["success"], !outer, "{}", response.text());
        assert_eq!(list[1]["httpStatusCode"], if outer { 400 } else { 201 });
        assert_eq!(
            client
                .count("SELECT Id FROM Account WHERE Name='Within'")
                .await,
            kept
        );
        assert_eq!(
            client
                .count("SELECT Id FROM Account WHERE Name='Beside'")
                .await,
            kept
        );
    }
}

#[tokio::test]
async fn headers_of_parts_are_applied_and_inherited_ones_rejected() {
    let client = Client::new().await;
    let mut query = part("GET", "/query?q=SELECT Id FROM Account", "q", json!(null));
    query["httpHeaders"] = json!({"If-Modified-Since": "Tue, 31 May 2016 18:00:00 GMT"});
    assert_eq!(
        statuses(&client.composite(false, &[query.clone()]).await),
        [200]
    );
    query["httpHeaders"] = json!({"authorization": "Bearer x"});
    assert_eq!(client.composite(false, &[query]).await.rejection().0, 400);
}

#[tokio::test]
async fn malformed_composites_are_rejected_as_a_whole() {
    let client = Client::new().await;
    let get = |id: &str| part("GET", "/sobjects/Account", id, json!(null));
    let many: Vec<_> = (0..26).map(|n| get(&format!("r{n}"))).collect();
    let queries: Vec<_> = (0..6)
        .map(|n| part("GET", "/query?q=x", &format!("r{n}"), json!(null)))
        .collect();
    let cases = [
        (json!({"compositeRequest": many}), "INVALID_INPUT"),
        (json!({"compositeRequest": queries}), "INVALID_INPUT"),
        (json!({"compositeRequest": []}), "INVALID_INPUT"),
        (
            json!({"compositeRequest": [get("a[1]")]}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"compositeRequest": [get("a"), get("a")]}),
            "JSON_PARSER_ERROR",
        ),
        (
            json!({"compositeRequest": [{"method": "GET", "url": "/x"}]}),
            "JSON_PARSER_ERROR",
        ),
        (json!({"allOrNone": true}), "JSON_PARSER_ERROR"),
    ];
    for (body, code) in cases {
        let response = client.call("POST", "/composite", Some(body)).await;
        assert_eq!(
            response.rejection(),
            (400, code.to_owned()),
            "{}",
            response.text()
        );
    }
    let list = client.get("/composite").await.json();
    assert_eq!(list["graph"], "/services/data/v62.0/composite/graph");
}

#[tokio::test]
async fn batches_continue_unless_halt_on_error_is_set() {
    let client = Client::new().await;
    let batch = |halt: bool| {
        json!({"haltOnError": halt, "batchRequests": [
            {"method": "POST", "url": "v62.0/sobjects/Account", "richInput": {"Name": "Batch"}},
            {"method": "GET", "url": "v62.0/sobjects/Nope/describe"},
            {"method": "GET", "url": "v62.0/query?q=SELECT+Id+FROM+Account+WHERE+Name='Batch'"}]})
    };
    let json = client
        .call("POST", "/composite/batch", Some(batch(false)))
        .await
        .json();
    assert_eq!(json["hasErrors"], true);
    assert_eq!(json["results"][0]["statusCode"], 201);
    assert_eq!(json["results"][1]["result"][0]["errorCode"], "NOT_FOUND");
    assert_eq!(json["results"][2]["result"]["totalSize"], 1);
    let json = client
        .call("POST", "/composite/batch", Some(batch(true)))
        .await
        .json();
    assert_eq!(
        json["results"][2],
        json!({"statusCode": 412, "result": [{"errorCode": "BATCH_PROCESSING_HALTED",
            "message": "Batch processing halted per request"}]})
    );
    let newer = json!({"batchRequests": [{"method": "GET", "url": "v63.0/limits"}, {"method": "GET", "url": "v60.0/limits"}]});
    let json = client
        .call("POST", "/composite/batch", Some(newer))
        .await
        .json();
    assert_eq!(
        (
            json["results"][0]["statusCode"].clone(),
            json["results"][1]["statusCode"].clone()
        ),
        (json!(400), json!(200))
    );
}

#[tokio::test]
async fn each_graph_is_kept_or_undone_alone() {
    let client = Client::new().await;
    let graph = |id: &str, last: Json| {
        json!({"graphId": id, "compositeRequest": [
            part("POST", "/sobjects/Account", "acc", json!({"Name": format!("Graph {id}")})),
            part("POST", "/sobjects/Contact", "con", json!({"LastName": last, "AccountId": "@{acc.id}"}))]})
    };
    let body = json!({"graphs": [graph("1", json!("Good")), graph("2", json!(null)), graph("3", json!("Good"))]});
    let response = client.call("POST", "/composite/graph", Some(body)).await;
    let json = response.json();
    let good: Vec<_> = (0..3)
        .map(|n| json["graphs"][n]["isSuccessful"].as_bool().unwrap())
        .collect();
    assert_eq!(good, [true, false, true], "{}", response.text());
    let failed = &json["graphs"][1]["graphResponse"]["compositeResponse"];
    assert_eq!(failed[0]["body"][0]["errorCode"], "PROCESSING_HALTED");
    assert_eq!(failed[1]["body"][0]["errorCode"], "REQUIRED_FIELD_MISSING");
    assert_eq!(
        client
            .count("SELECT Id FROM Account WHERE Name LIKE 'Graph%25'")
            .await,
        2
    );
}

#[tokio::test]
async fn graphs_keep_to_their_limits() {
    let client = Client::new().await;
    let node = |n: usize, body: Json| part("POST", "/sobjects/Account", &format!("n{n}"), body);
    let graph = |nodes: Vec<Json>| json!({"graphs": [{"graphId": "1", "compositeRequest": nodes}]});
    let chain = (0..16).map(|n| node(n, json!({"Name": format!("@{{n{}.id}}", n as i64 - 1)})));
    let wide = (0..501).map(|n| node(n, json!({"Name": "x"})));
    let query = vec![part("GET", "/query?q=x", "q", json!(null))];
    for body in [graph(chain.collect()), graph(wide.collect()), graph(query)] {
        let response = client.call("POST", "/composite/graph", Some(body)).await;
        assert_eq!(response.rejection(), (400, "INVALID_INPUT".to_owned()));
    }
    let graphs: Vec<_> = (0..17)
        .map(|n| json!({"graphId": n.to_string(), "compositeRequest": [node(0, json!({}))]}))
        .collect();
    let json = client
        .call("POST", "/composite/graph", Some(json!({"graphs": graphs})))
        .await
        .json();
    let code = |n: usize| {
        json["graphs"][n]["graphResponse"]["compositeResponse"][0]["body"][0]["errorCode"].clone()
    };
    assert_eq!(code(14), "REQUIRED_FIELD_MISSING");
    assert_eq!(
        (code(15), code(16)),
        (json!("PROCESSING_HALTED"), json!("PROCESSING_HALTED"))
    );
}

/// Urls of parts are texts in a body: no limit of URLs holds for them, but that of SOQL does.
#[tokio::test]
async fn the_query_of_a_part_may_be_as_long_as_soql_may_be() {
    let client = Client::new().await;
    let names = vec!["'GenePoint'"; 8_000].join(",");
    for space in [" ", "%20"] {
        let soql = format!("SELECT Name FROM Account WHERE Name IN ({names})").replace(' ', space);
        assert!(soql.len() > 90_000);
        let path = format!("/query?q={soql}");
        let parts = [part("GET", &path, "long", json!(null))];
        let response = client.composite(false, &parts).await;
        assert_eq!(statuses(&response), [200]);
        assert_eq!(
            response.json()["compositeResponse"][0]["body"]["totalSize"],
            1
        );
        let batch = json!({"batchRequests": [{"method": "GET", "url": format!("v62.0{path}")}]});
        let response = client.call("POST", "/composite/batch", Some(batch)).await;
        assert_eq!(response.json()["results"][0]["result"]["totalSize"], 1);
    }
}
