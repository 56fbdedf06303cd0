use std::io::Read as _;

use serde_json::json;

use super::*;

#[tokio::test]
async fn versions_need_no_token_and_all_else_does() {
    let mut client = Client::new().await;
    client.token = "00D!wrong".into();
    let versions = client.get("/services/data/").await.json();
    assert_eq!(versions.as_array().unwrap().len(), 37);
    assert_eq!(
        versions[0],
        json!({"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"})
    );
    let rejected = client.get("/limits").await;
    assert_eq!(rejected.status, 401);
    assert_eq!(
        rejected.json(),
        json!([{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}])
    );
    let bad = Request::get("/services/data/v62.0/limits")
        .header("authorization", "Basic x")
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        client.send(bad).await.rejection(),
        (401, "INVALID_AUTH_HEADER".into())
    );
}

#[tokio::test]
async fn sessions_end_when_idle_and_both_schemes_of_the_header_do() {
    let client = Client::new().await;
    let oauth = Request::get("/services/data/v62.0/limits")
        .header("authorization", format!("OAuth {}", client.token));
    assert_eq!(
        client.send(oauth.body(Body::empty()).unwrap()).await.status,
        200
    );
    client.org.clock().advance(sandbox_core::org::IDLE_LIMIT_MS);
    assert_eq!(
        client.get("/limits").await.rejection(),
        (401, "INVALID_SESSION_ID".into())
    );
}

#[tokio::test]
async fn the_allowance_is_counted_reported_and_enforced() {
    let client = Client::with_org(Org::builder().clock(Clock::fixed(NOW)).api_limit(2)).await;
    let limits = client.get("/limits").await;
    assert_eq!(
        limits.json()["DailyApiRequests"],
        json!({"Max": 2, "Remaining": 1})
    );
    assert_eq!(
        client.get("/").await.header("sforce-limit-info"),
        "api-usage=2/2"
    );
    assert_eq!(
        client.get("/limits").await.rejection(),
        (403, "REQUEST_LIMIT_EXCEEDED".into())
    );
    client.org.clock().advance(24 * 3_600_000);
    assert_eq!(
        client.get("/limits").await.status,
        401,
        "the session went first"
    );
}

