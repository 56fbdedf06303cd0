//! Records as they are written: created, changed, deleted and brought back.

use serde_json::json;

use super::super::Client;
use super::{account, all, first};

#[tokio::test]
async fn results_come_in_the_order_of_the_records() {
    let client = Client::new().await;
    let call = "<create><sObjects><type>Account</type><Name>A</Name></sObjects><sObjects><type>Account</type><Site>x</Site></sObjects><sObjects><type>Account</type><Name>C</Name></sObjects></create>";
    let response = client.soap(call).await;
    assert_eq!(all(&response, "success"), ["true", "false", "true"]);
    assert!(response.contains("<result><errors><fields>Name</fields><message>Required fields are missing: [Name]</message><statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><id xsi:nil=\"true\"/><success>false</success></result>"), "{response}");
    let before = client.rows("SELECT Id FROM Account").await.len();
    let header = "<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>";
    let response = client.soap_with(header, call).await.text();
    assert_eq!(
        all(&response, "statusCode"),
        [
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "REQUIRED_FIELD_MISSING",
            "ALL_OR_NONE_OPERATION_ROLLED_BACK"
        ]
    );
    assert_eq!(client.rows("SELECT Id FROM Account").await.len(), before);
}

#[tokio::test]
async fn updates_name_their_records_and_null_listed_fields() {
    let client = Client::new().await;
    let id = client
        .made("Account", json!({"Name": "A", "Site": "s", "Phone": "1"}))
        .await;
    let response = client
        .soap(&format!(
            "<update><sObjects><type>Account</type><fieldsToNull>Site</fieldsToNull><Id>{id}</Id><Phone></Phone><Fax>2</Fax></sObjects>\
             <sObjects><type>Account</type><Fax>2</Fax></sObjects>\
             <sObjects><type>Account</type><Id>001Sb00000000zz</Id></sObjects>\
             <sObjects><type>Account</type><Id>nope</Id></sObjects></update>"
        ))
        .await;
    assert_eq!(
        all(&response, "statusCode"),
        [
            "MISSING_ARGUMENT",
            "INVALID_CROSS_REFERENCE_KEY",
            "MALFORMED_ID"
        ]
    );
    assert_eq!(
        first(&response, "message"),
        "Id not specified in an update call"
    );
    let record = client.get(&format!("/sobjects/Account/{id}")).await.json();
    assert_eq!(
        (&record["Site"], &record["Phone"], &record["Fax"]),
        (&json!(null), &json!(null), &json!("2"))
    );
    let long = "x".repeat(300);
    let call = format!(
        "<update><sObjects><type>Account</type><Id>{id}</Id><Name>{long}</Name></sObjects></update>"
    );
    assert_eq!(
        first(&client.soap(&call).await, "statusCode"),
        "STRING_TOO_LONG"
    );
    let header = "<AllowFieldTruncationHeader><allowFieldTruncation>true</allowFieldTruncation></AllowFieldTruncationHeader>";
    client.soap_with(header, &call).await;
    assert_eq!(
        client.field("Account", &id, "Name").await,
        json!(&long[..255])
    );
}

#[tokio::test]
async fn upserts_go_by_external_id() {
    let client = Client::new().await;
    let upsert = |key: &str, records: &str| {
        format!("<upsert><externalIDFieldName>{key}</externalIDFieldName>{records}</upsert>")
    };
    let one = |key: &str| {
        format!(
            "<sObjects><type>Account</type><Name>N</Name><External_Id__c>{key}</External_Id__c></sObjects>"
        )
    };
    let first_time = client.soap(&upsert("External_Id__c", &one("u-1"))).await;
    let again = client
        .soap(&upsert(
            "External_Id__c",
            &format!(
                "{}{}<sObjects><type>Account</type><Name>N</Name></sObjects>",
                one("u-1"),
                one("U-1")
            ),
        ))
        .await;
    assert_eq!(
        (first(&first_time, "created"), all(&again, "created")),
        (
            "true".into(),
            vec!["false".to_owned(), "false".into(), "false".into()]
        )
    );
    assert_eq!(first(&first_time, "id"), first(&again, "id"));
    assert_eq!(
        all(&again, "message"),
        [
            "Duplicate external id specified: U-1",
            "External_Id__c not specified"
        ]
    );
    assert!(
        client
            .fault(&upsert("Site", &one("u-1")))
            .await
            .1
            .contains("Field name provided, Site does not match an External ID")
    );
    let by_id = client
        .soap(&upsert(
            "Id",
            "<sObjects><type>Account</type><Name>new</Name></sObjects>",
        ))
        .await;
    assert_eq!(first(&by_id, "created"), "true");
}

