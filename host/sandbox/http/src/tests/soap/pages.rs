//! What pages, lists and actions are made of, and approvals.

use serde_json::json;

use super::{account, all, empty, first};

#[tokio::test]
async fn layouts_tabs_and_themes_match_rest() {
    let client = empty().await;
    let layout = client
        .soap("<describeLayout><sObjectType>Account</sObjectType></describeLayout>")
        .await;
    assert!(layout.contains("<detailLayoutSections>") && layout.contains("<value>Name</value>"));
    let record_types = all(&layout, "recordTypeId");
    assert_eq!(record_types.last().unwrap(), "012000000000000AAA");
    let tabs = client.soap("<describeTabs/>").await;
    assert_eq!(all(&tabs, "tabSetId").len(), 3);
    assert!(all(&tabs, "sobjectName").contains(&"Account".to_owned()));
    assert!(
        first(&tabs, "iconUrl").starts_with("http://org.example/"),
        "{}",
        first(&tabs, "iconUrl")
    );
    let theme = client
        .soap("<describeTheme><sobjectType>Contact</sobjectType></describeTheme>")
        .await;
    assert_eq!(all(&theme, "name"), ["Contact"]);
    let compact = client.soap("<describePrimaryCompactLayouts><sObjectTypes>Account</sObjectTypes><sObjectTypes>Lead</sObjectTypes></describePrimaryCompactLayouts>").await;
    assert_eq!(all(&compact, "objectType"), ["Account", "Lead"]);
    let menu = client
        .soap("<describeAppMenu><appMenuType>AppSwitcher</appMenuType></describeAppMenu>")
        .await;
    assert_eq!(all(&menu, "label"), ["Sales", "Service", "Platform"]);
    let (code, _) = client
        .fault("<describeLayout><sObjectType>Nope</sObjectType></describeLayout>")
        .await;
    assert_eq!(code, "sf:INVALID_TYPE");
}

#[tokio::test]
async fn lists_and_nouns_are_described() {
    let client = empty().await;
    client.made("Account", account("Listed")).await;
    let scope = client.soap("<describeSearchScopeOrder/>").await;
    assert!(all(&scope, "keyPrefix").contains(&"001".to_owned()));
    let columns = client
        .soap("<describeSearchLayouts><sObjectType>Account</sObjectType></describeSearchLayouts>")
        .await;
    assert_eq!(first(&columns, "field"), "Account.Name");
    let nouns = client.soap("<describeNouns><nouns>Account</nouns><onlyRenamed>false</onlyRenamed><includeFields>false</includeFields></describeNouns>").await;
    assert_eq!(all(&nouns, "value"), ["Account", "Accounts"]);
    let views = client.soap("<describeSObjectListViews><sObjectType>Account</sObjectType><recentsOnly>false</recentsOnly><isSoqlCompatible>ALL</isSoqlCompatible><limit>2</limit><offset>0</offset></describeSObjectListViews>").await;
    assert_eq!(all(&views, "query").len(), 2);
    let rows = client.soap("<executeListView><request><developerNameOrId>AllAccounts</developerNameOrId><limit>10</limit><offset>0</offset><orderBy><fieldNameOrPath>Name</fieldNameOrPath></orderBy><sobjectType>Account</sobjectType></request></executeListView>").await;
    assert_eq!(first(&rows, "size"), "1");
    assert!(all(&rows, "value").contains(&"Listed".to_owned()));
}

#[tokio::test]
async fn quick_actions_are_described_and_done() {
    let client = empty().await;
    let id = client.made("Account", account("Page")).await;
    let available = client.soap("<describeAvailableQuickActions><contextType>Account</contextType></describeAvailableQuickActions>").await;
    assert!(
        all(&available, "name").contains(&"Account.CreateContact".to_owned()),
        "{available}"
    );
    let described = client.soap("<describeQuickActions><quickActions>Account.CreateContact</quickActions></describeQuickActions>").await;
    assert_eq!(first(&described, "targetSobjectType"), "Contact");
    let template = client.soap(&format!("<retrieveQuickActionTemplates><quickActionNames>Account.CreateContact</quickActionNames><contextId>{id}</contextId></retrieveQuickActionTemplates>")).await;
    assert_eq!(first(&template, "sf:AccountId"), id);
    let call = |last_name: &str| {
        format!(
            "<performQuickActions><quickActions><contextId>{id}</contextId><quickActionName>Account.CreateContact</quickActionName>\
         <records><type>Contact</type>{last_name}</records></quickActions></performQuickActions>"
        )
    };
    let done = client.soap(&call("<LastName>Made</LastName>")).await;
    assert_eq!(first(&done, "created"), "true", "{done}");
    let contact = first(&done, "ids");
    assert_eq!(
        client.field("Contact", &contact, "AccountId").await,
        json!(id)
    );
    let rejected = client.soap(&call("")).await;
    assert_eq!(first(&rejected, "statusCode"), "REQUIRED_FIELD_MISSING");
    assert_eq!(first(&rejected, "success"), "false");
}

