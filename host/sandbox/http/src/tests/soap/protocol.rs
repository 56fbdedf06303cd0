//! Envelopes, sessions, versions, headers.

use super::super::Client;
use super::{account, all, envelope, first};

const NOW: &str = "<getServerTimestamp/>";

#[tokio::test]
async fn calls_need_a_live_session_and_report_usage() {
    let client = Client::new().await;
    let response = client.soap(NOW).await;
    assert_eq!(first(&response, "timestamp"), "2026-09-21T14:13:20.000Z");
    assert!(response.contains("<LimitInfoHeader><limitInfo><current>1</current><limit>15000</limit><type>API REQUESTS</type></limitInfo></LimitInfoHeader>"), "{response}");
    client.org.sessions().expire_all();
    let (code, message) = client.fault(NOW).await;
    assert_eq!(code, "sf:INVALID_SESSION_ID");
    assert!(
        message.starts_with("INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: ")
            && !message.contains(&client.token),
        "{message}"
    );
}

#[tokio::test]
async fn a_logout_ends_the_session_everywhere() {
    let client = Client::new().await;
    let response = client.soap("<logout/>").await;
    assert!(
        response.contains("<logoutResponse></logoutResponse>"),
        "{response}"
    );
    assert_eq!(client.get("/limits").await.status, 401);
    assert_eq!(client.fault(NOW).await.0, "sf:INVALID_SESSION_ID");
}

#[tokio::test]
async fn the_path_selects_version_and_api() {
    let client = Client::new().await;
    let status = async |path: &str| {
        let xml = envelope(&client.token, "", NOW);
        let response = client.post(path, xml).await;
        (response.status, response.text())
    };
    for path in [
        "/services/Soap/u/31.0",
        "/services/Soap/u/67.0/00DSb0000000001",
        "/services/Soap/u/62",
        "/services/Soap/u/62.0/",
    ] {
        assert_eq!(status(path).await.0, 200, "{path}");
    }
    for path in [
        "/services/Soap/u/30.0",
        "/services/Soap/u/68.0",
        "/services/Soap/u/x",
    ] {
        let (code, text) = status(path).await;
        assert_eq!(
            (code, first(&text, "faultcode").as_str()),
            (500, "sf:UNSUPPORTED_API_VERSION")
        );
        assert!(text.contains("Invalid Api version specified on URL"));
    }
    assert_eq!(status("/services/Soap/x/62.0").await.0, 404);
    let (code, text) = status("/services/Soap/c/62.0").await;
    assert_eq!(code, 500);
    assert!(
        text.contains(
            "No operation available for request {urn:partner.soap.sforce.com}getServerTimestamp"
        ),
        "{text}"
    );
}

/// An integration against the enterprise WSDL gets an error about what is missing, not about its WSDL.
#[tokio::test]
async fn missing_calls_of_the_enterprise_api_have_their_own_fault() {
    let client = Client::new().await;
    let enterprise = "urn:enterprise.soap.sforce.com";
    let call = async |body: &str| {
        let xml = envelope(&client.token, "", body);
        let xml = xml.replace("urn:partner.soap.sforce.com", enterprise);
        let response = client.post("/services/Soap/c/62.0", xml).await;
        assert_eq!(response.status, 500, "{}", response.text());
        let text = response.text();
        (first(&text, "faultcode"), first(&text, "faultstring"))
    };
    let (code, message) = call("<create/>").await;
    assert_eq!(code, "sf:FUNCTIONALITY_NOT_ENABLED");
    assert!(
        message.contains("create in the partner API alone"),
        "{message}"
    );
    let (code, message) = call("<selfDestruct/>").await;
    assert_eq!(code, "soapenv:Client");
    assert!(
        message.contains(&format!("request {{{enterprise}}}selfDestruct")),
        "{message}"
    );
}

