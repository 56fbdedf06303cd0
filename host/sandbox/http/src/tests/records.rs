use serde_json::json;

use super::*;

#[tokio::test]
async fn a_record_is_created_read_changed_and_deleted() {
    let client = Client::new().await;
    let made = client
        .call(
            "POST",
            "/sobjects/Account/",
            Some(json!({"Name": "Acme", "BillingCity": "Ulm", "AnnualRevenue": 5e7})),
        )
        .await;
    assert_eq!(made.status, 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made.json(),
        json!({"id": id, "success": true, "errors": []})
    );
    assert_eq!(
        made.header("location"),
        format!("/services/data/v62.0/sobjects/Account/{id}")
    );
    assert_eq!(made.header("sforce-limit-info"), "api-usage=1/15000");
    let path = format!("/sobjects/Account/{id}");
    let read = client.get(&path).await.json();
    assert_eq!(
        read["attributes"],
        json!({"type": "Account", "url": format!("/services/data/v62.0{path}")})
    );
    assert_eq!(
        (&read["CreatedDate"], &read["IsDeleted"]),
        (&json!("2026-09-21T14:13:20.000+0000"), &json!(false))
    );
    assert_eq!(
        (
            &read["BillingAddress"]["city"],
            &read["BillingAddress"]["street"]
        ),
        (&json!("Ulm"), &json!(null))
    );
    assert_eq!(read["ShippingAddress"], json!(null));
    let short = client
        .get(&format!(
            "/sobjects/account/{}?fields=name,AnnualRevenue",
            &id[..15]
        ))
        .await
        .json();
    assert_eq!(
        short,
        json!({"attributes": read["attributes"], "Id": id, "Name": "Acme", "AnnualRevenue": 5e7})
    );
    assert_eq!(
        client
            .call("PATCH", &path, Some(json!({"Name": "Acme 2"})))
            .await
            .status,
        204
    );
    let by_override = client
        .call(
            "POST",
            &format!("{path}?_HttpMethod=PATCH"),
            Some(json!({"Site": "HQ"})),
        )
        .await;
    assert_eq!(
        (by_override.status, by_override.text()),
        (204, String::new())
    );
    assert_eq!(client.get(&path).await.json()["Site"], "HQ");
    assert_eq!(client.call("HEAD", &path, None).await.status, 200);
    assert_eq!(client.call("DELETE", &path, None).await.status, 204);
    assert_eq!(
        client.call("DELETE", &path, None).await.rejection(),
        (404, "ENTITY_IS_DELETED".into())
    );
    assert_eq!(
        client.get(&path).await.rejection(),
        (404, "NOT_FOUND".into())
    );
}

#[tokio::test]
async fn an_upsert_by_an_id_of_nothing_creates() {
    let client = Client::new().await;
    let made = client
        .call("POST", "/sobjects/Account/Id", Some(json!({"Name": "New"})))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["created"], true);
    let read = client.get(&format!("/sobjects/Account/{id}")).await.json();
    assert_eq!(read["Name"], "New");
    let null = json!({"Id": null, "Name": "Null"});
    let made = client.call("POST", "/sobjects/Account", Some(null)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let given = json!({"Id": id, "Name": "Given"});
    let rejected = client.call("POST", "/sobjects/Account", Some(given)).await;
    assert_eq!(
        rejected.rejection(),
        (400, "INVALID_FIELD_FOR_INSERT_UPDATE".into())
    );
}

#[tokio::test]
async fn a_delete_of_an_id_of_nothing_is_a_dangling_reference() {
    let client = Client::new().await;
    let id = sandbox_model::id::RecordId::new("001", 999_999);
    let response = client
        .call("DELETE", &format!("/sobjects/Account/{id}"), None)
        .await;
    assert_eq!(response.status, 404);
    assert_eq!(
        response.json(),
        json!([{"message": "invalid cross reference id", "errorCode": "INVALID_CROSS_REFERENCE_KEY"}])
    );
    let dangling = json!({"LastName": "A", "AccountId": id.as_str()});
    let rejected = client
        .call("POST", "/sobjects/Contact", Some(dangling))
        .await;
    assert_eq!(
        rejected.rejection(),
        (400, "INVALID_CROSS_REFERENCE_KEY".into())
    );
}

