//! Records as they are read: typed, nested, page after page.

use serde_json::json;

use super::super::Client;
use super::{account, all, first};

#[tokio::test]
async fn what_soap_creates_rest_reads_and_the_other_way_round() {
    let client = Client::new().await;
    let parent = client
        .made("Account", json!({"Name": "A & B", "External_Id__c": "k-1"}))
        .await;
    let created = client
        .soap(
            "<create><sObjects><type>Contact</type><fieldsToNull>Title</fieldsToNull><o:LastName>O&apos;Hara &lt;x&gt;</o:LastName>\
             <o:Birthdate>1970-01-02</o:Birthdate><o:DoNotCall>1</o:DoNotCall><Phone xsi:nil=\"true\"/>\
             <o:Account><type>Account</type><External_Id__c>k-1</External_Id__c></o:Account></sObjects></create>",
        )
        .await;
    assert!(
        created.contains("</id><success>true</success></result>"),
        "{created}"
    );
    let id = first(&created, "id");
    let contact = client.get(&format!("/sobjects/Contact/{id}")).await.json();
    assert_eq!(contact["LastName"], "O'Hara <x>");
    assert_eq!(contact["AccountId"], json!(parent));
    assert_eq!(
        (&contact["Birthdate"], &contact["DoNotCall"]),
        (&json!("1970-01-02"), &json!(true))
    );
    let queried = client
        .soap("<query><queryString>SELECT Id, LastName, Title, Account.Name, CreatedDate FROM Contact WHERE Account.External_Id__c = 'k-1'</queryString></query>")
        .await;
    let expected = format!(
        "<result xsi:type=\"QueryResult\"><done>true</done><queryLocator xsi:nil=\"true\"/><records xsi:type=\"sf:sObject\">\
         <sf:type>Contact</sf:type><sf:Id>{id}</sf:Id><sf:Id>{id}</sf:Id><sf:LastName>O&apos;Hara &lt;x&gt;</sf:LastName>\
         <sf:Title xsi:nil=\"true\"/><sf:Account xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id xsi:nil=\"true\"/>\
         <sf:Name>A &amp; B</sf:Name></sf:Account><sf:CreatedDate>2026-09-21T14:13:20.000Z</sf:CreatedDate></records>\
         <size>1</size></result>"
    );
    assert!(queried.contains(&expected), "{queried}");
}

#[tokio::test]
async fn children_aggregates_addresses_and_files_have_their_types() {
    let client = Client::with_org(crate::Org::builder().without_data()).await;
    let parent = client
        .made(
            "Account",
            json!({"Name": "A", "BillingCity": "Bern", "AnnualRevenue": 25_000_000}),
        )
        .await;
    client
        .made("Contact", json!({"LastName": "B", "AccountId": parent}))
        .await;
    client
        .made(
            "Attachment",
            json!({"ParentId": parent, "Name": "f", "Body": "aGk="}),
        )
        .await;
    let query = async |soql: &str| {
        client
            .soap(&format!("<query><queryString>{soql}</queryString></query>"))
            .await
    };
    let nested = query("SELECT Name, AnnualRevenue, BillingAddress, (SELECT LastName FROM Contacts), (SELECT Id FROM Opportunities) FROM Account").await;
    let record = first(&nested, "records xsi:type=\"sf:sObject\"");
    for part in [
        "<sf:Id xsi:nil=\"true\"/>",
        "<sf:AnnualRevenue>2.5E7</sf:AnnualRevenue>",
        "<sf:BillingAddress xsi:type=\"address\"><latitude xsi:nil=\"true\"/><longitude xsi:nil=\"true\"/><city>Bern</city><country xsi:nil=\"true\"/><countryCode xsi:nil=\"true\"/><geocodeAccuracy xsi:nil=\"true\"/>",
        "<sf:Contacts xsi:type=\"QueryResult\"><done>true</done><queryLocator xsi:nil=\"true\"/><records xsi:type=\"sf:sObject\"><sf:type>Contact</sf:type><sf:Id xsi:nil=\"true\"/><sf:LastName>B</sf:LastName></records><size>1</size></sf:Contacts>",
        "<sf:Opportunities xsi:nil=\"true\"/>",
    ] {
        assert!(nested.contains(part), "{part}\n{record}");
    }
    let counted = query("SELECT count(Id) total, Name FROM Account GROUP BY Name").await;
    assert!(counted.contains("<sf:type>AggregateResult</sf:type><sf:Id xsi:nil=\"true\"/><sf:total xsi:type=\"xsd:int\">1</sf:total><sf:Name xsi:type=\"xsd:string\">A</sf:Name>"), "{counted}");
    let count = query("SELECT count() FROM Account").await;
    assert!(
        count.contains("<done>true</done><queryLocator xsi:nil=\"true\"/><size>1</size>"),
        "{count}"
    );
    let file = query("SELECT Body FROM Attachment").await;
    assert_eq!(first(&file, "sf:Body"), "aGk=");
}