#[tokio::test]
async fn describe_global_and_describe_match_salesforce() {
    let client = Client::new().await;
    let global = client.get("/sobjects").await.json();
    let names: Vec<_> = global["sobjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"Shipment__c") && global["maxBatchSize"] == 200);
    let described = client.get("/sobjects/shipment__c/describe").await;
    let json = described.json();
    assert_eq!(
        (&json["keyPrefix"], &json["custom"], &json["labelPlural"]),
        (&json!("a00"), &json!(true), &json!("Shipments"))
    );
    assert_eq!(
        json["urls"]["rowTemplate"],
        "/services/data/v62.0/sobjects/Shipment__c/{ID}"
    );
    let field = |name: &str| {
        json["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| f["name"] == name)
            .unwrap()
            .clone()
    };
    let account = field("Account__c");
    assert_eq!(
        (
            &account["type"],
            &account["referenceTo"],
            &account["relationshipName"],
            &account["soapType"]
        ),
        (
            &json!("reference"),
            &json!(["Account"]),
            &json!("Account__r"),
            &json!("tns:ID")
        )
    );
    let status = field("Status__c");
    assert_eq!(
        (&status["restrictedPicklist"], &status["picklistValues"][0]),
        (
            &json!(true),
            &json!({"active": true, "defaultValue": true, "label": "Planned", "validFor": null, "value": "Planned"})
        )
    );
    assert_eq!(
        (
            &field("Value__c")["precision"],
            &field("Value__c")["scale"],
            &field("Notes__c")["extraTypeInfo"]
        ),
        (&json!(16), &json!(2), &json!("plaintextarea"))
    );
    assert_eq!(
        field("Id").as_object().unwrap().len(),
        57,
        "every flag is there"
    );
    let children =
        client.get("/sobjects/Account/describe").await.json()["childRelationships"].clone();
    let shipments = children
        .as_array()
        .unwrap()
        .iter()
        .find(|c| c["relationshipName"] == "Shipments__r")
        .unwrap();
    assert_eq!(
        (
            &shipments["childSObject"],
            &shipments["field"],
            &shipments["cascadeDelete"]
        ),
        (&json!("Shipment__c"), &json!("Account__c"), &json!(false))
    );
    let again = Request::get("/services/data/v62.0/sobjects/Account/describe")
        .header("authorization", format!("Bearer {}", client.token))
        .header("if-modified-since", described.header("last-modified"));
    assert_eq!(
        client.send(again.body(Body::empty()).unwrap()).await.status,
        304
    );
}

#[tokio::test]
async fn flags_and_positions_are_those_of_recorded_descriptions() {
    let client = Client::new().await;
    let describe = async |object: &str| {
        let path = format!("/sobjects/{object}/describe");
        client.get(&path).await.json()
    };
    let contact = describe("Contact").await;
    let named = |described: &Json, flag: &str| -> Vec<String> {
        let fields = described["fields"].as_array().unwrap().iter();
        let flagged = fields.filter(|field| field[flag] == json!(true));
        flagged
            .map(|field| field["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        named(&contact, "searchPrefilterable"),
        ["AccountId", "ReportsToId"]
    );
    assert!(named(&contact, "restrictedDelete").is_empty());
    assert!(named(&contact, "cascadeDelete").is_empty());
    assert!(!named(&contact, "defaultedOnCreate").contains(&"LastViewedDate".to_owned()));
    assert_eq!(contact["fields"][0]["label"], "Contact ID");
    let opportunity = describe("Opportunity").await;
    assert_eq!(
        named(&opportunity, "idLookup"),
        ["Id", "Name", "External_Id__c"]
    );
    let host = "http://localhost";
    let base = "/services/data/v62.0/sobjects/Contact";
    assert_eq!(
        contact["urls"],
        json!({
            "approvalLayouts": format!("{base}/describe/approvalLayouts"),
            "compactLayouts": format!("{base}/describe/compactLayouts"),
            "describe": format!("{base}/describe"),
            "layouts": format!("{base}/describe/layouts"),
            "listviews": format!("{base}/listviews"),
            "quickActions": format!("{base}/quickActions"),
            "rowTemplate": format!("{base}/{{ID}}"),
            "sobject": base,
            "uiDetailTemplate": format!("{host}/{{ID}}"),
            "uiEditTemplate": format!("{host}/{{ID}}/e"),
            "uiNewRecord": format!("{host}/003/e"),
        })
    );
    for name in [
        "compactLayouts",
        "approvalLayouts",
        "listviews",
        "layouts",
        "quickActions",
    ] {
        let path = contact["urls"][name].as_str().unwrap();
        assert_eq!(client.get(path).await.status, 200, "{path}");
    }
    let children = |described: &Json, name: &str| {
        let all = described["childRelationships"].as_array().unwrap().iter();
        let found = all.clone().find(|child| child["relationshipName"] == name);
        found.map(|child| {
            (
                child["cascadeDelete"] == true,
                child["restrictedDelete"] == true,
            )
        })
    };
    assert_eq!(children(&contact, "Opportunities"), Some((false, false)));
    let account = describe("Account").await;
    assert_eq!(children(&account, "Contacts"), Some((true, false)));
    assert_eq!(children(&account, "Cases"), Some((false, true)));
    assert_eq!(
        account["supportedScopes"],
        json!([
            {"label": "All accounts", "name": "everything"},
            {"label": "My accounts", "name": "mine"},
            {"label": "Filter by scope", "name": "scopingRule"},
            {"label": "My team's accounts", "name": "team"},
        ])
    );
    let entity = describe("EntityDefinition").await;
    assert_eq!(
        (&entity["replicateable"], &account["replicateable"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn allowances_may_have_others_within() {
    let client = Client::new().await;
    let limits = client.get("/limits").await.json();
    assert_eq!(limits["HourlySyncReportRuns"]["Max"], 500);
    assert_eq!(
        limits["PermissionSets"],
        json!({"Max": 1_500, "Remaining": 1_500, "CreateCustom": {"Max": 1_000, "Remaining": 1_000}})
    );
}

#[tokio::test]
async fn setup_that_every_org_has_is_found() {
    let client = Client::new().await;
    for (soql, rows) in [
        ("SELECT Id FROM UserLicense WHERE Name='Salesforce'", 1),
        ("SELECT Id FROM BusinessHours WHERE IsDefault=true", 1),
        ("SELECT Id, CronJobDetail.Name FROM CronTrigger", 0),
        ("SELECT Id FROM PermissionSet", 0),
        ("SELECT Id FROM ApexEmailNotification", 0),
    ] {
        assert_eq!(client.count(soql).await, rows, "{soql}");
    }
    let email = json!({"Email": "ops@x.example"});
    let made = client
        .call("POST", "/sobjects/ApexEmailNotification", Some(email))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
}

#[tokio::test]
async fn basic_info_recent_and_counts_see_the_records() {
    let client = Client::new().await;
    let info = client.get("/sobjects/Account").await.json();
    assert_eq!(
        (
            &info["objectDescribe"]["name"],
            info["recentItems"].as_array().unwrap().len()
        ),
        (&json!("Account"), 5)
    );
    assert_eq!(
        client
            .get("/recent?limit=3")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let counts = client
        .get("/limits/recordCount?sObjects=Account,contact")
        .await
        .json();
    assert_eq!(
        counts,
        json!({"sObjects": [{"count": 6, "name": "Account"}, {"count": 7, "name": "Contact"}]})
    );
    assert_eq!(
        client.get("/").await.json()["sobjects"],
        "/services/data/v62.0/sobjects"
    );
}

#[tokio::test]
async fn responses_are_gzipped_for_clients_that_accept_it() {
    let client = Client::new().await;
    let request = Request::get("/services/data/v62.0/sobjects")
        .header("authorization", format!("Bearer {}", client.token));
    let response = client
        .send(
            request
                .header("accept-encoding", "deflate, gzip;q=1.0")
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(response.header("content-encoding"), "gzip");
    let mut plain = String::new();
    flate2::read::GzDecoder::new(response.body.as_ref())
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, client.get("/sobjects").await.text());
    assert_eq!(client.get("/sobjects").await.header("content-encoding"), "");
}

#[tokio::test]
async fn slashes_before_and_after_the_path_are_ignored() {
    let client = Client::new().await;
    for path in [
        "//services/data/v62.0/limits/",
        "/services/data//",
        "//services/data",
    ] {
        let request = Request::get(format!("http://org{path}"))
            .header("authorization", format!("Bearer {}", client.token));
        let response = client.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, 200, "{path}");
    }
}

#[tokio::test]
async fn apis_without_a_right_to_them_are_rejected_after_the_session_is_checked() {
    let mut client = Client::new().await;
    let connect = client.get("/chatter/users/me").await;
    assert_eq!(connect.rejection(), (403, "API_DISABLED_FOR_ORG".into()));
    let deploy = client
        .get("/metadata/deployRequest/0Af000000000001AAA")
        .await;
    assert_eq!(deploy.rejection(), (403, "INSUFFICIENT_ACCESS".into()));
    let describe = async |client: &Client| {
        let envelope = format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"http://soap.sforce.com/2006/04/metadata\">\
             <e:Header><SessionHeader><sessionId>{}</sessionId></SessionHeader></e:Header>\
             <e:Body><describeMetadata><asOfVersion>62.0</asOfVersion></describeMetadata></e:Body></e:Envelope>",
            client.token
        );
        let request = Request::post("/services/Soap/m/62.0").header("content-type", "text/xml");
        let response = client
            .send(request.body(Body::from(envelope)).unwrap())
            .await;
        assert_eq!(response.status, 500);
        response.text()
    };
    let rejected = describe(&client).await;
    assert!(
        rejected.contains("<faultcode>sf:INSUFFICIENT_ACCESS</faultcode>"),
        "{rejected}"
    );
    assert!(rejected.contains("requires a user with the ModifyAllData or ModifyMetadata"));
    assert!(!rejected.contains("<detail>"));
    client.token = "00D!ended".into();
    assert!(
        describe(&client)
            .await
            .contains("<faultcode>sf:INVALID_SESSION_ID</faultcode>")
    );
    assert_eq!(client.get("/chatter/users/me").await.status, 401);
}
