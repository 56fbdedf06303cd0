//! Conditional requests, and the times that they go by.

use serde_json::{Value as Json, json};

use super::*;

impl Client {
    /// A call with further headers.
    async fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Json>,
    ) -> TestResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/services/data/v62.0{path}"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |json| Body::from(json.to_string()));
        self.send(request.body(body).unwrap()).await
    }
}

#[tokio::test]
async fn a_change_is_rejected_if_the_record_changed_since() {
    let client = Client::new().await;
    let id = client.make("Contact", json!({"LastName": "A"})).await;
    let path = format!("/sobjects/Contact/{id}");
    let read = client.get(&path).await;
    let seen = read.header("last-modified").to_owned();
    assert_eq!(seen, "Mon, 21 Sep 2026 14:13:20 GMT");
    let since = [("if-unmodified-since", seen.as_str())];
    client.org.clock().advance(60_000);
    let body = Some(json!({"Title": "B"}));
    let first = client.call_with("PATCH", &path, &since, body.clone()).await;
    assert_eq!(first.status, 204, "{}", first.text());
    let second = client.call_with("PATCH", &path, &since, body.clone()).await;
    assert_eq!(second.rejection(), (412, "PRECONDITION_FAILED".into()));
    let read = client.call_with("GET", &path, &since, None).await;
    assert_eq!(read.status, 412);
    let nonsense = [("if-unmodified-since", "yesterday")];
    let rejected = client.call_with("PATCH", &path, &nonsense, body).await;
    assert_eq!(rejected.status, 400);
    let deleted = client.call_with("DELETE", &path, &since, None).await;
    assert_eq!(deleted.status, 204, "deletes know no conditions");
}

#[tokio::test]
async fn a_record_that_is_known_is_not_sent_again() {
    let client = Client::new().await;
    let id = client.make("Contact", json!({"LastName": "A"})).await;
    let path = format!("/sobjects/Contact/{id}");
    let last_modified = client.get(&path).await.header("last-modified").to_owned();
    let since = [("if-modified-since", last_modified.as_str())];
    let known = client.call_with("GET", &path, &since, None).await;
    assert_eq!((known.status, known.text()), (304, String::new()));
    client.org.clock().advance(1_000);
    let changed = client
        .call("PATCH", &path, Some(json!({"Title": "B"})))
        .await;
    assert_eq!(changed.status, 204);
    let new = client.call_with("GET", &path, &since, None).await;
    assert_eq!((new.status, &new.json()["Title"]), (200, &json!("B")));
}

#[tokio::test]
async fn accounts_alone_have_tags() {
    let client = Client::new().await;
    let contact = client.make("Contact", json!({"LastName": "A"})).await;
    let read = client.get(&format!("/sobjects/Contact/{contact}")).await;
    assert_eq!(read.header("etag"), "");
    let account = client.make("Account", json!({"Name": "A"})).await;
    let path = format!("/sobjects/Account/{account}");
    let tag = client.get(&path).await.header("etag").to_owned();
    let zipped = tag.replace("=\"", "=--gzip\"");
    for (method, header, value, status) in [
        ("GET", "if-none-match", tag.as_str(), 304),
        ("GET", "if-none-match", zipped.as_str(), 304),
        ("GET", "if-none-match", "\"other\"", 200),
        ("GET", "if-match", "\"other\", \"another\"", 412),
        ("PATCH", "if-match", "\"other\"", 412),
        ("PATCH", "if-none-match", tag.as_str(), 412),
        ("PATCH", "if-match", tag.as_str(), 204),
        ("PATCH", "if-match", tag.as_str(), 412),
    ] {
        let body = (method == "PATCH").then(|| json!({"Site": "B"}));
        let response = client
            .call_with(method, &path, &[(header, value)], body)
            .await;
        assert_eq!(response.status, status, "{method} {header}: {value}");
    }
}

