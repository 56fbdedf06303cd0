//! Outbound messages, good and hostile.

use crate::events::outbound::parse;
use salesforce_client::testing::flat;
use salesforce_client::testing::message;
use salesforce_contract::bindings::exports::salesforce::connector::events::ParseOutboundMessageConfig;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Message;
use serde_json::Value;

const GOOD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
 <soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
   <OrganizationId>00D000000000001EAA</OrganizationId>
   <ActionId>04k000000000001AAA</ActionId>
   <SessionId>00D000000000001!hush</SessionId>
   <EnterpriseUrl>https://acme.my.salesforce.com/services/Soap/c/62.0/00D</EnterpriseUrl>
   <PartnerUrl>https://acme.my.salesforce.com/services/Soap/u/62.0/00D</PartnerUrl>
   <Notification>
    <Id>04l000000000001AAA</Id>
    <sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>001000000000001AAA</sf:Id>
     <sf:Name>Smith &amp; &lt;Sons&gt;</sf:Name>
     <sf:Phone xsi:nil="true"/>
    </sObject>
   </Notification>
   <Notification>
    <Id>04l000000000002AAA</Id>
    <sObject xsi:type="sf:Account" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">
     <sf:Id>001000000000002AAA</sf:Id>
    </sObject>
   </Notification>
  </notifications>
 </soapenv:Body>
</soapenv:Envelope>"#;

fn parsed(body: &str, organization_id: Option<&str>) -> Result<Message, Fault> {
    let config = ParseOutboundMessageConfig {
        organization_id: organization_id.map(str::to_owned),
    };
    parse(&config, &message("text/xml", body))
}

#[test]
fn every_notification_becomes_a_document_and_the_answer_acknowledges_them() {
    let reply = parsed(GOOD, Some("00D000000000001")).unwrap();
    let text = String::from_utf8(reply.body).unwrap();
    let documents: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        documents,
        [
            serde_json::json!({
                "id": "04l000000000001AAA", "object": "Account", "action-id": "04k000000000001AAA",
                "organization-id": "00D000000000001EAA",
                "record": {"Id": "001000000000001AAA", "Name": "Smith & <Sons>", "Phone": null}
            }),
            serde_json::json!({
                "id": "04l000000000002AAA", "object": "Account", "action-id": "04k000000000001AAA",
                "organization-id": "00D000000000001EAA",
                "record": {"Id": "001000000000002AAA"}
            }),
        ]
    );
    let attribute = |name: &str| {
        let attributes = flat(&reply.metadata);
        let found = attributes.iter().find(|(known, _)| known == name);
        found.unwrap().1.clone()
    };
    assert_eq!(attribute("answer-media-type"), "text/xml");
    assert!(attribute("answer").contains(
        r#"<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>"#
    ));
    assert!(!text.contains("hush"), "the session stays out");
}

#[test]
fn messages_of_other_orgs_are_refused() {
    let fault = parsed(GOOD, Some("00D000000000002EAA")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Forbidden);
    assert!(!fault.message.contains("hush"));
    let fault = parsed(GOOD, Some("x")).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
}

#[test]
fn what_is_no_whole_outbound_message_is_never_acknowledged() {
    for cut in (0..GOOD.len() - 1).step_by(7) {
        assert!(parsed(&GOOD[..cut], None).is_err(), "cut at {cut}");
    }
    let bomb = r#"<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c SYSTEM "file:///etc/passwd">]>"#;
    let with_entity = GOOD
        .replacen("?>", &format!("?>{bomb}"), 1)
        .replace("Smith", "&c;&b;");
    for hostile in [
        with_entity.as_str(),
        "",
        "{}",
        "<a/>",
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><other/></soapenv:Body></soapenv:Envelope>",
        &GOOD.replace("<Id>04l000000000002AAA</Id>", ""),
        &GOOD.replace("Notification>", "Note>"),
        &format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000)),
        &GOOD.replace("Smith", &"<x>".repeat(5_000)),
    ] {
        let fault = parsed(hostile, None).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid, "{}", fault.message);
        assert!(!fault.message.contains("hush"), "{}", fault.message);
    }
}
