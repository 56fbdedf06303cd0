//! Change events of records that change because others do.

use serde_json::{Value as Json, json};

use super::{Bayeux, Client, org};
use sandbox_core::write::{Conversion, Draft, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;

fn write<T>(client: &Client, work: impl FnOnce(&Writer<'_>) -> Result<T, ApiError>) -> T {
    let admin = client.org.admin().clone();
    client
        .org
        .write(&admin, WriteOptions::default(), work)
        .unwrap()
}

fn id(text: &str) -> RecordId {
    RecordId::parse(text).unwrap()
}

/// Of each header: entity, change, records; all must be of one transaction, in the order of their numbers.
fn reported(headers: &[Json]) -> Vec<(String, String, Vec<String>)> {
    for (at, header) in headers.iter().enumerate() {
        assert_eq!(header["transactionKey"], headers[0]["transactionKey"]);
        assert_eq!(header["commitNumber"], headers[0]["commitNumber"]);
        assert_eq!(header["sequenceNumber"], at + 1);
    }
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let ids = |json: &Json| json.as_array().unwrap().iter().map(text).collect();
    let tell = |it: &Json| {
        (
            text(&it["entityName"]),
            text(&it["changeType"]),
            ids(&it["recordIds"]),
        )
    };
    headers.iter().map(tell).collect()
}

fn one(entity: &str, change: &str, id: &str) -> (String, String, Vec<String>) {
    (entity.into(), change.into(), vec![id.into()])
}

#[tokio::test]
async fn a_merge_moves_children_deletes_losers_and_updates_the_winner() {
    let client = Client::with_org(org()).await;
    let winner = client.make("Account", json!({"Name": "Winner"})).await;
    let loser = client.make("Account", json!({"Name": "Loser"})).await;
    let child = client
        .make("Contact", json!({"LastName": "Doe", "AccountId": loser}))
        .await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    let account = client.org.schema().object("Account").unwrap();
    write(&client, |writer| {
        let draft = Draft::from_texts(account, &[("Phone", "1")]);
        writer.merge(account, &id(&winner), &[id(&loser)], draft)
    });
    let events = bayeux.events().await;
    let header = |event: &Json| event["data"]["payload"]["ChangeEventHeader"].clone();
    let headers: Vec<Json> = events.iter().map(header).collect();
    assert_eq!(
        reported(&headers),
        [
            one("Contact", "UPDATE", &child),
            one("Account", "DELETE", &loser),
            one("Account", "UPDATE", &winner),
        ]
    );
    assert_eq!(
        headers[0]["changedFields"],
        json!(["AccountId", "LastModifiedDate"])
    );
    assert_eq!(events[0]["data"]["payload"]["AccountId"], json!(winner));
    assert_eq!(headers[1]["changedFields"], json!([]));
    let deleted = events[1]["data"]["payload"].as_object().unwrap();
    assert_eq!(deleted.len(), 1, "only the header: {deleted:?}");
    assert_eq!(events[2]["data"]["payload"]["Phone"], "1");
}

#[tokio::test]
async fn a_delete_yields_events_for_deleted_children_and_cleared_lookups() {
    let client = Client::with_org(org()).await;
    let parent = client.make("Account", json!({"Name": "Parent"})).await;
    let child = client
        .make("Account", json!({"Name": "Child", "ParentId": parent}))
        .await;
    let contact = client
        .make("Contact", json!({"LastName": "Doe", "AccountId": parent}))
        .await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    let account = client.org.schema().object("Account").unwrap();
    write(&client, |writer| writer.delete(account, &id(&parent)));
    let events = bayeux.events().await;
    let header = |event: &Json| event["data"]["payload"]["ChangeEventHeader"].clone();
    let headers: Vec<Json> = events.iter().map(header).collect();
    assert_eq!(
        reported(&headers),
        [
            one("Account", "UPDATE", &child),
            one("Account", "DELETE", &parent),
            one("Contact", "DELETE", &contact),
        ]
    );
    assert_eq!(events[0]["data"]["payload"]["ParentId"], Json::Null);
    write(&client, |writer| writer.undelete(account, &id(&parent)));
    assert_eq!(
        reported(&bayeux.headers().await),
        [
            one("Account", "UNDELETE", &parent),
            one("Contact", "UNDELETE", &contact)
        ]
    );
}

#[tokio::test]
async fn a_converted_lead_yields_events_for_all_its_records() {
    let client = Client::with_org(org()).await;
    let lead = client
        .make("Lead", json!({"LastName": "Doe", "Company": "Acme"}))
        .await;
    let task = client
        .make("Task", json!({"Subject": "Call", "WhoId": lead}))
        .await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/ChangeEvents", -1).await;
    let made = write(&client, |writer| {
        writer.convert_lead(Conversion {
            lead: id(&lead),
            account: None,
            contact: None,
            opportunity: None,
            status: "Closed - Converted".into(),
            without_opportunity: false,
            opportunity_name: None,
            overwrite_lead_source: false,
            owner: None,
            values: Default::default(),
        })
    });
    let events = bayeux.events().await;
    let header = |event: &Json| event["data"]["payload"]["ChangeEventHeader"].clone();
    let headers: Vec<Json> = events.iter().map(header).collect();
    assert_eq!(
        reported(&headers),
        [
            one("Account", "CREATE", made.account.as_str()),
            one("Contact", "CREATE", made.contact.as_str()),
            one(
                "Opportunity",
                "CREATE",
                made.opportunity.as_ref().unwrap().as_str()
            ),
            one("Task", "UPDATE", &task),
            one("Lead", "UPDATE", &lead),
        ]
    );
    let converted = &events[4]["data"]["payload"];
    assert_eq!(
        converted["ConvertedAccountId"],
        json!(made.account.as_str())
    );
    assert_eq!(converted["IsConverted"], true);
    assert_eq!(converted.get("LastModifiedDate"), None);
}

#[tokio::test]
async fn tasks_that_move_with_a_merge_yield_no_topic_events() {
    let client = Client::with_org(org()).await;
    let winner = client.make("Account", json!({"Name": "Winner"})).await;
    let loser = client.make("Account", json!({"Name": "Loser"})).await;
    let on_loser = json!({"Subject": "Call", "WhatId": loser});
    let task = client.make("Task", on_loser).await;
    let topic =
        json!({"Name": "Tasks", "ApiVersion": 62.0, "Query": "SELECT Id, WhatId FROM Task"});
    client.make("PushTopic", topic).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/topic/Tasks", -1).await;
    bayeux.follow("/data/TaskChangeEvent", -1).await;
    let account = client.org.schema().object("Account").unwrap();
    write(&client, |writer| {
        writer.merge(account, &id(&winner), &[id(&loser)], Draft::default())
    });
    let events = bayeux.events().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["channel"], "/data/TaskChangeEvent");
    assert_eq!(events[0]["data"]["payload"]["WhatId"], json!(winner));
    assert_eq!(
        events[0]["data"]["payload"]["ChangeEventHeader"]["recordIds"],
        json!([task])
    );
}

#[tokio::test]
async fn several_changes_of_a_record_in_one_transaction_yield_one_event() {
    let client = Client::with_org(org()).await;
    let known = client
        .make("Account", json!({"Name": "Known", "Fax": "1"}))
        .await;
    let other = client.make("Account", json!({"Name": "Other"})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/AccountChangeEvent", -1).await;
    let account = client.org.schema().object("Account").unwrap();
    let change = |writer: &Writer<'_>, id: &RecordId, values: &[(&str, &str)]| {
        writer
            .update(account, id, Draft::from_texts(account, values))
            .map(drop)
    };
    let new = write(&client, |writer| {
        let new = writer
            .insert(
                account,
                Draft::from_texts(account, &[("Name", "New"), ("Fax", "1")]),
            )?
            .id;
        change(
            writer,
            &new,
            &[("Fax", ""), ("Phone", "1"), ("BillingCity", "Paris")],
        )?;
        change(writer, &new, &[("BillingCountry", "France")])?;
        change(writer, &id(&known), &[("Industry", "Energy")])?;
        change(writer, &id(&other), &[("Industry", "Energy")])?;
        change(writer, &id(&known), &[("Fax", "")])?;
        Ok(new)
    });
    let events = bayeux.events().await;
    let header = |event: &Json| event["data"]["payload"]["ChangeEventHeader"].clone();
    let headers: Vec<Json> = events.iter().map(header).collect();
    assert_eq!(
        reported(&headers),
        [
            one("Account", "CREATE", new.as_str()),
            one("Account", "UPDATE", &other),
            one("Account", "UPDATE", &known),
        ]
    );
    let created = &events[0]["data"]["payload"];
    assert_eq!(created["Phone"], "1");
    assert_eq!(created.get("Fax"), None);
    assert_eq!(
        created["BillingAddress"],
        json!({"City": "Paris", "Country": "France"})
    );
    assert_eq!(headers[0]["changedFields"], json!([]));
    let changed = &events[2]["data"]["payload"];
    assert_eq!(
        (&changed["Industry"], &changed["Fax"]),
        (&json!("Energy"), &Json::Null)
    );
    let mut names: Vec<&str> = headers[2]["changedFields"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Json::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Fax", "Industry", "LastModifiedDate"]);
}

#[tokio::test]
async fn a_change_undone_within_its_transaction_yields_no_event() {
    let client = Client::with_org(org()).await;
    let known = client.make("Account", json!({"Name": "Known"})).await;
    let bayeux = Bayeux::new(&client).await;
    bayeux.follow("/data/AccountChangeEvent", -1).await;
    let account = client.org.schema().object("Account").unwrap();
    write(&client, |writer| {
        let undone = writer.in_savepoint(|| -> Result<(), ApiError> {
            writer.update(
                account,
                &id(&known),
                Draft::from_texts(account, &[("Fax", "1")]),
            )?;
            Err(ApiError::not_found())
        })?;
        assert!(undone.is_err());
        writer.update(
            account,
            &id(&known),
            Draft::from_texts(account, &[("Phone", "1")]),
        )
    });
    let events = bayeux.events().await;
    assert_eq!(events.len(), 1);
    let payload = &events[0]["data"]["payload"];
    assert_eq!(payload["Phone"], "1");
    assert_eq!(payload.get("Fax"), None);
}
