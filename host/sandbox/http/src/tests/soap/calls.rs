//! Calls beyond records: describe, search, mail, duplicates.

use serde_json::json;

use super::super::Client;
use super::{account, all, empty, first};

#[tokio::test]
async fn describe_matches_rest_in_the_wsdls_order() {
    let client = Client::new().await;
    let global = client.soap("<describeGlobal/>").await;
    let rest = client.get("/sobjects").await.json();
    let names: Vec<_> = rest["sobjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(all(&global, "name"), names);
    assert!(global.contains("<result><encoding>UTF-8</encoding><maxBatchSize>200</maxBatchSize><sobjects><activateable>false</activateable><associateEntityType xsi:nil=\"true\"/>"), "{global}");
    let one = "<describeSObject><sObjectType>shipment__c</sObjectType></describeSObject>";
    let described = client.soap(one).await;
    assert!(
        described.contains("<soapType>tns:ID</soapType>")
            && described.contains("<urlNew>http://org.example/"),
        "{described}"
    );
    let several = client.soap("<describeSObjects><sObjectType>Account</sObjectType><sObjectType>Lead</sObjectType></describeSObjects>").await;
    assert_eq!(several.matches("<result>").count(), 2);
    let fault = client
        .fault("<describeSObject><sObjectType>Nope</sObjectType></describeSObject>")
        .await;
    assert_eq!(fault.0, "sf:INVALID_TYPE");
    let xml = super::envelope(&client.token, "", one);
    let old = client.post("/services/Soap/u/34.0", xml).await.text();
    assert!(
        !old.contains("aggregatable") && !old.contains("isInterface"),
        "an old version has fewer members"
    );
}

#[tokio::test]
async fn sosl_finds_over_soap() {
    let client = empty().await;
    let id = client.made("Account", account("Quantum Widgets")).await;
    let call = "<search><searchString>FIND {quantum} IN NAME FIELDS RETURNING Account(Id, Name), Contact(LastName)</searchString></search>";
    let response = client.soap(call).await;
    let record = format!(
        "<searchRecords><record xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id>{id}</sf:Id><sf:Id>{id}</sf:Id><sf:Name>Quantum Widgets</sf:Name></record></searchRecords></result>"
    );
    assert!(
        response.contains(&record) && !first(&response, "queryId").is_empty(),
        "{response}"
    );
    let fault = client
        .soap_with(
            "",
            "<search><searchString>FIND nothing</searchString></search>",
        )
        .await
        .text();
    assert!(
        fault.contains("sf:MALFORMED_SEARCH")
            && fault.contains("</sf:column></sf:MalformedSearchFault>"),
        "{fault}"
    );
}

#[tokio::test]
async fn mail_is_checked_and_kept_in_the_outbox() {
    let client = empty().await;
    let contact = client
        .made("Contact", json!({"LastName": "C", "Email": "c@x.example"}))
        .await;
    let shy = client
        .made(
            "Contact",
            json!({"LastName": "S", "Email": "s@x.example", "HasOptedOutOfEmail": true}),
        )
        .await;
    let single =
        |parts: &str| format!("<messages xsi:type=\"SingleEmailMessage\">{parts}</messages>");
    let good = single(&format!(
        "<replyTo>r@x.example</replyTo><subject>Hi</subject><ccAddresses>d@x.example</ccAddresses><fileAttachments><body>aGk=</body>\
         <fileName>a.txt</fileName></fileAttachments><plainTextBody>Hello</plainTextBody><targetObjectId>{contact}</targetObjectId>"
    ));
    let rejected = [
        (single("<subject>Hi</subject><plainTextBody>x</plainTextBody>"), "REQUIRED_FIELD_MISSING"),
        (single("<subject>Hi</subject><toAddresses>a@x.example</toAddresses>"), "REQUIRED_FIELD_MISSING"),
        (single("<plainTextBody>x</plainTextBody><toAddresses>nobody</toAddresses>"), "INVALID_EMAIL_ADDRESS"),
        (single(&format!("<optOutPolicy>REJECT</optOutPolicy><plainTextBody>x</plainTextBody><targetObjectId>{shy}</targetObjectId>")), "EMAIL_OPTED_OUT"),
        (single(&format!("<saveAsActivity>true</saveAsActivity><plainTextBody>x</plainTextBody><targetObjectId>{}</targetObjectId>", client.org.admin())), "INVALID_SAVE_AS_ACTIVITY_FLAG"),
        (single(&format!("<targetObjectId>{contact}</targetObjectId><templateId>00XSb0000000001AAA</templateId>")), "TEMPLATE_NOT_FOUND"),
        ("<messages xsi:type=\"MassEmailMessage\"><templateId>00XSb0000000001AAA</templateId></messages>".into(), "REQUIRED_FIELD_MISSING"),
    ];
    let bodies: String = rejected
        .iter()
        .map(|(message, _)| message.as_str())
        .collect();
    let response = client
        .soap(&format!("<sendEmail>{good}{bodies}</sendEmail>"))
        .await;
    assert_eq!(all(&response, "statusCode"), rejected.map(|(_, code)| code));
    assert!(
        response.contains(
            "<sendEmailResponse><result><success>true</success></result><result><errors>"
        ),
        "{response}"
    );
    let outbox = client.get("/__sandbox/outbox").await.json();
    assert_eq!(
        outbox,
        json!([{"sent": "2026-09-21T14:13:20.000Z", "to": ["c@x.example"], "cc": ["d@x.example"], "bcc": [], "replyTo": "r@x.example",
                "sender": null, "subject": "Hi", "text": "Hello", "html": null, "attachments": ["a.txt"]}])
    );
    let tasks = client.rows("SELECT Subject, Status, WhoId FROM Task").await;
    assert_eq!(
        (tasks.len(), &tasks[0]["Subject"], &tasks[0]["WhoId"]),
        (1, &json!("Email: Hi"), &json!(contact))
    );
    assert_eq!(
        client
            .fault(&format!("<sendEmail>{}</sendEmail>", good.repeat(11)))
            .await
            .0,
        "sf:EMAIL_BATCH_SIZE_LIMIT_EXCEEDED"
    );
    assert_eq!(
        client
            .fault("<sendEmail><messages><subject>x</subject></messages></sendEmail>")
            .await
            .0,
        "soapenv:Client"
    );
    let drafts = client
        .soap("<sendEmailMessage><ids>02sSb0000000001AAA</ids></sendEmailMessage>")
        .await;
    assert_eq!(first(&drafts, "statusCode"), "INVALID_CROSS_REFERENCE_KEY");
    client.call("DELETE", "/__sandbox/outbox", None).await;
    assert_eq!(client.get("/__sandbox/outbox").await.json(), json!([]));
}

#[tokio::test]
async fn duplicates_are_found_by_the_orgs_rules_and_kept_out_unless_the_header_lets_them_in() {
    let client = empty().await;
    let contact = json!({"LastName": "Lovelace", "Email": "ada@x.example"});
    let known = client.made("Contact", contact).await;
    let twin = "<sObjects><type>Contact</type><LastName>LOVELACE</LastName><Email>ada@x.example</Email></sObjects>";
    let other = "<sObjects><type>Contact</type><LastName>Hopper</LastName></sObjects>";
    let response = client
        .soap(&format!("<findDuplicates>{twin}{other}</findDuplicates>"))
        .await;
    let result = format!(
        "<duplicateRule>Standard_Contact_Duplicate_Rule</duplicateRule><duplicateRuleEntityType>Contact</duplicateRuleEntityType>\
         <errorMessage xsi:nil=\"true\"/><matchResults><entityType>Contact</entityType><matchEngine>ExactMatchEngine</matchEngine>\
         <matchRecords><matchConfidence>100.0</matchConfidence><record xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type>\
         <sf:Id>{known}</sf:Id><sf:Id>{known}</sf:Id></record></matchRecords><rule>Standard_Contact_Match_Rule_v1_1</rule><size>1</size>\
         <success>true</success></matchResults>"
    );
    assert!(response.contains(&result), "{response}");
    assert_eq!(all(&response, "size"), ["1", "0"]);
    let create = format!("<create>{twin}</create>");
    let rejected = client.soap(&create).await;
    assert!(rejected.contains("<result><errors xsi:type=\"DuplicateError\"><message>Use one of these records?</message><statusCode>DUPLICATES_DETECTED</statusCode><duplicateResult><allowSave>true</allowSave>"), "{rejected}");
    let header = "<DuplicateRuleHeader><allowSave>true</allowSave><includeRecordDetails>true</includeRecordDetails><runAsCurrentUser>true</runAsCurrentUser></DuplicateRuleHeader>";
    let saved = client.soap_with(header, &create).await.text();
    let second = first(&saved, "id");
    let by_id = format!("<findDuplicatesByIds><ids>{known}</ids></findDuplicatesByIds>");
    let by_id = client.soap_with(header, &by_id).await.text();
    assert!(
        by_id.contains(&format!("<sf:Id>{second}</sf:Id>"))
            && by_id.contains("<sf:CreatedDate>2026-09-21T14:13:20.000Z</sf:CreatedDate>"),
        "{by_id}"
    );
    let task = "<findDuplicates><sObjects><type>Task</type></sObjects></findDuplicates>";
    assert_eq!(client.fault(task).await.0, "sf:NO_ACTIVE_DUPLICATE_RULE");
}
