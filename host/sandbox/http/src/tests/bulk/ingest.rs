mod jobs;

use super::*;
use sandbox_core::bulk::{RowFault, Settings, Stop, StopState};
use sandbox_core::org::{Clock, Org};

fn insert(object: &str) -> Json {
    json!({"object": object, "operation": "insert", "contentType": "CSV", "lineEnding": "LF"})
}

#[tokio::test]
async fn rows_are_loaded_and_each_has_its_outcome() {
    let client = Client::new().await;
    let csv = "FirstName,LastName,Email\nAda,Lovelace,ada@example.com\nNo,,x@example.com\nBad,Mail,nonsense\n\"Qu\"\"o\",\"Te\n2\",\n";
    let (id, info) = client.load(insert("Contact"), csv).await;
    assert_eq!(info["state"], "JobComplete");
    assert_eq!(
        (
            &info["numberRecordsProcessed"],
            &info["numberRecordsFailed"]
        ),
        (&json!(4), &json!(2))
    );
    assert_eq!(
        (&info["jobType"], &info["apiVersion"], &info["retries"]),
        (&json!("V2Ingest"), &json!(62.0), &json!(0))
    );
    assert!(info.get("errorMessage").is_none() && info.get("contentUrl").is_none());
    let good = client.file(&id, "successfulResults").await;
    assert_eq!(
        good[0],
        r#""sf__Id","sf__Created","FirstName","LastName","Email""#
    );
    let ada = fields(&good[1]);
    assert!(ada[0].starts_with("003") && ada[0].len() == 18);
    assert_eq!(ada[1..], ["true", "Ada", "Lovelace", "ada@example.com"]);
    assert!(good[2].ends_with(r#","true","Qu""o","Te"#) && good[3] == r#"2","""#);
    let bad = client.file(&id, "failedResults").await;
    let missing = "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --";
    assert_eq!(
        bad[..2],
        [
            r#""sf__Id","sf__Error","FirstName","LastName","Email""#.to_owned(),
            format!(r#""","{missing}","No","","x@example.com""#)
        ]
    );
    assert!(
        bad[2].contains("INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --")
    );
    let rest = client.file(&id, "unprocessedrecords").await;
    assert_eq!(rest, [r#""FirstName","LastName","Email""#]);
    let soql = "SELECT Id FROM Contact WHERE Email = 'ada@example.com'";
    assert_eq!(client.hits(soql).await, 1);
}

#[tokio::test]
async fn updates_upserts_and_deletes_find_their_records() {
    let client = Client::new().await;
    let (id, _) = client
        .load(
            insert("Account"),
            "Name,AccountNumber\nBulk A,1\nBulk B,2\n",
        )
        .await;
    let good = client.file(&id, "successfulResults").await;
    let first = fields(&good[1])[0].to_owned();
    let second = fields(&good[2])[0].to_owned();
    let csv = format!(
        "Id,Name,AccountNumber\n{first},New A,#N/A\n{},New B,\nnonsense,C,\n,D,\n001Sb0000zzzzzzAAA,E,\n",
        second.get(..15).unwrap()
    );
    let body = json!({"object": "account", "operation": "update"});
    let (id, info) = client.load(body, &csv).await;
    assert_eq!(
        (&info["object"], &info["numberRecordsFailed"]),
        (&json!("Account"), &json!(3))
    );
    let good = client.file(&id, "successfulResults").await;
    assert_eq!(fields(&good[1])[..2], [first.as_str(), "false"]);
    let bad = client.file(&id, "failedResults").await.join("\n");
    for message in [
        r#""nonsense","MALFORMED_ID:Account ID: id value of incorrect type: nonsense:Id --""#,
        r#""","MISSING_ARGUMENT:Id not specified in an update call:--""#,
    ] {
        assert!(bad.contains(message), "{message} in {bad}");
    }
    let shown = client
        .get(&format!("/sobjects/Account/{first}"))
        .await
        .json();
    assert_eq!(
        (&shown["Name"], &shown["AccountNumber"]),
        (&json!("New A"), &Json::Null)
    );
    let shown = client
        .get(&format!("/sobjects/Account/{second}"))
        .await
        .json();
    assert_eq!(
        (&shown["Name"], &shown["AccountNumber"]),
        (&json!("New B"), &json!("2"))
    );
    for operation in ["delete", "hardDelete"] {
        let body = json!({"object": "Account", "operation": operation});
        let (_, info) = client.load(body, &format!("Id\n{first}\n")).await;
        assert_eq!(info["numberRecordsFailed"], 0, "{operation}");
        let soql = format!("SELECT Id FROM Account WHERE Id = '{first}'");
        assert_eq!(client.hits(&soql).await, 0);
        let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        let all = client.get(&format!("/queryAll?q={encoded}")).await.json();
        assert_eq!(all["totalSize"], 1, "{operation}");
    }
    let marked = client.org.store().read(|connection| {
        let sql = "SELECT \"__deletion\" IS NULL FROM \"Account\" WHERE \"Id\" = ?1";
        connection.query_row(sql, [&first], |row| row.get::<_, bool>(0))
    });
    assert_eq!(marked, Ok(true), "nothing brings it back");
}

#[tokio::test]
async fn parents_are_named_by_their_keys() {
    let client = Client::new().await;
    let user = sandbox_core::org::ADMIN_USERNAME;
    let csv = format!(
        "Subject,User:Owner.Username,Contact:Who.Email\nS1,{user},t@example.com\nS2,nobody,\n"
    );
    client
        .load(insert("Contact"), "LastName,Email\nTask,t@example.com\n")
        .await;
    let (id, info) = client.load(insert("Task"), &csv).await;
    assert_eq!(info["state"], "JobComplete", "{info}");
    let bad = client.file(&id, "failedResults").await;
    assert!(
        bad[1].contains(
            "Foreign key external ID: nobody not found for field Username in entity User"
        ),
        "{}",
        bad[1]
    );
    let soql = "SELECT Id FROM Task WHERE Who.LastName = 'Task' AND Owner.Username != null";
    let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    assert_eq!(client.get(&format!("/query?q={encoded}")).await.status, 200);
    assert_eq!(info["numberRecordsFailed"], 1);
}

#[tokio::test]
async fn upserts_need_a_key_and_reject_doubles() {
    let client = Client::new().await;
    let body = |field: Option<&str>| json!({"object": "User", "operation": "upsert", "externalIdFieldName": field});
    let rejected = client.call("POST", "/jobs/ingest", Some(body(None))).await;
    assert_eq!(rejected.rejection(), (400, "INVALIDJOB".into()));
    let rejected = client
        .call("POST", "/jobs/ingest", Some(body(Some("LastName"))))
        .await;
    assert_eq!(rejected.rejection(), (400, "INVALIDJOB".into()));
    let csv = "Username,LastName\na@b.c,One\nA@b.c,Two\n,Three\n";
    let (id, info) = client.load(body(Some("username")), csv).await;
    assert_eq!(info["externalIdFieldName"], "Username");
    assert_eq!(info["numberRecordsFailed"], 3);
    let bad = client.file(&id, "failedResults").await.join("\n");
    for message in [
        "DUPLICATE_VALUE:Duplicate external id specified: a@b.c:Username --",
        "MISSING_ARGUMENT:Username not specified:--",
    ] {
        assert!(bad.contains(message), "{message} in {bad}");
    }
}

#[tokio::test]
async fn bad_data_fails_the_job_and_leaves_every_row_unprocessed() {
    let client = Client::new().await;
    let cases = [
        (
            "Nope,Name\n1,2\n",
            "InvalidBatch : Field name not found : Nope",
            1,
        ),
        (
            "Name\r\nx\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
            0,
        ),
    ];
    for (csv, message, rows) in cases {
        let (id, info) = client.load(insert("Account"), csv).await;
        assert_eq!(
            (&info["state"], &info["errorMessage"]),
            (&json!("Failed"), &json!(message))
        );
        assert_eq!(info["numberRecordsProcessed"], 0);
        let rest = client.file(&id, "unprocessedrecords").await;
        assert_eq!(rest.len().saturating_sub(1), rows, "{csv}");
    }
    let update = json!({"object": "Account", "operation": "update"});
    let (_, info) = client.load(update, "Name\nx\n").await;
    assert_eq!(
        info["errorMessage"],
        "InvalidBatch : Field name not found : Id"
    );
}

#[tokio::test]
async fn results_use_the_jobs_dialect() {
    let client = Client::new().await;
    let body = json!({"object": "Account", "operation": "insert", "columnDelimiter": "PIPE", "lineEnding": "CRLF"});
    let (id, _) = client.load(body, "Name|Site\r\nA,b|\r\n").await;
    let text = client
        .get(&format!("/jobs/ingest/{id}/successfulResults"))
        .await
        .text();
    assert!(text.starts_with("\"sf__Id\"|\"sf__Created\"|\"Name\"|\"Site\"\r\n"));
    assert!(text.ends_with("\"|\"true\"|\"A,b\"|\"\"\r\n"), "{text}");
}

#[tokio::test]
async fn data_may_come_with_the_create() {
    let client = Client::new().await;
    let text = "--BOUNDARY\nContent-Type: application/json\nContent-Disposition: form-data; name=\"job\"\n\n{\"object\":\"Contact\",\"contentType\":\"CSV\",\"operation\":\"insert\"}\n\n--BOUNDARY\nContent-Type: text/csv\nContent-Disposition: form-data; name=\"content\"; filename=\"content\"\n\nFirstName,LastName\nAstro,Nomical\nHootie,McOwl\n--BOUNDARY--\n";
    let request = Request::post("/services/data/v62.0/jobs/ingest/")
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", "multipart/form-data; boundary=\"BOUNDARY\"");
    let made = client.send(request.body(Body::from(text)).unwrap()).await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(made.json()["state"], "UploadComplete");
    let info = client
        .finished("ingest", made.json()["id"].as_str().unwrap())
        .await;
    assert_eq!(
        (
            &info["numberRecordsProcessed"],
            &info["numberRecordsFailed"]
        ),
        (&json!(2), &json!(0))
    );
}

#[tokio::test]
async fn locked_rows_and_stopped_jobs_come_on_demand() {
    let client = Client::new().await;
    let csv: String = std::iter::once("Name\n".to_owned())
        .chain((0..25).map(|n| format!("Row {n}\n")))
        .collect();
    let settings = Settings {
        row_faults: vec![RowFault {
            every: 10,
            times: 2,
            ..RowFault::default()
        }],
        stops: vec![Stop {
            after_records: 22,
            state: StopState::Failed,
            ..Stop::default()
        }],
        ..Settings::default()
    };
    let shown = serde_json::to_value(&settings).unwrap();
    let set = client.call("POST", "/__sandbox/bulk", Some(shown)).await;
    assert_eq!(set.status, 200, "{}", set.text());
    let (id, info) = client.load(insert("Account"), &csv).await;
    assert_eq!(info["state"], "Failed");
    assert!(
        info["errorMessage"]
            .as_str()
            .unwrap()
            .starts_with("InternalServerError : ")
    );
    assert_eq!(
        (
            &info["numberRecordsProcessed"],
            &info["numberRecordsFailed"]
        ),
        (&json!(22), &json!(2))
    );
    let bad = client.file(&id, "failedResults").await;
    let message = "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--";
    assert_eq!(
        bad[1..],
        [
            format!(r#""","{message}","Row 9""#),
            format!(r#""","{message}","Row 19""#)
        ]
    );
    assert_eq!(
        client.file(&id, "unprocessedrecords").await[1..],
        ["\"Row 22\"", "\"Row 23\"", "\"Row 24\""]
    );
    assert_eq!(client.file(&id, "successfulResults").await.len(), 21);
    assert_eq!(
        client
            .hits("SELECT Id FROM Account WHERE Name LIKE 'Row %'")
            .await,
        20
    );
    let (_, info) = client.load(insert("Account"), "Name\nz\n").await;
    assert_eq!(
        (&info["state"], &info["numberRecordsFailed"]),
        (&json!("JobComplete"), &json!(0))
    );
}

#[tokio::test]
async fn assignment_rules_give_leads_an_owner() {
    let client = Client::new().await;
    let soql = "SELECT Id FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true";
    let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
    let rules = client.get(&format!("/query?q={encoded}")).await.json();
    let rule = &rules["records"][0]["Id"];
    let body = json!({"object": "Lead", "operation": "insert", "assignmentRuleId": rule});
    let (id, info) = client
        .load(body, "LastName,Company,LeadSource\nRuled,Acme,Web\n")
        .await;
    assert_eq!(
        (&info["numberRecordsFailed"], &info["assignmentRuleId"]),
        (&json!(0), rule)
    );
    let (other, _) = client
        .load(
            insert("Lead"),
            "LastName,Company,LeadSource\nFree,Acme,Web\n",
        )
        .await;
    let mut owners = Vec::new();
    for id in [id, other] {
        let lead = fields(&client.file(&id, "successfulResults").await[1])[0].to_owned();
        let lead = client.get(&format!("/sobjects/Lead/{lead}")).await.json();
        owners.push(
            lead["OwnerId"]
                .as_str()
                .unwrap()
                .get(..3)
                .unwrap()
                .to_owned(),
        );
    }
    assert_eq!(owners, ["00G", "005"], "a queue, and who loaded it");
}
