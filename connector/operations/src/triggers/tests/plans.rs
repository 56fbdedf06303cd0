//! The SOQL that triggers send, and configs that they refuse.

use super::world::{World, config};
use crate::triggers::{deleted, records};
use salesforce_client::clock::Clock as _;
use salesforce_client::testing::{account, client};
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::salesforce::connector::triggers::{
    DeletedBy, DeletedConfig, QueryConfig, SameSecond, WatchConfig,
};
use salesforce_formats::soql::date;

/// The first query of a config.
fn soql(config: &WatchConfig) -> String {
    let world = World::new();
    records::created_or_updated(&world.client(), config, None, 0).unwrap();
    let queries = world.queries.borrow();
    queries[0].clone()
}

fn query(soql: &str) -> QueryConfig {
    QueryConfig {
        soql: soql.into(),
        bind: None,
        include_deleted: false,
        cursor_field: None,
        start: Some("earliest".into()),
        batch_size: None,
        look_back_seconds: None,
        settle_seconds: None,
        keep_attributes: false,
    }
}

fn bin() -> DeletedConfig {
    DeletedConfig {
        object: "Account".into(),
        by: Some(DeletedBy::QueryAll),
        fields: Some(vec!["Name".into()]),
        condition: Some("Name LIKE :part OR Name = null".into()),
        bind: Some(vec![("part".into(), r#""A%""#.into())]),
        start: Some("2023-11-14T00:00:00Z".into()),
        batch_size: None,
        look_back_seconds: None,
        settle_seconds: None,
        keep_attributes: false,
    }
}

#[test]
fn fields_and_conditions_of_the_config_are_asked_for() {
    let config = WatchConfig {
        fields: Some(vec!["name".into(), "Owner.Name".into()]),
        condition: Some("Industry = :x OR Rating = 'Hot'".into()),
        bind: Some(vec![("x".into(), r#""O'Neil""#.into())]),
        ..config("2026-01-31T10:00:00+01:00", 100)
    };
    assert_eq!(
        soql(&config),
        r"SELECT Id, SystemModstamp, name, Owner.Name FROM Account WHERE (Industry = 'O\'Neil' OR Rating = 'Hot') AND SystemModstamp >= 2026-01-31T09:00:00Z ORDER BY SystemModstamp ASC, Id ASC LIMIT 100"
    );
}

#[test]
fn a_chosen_cursor_field_orders_the_rows() {
    let config = WatchConfig {
        cursor_field: Some("SystemModStamp".into()),
        fields: Some(vec!["FIELDS(ALL)".into()]),
        ..config("earliest", 2_000)
    };
    assert_eq!(
        soql(&config),
        "SELECT FIELDS(ALL) FROM Account WHERE SystemModStamp != null ORDER BY SystemModStamp ASC, Id ASC LIMIT 200"
    );
}

#[test]
fn without_fields_all_that_the_object_has_are_read() {
    let (client, script, _) = client([account()]);
    let config = WatchConfig {
        fields: None,
        ..config("earliest", 100)
    };
    records::created(&client, &config, None, 0).unwrap_err();
    let sent = script.sent();
    let all = "SELECT%20CreatedDate%2C%20Active__c%2C%20AnnualRevenue%2C%20BillingAddress";
    assert!(sent[2].contains(all), "{sent:?}");
}

#[test]
fn deleted_rows_in_the_recycle_bin_are_found_by_query_all() {
    let world = World::new();
    deleted::deleted(&world.client(), &bin(), None, 0).unwrap();
    assert_eq!(
        world.queries.borrow()[0],
        "SELECT Id, SystemModstamp, Name FROM Account WHERE (IsDeleted = true AND (Name LIKE 'A%' OR Name = null)) AND SystemModstamp >= 2023-11-14T00:00:00Z ORDER BY SystemModstamp ASC, Id ASC LIMIT 200"
    );
}

#[test]
fn a_query_keeps_its_own_condition_and_gets_what_it_lacks() {
    let world = World::new();
    let config = query(
        "select Name, (SELECT Id FROM Contacts LIMIT 3) from Account where A = 1 or B = 2 WITH SECURITY_ENFORCED",
    );
    records::query(&world.client(), &config, None, 0).unwrap();
    assert_eq!(
        world.queries.borrow()[0],
        "SELECT Id, SystemModstamp, Name, (SELECT Id FROM Contacts LIMIT 3) from Account WHERE (A = 1 or B = 2) AND SystemModstamp != null WITH SECURITY_ENFORCED ORDER BY SystemModstamp ASC, Id ASC LIMIT 200"
    );
}

#[test]
fn queries_that_would_hide_rows_are_refused() {
    for (soql, words) in [
        ("SELECT Id FROM Account ORDER BY Name", "a clause ORDER"),
        ("SELECT Id FROM Account LIMIT 5", "a clause LIMIT"),
        ("SELECT COUNT(Id) FROM Account", "aggregates"),
        ("SELECT COUNT() FROM Account", "aggregates"),
        (
            "SELECT Name, COUNT(Id) FROM Account GROUP BY Name",
            "aggregates",
        ),
        ("UPDATE Account", "not SOQL"),
    ] {
        let world = World::new();
        let fault = records::query(&world.client(), &query(soql), None, 0).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config, "{soql}");
        assert!(fault.message.contains(words), "{soql}: {}", fault.message);
        assert!(world.queries.borrow().is_empty(), "{soql}");
    }
}

#[test]
fn a_start_that_long_ago_is_counted_back_from_the_time_of_the_org_and_kept() {
    let world = World::new();
    world.ahead.set(7_200);
    let (hour, begun) = (3_600, world.now());
    let first = records::created_or_updated(&world.client(), &config("-1h", 100), None, 0);
    let first = first.unwrap();
    let from = date::of_unix_seconds(begun - hour).unwrap();
    let queries = |world: &World| world.queries.borrow().clone();
    assert!(
        queries(&world)[0].contains(&format!("SystemModstamp >= {from}")),
        "{:?}",
        queries(&world)
    );
    // What is resumed does not begin anew, however late it is.
    world.clock.sleep_ms(60_000);
    let config = config("-5m", 100);
    let from_first = Some(first.checkpoint.as_str());
    records::created_or_updated(&world.client(), &config, from_first, 0).unwrap();
    let early = date::of_unix_seconds(begun - 600 - 2).unwrap();
    let last = queries(&world).pop().unwrap();
    assert!(last.contains(&early), "{last} {early}");
}

#[test]
fn configs_that_mean_nothing_are_refused() {
    let refused = |config: WatchConfig| {
        let fault =
            records::created_or_updated(&World::new().client(), &config, None, 0).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config);
        fault.message
    };
    let base = || config("now", 100);
    let cursor = refused(WatchConfig {
        cursor_field: Some("Owner.CreatedDate".into()),
        ..base()
    });
    assert!(cursor.contains("config.cursor-field"), "{cursor}");
    let condition = refused(WatchConfig {
        condition: Some("Name = 'x' LIMIT 3".into()),
        ..base()
    });
    assert!(condition.contains("a clause LIMIT"), "{condition}");
    let open = refused(WatchConfig {
        condition: Some("(Name = 'x'".into()),
        ..base()
    });
    assert!(open.contains("parentheses"), "{open}");
    let start = refused(config("soon", 100));
    assert!(start.contains("config.start"), "{start}");
    let fields = DeletedConfig { by: None, ..bin() };
    let fault = deleted::deleted(&World::new().client(), &fields, None, 0).unwrap_err();
    assert!(
        fault.message.contains("config.fields goes with"),
        "{}",
        fault.message
    );
}

#[test]
fn checkpoints_do_not_serve_other_triggers() {
    let world = World::new();
    let batch = records::created(&world.client(), &config("now", 100), None, 0).unwrap();
    let from = Some(batch.checkpoint.as_str());
    let fault = records::updated(&world.client(), &config("now", 100), from, 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Config);
    let from = Some("{}");
    let fault = records::updated(&world.client(), &config("now", 100), from, 0).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CheckpointLost);
}

#[test]
fn only_updates_have_a_same_second() {
    let config = WatchConfig {
        same_second: Some(SameSecond::Skip),
        ..config("now", 100)
    };
    for of in [records::created, records::created_or_updated] {
        let fault = of(&World::new().client(), &config, None, 0).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Config);
    }
    assert!(records::updated(&World::new().client(), &config, None, 0).is_ok());
}
