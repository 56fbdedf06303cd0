//! Objects that show records of others: activities, feeds, histories.

use serde_json::json;

use super::*;

const MINUTE: i64 = 60_000;

/// An org with an account and one contact of it.
struct Scene {
    client: Client,
    account: String,
    contact: String,
}

impl Scene {
    async fn new() -> Self {
        let builder = Org::builder().without_data().clock(Clock::fixed(NOW));
        let client = Client::with_org(builder).await;
        let account = made(&client, "Account", json!({"Name": "Acme"})).await;
        let contact = json!({"LastName": "Berg", "AccountId": account});
        let contact = made(&client, "Contact", contact).await;
        Self {
            client,
            account,
            contact,
        }
    }

    /// The subjects of the activities that a relationship shows, as SOQL and as REST return them.
    async fn subjects(&self, object: &str, id: &str, relationship: &str) -> Vec<String> {
        let soql = format!(
            "SELECT+(SELECT+Subject+FROM+{relationship}+ORDER+BY+Subject)+FROM+{object}+WHERE+Id='{id}'"
        );
        let queried = self.client.get(&format!("/query?q={soql}")).await.json();
        let queried = texts(&queried["records"][0][relationship], "Subject");
        let path = format!("/sobjects/{object}/{id}/{relationship}");
        let mut reported = texts(&self.client.get(&path).await.json(), "Subject");
        reported.sort_unstable();
        assert_eq!(reported, queried, "{path}");
        queried
    }
}

async fn made(client: &Client, object: &str, record: Json) -> String {
    let response = client
        .call("POST", &format!("/sobjects/{object}"), Some(record))
        .await;
    assert_eq!(response.status, 201, "{}", response.text());
    response.json()["id"].as_str().unwrap().to_owned()
}

fn texts(list: &Json, member: &str) -> Vec<String> {
    let records = list["records"].as_array().into_iter().flatten();
    records
        .map(|record| record[member].as_str().unwrap().to_owned())
        .collect()
}

fn at(ms: i64) -> String {
    sandbox_model::value::dates::format_datetime_z(ms)
}

/// Object Reference, "ActivityHistory" and "OpenActivity": closed tasks and past events, open tasks and coming events; those of
/// its contacts count for an account.
#[tokio::test]
async fn activities_pass_from_the_open_to_the_history() {
    let scene = Scene::new().await;
    let event = |subject: &str, start: i64| json!({"Subject": subject, "WhoId": scene.contact, "StartDateTime": at(start), "DurationInMinutes": 60});
    let client = &scene.client;
    made(client, "Event", event("Past event", NOW - 61 * MINUTE)).await;
    made(client, "Event", event("Soon", NOW + MINUTE)).await;
    let task = json!({"Subject": "Task", "WhatId": scene.account, "Priority": "High"});
    let task = made(client, "Task", task).await;
    let all = async |relationship: &str| {
        let of_account = scene
            .subjects("Account", &scene.account, relationship)
            .await;
        let of_contact = scene
            .subjects("Contact", &scene.contact, relationship)
            .await;
        (of_account, of_contact)
    };
    let named = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        all("OpenActivities").await,
        (named(&["Soon", "Task"]), named(&["Soon"]))
    );
    assert_eq!(
        all("ActivityHistories").await,
        (named(&["Past event"]), named(&["Past event"]))
    );
    let closed = json!({"Status": "Completed"});
    let path = format!("/sobjects/Task/{task}");
    let changed = client.call("PATCH", &path, Some(closed)).await;
    assert_eq!(changed.status, 204, "{}", changed.text());
    client.org.clock().advance(62 * MINUTE);
    assert_eq!(all("OpenActivities").await, (vec![], vec![]));
    assert_eq!(
        all("ActivityHistories").await,
        (
            named(&["Past event", "Soon", "Task"]),
            named(&["Past event", "Soon"])
        )
    );
}

#[tokio::test]
async fn activities_are_described_and_cannot_be_queried_alone() {
    let scene = Scene::new().await;
    for object in ["ActivityHistory", "OpenActivity"] {
        let path = format!("/sobjects/{object}/describe");
        let described = scene.client.get(&path).await.json();
        for flag in ["queryable", "retrieveable", "createable", "replicateable"] {
            assert_eq!(described[flag], false, "{object}.{flag}");
        }
        assert_eq!(described["keyPrefix"], Json::Null);
        let rejected = scene
            .client
            .get(&format!("/query?q=SELECT+Id+FROM+{object}"))
            .await;
        assert_eq!(rejected.status, 400);
        let message = format!("entity type {object} does not support query");
        assert_eq!(
            rejected.json(),
            json!([{"message": message, "errorCode": "INVALID_TYPE_FOR_OPERATION"}])
        );
    }
}