#[tokio::test]
async fn approvals_are_submitted_and_decided() {
    let client = empty().await;
    let deal = client.made("Opportunity", json!({"Name": "Big", "StageName": "Prospecting", "CloseDate": "2026-12-01", "Amount": 1_000_000})).await;
    let submit = format!(
        "<process><actions xsi:type=\"ProcessSubmitRequest\"><comments>please</comments><objectId>{deal}</objectId></actions></process>"
    );
    let submitted = client.soap(&submit).await;
    assert_eq!(
        first(&submitted, "instanceStatus"),
        "Pending",
        "{submitted}"
    );
    let item = first(&submitted, "newWorkitemIds");
    let again = client.soap(&submit).await;
    assert_eq!(first(&again, "statusCode"), "ALREADY_IN_PROCESS");
    let approved = client.soap(&format!("<process><actions xsi:type=\"ProcessWorkitemRequest\"><action>Approve</action><workitemId>{item}</workitemId></actions></process>")).await;
    assert_eq!(first(&approved, "instanceStatus"), "Approved", "{approved}");
    assert_eq!(first(&approved, "entityId"), deal);
}

#[tokio::test]
async fn missing_features_have_salesforces_responses() {
    let client = empty().await;
    for (call, expected) in [
        (
            "<describeDataCategoryGroups><sObjectType>Case</sObjectType></describeDataCategoryGroups>",
            "<describeDataCategoryGroupsResponse></describeDataCategoryGroupsResponse>",
        ),
        (
            "<describeDataCategoryMappings/>",
            "<describeDataCategoryMappingsResponse></describeDataCategoryMappingsResponse>",
        ),
        (
            "<describeKnowledgeSettings/>",
            "<knowledgeEnabled>false</knowledgeEnabled>",
        ),
        (
            "<describePathAssistants><sObjectType>Lead</sObjectType></describePathAssistants>",
            "<result></result>",
        ),
        ("<describeSoftphoneLayout/>", "<result xsi:nil=\"true\"/>"),
        (
            "<describeVisualForce><includeAllDetails>false</includeAllDetails></describeVisualForce>",
            "<domain>org.example</domain>",
        ),
        (
            "<deleteByExample><sObjects><type>Account</type></sObjects></deleteByExample>",
            "INVALID_TYPE_FOR_OPERATION",
        ),
    ] {
        let response = client.soap(call).await;
        assert!(response.contains(expected), "{response}");
    }
}

#[tokio::test]
async fn templates_are_merged_with_the_records_they_refer_to() {
    let client = empty().await;
    let who = client
        .made("Contact", json!({"FirstName": "Ada", "LastName": "A&B"}))
        .await;
    let call = format!(
        "<renderEmailTemplate><renderRequests><templateBodies>Dear {{!Contact.FirstName}} {{!Contact.LastName}}, {{!Account.Name}}.</templateBodies>\
         <templateBodies>{{!Contact.Nope}}</templateBodies><whoId>{who}</whoId></renderRequests></renderEmailTemplate>"
    );
    let response = client.soap(&call).await;
    assert_eq!(first(&response, "mergedBody"), "Dear Ada A&amp;B, .");
    assert_eq!(first(&response, "fieldName"), "Contact.Nope");
    let missing = client.soap("<renderStoredEmailTemplate><request><templateId>00X000000000001AAA</templateId></request></renderStoredEmailTemplate>").await;
    assert_eq!(first(&missing, "statusCode"), "TEMPLATE_NOT_FOUND");
}

#[tokio::test]
async fn sessions_end_and_passwords_change() {
    let mut client = empty().await;
    let weak = "<changeOwnPassword><oldPassword>sandbox-password</oldPassword><newPassword>short</newPassword></changeOwnPassword>";
    assert_eq!(client.fault(weak).await.0, "sf:INVALID_NEW_PASSWORD");
    let wrong = "<changeOwnPassword><oldPassword>guess</oldPassword><newPassword>long-enough-1</newPassword></changeOwnPassword>";
    assert_eq!(client.fault(wrong).await.0, "sf:INVALID_OLD_PASSWORD");
    let good = "<changeOwnPassword><oldPassword>sandbox-password</oldPassword><newPassword>long-enough-1</newPassword></changeOwnPassword>";
    client.soap(good).await;
    let token = client.token.clone();
    let ended = client.soap(&format!("<invalidateSessions><sessionIds>{token}</sessionIds><sessionIds>none</sessionIds></invalidateSessions>")).await;
    assert_eq!(all(&ended, "success"), ["true", "false"]);
    assert_eq!(client.get("/limits").await.status, 401);
    client.log_in().await;
}