#[tokio::test]
async fn calls_with_too_much_or_unknown_things_are_rejected_as_a_whole() {
    let client = Client::new().await;
    let before = client.rows("SELECT Id FROM Account").await.len();
    let one = "<sObjects><type>Account</type><Name>A</Name></sObjects>";
    let other = "<sObjects><type>Lead</type><LastName>A</LastName><Company>B</Company></sObjects>";
    let cases = [
        (format!("<create>{}</create>", one.repeat(201)), "sf:EXCEEDED_ID_LIMIT", "cannot submit more than 200 records"),
        (format!("<create>{}</create>", format!("{one}{other}").repeat(6)), "sf:LIMIT_EXCEEDED", "10 chunks"),
        (format!("<create>{one}<sObjects><type>Nope</type></sObjects></create>"), "sf:INVALID_TYPE", "sObject type &apos;Nope&apos; is not supported"),
        (format!("<create>{one}<sObjects><Name>A</Name></sObjects></create>"), "sf:INVALID_TYPE", "Missing entity type information. sObject requires a separate &apos;type&apos; field be sent."),
        (format!("<create>{one}<sObjects><type>Account</type><Nope>1</Nope></sObjects></create>"), "sf:INVALID_FIELD", "No such column &apos;Nope&apos; on entity &apos;Account&apos;"),
        (format!("<create>{one}<sObjects><type>Account</type><fieldsToNull>Nope</fieldsToNull></sObjects></create>"), "sf:INVALID_FIELD", "No such column &apos;Nope&apos;"),
        (format!("<create>{one}<sObjects><type>Account</type><x:Name xmlns:x=\"urn:x\">A</x:Name></sObjects></create>"), "soapenv:Client", "Element {urn:x}Name invalid at this location"),
        (format!("<delete>{}</delete>", "<ids>001Sb0000000001AAA</ids>".repeat(201)), "sf:EXCEEDED_ID_LIMIT", "200"),
        (format!("<retrieve><fieldList>Id</fieldList><sObjectType>Account</sObjectType>{}</retrieve>", "<ids>001Sb0000000001AAA</ids>".repeat(2_001)), "sf:EXCEEDED_ID_LIMIT", "2000"),
        ("<retrieve><fieldList>Id,Nope</fieldList><sObjectType>Account</sObjectType></retrieve>".into(), "sf:INVALID_FIELD", "Nope"),
        ("<retrieve><fieldList>Id</fieldList><sObjectType>Account</sObjectType><ids>003Sb0000000001AAA</ids></retrieve>".into(), "sf:MALFORMED_ID", "malformed id"),
    ];
    for (call, code, message) in cases {
        let fault = client.fault(&call).await;
        assert!(fault.0 == code && fault.1.contains(message), "{fault:?}");
    }
    assert_eq!(client.rows("SELECT Id FROM Account").await.len(), before);
}