#[tokio::test]
async fn an_unsupported_method_gets_the_list_of_supported_ones() {
    let client = Client::new().await;
    let cases = [
        ("PUT", "/sobjects/Account", "HEAD,GET,POST"),
        (
            "PUT",
            "/sobjects/Account/001Sb0000000001",
            "HEAD,GET,PATCH,DELETE",
        ),
        (
            "POST",
            "/sobjects/Account/001Sb0000000001",
            "HEAD,GET,PATCH,DELETE",
        ),
        ("GET", "/composite/batch", "POST"),
        ("DELETE", "/limits", "HEAD,GET"),
    ];
    for (method, path, allowed) in cases {
        let response = client.call(method, path, Some(json!({}))).await;
        assert_eq!(response.status, 405, "{method} {path}: {}", response.text());
        assert_eq!(response.header("allow"), allowed, "{method} {path}");
        let message = format!("HTTP Method '{method}' not allowed. Allowed are {allowed}");
        assert_eq!(response.json()[0]["message"], json!(message));
    }
    let part = json!({"compositeRequest": [
        {"method": "DELETE", "url": "/services/data/v62.0/limits", "referenceId": "a"}]});
    let response = client.call("POST", "/composite", Some(part)).await.json();
    let body = &response["compositeResponse"][0]["body"];
    assert_eq!(
        body[0]["message"], "HTTP Method 'DELETE' not allowed. Allowed are HEAD,GET",
        "{response}"
    );
}