#[tokio::test]
async fn a_feed_shows_what_was_posted_about_its_records() {
    let scene = Scene::new().await;
    let client = &scene.client;
    let post = |parent: &str, body: &str| json!({"ParentId": parent, "Body": body});
    let first = made(client, "FeedItem", post(&scene.account, "to Acme")).await;
    made(client, "FeedItem", post(&scene.contact, "to Berg")).await;
    let soql = "SELECT+Id,Body,Parent.Name,InsertedById+FROM+AccountFeed";
    let feed = client.get(&format!("/query?q={soql}")).await.json();
    let post = &feed["records"][0];
    assert_eq!(
        (&feed["totalSize"], &post["Body"], &post["Parent"]["Name"]),
        (&json!(1), &json!("to Acme"), &json!("Acme"))
    );
    assert_eq!(
        (&post["Id"], &post["InsertedById"]),
        (&json!(first), &json!(client.org.admin().as_str()))
    );
    let path = format!("/sobjects/AccountFeed/{first}");
    assert_eq!(client.get(&path).await.json()["Body"], "to Acme");
    let posts = client
        .get("/query?q=SELECT+(SELECT+Body+FROM+Feeds)+FROM+Contact")
        .await
        .json();
    assert_eq!(texts(&posts["records"][0]["Feeds"], "Body"), ["to Berg"]);
    // A feed goes with its records, and comes back with them.
    let account = format!("/sobjects/Account/{}", scene.account);
    assert_eq!(client.call("DELETE", &account, None).await.status, 204);
    let left = client.get(&format!("/query?q={soql}")).await.json();
    assert_eq!(left["totalSize"], 0);
}

/// Relationships as a recorded list has them (the WSO2 connector's, and describes of developer orgs).
#[tokio::test]
async fn parents_name_their_activities_feeds_and_histories() {
    let scene = Scene::new().await;
    let cases = [
        (
            "Account",
            "AccountId",
            "AccountHistory",
            "AccountId",
            "AccountFeed",
        ),
        (
            "Contact",
            "WhoId",
            "ContactHistory",
            "ContactId",
            "ContactFeed",
        ),
        ("Lead", "WhoId", "LeadHistory", "LeadId", "LeadFeed"),
        ("Case", "WhatId", "CaseHistory", "CaseId", "CaseFeed"),
        (
            "Opportunity",
            "WhatId",
            "OpportunityFieldHistory",
            "OpportunityId",
            "OpportunityFeed",
        ),
        (
            "Shipment__c",
            "WhatId",
            "Shipment__History",
            "ParentId",
            "Shipment__Feed",
        ),
    ];
    for (object, activity, history, parent, feed) in cases {
        let path = format!("/sobjects/{object}/describe");
        let described = scene.client.get(&path).await.json();
        let of = |name: &str| -> Vec<Json> {
            let all = described["childRelationships"].as_array().unwrap().iter();
            all.filter(|way| way["relationshipName"] == name)
                .map(|way| json!([way["childSObject"], way["field"], way["cascadeDelete"]]))
                .collect()
        };
        for (name, child) in [
            ("ActivityHistories", "ActivityHistory"),
            ("OpenActivities", "OpenActivity"),
        ] {
            assert_eq!(of(name), [json!([child, activity, false])], "{object}");
        }
        assert_eq!(of("Histories"), [json!([history, parent, true])]);
        assert_eq!(of("Feeds"), [json!([feed, "ParentId", true])]);
        let soql = format!(
            "SELECT+Id,(SELECT+Field,OldValue,NewValue,CreatedBy.Name+FROM+Histories)+FROM+{object}"
        );
        let response = scene.client.get(&format!("/query?q={soql}")).await;
        assert_eq!(response.status, 200, "{}", response.text());
        let own = format!("/query?q=SELECT+Id,{parent}+FROM+{history}");
        assert_eq!(scene.client.get(&own).await.json()["totalSize"], 0);
        let fields = scene
            .client
            .get(&format!("/sobjects/{history}/describe"))
            .await
            .json();
        assert_eq!(fields["keyPrefix"], "017");
        let new = fields["fields"].as_array().unwrap().iter();
        let new = new.clone().find(|field| field["name"] == "NewValue");
        assert_eq!(
            (&new.unwrap()["type"], &new.unwrap()["soapType"]),
            (&json!("anyType"), &json!("xsd:anyType"))
        );
    }
}

#[tokio::test]
async fn views_take_no_changes() {
    let scene = Scene::new().await;
    for (object, record) in [
        ("ActivityHistory", json!({"Subject": "A"})),
        ("AccountFeed", json!({"Body": "A"})),
        ("AccountHistory", json!({"Field": "created"})),
    ] {
        let path = format!("/sobjects/{object}");
        let rejected = scene.client.call("POST", &path, Some(record)).await;
        assert_eq!(rejected.status, 400, "{object}: {}", rejected.text());
    }
}