#[tokio::test]
async fn parents_of_polymorphic_references_need_their_type() {
    let client = Client::new().await;
    let parent = client
        .made("Account", json!({"Name": "P", "External_Id__c": "k-9"}))
        .await;
    let task = |kind: &str| {
        format!(
            "<create><sObjects><type>Task</type><Subject>Call</Subject><What>{kind}<External_Id__c>k-9</External_Id__c></What></sObjects></create>"
        )
    };
    let id = first(&client.soap(&task("<type>Account</type>")).await, "id");
    assert_eq!(client.field("Task", &id, "WhatId").await, json!(parent));
    let vague = client.soap(&task("")).await;
    assert!(
        first(&vague, "message").starts_with("Polymorphic foreign key WhatId of Task"),
        "{vague}"
    );
    let missing = client
        .soap(&task("<type>Account</type>").replace("k-9", "none"))
        .await;
    assert_eq!(
        first(&missing, "message"),
        "Foreign key external ID: none not found for field External_Id__c in entity Account"
    );
}

#[tokio::test]
async fn the_recycle_bin_gives_back_until_it_is_emptied() {
    let client = Client::new().await;
    let id = client.made("Account", account("A")).await;
    let child = client
        .made("Contact", json!({"LastName": "C", "AccountId": id}))
        .await;
    let call = |name: &str, id: &str| format!("<{name}><ids>{id}</ids></{name}>");
    let success = async |name: &str| first(&client.soap(&call(name, &id)).await, "success");
    assert_eq!(success("delete").await, "true");
    let again = client.soap(&call("delete", &id)).await;
    assert_eq!(first(&again, "statusCode"), "ENTITY_IS_DELETED");
    assert_eq!(success("undelete").await, "true");
    assert_eq!(
        client
            .get(&format!("/sobjects/Contact/{child}"))
            .await
            .status,
        200
    );
    assert_eq!(
        success("emptyRecycleBin").await,
        "false",
        "it is not in there"
    );
    success("delete").await;
    assert_eq!(success("emptyRecycleBin").await, "true");
    assert_eq!(success("undelete").await, "false");
    let rows = client
        .rows(&format!(
            "SELECT IsDeleted FROM Contact WHERE Id = '{child}'"
        ))
        .await;
    assert_eq!(rows[0]["IsDeleted"], json!(true));
    let bad = client.soap(&call("delete", "nope")).await;
    assert_eq!(
        (first(&bad, "statusCode"), first(&bad, "message")),
        ("MALFORMED_ID".into(), "bad id nope".into())
    );
}

#[tokio::test]
async fn a_new_owner_gets_what_the_header_says_and_the_mru_remembers() {
    let client = Client::new().await;
    let profile = client.rows("SELECT Id FROM Profile").await[0]["Id"].clone();
    let user = client
        .made(
            "User",
            json!({"Username": "n@x.example", "LastName": "N", "Email": "n@x.example", "Alias": "n", "TimeZoneSidKey": "GMT",
                   "LocaleSidKey": "en_US", "EmailEncodingKey": "UTF-8", "LanguageLocaleKey": "en_US", "ProfileId": profile}),
        )
        .await;
    let id = client.made("Account", account("A")).await;
    let open = client
        .made("Task", json!({"Subject": "x", "WhatId": id}))
        .await;
    let done = client
        .made(
            "Task",
            json!({"Subject": "x", "WhatId": id, "Status": "Completed"}),
        )
        .await;
    let contact = client
        .made("Contact", json!({"LastName": "C", "AccountId": id}))
        .await;
    let headers = "<MruHeader><updateMru>true</updateMru></MruHeader><OwnerChangeOptions><options><type>TransferOpenActivities</type>\
                   <execute>true</execute></options><options><type>TransferContacts</type><execute>false</execute></options></OwnerChangeOptions>";
    let call = format!(
        "<update><sObjects><type>Account</type><Id>{id}</Id><OwnerId>{user}</OwnerId></sObjects></update>"
    );
    let response = client.soap_with(headers, &call).await.text();
    assert_eq!(first(&response, "success"), "true", "{response}");
    assert_eq!(client.field("Task", &open, "OwnerId").await, json!(user));
    assert_ne!(client.field("Task", &done, "OwnerId").await, json!(user));
    assert_ne!(
        client.field("Contact", &contact, "OwnerId").await,
        json!(user)
    );
    assert!(
        client
            .field("Account", &id, "LastViewedDate")
            .await
            .is_string()
    );
}
