//! Subscriptions that return some of the events: what is passed over, what never is, and what the checkpoint says of both.

use super::subscriptions::{
    CHANNEL, attribute, config, connect_refused, earliest, events, handshake, ids, poll, said,
    subscribed,
};
use crate::events::filter::{EventFilter, Verdict};
use salesforce_client::testing::client;
use salesforce_client::transport::scripted::Play;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::events::{
    ChangeOperation, SubscribeConfig, UndecidedPolicy,
};
use salesforce_contract::message::Batch;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A subscription to events whose number is greater than this.
fn above(number: u32) -> SubscribeConfig {
    let filter = json!({"field": "N__c", "operator": ">", "value": number});
    SubscribeConfig {
        filter: Some(filter.to_string()),
        ..earliest()
    }
}

fn checkpoint(batch: &Batch) -> Value {
    serde_json::from_str(&batch.checkpoint).unwrap()
}

#[test]
fn what_does_not_match_is_passed_over_counted_and_not_asked_for_again() {
    let (client, script, _) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 1, 21), (CHANNEL, 2, 21)]),
        events(&[(CHANNEL, 3, 21), (CHANNEL, 12, 21), (CHANNEL, 4, 21)]),
        connect_refused("403::Unknown client", "handshake"),
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 5, 21), (CHANNEL, 15, 22)]),
    ]);
    let config = above(10);
    let first = poll(&client, &config, None, 0);
    let found = poll(&client, &config, Some(&first), 1_000);
    assert_eq!(ids(&found), ["12"]);
    assert_eq!(attribute(&found, 0, "passed-over"), Some("3"));
    assert_eq!(
        checkpoint(&found),
        json!({"v": 1, "at": {CHANNEL: {"id": "4"}}, "passed": {CHANNEL: 1}})
    );
    let next = poll(&client, &config, Some(&found), 1_000);
    assert_eq!(ids(&next), ["15"]);
    assert_eq!(attribute(&next, 0, "passed-over"), Some("2"));
    assert!(checkpoint(&next).get("passed").is_none());
    assert!(
        said(&script).contains(&format!("{CHANNEL}@4")),
        "{:?}",
        said(&script)
    );
}

#[test]
fn a_poll_that_passes_over_everything_moves_the_checkpoint_and_another_instance_goes_on_there() {
    let quiet = Play::Late(100_000, Box::new(events(&[])));
    let (first_client, ..) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 1, 21), (CHANNEL, 2, 21)]),
        quiet,
    ]);
    let config = above(10);
    let begun = poll(&first_client, &config, None, 0);
    let nothing = poll(&first_client, &config, Some(&begun), 5_000);
    assert!(nothing.messages.is_empty() && !nothing.more);
    assert_eq!(
        checkpoint(&nothing),
        json!({"v": 1, "at": {CHANNEL: {"id": "2"}}, "passed": {CHANNEL: 2}})
    );
    let (second_client, script, _) = client([
        handshake("d"),
        subscribed(&[CHANNEL]),
        events(&[(CHANNEL, 11, 23)]),
    ]);
    let found = poll(&second_client, &config, Some(&nothing), 1_000);
    assert_eq!(said(&script)[1], format!("{CHANNEL}@2"));
    assert_eq!(ids(&found), ["11"]);
    assert_eq!(attribute(&found, 0, "passed-over"), Some("2"));
}

#[test]
fn what_is_passed_over_does_not_move_the_checkpoint_beyond_what_waits() {
    let (client, ..) = client([
        handshake("c"),
        subscribed(&[CHANNEL]),
        events(&[
            (CHANNEL, 11, 21),
            (CHANNEL, 1, 21),
            (CHANNEL, 12, 21),
            (CHANNEL, 2, 21),
        ]),
    ]);
    let config = SubscribeConfig {
        batch_size: Some(1),
        ..above(10)
    };
    let begun = poll(&client, &config, None, 0);
    let first = poll(&client, &config, Some(&begun), 1_000);
    assert_eq!(ids(&first), ["11"]);
    assert_eq!(checkpoint(&first)["at"][CHANNEL]["id"], "1");
    let second = poll(&client, &config, Some(&first), 1_000);
    assert_eq!((ids(&second), second.more), (vec!["12"], true));
    assert_eq!(attribute(&second, 0, "passed-over"), Some("1"));
    assert_eq!(
        checkpoint(&second),
        json!({"v": 1, "at": {CHANNEL: {"id": "2"}}, "passed": {CHANNEL: 1}})
    );
}

#[test]
fn events_that_are_passed_over_are_no_reason_to_wait_longer() {
    let mut plays = vec![handshake("c"), subscribed(&[CHANNEL])];
    plays.extend((1..9).map(|id| events(&[(CHANNEL, id, 21)])));
    plays.push(events(&[(CHANNEL, 20, 22)]));
    let (client, _, clock) = client(plays);
    let config = above(10);
    let begun = poll(&client, &config, None, 0);
    let found = poll(&client, &config, Some(&begun), 1_000);
    assert_eq!(attribute(&found, 0, "passed-over"), Some("8"));
    use salesforce_client::clock::Clock as _;
    assert_eq!(clock.monotonic_ms(), 0);
}

