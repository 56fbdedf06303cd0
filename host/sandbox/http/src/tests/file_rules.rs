//! Rules about files: images in rich text, and how document links may be found.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use super::Client;

#[tokio::test]
async fn links_are_only_found_by_what_they_link() {
    let client = Client::new().await;
    let query = async |filter: &str| {
        let soql = format!("SELECT Id FROM ContentDocumentLink{filter}").replace(' ', "+");
        client.get(&format!("/query?q={soql}")).await
    };
    for rejected in [
        "",
        " LIMIT 5",
        " WHERE ShareType = 'V'",
        " WHERE LinkedEntityId != null",
    ] {
        let response = query(rejected).await;
        assert_eq!(response.rejection(), (400, "MALFORMED_QUERY".to_owned()));
        let message = response.json()[0]["message"].clone();
        assert!(
            message
                .as_str()
                .unwrap()
                .starts_with("Implementation restriction: ContentDocumentLink requires")
        );
    }
    for allowed in [
        " WHERE LinkedEntityId = '001000000000000AAA' AND ShareType = 'V'",
        " WHERE ContentDocumentId IN (SELECT ContentDocumentId FROM ContentVersion)",
        " WHERE ContentDocumentId IN ('069000000000000AAA', '069000000000001AAA')",
    ] {
        let response = query(allowed).await;
        assert_eq!(response.status, 200, "{}", response.text());
    }
}

#[tokio::test]
async fn images_in_rich_text_are_kept_apart_from_it() {
    let client = Client::new().await;
    let pixels = [137, 80, 78, 71, 0, 1];
    let html = format!(
        "<p>a</p><img alt=\"dog\" src=\"data:image/png;base64,{}\"></img><img src=\"https://x.example/a.png\">",
        BASE64.encode(pixels)
    );
    let id = client
        .made(
            "Shipment__c",
            json!({"Name": "With image", "Label_Html__c": html}),
        )
        .await;
    let text = client.field("Shipment__c", &id, "Label_Html__c").await;
    let text = text.as_str().unwrap();
    let (before, after) = text.split_once("refid=").unwrap();
    let eid = &id[..15];
    assert_eq!(
        before,
        format!(
            "<p>a</p><img alt=\"dog\" src=\"/servlet/rtaImage?eid={eid}&amp;feoid=Label_Html__c&amp;"
        )
    );
    let (reference, rest) = after.split_once('"').unwrap();
    assert_eq!(rest, "></img><img src=\"https://x.example/a.png\">");
    let path = format!("/sobjects/Shipment__c/{id}/richTextImageFields/Label_Html__c/{reference}");
    let response = client.get(&path).await;
    assert_eq!(
        (response.header("content-type"), response.body.as_ref()),
        ("image/png", pixels.as_slice())
    );
    assert_eq!(
        client
            .get(&path.replace("Label_Html__c", "Name"))
            .await
            .status,
        404
    );
    let patch = json!({"Label_Html__c": format!("{text}<img src=\"data:image/gif;base64,AAAA\">")});
    client
        .call("PATCH", &format!("/sobjects/Shipment__c/{id}"), Some(patch))
        .await;
    let text = client.field("Shipment__c", &id, "Label_Html__c").await;
    assert_eq!(
        text.as_str()
            .unwrap()
            .matches(&format!("eid={eid}&amp;"))
            .count(),
        2
    );
    assert_eq!(client.get(&path).await.body.as_ref(), pixels);
}