#[tokio::test]
async fn errors_are_lists_of_message_code_and_fields() {
    let client = Client::new().await;
    let rejected = client
        .call("POST", "/sobjects/Account", Some(json!({"Site": "x"})))
        .await;
    assert_eq!(rejected.status, 400);
    assert_eq!(
        rejected.json(),
        json!([{"message": "Required fields are missing: [Name]", "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["Name"]}])
    );
    let unknown = client
        .call("POST", "/sobjects/Account", Some(json!({"Nope": "x"})))
        .await;
    assert_eq!(
        unknown.json(),
        json!([{"message": "No such column 'Nope' on sobject of type Account", "errorCode": "INVALID_FIELD"}])
    );
}

#[tokio::test]
async fn every_error_has_its_status_and_code() {
    let client = Client::new().await;
    let id = client
        .call("POST", "/sobjects/Account", Some(json!({"Name": "A"})))
        .await
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let own = format!("/sobjects/Account/{id}");
    let cases = [
        (
            "GET",
            "/sobjects/Nope/001Sb0000000001",
            None,
            404,
            "NOT_FOUND",
        ),
        ("GET", "/sobjects/Account/xyz", None, 404, "NOT_FOUND"),
        (
            "GET",
            "/sobjects/Account/003Sb0000000001",
            None,
            400,
            "MALFORMED_ID",
        ),
        ("GET", "/nope", None, 404, "NOT_FOUND"),
        (
            "PUT",
            own.as_str(),
            Some(json!({})),
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            "PATCH",
            own.as_str(),
            Some(json!({"Id": id})),
            400,
            "INVALID_FIELD",
        ),
        (
            "PATCH",
            own.as_str(),
            Some(json!([])),
            400,
            "JSON_PARSER_ERROR",
        ),
        ("PATCH", own.as_str(), None, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (
            "PATCH",
            "/sobjects/Account/External_Id__c/A-001",
            Some(json!({"External_Id__c": "x"})),
            400,
            "INVALID_FIELD",
        ),
        (
            "PATCH",
            "/sobjects/Account/Site/x",
            Some(json!({})),
            404,
            "NOT_FOUND",
        ),
        (
            "GET",
            "/sobjects/Account/External_Id__c/none",
            None,
            404,
            "NOT_FOUND",
        ),
        ("GET", "/services/data/v30.0/limits", None, 410, "GONE"),
        ("GET", "/services/data/v99.0/limits", None, 404, "NOT_FOUND"),
        ("GET", "/services/nope", None, 404, "NOT_FOUND"),
    ];
    for (method, path, body, status, code) in cases {
        let response = client.call(method, path, body).await;
        assert_eq!(
            response.rejection(),
            (status, code.to_owned()),
            "{method} {path}"
        );
    }
    let long = client
        .get(&format!("/limits?x={}", "a".repeat(16_400)))
        .await;
    assert_eq!(long.rejection(), (414, "URI_TOO_LONG".into()));
    let fat = Request::get("/services/data")
        .header("x-fat", "a".repeat(16_380))
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        client.send(fat).await.rejection(),
        (431, "HEADERS_TOO_LARGE".into())
    );
}

#[tokio::test]
async fn an_upsert_returns_201_then_200_and_204_in_old_versions() {
    let client = Client::new().await;
    let path = "/sobjects/Account/External_Id__c/A%2F1%20%C3%BC";
    let made = client.call("PATCH", path, Some(json!({"Name": "A"}))).await;
    assert_eq!((made.status, &made.json()["created"]), (201, &json!(true)));
    let changed = client.call("PATCH", path, Some(json!({"Site": "B"}))).await;
    assert_eq!(
        (changed.status, &changed.json()["created"]),
        (200, &json!(false))
    );
    let old = client
        .call(
            "PATCH",
            &format!("/services/data/v45.0{path}"),
            Some(json!({"Site": "C"})),
        )
        .await;
    assert_eq!((old.status, old.text()), (204, String::new()));
    assert_eq!(client.get(path).await.json()["External_Id__c"], "A/1 ü");
    assert_eq!(client.call("DELETE", path, None).await.status, 204);
}

#[tokio::test]
async fn a_key_of_several_records_returns_300_with_their_urls() {
    let client = Client::new().await;
    for _ in 0..2 {
        client
            .call(
                "POST",
                "/sobjects/Shipment__c",
                Some(json!({"Carrier_Ref__c": "same"})),
            )
            .await;
    }
    for (method, body) in [("GET", None), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        let response = client
            .call(method, "/sobjects/Shipment__c/Carrier_Ref__c/same", body)
            .await;
        let urls = response.json();
        assert_eq!(
            (response.status, urls.as_array().unwrap().len()),
            (300, 2),
            "{method}"
        );
        assert!(
            urls[0]
                .as_str()
                .unwrap()
                .starts_with("/services/data/v62.0/sobjects/Shipment__c/a00")
        );
    }
}

#[tokio::test]
async fn relationships_lead_to_parents_children_and_files() {
    let client = Client::new().await;
    let edge = client
        .get("/sobjects/Account/External_Id__c/A-002")
        .await
        .json()["Id"]
        .as_str()
        .unwrap()
        .to_owned();
    let contacts = client
        .get(&format!(
            "/sobjects/Account/{edge}/Contacts?fields=LastName"
        ))
        .await
        .json();
    assert_eq!(
        (&contacts["totalSize"], &contacts["records"][0]["LastName"]),
        (&json!(2), &json!("Gonzalez"))
    );
    let contact = contacts["records"][0]["Id"].as_str().unwrap();
    assert_eq!(
        client
            .get(&format!("/sobjects/Contact/{contact}/Account"))
            .await
            .json()["Name"],
        "Edge Communications"
    );
    let body =
        json!({"ParentId": edge, "Name": "a.txt", "ContentType": "text/plain", "Body": "aGVsbG8="});
    let file = client
        .call("POST", "/sobjects/Attachment", Some(body))
        .await
        .json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let record = client
        .get(&format!("/sobjects/Attachment/{file}"))
        .await
        .json();
    assert_eq!(
        (&record["BodyLength"], &record["Body"]),
        (
            &json!(5),
            &json!(format!(
                "/services/data/v62.0/sobjects/Attachment/{file}/Body"
            ))
        )
    );
    let content = client.get(record["Body"].as_str().unwrap()).await;
    assert_eq!(
        (content.text().as_str(), content.header("content-type")),
        ("hello", "text/plain")
    );
    assert_eq!(
        client
            .get(&format!("/sobjects/Account/{edge}/Nope"))
            .await
            .status,
        404
    );
}