#[tokio::test]
async fn descriptions_that_are_known_are_not_sent_again() {
    let client = Client::new().await;
    for path in ["/sobjects", "/sobjects/Account/describe"] {
        let first = client.get(path).await;
        let (tag, last_modified) = (first.header("etag"), first.header("last-modified"));
        assert_eq!(tag.len(), 10, "{tag}");
        for condition in [("if-none-match", tag), ("if-modified-since", last_modified)] {
            let again = client.call_with("GET", path, &[condition], None).await;
            assert_eq!((again.status, again.text()), (304, String::new()), "{path}");
            assert_eq!(again.header("etag"), tag);
        }
        let early = [("if-modified-since", "Thu, 03 Sep 2020 21:35:07 GMT")];
        let sent = client.call_with("GET", path, &early, None).await;
        assert_eq!(sent.status, 200);
    }
}

#[tokio::test]
async fn parts_of_a_composite_have_conditions_of_their_own() {
    let client = Client::new().await;
    let last_modified = client
        .get("/sobjects")
        .await
        .header("last-modified")
        .to_owned();
    let part = |id: &str, url: &str| {
        json!({"method": "GET", "url": format!("/services/data/v62.0{url}"), "referenceId": id,
               "httpHeaders": {"If-Modified-Since": last_modified}})
    };
    let body = json!({"allOrNone": null, "compositeRequest": [
        part("all", "/sobjects"), part("one", "/sobjects/Contact/describe"),
        {"method": "GET", "url": "/services/data/v62.0/limits", "referenceId": "none", "httpHeaders": null},
    ]});
    let response = client.call("POST", "/composite", Some(body)).await;
    let parts = response.json()["compositeResponse"].clone();
    for at in 0..2 {
        assert_eq!(parts[at]["httpStatusCode"], 304, "{parts}");
        assert_eq!(parts[at]["body"], json!(null));
        assert_eq!(
            parts[at]["httpHeaders"]["Last-Modified"],
            json!(last_modified)
        );
        assert!(
            parts[at]["httpHeaders"]["ETag"]
                .as_str()
                .unwrap()
                .starts_with('"')
        );
    }
    assert_eq!(parts[2]["httpStatusCode"], 200);
}

#[tokio::test]
async fn records_are_stamped_with_whole_seconds() {
    let builder = Org::builder().clock(Clock::fixed(NOW)).without_data();
    let client = Client::with_org(builder).await;
    client.org.clock().advance(789);
    let body = json!({"Delivered_At__c": "2026-09-01T10:00:00.999Z"});
    let first = client.make("Shipment__c", body).await;
    client.org.clock().advance(100);
    let second = client.make("Shipment__c", json!({})).await;
    let stamps = async |id: &str| {
        let record = client
            .get(&format!("/sobjects/Shipment__c/{id}"))
            .await
            .json();
        ["CreatedDate", "LastModifiedDate", "SystemModstamp"].map(|name| record[name].clone())
    };
    let expected = json!("2026-09-21T14:13:20.000+0000");
    for id in [&first, &second] {
        assert_eq!(stamps(id).await, [&expected; 3].map(Json::clone));
    }
    let record = client
        .get(&format!("/sobjects/Shipment__c/{first}"))
        .await
        .json();
    assert_eq!(record["Delivered_At__c"], "2026-09-01T10:00:00.000+0000");
    let soql = "SELECT Id FROM Shipment__c WHERE SystemModstamp = 2026-09-21T14:13:20.500Z";
    assert_eq!(client.count(soql).await, 2, "milliseconds say nothing");
    client.org.clock().advance(111);
    let path = format!("/sobjects/Shipment__c/{second}");
    let changed = client
        .call("PATCH", &path, Some(json!({"Notes__c": "x"})))
        .await;
    assert_eq!(changed.status, 204);
    let later = client.get(&path).await.json();
    assert_eq!(later["SystemModstamp"], "2026-09-21T14:13:21.000+0000");
}