/// A filter of changes.
fn changes(config: SubscribeConfig) -> EventFilter {
    EventFilter::parse(&config).unwrap().unwrap()
}

fn subscription() -> SubscribeConfig {
    config(&["/data/ChangeEvents", "/topic/Accounts"])
}

fn judged(filter: &EventFilter, event: &Value) -> Verdict {
    filter.judge(&RawValue::from_string(event.to_string()).unwrap())
}

fn change(kind: &str, entity: &str, fields: Value) -> Value {
    let mut event = json!({"schema": "s", "payload": fields, "event": {"replayId": 1}});
    event["payload"]["ChangeEventHeader"] = json!({
        "entityName": entity, "changeType": kind, "recordIds": ["001D000000IqhSLIAZ"], "changedFields": ["Industry", "LastModifiedDate"]
    });
    event
}

#[test]
fn changes_are_told_apart_by_kind_and_object_and_gaps_never_pass() {
    let filter = changes(SubscribeConfig {
        operations: Some(vec![ChangeOperation::Updated, ChangeOperation::Undeleted]),
        entities: Some(vec!["account".into()]),
        ..subscription()
    });
    let topic =
        |kind: &str| json!({"event": {"type": kind, "replayId": 1}, "sobject": {"Id": "001"}});
    for (event, verdict) in [
        (change("UPDATE", "Account", json!({})), Verdict::Deliver),
        (change("UNDELETE", "Account", json!({})), Verdict::Deliver),
        (change("CREATE", "Account", json!({})), Verdict::PassOver),
        (change("DELETE", "Account", json!({})), Verdict::PassOver),
        (change("UPDATE", "Contact", json!({})), Verdict::PassOver),
        (change("GAP_CREATE", "Contact", json!({})), Verdict::Deliver),
        (
            change("GAP_OVERFLOW", "Contact", json!({})),
            Verdict::Deliver,
        ),
        (change("NEW_KIND", "Account", json!({})), Verdict::Deliver),
        (topic("updated"), Verdict::Deliver),
        (topic("created"), Verdict::PassOver),
        (json!({"payload": {"A__c": 1}}), Verdict::Deliver),
        (json!([1]), Verdict::Deliver),
    ] {
        assert_eq!(judged(&filter, &event), verdict, "{event}");
    }
}

#[test]
fn missing_fields_are_empty_in_new_records_and_undecided_in_others() {
    let by = |condition: Value| {
        changes(SubscribeConfig {
            filter: Some(condition.to_string()),
            ..subscription()
        })
    };
    let energy = json!({"field": "Industry", "operator": "equal", "value": "energy"});
    let filter = by(energy.clone());
    let fields = |industry: Value| json!({"Industry": industry, "Name": {"LastName": "Ada"}});
    for (kind, fields, verdict) in [
        ("CREATE", fields("Energy".into()), Verdict::Deliver),
        ("CREATE", fields("Media".into()), Verdict::PassOver),
        ("CREATE", json!({}), Verdict::PassOver),
        ("UNDELETE", json!({}), Verdict::PassOver),
        ("UPDATE", fields(Value::Null), Verdict::PassOver),
        ("UPDATE", json!({"Phone": "1"}), Verdict::Undecided),
        ("DELETE", json!({}), Verdict::Undecided),
    ] {
        let event = change(kind, "Account", fields);
        assert_eq!(judged(&filter, &event), verdict, "{event}");
    }
    let strict = changes(SubscribeConfig {
        filter: Some(energy.to_string()),
        undecided: Some(UndecidedPolicy::PassOver),
        ..subscription()
    });
    let deleted = change("DELETE", "Account", json!({}));
    assert_eq!(judged(&strict, &deleted), Verdict::PassOver);
    let gap = change("GAP_DELETE", "Account", json!({}));
    assert_eq!(judged(&strict, &gap), Verdict::Deliver);
    // What the event has may decide without what it lacks.
    let phone = |phone: &str| change("UPDATE", "Account", json!({"Phone": phone}));
    let is_one = json!({"field": "Phone", "operator": "equal", "value": "1"});
    let either = by(json!({"or": [energy, is_one]}));
    assert_eq!(judged(&either, &phone("1")), Verdict::Deliver);
    assert_eq!(judged(&either, &phone("2")), Verdict::Undecided);
    let both = by(json!({"and": [energy, is_one]}));
    assert_eq!(judged(&both, &phone("2")), Verdict::PassOver);
    assert_eq!(judged(&both, &phone("1")), Verdict::Undecided);
    let not = by(json!({"not": energy}));
    assert_eq!(judged(&not, &phone("1")), Verdict::Undecided);
}

