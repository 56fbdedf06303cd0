//! Calls beyond records: describe, search, merge, conversion, mail, duplicates.

use serde_json::json;

use super::super::Client;
use super::{account, all, first};

async fn empty() -> Client {
    let clock = crate::Clock::fixed(super::super::NOW);
    Client::of(crate::Org::builder().without_data().clock(clock)).await
}

#[tokio::test]
async fn describe_tells_what_rest_tells_in_the_wsdls_order() {
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
    let answer = client.soap(call).await;
    let record = format!(
        "<searchRecords><record xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id>{id}</sf:Id><sf:Id>{id}</sf:Id><sf:Name>Quantum Widgets</sf:Name></record></searchRecords></result>"
    );
    assert!(
        answer.contains(&record) && !first(&answer, "queryId").is_empty(),
        "{answer}"
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
async fn a_merge_leaves_one_record_with_all_the_children() {
    let client = empty().await;
    let winner = client.made("Account", account("W")).await;
    let loser = client
        .made(
            "Account",
            json!({"Name": "L", "External_Id__c": "k", "Site": "s"}),
        )
        .await;
    let other = client
        .made("Account", json!({"Name": "O", "ParentId": loser}))
        .await;
    let child = client
        .made("Contact", json!({"LastName": "C", "AccountId": loser}))
        .await;
    let call = format!(
        "<merge><request><masterRecord><type>Account</type><Id>{winner}</Id><External_Id__c>k</External_Id__c></masterRecord>\
         <recordToMergeIds>{loser}</recordToMergeIds><recordToMergeIds>{other}</recordToMergeIds></request></merge>"
    );
    let answer = client.soap(&call).await;
    assert!(answer.contains(&format!("<result><id>{winner}</id><mergedRecordIds>{loser}</mergedRecordIds><mergedRecordIds>{other}</mergedRecordIds><success>true</success>")), "{answer}");
    let mut related = all(&answer, "updatedRelatedIds");
    related.sort();
    assert_eq!(related, [other.clone(), child.clone()]);
    assert_eq!(
        client.field("Contact", &child, "AccountId").await,
        json!(winner)
    );
    let account = client
        .get(&format!("/sobjects/Account/{winner}"))
        .await
        .json();
    assert_eq!(
        (
            &account["Name"],
            &account["External_Id__c"],
            &account["Site"]
        ),
        (&json!("W"), &json!("k"), &json!(null))
    );
    let losers = client
        .rows("SELECT IsDeleted, MasterRecordId FROM Account WHERE MasterRecordId != null")
        .await;
    assert!(
        losers.len() == 2
            && losers
                .iter()
                .all(|it| it["IsDeleted"] == json!(true) && it["MasterRecordId"] == json!(winner)),
        "{losers:?}"
    );
    let again = client.soap(&call).await;
    assert_eq!(first(&again, "statusCode"), "ENTITY_IS_DELETED");
}

#[tokio::test]
async fn merges_that_make_no_sense_change_nothing() {
    let client = empty().await;
    let mut ids = Vec::new();
    for name in ["A", "B", "C", "D"] {
        ids.push(client.made("Account", account(name)).await);
    }
    let contact = client.made("Contact", json!({"LastName": "C"})).await;
    let request = |kind: &str, master: &str, losers: &[&String]| {
        let losers: String = losers
            .iter()
            .map(|id| format!("<recordToMergeIds>{id}</recordToMergeIds>"))
            .collect();
        format!(
            "<request><masterRecord><type>{kind}</type>{master}</masterRecord>{losers}</request>"
        )
    };
    let id = |id: &str| format!("<Id>{id}</Id>");
    let requests = [
        request("Account", &id(&ids[0]), &[&ids[1], &ids[2], &ids[3]]),
        request("Account", &id(&ids[0]), &[&ids[0]]),
        request("Account", &id(&ids[0]), &[&contact]),
        request("Account", "", &[&ids[1]]),
        request(
            "Account",
            &format!("{}<fieldsToNull>Name</fieldsToNull>", id(&ids[0])),
            &[&ids[1]],
        ),
        request("Opportunity", &id(&ids[0]), &[&ids[1]]),
    ];
    let answer = client
        .soap(&format!("<merge>{}</merge>", requests.concat()))
        .await;
    assert_eq!(
        all(&answer, "statusCode"),
        [
            "INVALID_MERGE_RECORD",
            "INVALID_MERGE_RECORD",
            "INVALID_MERGE_RECORD",
            "MISSING_ARGUMENT",
            "REQUIRED_FIELD_MISSING",
            "INVALID_TYPE_FOR_OPERATION"
        ]
    );
    assert!(
        client
            .rows("SELECT Id FROM Account WHERE IsDeleted = true")
            .await
            .is_empty()
    );
    let (code, _) = client.fault("<merge><sObjects/></merge>").await;
    assert_eq!(code, "soapenv:Client", "requests are called request");
}

fn convert(lead: &str, before: &str, rest: &str) -> String {
    format!(
        "<convertLead><leadConverts>{before}<convertedStatus>Closed - Converted</convertedStatus>\
         <doNotCreateOpportunity>false</doNotCreateOpportunity><leadId>{lead}</leadId>{rest}</leadConverts></convertLead>"
    )
}

#[tokio::test]
async fn a_lead_becomes_an_account_a_contact_and_an_opportunity() {
    let client = empty().await;
    let lead = client
        .made("Lead", json!({"FirstName": "Ada", "LastName": "L", "Company": "Engines", "Email": "a@x.example", "City": "London", "LeadSource": "Web", "AnnualRevenue": 5}))
        .await;
    let task = client
        .made("Task", json!({"Subject": "Call", "WhoId": lead}))
        .await;
    let admin = client.org.admin();
    let rest = format!(
        "<opportunityName>Deal</opportunityName><overwriteLeadSource>false</overwriteLeadSource><ownerId>{admin}</ownerId>\
         <sendNotificationEmail>true</sendNotificationEmail>"
    );
    let answer = client.soap(&convert(&lead, "", &rest)).await;
    let (account, contact, deal) = (
        first(&answer, "accountId"),
        first(&answer, "contactId"),
        first(&answer, "opportunityId"),
    );
    assert!(
        answer.contains(&format!(
            "<leadId>{lead}</leadId><opportunityId>{deal}</opportunityId><success>true</success>"
        )),
        "{answer}"
    );
    let get =
        async |object: &str, id: &str| client.get(&format!("/sobjects/{object}/{id}")).await.json();
    let (a, c, o, l) = (
        get("Account", &account).await,
        get("Contact", &contact).await,
        get("Opportunity", &deal).await,
        get("Lead", &lead).await,
    );
    assert_eq!(
        (&a["Name"], &a["BillingCity"], &a["AccountSource"]),
        (&json!("Engines"), &json!("London"), &json!("Web"))
    );
    assert_eq!(
        (&c["Name"], &c["AccountId"], &c["Email"]),
        (&json!("Ada L"), &json!(account), &json!("a@x.example"))
    );
    assert_eq!(
        (
            &o["Name"],
            &o["AccountId"],
            &o["StageName"],
            &o["CloseDate"]
        ),
        (
            &json!("Deal"),
            &json!(account),
            &json!("Prospecting"),
            &json!("2026-09-30")
        )
    );
    assert_eq!(
        (&l["IsConverted"], &l["Status"], &l["ConvertedDate"]),
        (
            &json!(true),
            &json!("Closed - Converted"),
            &json!("2026-09-21")
        )
    );
    assert_eq!(
        (
            &l["ConvertedAccountId"],
            &l["ConvertedContactId"],
            &l["ConvertedOpportunityId"]
        ),
        (&json!(account), &json!(contact), &json!(deal))
    );
    let task = get("Task", &task).await;
    assert_eq!(
        (&task["WhoId"], &task["WhatId"]),
        (&json!(contact), &json!(deal))
    );
    assert_eq!(
        client
            .get("/__sandbox/outbox")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let again = client.soap(&convert(&lead, "", "")).await;
    assert_eq!(first(&again, "statusCode"), "CANNOT_UPDATE_CONVERTED_LEAD");
    let changed = client
        .call(
            "PATCH",
            &format!("/sobjects/Lead/{lead}"),
            Some(json!({"Title": "x"})),
        )
        .await;
    assert_eq!(
        changed.refusal(),
        (400, "CANNOT_UPDATE_CONVERTED_LEAD".into())
    );
}

#[tokio::test]
async fn a_conversion_uses_what_is_there_and_fills_only_gaps() {
    let client = empty().await;
    let lead = client.made("Lead", json!({"LastName": "L", "Company": "Engines", "Phone": "1", "Title": "Boss", "LeadSource": "Web"})).await;
    let account = client
        .made("Account", json!({"Name": "Known", "Phone": "9"}))
        .await;
    let contact = client
        .made(
            "Contact",
            json!({"LastName": "K", "AccountId": account, "LeadSource": "Other"}),
        )
        .await;
    let before = format!("<accountId>{account}</accountId><contactId>{contact}</contactId>");
    let call = convert(
        &lead,
        &before,
        &format!(
            "<overwriteLeadSource>true</overwriteLeadSource><ownerId>{}</ownerId>",
            client.org.admin()
        ),
    )
    .replace(
        "<doNotCreateOpportunity>false",
        "<doNotCreateOpportunity>true",
    );
    let answer = client.soap(&call).await;
    assert_eq!(
        (first(&answer, "accountId"), first(&answer, "contactId")),
        (account.clone(), contact.clone())
    );
    assert!(
        answer.contains("<opportunityId xsi:nil=\"true\"/>"),
        "{answer}"
    );
    let contact = client
        .get(&format!("/sobjects/Contact/{contact}"))
        .await
        .json();
    assert_eq!(
        (
            &contact["LastName"],
            &contact["Title"],
            &contact["LeadSource"]
        ),
        (&json!("K"), &json!("Boss"), &json!("Web"))
    );
    assert_eq!(client.field("Account", &account, "Phone").await, json!("9"));
    assert!(client.rows("SELECT Id FROM Opportunity").await.is_empty());
}

#[tokio::test]
async fn conversions_that_cannot_be_leave_the_lead_open() {
    let client = empty().await;
    let lead = client
        .made("Lead", json!({"LastName": "L", "Company": "C"}))
        .await;
    let account = client.made("Account", account("A")).await;
    let stranger = client.made("Contact", json!({"LastName": "S"})).await;
    let cases = [
        (
            convert(&lead, "", "").replace("Closed - Converted", "Working - Contacted"),
            "INVALID_STATUS",
        ),
        (
            convert(&lead, "<accountId>001Sb000000zzzz</accountId>", ""),
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (
            convert(
                &lead,
                &format!("<accountId>{account}</accountId><contactId>{stranger}</contactId>"),
                "",
            ),
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (
            convert(&lead, &format!("<contactId>{stranger}</contactId>"), ""),
            "MISSING_ARGUMENT",
        ),
        (convert(&account, "", ""), "INVALID_CROSS_REFERENCE_KEY"),
        (convert("nope", "", ""), "MALFORMED_ID"),
        (
            convert(&lead, "", &format!("<ownerId>{account}</ownerId>")),
            "UNKNOWN_EXCEPTION",
        ),
        (
            convert(
                &lead,
                "",
                &format!("<opportunityName>{}</opportunityName>", "x".repeat(121)),
            ),
            "STRING_TOO_LONG",
        ),
    ];
    for (call, code) in cases {
        let answer = client.soap(&call).await;
        assert_eq!(
            (
                first(&answer, "statusCode").as_str(),
                first(&answer, "success").as_str()
            ),
            (code, "false"),
            "{call}"
        );
    }
    assert_eq!(
        client.field("Lead", &lead, "IsConverted").await,
        json!(false)
    );
    assert_eq!(
        client.rows("SELECT Id FROM Account").await.len(),
        1,
        "nothing half-made is left"
    );
    let (code, _) = client
        .fault(&format!(
            "<convertLead>{}</convertLead>",
            "<leadConverts><leadId>x</leadId></leadConverts>".repeat(101)
        ))
        .await;
    assert_eq!(code, "sf:EXCEEDED_LEAD_CONVERT_LIMIT");
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
    let refused = [
        (single("<subject>Hi</subject><plainTextBody>x</plainTextBody>"), "REQUIRED_FIELD_MISSING"),
        (single("<subject>Hi</subject><toAddresses>a@x.example</toAddresses>"), "REQUIRED_FIELD_MISSING"),
        (single("<plainTextBody>x</plainTextBody><toAddresses>nobody</toAddresses>"), "INVALID_EMAIL_ADDRESS"),
        (single(&format!("<optOutPolicy>REJECT</optOutPolicy><plainTextBody>x</plainTextBody><targetObjectId>{shy}</targetObjectId>")), "EMAIL_OPTED_OUT"),
        (single(&format!("<saveAsActivity>true</saveAsActivity><plainTextBody>x</plainTextBody><targetObjectId>{}</targetObjectId>", client.org.admin())), "INVALID_SAVE_AS_ACTIVITY_FLAG"),
        (single(&format!("<targetObjectId>{contact}</targetObjectId><templateId>00XSb0000000001AAA</templateId>")), "TEMPLATE_NOT_FOUND"),
        ("<messages xsi:type=\"MassEmailMessage\"><templateId>00XSb0000000001AAA</templateId></messages>".into(), "REQUIRED_FIELD_MISSING"),
    ];
    let bodies: String = refused
        .iter()
        .map(|(message, _)| message.as_str())
        .collect();
    let answer = client
        .soap(&format!("<sendEmail>{good}{bodies}</sendEmail>"))
        .await;
    assert_eq!(all(&answer, "statusCode"), refused.map(|(_, code)| code));
    assert!(
        answer.contains(
            "<sendEmailResponse><result><success>true</success></result><result><errors>"
        ),
        "{answer}"
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
    let answer = client
        .soap(&format!("<findDuplicates>{twin}{other}</findDuplicates>"))
        .await;
    let result = format!(
        "<duplicateRule>Standard_Contact_Duplicate_Rule</duplicateRule><duplicateRuleEntityType>Contact</duplicateRuleEntityType>\
         <errorMessage xsi:nil=\"true\"/><matchResults><entityType>Contact</entityType><matchEngine>ExactMatchEngine</matchEngine>\
         <matchRecords><matchConfidence>100.0</matchConfidence><record xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type>\
         <sf:Id>{known}</sf:Id><sf:Id>{known}</sf:Id></record></matchRecords><rule>Standard_Contact_Match_Rule_v1_1</rule><size>1</size>\
         <success>true</success></matchResults>"
    );
    assert!(answer.contains(&result), "{answer}");
    assert_eq!(all(&answer, "size"), ["1", "0"]);
    let create = format!("<create>{twin}</create>");
    let refused = client.soap(&create).await;
    assert!(refused.contains("<result><errors xsi:type=\"DuplicateError\"><message>Use one of these records?</message><statusCode>DUPLICATES_DETECTED</statusCode><duplicateResult><allowSave>true</allowSave>"), "{refused}");
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
