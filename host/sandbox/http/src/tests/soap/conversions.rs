//! Leads that become accounts, contacts and opportunities.

use serde_json::json;

use super::{account, empty, first};

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
    let response = client.soap(&convert(&lead, "", &rest)).await;
    let (account, contact, deal) = (
        first(&response, "accountId"),
        first(&response, "contactId"),
        first(&response, "opportunityId"),
    );
    assert!(
        response.contains(&format!(
            "<leadId>{lead}</leadId><opportunityId>{deal}</opportunityId><success>true</success>"
        )),
        "{response}"
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
        changed.rejection(),
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
    let response = client.soap(&call).await;
    assert_eq!(
        (first(&response, "accountId"), first(&response, "contactId")),
        (account.clone(), contact.clone())
    );
    assert!(
        response.contains("<opportunityId xsi:nil=\"true\"/>"),
        "{response}"
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
        let response = client.soap(&call).await;
        assert_eq!(
            (
                first(&response, "statusCode").as_str(),
                first(&response, "success").as_str()
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

/// jsforce's suite converts with `{leadId, accountId, convertedStatus}` in that order, and nothing else.
#[tokio::test]
async fn members_of_a_conversion_come_in_any_order() {
    let client = empty().await;
    let account = client.made("Account", account("A")).await;
    let lead = client
        .made("Lead", json!({"LastName": "L", "Company": "C"}))
        .await;
    let call = format!(
        "<convertLead><leadConverts><leadId>{lead}</leadId><accountId>{account}</accountId>\
         <convertedStatus>Closed - Converted</convertedStatus></leadConverts></convertLead>"
    );
    let response = client.soap(&call).await;
    assert_eq!(first(&response, "success"), "true", "{response}");
    assert_eq!(first(&response, "accountId"), account);
    // As soapforce once sent it: without the element around the members.
    let spread = format!(
        "<convertLead><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus></convertLead>"
    );
    let (code, message) = client.fault(&spread).await;
    assert_eq!(code, "soapenv:Client");
    assert!(
        message.ends_with("convertedStatus invalid at this location"),
        "{message}"
    );
}

/// A record has one type; null fields come before the id.
#[tokio::test]
async fn members_of_records_must_follow_the_order_of_the_wsdl() {
    let client = empty().await;
    let id = client.made("Account", account("A")).await;
    for (call, element) in [
        ("<create><sObjects><type>Contact</type><LastName>X</LastName><type>Lead</type></sObjects></create>".to_owned(), "type"),
        (format!("<update><sObjects><type>Account</type><Id>{id}</Id><fieldsToNull>Site</fieldsToNull></sObjects></update>"), "fieldsToNull"),
    ] {
        let (code, message) = client.fault(&call).await;
        assert_eq!(code, "soapenv:Client");
        assert_eq!(message, format!("Element {{urn:partner.soap.sforce.com}}{element} invalid at this location"));
    }
    assert!(client.rows("SELECT Id FROM Lead").await.is_empty());
}