#[test]
fn every_operator_compares_as_in_soql() {
    let event = change(
        "CREATE",
        "Account",
        json!({"Name": {"LastName": "Lovelace"}, "AnnualRevenue": 1500.5, "Regions__c": "North;South", "IsActive__c": true, "CloseDate": "2026-01-31", "At__c": "2026-01-31T10:00:00.000Z"}),
    );
    for (field, operator, value, verdict) in [
        ("Name.LastName", "like", json!("LOVE%"), Verdict::Deliver),
        (
            "name.lastname",
            "starts-with",
            json!("love"),
            Verdict::Deliver,
        ),
        (
            "Name.LastName",
            "ends-with",
            json!("love"),
            Verdict::PassOver,
        ),
        ("Name.LastName", "contains", json!("vela"), Verdict::Deliver),
        (
            "Name.LastName.More",
            "equal",
            json!("x"),
            Verdict::Undecided,
        ),
        ("AnnualRevenue", ">=", json!(1500.5), Verdict::Deliver),
        ("AnnualRevenue", ">", json!(1500.5), Verdict::PassOver),
        ("AnnualRevenue", "<", json!(2000), Verdict::Deliver),
        ("AnnualRevenue", "in", json!([1, 1500.50]), Verdict::Deliver),
        ("AnnualRevenue", "not-in", json!([1, 2]), Verdict::Deliver),
        (
            "AnnualRevenue",
            "equal",
            json!("1500.5"),
            Verdict::Undecided,
        ),
        (
            "Regions__c",
            "includes",
            json!(["South;North"]),
            Verdict::Deliver,
        ),
        (
            "Regions__c",
            "includes",
            json!(["West", "East"]),
            Verdict::PassOver,
        ),
        ("Regions__c", "excludes", json!(["West"]), Verdict::Deliver),
        ("IsActive__c", "equal", json!(true), Verdict::Deliver),
        ("IsActive__c", "!=", json!(true), Verdict::PassOver),
        (
            "CloseDate",
            "<=",
            json!({"date": "2026-01-31"}),
            Verdict::Deliver,
        ),
        (
            "At__c",
            "<",
            json!({"datetime": "2026-01-31T11:00:00+01:00"}),
            Verdict::PassOver,
        ),
        ("Phone", "equal", Value::Null, Verdict::Deliver),
        ("Phone", "!=", json!("1"), Verdict::Deliver),
        ("Phone", "<", json!("1"), Verdict::PassOver),
        ("Phone", "like", json!("%"), Verdict::PassOver),
        (
            "ChangeEventHeader.changedFields",
            "includes",
            json!(["industry"]),
            Verdict::Deliver,
        ),
        (
            "ChangeEventHeader.recordIds",
            "includes",
            json!(["001D000000IqhSLIAZ"]),
            Verdict::Deliver,
        ),
        (
            "ChangeEventHeader.changeType",
            "in",
            json!(["CREATE"]),
            Verdict::Deliver,
        ),
    ] {
        let filter = json!({"field": field, "operator": operator, "value": value});
        let filter = changes(SubscribeConfig {
            filter: Some(filter.to_string()),
            ..subscription()
        });
        assert_eq!(
            judged(&filter, &event),
            verdict,
            "{field} {operator} {value}"
        );
    }
}

#[test]
fn filters_that_no_event_can_meet_are_refused_before_anything_is_sent() {
    let of = |channel: &str| config(&[channel]);
    let by = |filter: &str| SubscribeConfig {
        filter: Some(filter.into()),
        ..subscription()
    };
    for (config, why) in [
        (
            SubscribeConfig {
                operations: Some(vec![ChangeOperation::Created]),
                ..of(CHANNEL)
            },
            "config.operations goes with",
        ),
        (
            SubscribeConfig {
                entities: Some(vec!["Account".into()]),
                ..of("/topic/Accounts")
            },
            "config.entities goes with",
        ),
        (
            SubscribeConfig {
                filter: Some("{}".into()),
                ..of("/u/x")
            },
            "config.filter goes with",
        ),
        (by("5"), "config.filter is no filter"),
        (by(r#"{"and": []}"#), "config.filter.and is empty"),
        (
            by(r#"{"field": "A", "operator": "equal"}"#),
            "config.filter has no `value`",
        ),
        (
            by(r#"{"field": "A B", "operator": "equal", "value": 1}"#),
            "no name of a field",
        ),
        (
            by(r#"{"not": {"field": "A", "operator": "near", "value": 1}}"#),
            "config.filter.not.operator",
        ),
        (
            by(r#"{"field": "A", "operator": "<", "value": true}"#),
            "has an order",
        ),
        (
            by(r#"{"field": "A", "operator": "in", "query": {}}"#),
            "a member `query`",
        ),
        (
            by(r#"{"or": [{"field": "A", "operator": ">", "value": {"literal": "TODAY"}}]}"#),
            "config.filter.or[0].value",
        ),
    ] {
        let fault = EventFilter::parse(&config).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config);
        assert!(fault.message.contains(why), "{}", fault.message);
    }
}