#[tokio::test]
async fn pages_follow_each_other_by_locator() {
    let client = Client::with_org(crate::Org::builder().without_data().rows("Account", 450)).await;
    let header = "<QueryOptions><batchSize>200</batchSize></QueryOptions>";
    let mut response = client
        .soap_with(
            header,
            "<query><queryString>SELECT Id FROM Account</queryString></query>",
        )
        .await
        .text();
    let mut sizes = Vec::new();
    loop {
        assert_eq!(first(&response, "size"), "450");
        sizes.push(all(&response, "sf:Id").len() / 2);
        if first(&response, "done") == "true" {
            break;
        }
        let locator = first(&response, "queryLocator");
        let more = format!("<queryMore><queryLocator>{locator}</queryLocator></queryMore>");
        response = client.soap_with(header, &more).await.text();
    }
    assert_eq!(sizes, [200, 200, 50]);
    let all_at_once = client
        .soap("<queryAll><queryString>SELECT Id FROM Account</queryString></queryAll>")
        .await;
    assert_eq!(
        all(&all_at_once, "sf:Id").len(),
        900,
        "500 rows fit a page unless a header says otherwise"
    );
    let response = client
        .soap_with(
            "",
            "<queryMore><queryLocator>nope</queryLocator></queryMore>",
        )
        .await;
    assert!(response.text().contains("<sf:InvalidQueryLocatorFault xsi:type=\"sf:InvalidQueryLocatorFault\"><sf:exceptionCode>INVALID_QUERY_LOCATOR<"), "{}", response.text());
    let response = client
        .soap_with(
            "",
            "<query><queryString>SELECT Nope FROM Account</queryString></query>",
        )
        .await;
    assert!(
        response
            .text()
            .contains("<sf:row>1</sf:row><sf:column>8</sf:column></sf:InvalidFieldFault>"),
        "{}",
        response.text()
    );
}

#[tokio::test]
async fn retrieve_keeps_the_order_and_returns_nil_for_missing_records() {
    let client = Client::new().await;
    let a = client.made("Account", account("A")).await;
    let b = client.made("Account", account("B")).await;
    client
        .call("DELETE", &format!("/sobjects/Account/{b}"), None)
        .await;
    let call = format!(
        "<retrieve><fieldList>Name, Id,NumberOfEmployees,IsDeleted</fieldList><sObjectType>account</sObjectType><ids>{b}</ids><ids>{}</ids></retrieve>",
        &a[..15]
    );
    let response = client.soap(&call).await;
    let expected = format!(
        "<retrieveResponse><result xsi:nil=\"true\"/><result xsi:type=\"sf:sObject\"><sf:type>Account</sf:type><sf:Id>{a}</sf:Id><sf:Name>A</sf:Name><sf:Id>{a}</sf:Id><sf:NumberOfEmployees xsi:nil=\"true\"/><sf:IsDeleted>false</sf:IsDeleted></result></retrieveResponse>"
    );
    assert!(response.contains(&expected), "{response}");
}