#[tokio::test]
async fn what_the_wsdl_lacks_has_salesforces_fault() {
    let client = Client::new().await;
    let cases = [
        (
            "<selfDestruct/>",
            "No operation available for request {urn:partner.soap.sforce.com}selfDestruct, please check the WSDL for the service.",
        ),
        (
            "<query/>",
            "Unexpected element. Parser was expecting element &apos;urn:partner.soap.sforce.com:queryString&apos; but found the end of &apos;urn:partner.soap.sforce.com:query&apos;",
        ),
        (
            "<query><queryString>SELECT Id FROM Account</queryString><item xmlns=\"\"/></query>",
            "Element {}item invalid at this location",
        ),
        (
            "<create><sObjects><type>Account</type><Name>A</Name><NumberOfEmployees>many</NumberOfEmployees></sObjects></create>",
            "&apos;many&apos; is not a valid value for the type xsd:int",
        ),
        (
            "<getUpdated><sObjectType>Account</sObjectType><startDate>today</startDate></getUpdated>",
            "&apos;today&apos; is not a valid value for the type xsd:dateTime",
        ),
    ];
    for (body, message) in cases {
        assert_eq!(
            client.fault(body).await,
            ("soapenv:Client".to_owned(), message.to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn malformed_xml_is_a_fault() {
    let client = Client::new().await;
    let good = envelope(&client.token, "", NOW);
    let bomb = good.replacen(
        "<e:Envelope",
        "<!DOCTYPE x [<!ENTITY a \"b\">]><e:Envelope",
        1,
    );
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = envelope(&client.token, "", &"<a>".repeat(100_000));
    for xml in [
        good.as_bytes()[..good.len() - 9].to_vec(),
        bomb.into_bytes(),
        wide,
        deep.into_bytes(),
        Vec::new(),
    ] {
        let response = client.post("/services/Soap/u/62.0", xml).await;
        assert_eq!(response.status, 500);
        assert_eq!(first(&response.text(), "faultcode"), "sf:UNKNOWN_EXCEPTION");
        assert_eq!(response.header("content-type"), "text/xml;charset=UTF-8");
    }
}

#[tokio::test]
async fn the_allowance_is_shared_with_rest() {
    let client = Client::with_org(crate::Org::builder().api_limit(2)).await;
    client.get("/limits").await;
    let response = client.soap(NOW).await;
    assert_eq!(first(&response, "current"), "2");
    assert_eq!(
        client.fault(NOW).await,
        (
            "sf:REQUEST_LIMIT_EXCEEDED".to_owned(),
            "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.".to_owned()
        )
    );
}

#[tokio::test]
async fn users_are_described_and_get_passwords() {
    let client = Client::new().await;
    let info = client.soap("<getUserInfo/>").await;
    assert_eq!(first(&info, "userName"), "admin@sandbox.example");
    assert_eq!(first(&info, "organizationId"), client.org.id().as_str());
    let user = first(&info, "userId");
    let set = |password: &str| {
        format!("<setPassword><userId>{user}</userId><password>{password}</password></setPassword>")
    };
    for weak in ["short1", "longbutnodigits", "sandbox-password"] {
        let (code, _) = client.fault(&set(weak)).await;
        assert_eq!(code, "sf:INVALID_NEW_PASSWORD", "{weak}");
    }
    client.soap(&set("new-password-1")).await;
    let login = async |password: &str| {
        let call = format!(
            "<login><username>admin@sandbox.example</username><password>{password}</password></login>"
        );
        client.soap_with("", &call).await.status
    };
    assert_eq!(login("sandbox-passwordTOKEN").await, 500);
    assert_eq!(login("new-password-1TOKEN").await, 200);
    let reset = format!("<resetPassword><userId>{user}</userId></resetPassword>");
    let header = "<EmailHeader><triggerAutoResponseEmail>false</triggerAutoResponseEmail><triggerOtherEmail>false</triggerOtherEmail><triggerUserEmail>true</triggerUserEmail></EmailHeader>";
    let given = first(&client.soap_with(header, &reset).await.text(), "password");
    assert_eq!(
        (login("new-password-1").await, login(&given).await),
        (500, 200)
    );
    let outbox = client.get("/__sandbox/outbox").await.json();
    assert_eq!(outbox[0]["to"][0], "admin@sandbox.example");
    assert!(!outbox.to_string().contains(&given));
    let (code, _) = client
        .fault("<resetPassword><userId>001Sb0000000001AAA</userId></resetPassword>")
        .await;
    assert_eq!(code, "sf:MALFORMED_ID");
}

#[tokio::test]
async fn replication_lists_what_changed() {
    let client = Client::with_org(
        crate::Org::builder()
            .without_data()
            .clock(sandbox_core::org::Clock::fixed(super::super::NOW)),
    )
    .await;
    let id = client.made("Account", account("A")).await;
    let gone = client.made("Account", account("B")).await;
    client
        .call("DELETE", &format!("/sobjects/Account/{gone}"), None)
        .await;
    let span = "<sObjectType>Account</sObjectType><startDate>2026-09-21T14:00:00Z</startDate><endDate>2026-09-21T15:00:00+00:00</endDate>";
    let updated = client
        .soap(&format!("<getUpdated>{span}</getUpdated>"))
        .await;
    assert_eq!(all(&updated, "ids"), [id]);
    assert_eq!(
        first(&updated, "latestDateCovered"),
        "2026-09-21T14:13:00.000Z"
    );
    let deleted = client
        .soap(&format!("<getDeleted>{span}</getDeleted>"))
        .await;
    assert_eq!(
        first(&deleted, "deletedRecords"),
        format!("<deletedDate>2026-09-21T14:13:20.000Z</deletedDate><id>{gone}</id>")
    );
    let (code, _) = client
        .fault(&format!(
            "<getUpdated>{}</getUpdated>",
            span.replace("2026-09-21T14", "2026-07-21T14")
        ))
        .await;
    assert_eq!(code, "sf:INVALID_REPLICATION_DATE");
    let (code, message) = client
        .fault(&format!(
            "<getUpdated>{}</getUpdated>",
            span.replace("Account", "Nope")
        ))
        .await;
    assert_eq!(code, "sf:INVALID_TYPE");
    assert!(
        message.starts_with("INVALID_TYPE: sObject type &apos;Nope&apos; is not supported."),
        "{message}"
    );
}
