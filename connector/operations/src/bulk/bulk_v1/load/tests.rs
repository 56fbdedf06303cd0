use super::*;
use crate::bulk::testing::{DISTURBANCES, Disturbance, Fake, assert_passes, fake, lines, read};
use salesforce_client::transport::scripted::TestClock;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::sink::Sink;
use serde_json::{Value, json};

mod backpressure;
mod faults;
mod mapped;
mod unclear;
mod unsaved;

/// Runs loads as a host does.
struct Host {
    fake: Fake,
    clock: TestClock,
    config: Value,
    input: String,
    journal: Option<String>,
    outcomes: String,
    opened: u32,
}

fn host(input: &str) -> Host {
    let (fake, clock) = fake();
    Host {
        fake,
        clock,
        config: json!({"batch_records": 4}),
        input: input.to_owned(),
        journal: None,
        outcomes: String::new(),
        opened: 0,
    }
}

impl Host {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.config[name] = value;
        self
    }

    fn manages(self, rows: usize, before: usize) -> Self {
        {
            let bulk_v1 = &mut self.fake.0.borrow_mut().bulk_v1;
            bulk_v1.manages = Some(rows);
            bulk_v1.manages_before = before;
        }
        self
    }

    fn open(&mut self) -> Result<Load, Fault> {
        self.opened += 1;
        let mut full = json!({
            "object": "Account", "operation": "Insert", "external_id_field": null, "assignment_rule_id": null, "serial": false,
            "format": null, "column_delimiter": null, "columns": [], "mapping": [], "empty_values": null, "null_text": null,
            "batch_records": null, "max_splits": null, "outcome_format": null, "max_rejected": null, "error_columns": false, "poll_max_ms": null,
            "wait_seconds": null
        });
        for (name, value) in self.config.as_object().unwrap() {
            full[name] = value.clone();
        }
        let config = serde_json::from_value(full).unwrap();
        open(
            self.fake.client(&self.clock),
            config,
            self.journal.as_deref(),
        )
    }

    /// One life of a load: it dies after so many calls, or by a fault. The journal of the last call may not have been kept.
    fn live(&mut self, dies_after: usize, keeps_last: bool) -> Result<Option<Load>, Fault> {
        let mut load = self.open()?;
        if self.journal.is_none() {
            self.journal = Some(load.journal());
        }
        let mut left = dies_after;
        let taken: Value = serde_json::from_str(self.journal.as_deref().unwrap()).unwrap();
        let from = usize::try_from(taken["taken"].as_u64().unwrap()).unwrap();
        for chunk in self.input.clone().as_bytes()[from..].chunks(20) {
            load.write(chunk)?;
            if !self.survives(&load, &mut left, keeps_last) {
                return Ok(None);
            }
        }
        load.close()?;
        if !self.survives(&load, &mut left, keeps_last) {
            return Ok(None);
        }
        while !load.watch(1_000)?.done {
            if !self.survives(&load, &mut left, keeps_last) {
                return Ok(None);
            }
        }
        self.journal = Some(load.journal());
        self.outcomes += &read(load.outcomes(OutcomeSet::All)?)?;
        self.journal = Some(load.journal());
        Ok(Some(load))
    }

    fn survives(&mut self, load: &Load, left: &mut usize, keeps_last: bool) -> bool {
        if *left > 0 || keeps_last {
            self.journal = Some(load.journal());
        }
        let lives = *left > 0;
        *left = left.saturating_sub(1);
        lives
    }

    /// Lives until the load is done, opening it again after faults that pass.
    fn run(&mut self) -> Load {
        loop {
            match self.live(usize::MAX, true) {
                Ok(load) => return load.unwrap(),
                Err(fault) => assert_passes(&fault, self.opened),
            }
        }
    }

    fn outcomes(&self) -> Vec<Value> {
        let lines = self.outcomes.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Every row has one outcome, in order, and was processed once.
    fn is_whole(&self) {
        let outcomes = self.outcomes();
        let sent: Vec<String> = lines(&self.input)[1..].to_vec();
        let numbers = outcomes.iter().map(|row| row["row"].as_u64().unwrap());
        assert!(numbers.eq(1..=sent.len() as u64), "{}", self.outcomes);
        let mut loaded = self.fake.0.borrow().bulk_v1.loaded();
        loaded.sort();
        let mut sorted = sent.clone();
        sorted.sort();
        assert_eq!(loaded, sorted);
        for (row, outcome) in sent.iter().zip(&outcomes) {
            assert_eq!(outcome["success"], !row.contains("bad"), "{row}: {outcome}");
        }
    }
}

/// A CSV of as many rows, some of them bad.
fn rows(count: usize) -> String {
    let mut text = String::from("Name,Ext__c\n");
    for number in 0..count {
        let name = if number % 7 == 3 { "bad" } else { "good" };
        text += &format!("{name},\"{number},\n\"\n");
    }
    text
}

#[test]
fn every_row_gets_its_outcome_in_input_order_and_the_job_is_closed() {
    let mut host = host(&rows(10));
    host.fake.0.borrow_mut().bulk_v1.polls = 2;
    host.run();
    host.is_whole();
    assert_eq!(
        host.outcomes()[3],
        json!({"row": 4, "success": false, "created": false, "code": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [Name]", "fields": ["Name"]})
    );
    let inside = host.fake.0.borrow();
    assert_eq!(inside.bulk_v1.sizes(), [4, 4, 2]);
    assert_eq!(inside.bulk_v1.jobs[0].state, "Closed");
}

#[test]
fn serial_mode_and_the_external_id_are_asked_for() {
    let mut host = host("Ext__c\n1\n")
        .with("serial", json!(true))
        .with("operation", json!("Upsert"))
        .with("external_id_field", json!("Ext__c"));
    host.run();
    let inside = host.fake.0.borrow();
    assert_eq!(
        inside.bulk_v1.jobs[0].made,
        json!({"object": "Account", "operation": "upsert", "externalIdFieldName": "Ext__c", "contentType": "CSV",
            "concurrencyMode": "Serial"})
    );
}

#[test]
fn batches_have_commas_whatever_the_input_has() {
    let mut host = host("Name;Ext__c\r\n\"a;b\";1,5\r\n;2\r\n");
    host.run();
    let inside = host.fake.0.borrow();
    assert_eq!(
        inside.bulk_v1.jobs[0].batches[0].data,
        "Name,Ext__c\na;b,\"1,5\"\n,2\n"
    );
}

#[test]
fn records_with_other_fields_go_into_a_batch_of_their_own() {
    let input = "{\"Name\":\"a\"}\n{\"Name\":\"b\"}\n{\"Name\":\"c\",\"Ext__c\":\"1\"}\n";
    let mut host = host(input).with("format", json!("Ndjson"));
    host.run();
    let inside = host.fake.0.borrow();
    let data: Vec<&str> = inside.bulk_v1.jobs[0]
        .batches
        .iter()
        .map(|batch| batch.data.as_str())
        .collect();
    assert_eq!(data, ["Name\na\nb\n", "Name,Ext__c\nc,1\n"]);
}

#[test]
fn record_that_is_not_fit_has_its_outcome_in_its_place() {
    let mut host = host("Name,Active__c\na,true\nb,maybe\nc,false\n");
    host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes[1]["code"], "NOT_SENT");
    assert_eq!(outcomes[2]["id"], "001C00000000000001");
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [2]);
}

#[test]
fn batch_that_takes_too_long_is_split_and_nothing_is_sent_twice() {
    for (manages, before) in [(1, 0), (2, 0), (2, 1), (3, 3)] {
        let mut host = host(&rows(11)).manages(manages, before);
        host.run();
        host.is_whole();
        assert!(host.fake.0.borrow().bulk_v1.sizes().len() > 3);
    }
}

#[test]
fn splitting_ends_and_what_was_never_done_is_told() {
    let mut host = host(&rows(4)).manages(0, 0).with("max_splits", json!(1));
    let mut load = host.run();
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [4, 2, 2]);
    for outcome in host.outcomes() {
        assert_eq!(outcome["code"], "BATCH_FAILED");
        assert_eq!(outcome["unprocessed"], true);
    }
    let left = read(load.outcomes(OutcomeSet::Unprocessed).unwrap()).unwrap();
    assert_eq!(left, rows(4));
    assert_eq!(load.watch(0).unwrap().failed, 4);
}

#[test]
fn batch_processed_out_of_order_is_not_split() {
    let mut host = host(&rows(4)).manages(3, 1);
    host.fake.0.borrow_mut().bulk_v1.out_of_order = true;
    host.run();
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [4]);
    let told: Vec<bool> = host
        .outcomes()
        .iter()
        .map(|outcome| outcome["unprocessed"] == true)
        .collect();
    assert_eq!(told, [false, true, true, false]);
}

#[test]
fn batch_that_is_wrong_fails_as_a_whole_and_is_not_split() {
    let mut host = host(&rows(3));
    host.fake.0.borrow_mut().bulk_v1.fails = Some("InvalidBatch : Field name not found".into());
    host.run();
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [3]);
    assert_eq!(
        host.outcomes()[0]["message"],
        "InvalidBatch : Field name not found"
    );
}

#[test]
fn every_record_has_an_outcome_after_the_load_was_given_up() {
    let mut host = host(&rows(9));
    assert!(host.live(6, true).unwrap().is_none());
    let mut load = host.open().unwrap();
    load.abort().unwrap();
    host.journal = Some(load.journal());
    drop(load);
    let before = host.fake.0.borrow().bulk_v1.sizes().len();
    host.run();
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes().len(), before);
    let outcomes = host.outcomes();
    assert_eq!(outcomes.len(), 9);
    assert_eq!(outcomes[8]["code"], "NOT_SENT");
    assert_eq!(host.fake.0.borrow().bulk_v1.jobs[0].state, "Aborted");
}

fn sent_and_rejected() -> Host {
    host("Name,Active__c\na,true\nb,maybe\n")
}

#[test]
fn input_may_change_until_it_is_sent() {
    let mut host = host(&rows(3));
    let mut load = host.open().unwrap();
    load.write(host.input.clone().as_bytes()).unwrap();
    load.close().unwrap();
    host.journal = Some(load.journal());
    assert!(host.fake.0.borrow().bulk_v1.sizes().is_empty());
    host.input = host.input.replacen("good", "fine", 1);
    host.run();
    host.is_whole();
    let mut host = sent_and_rejected();
    let mut load = host.open().unwrap();
    load.write(host.input.clone().as_bytes()).unwrap();
    load.close().unwrap();
    while host.fake.0.borrow().bulk_v1.sizes().is_empty() {
        load.watch(0).unwrap();
    }
    host.journal = Some(load.journal());
    host.input = host.input.replace("a,true", "c,true");
    let fault = host.live(usize::MAX, true).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Config, "{fault:?}");
    assert_eq!(host.fake.0.borrow().bulk_v1.sizes(), [1]);
}

#[test]
fn batches_of_somebody_else_are_not_taken_for_ones_own() {
    let mut host = host(&rows(3));
    let mut load = host.open().unwrap();
    load.write(host.input.clone().as_bytes()).unwrap();
    load.close().unwrap();
    host.journal = Some(load.journal());
    let job = load.job().unwrap();
    let client = host.fake.client(&host.clock);
    for _ in 0..2 {
        wire::add_batch(&client, &job, b"Name\nx\n").unwrap();
    }
    let fault = host.live(usize::MAX, true).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Conflict);
}

#[test]
fn wait_that_is_over_is_a_state_and_goes_on() {
    let mut host = host(&rows(3)).with("wait_seconds", json!(1));
    host.fake.0.borrow_mut().bulk_v1.polls = 20;
    let fault = host.live(usize::MAX, true).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(fault.message.contains("750C0"), "{}", fault.message);
    host.run();
    host.is_whole();
}

#[test]
fn load_that_is_given_up_aborts_its_job() {
    let mut host = host(&rows(9));
    let mut load = host.open().unwrap();
    load.write(host.input.clone().as_bytes()).unwrap();
    load.abort().unwrap();
    assert_eq!(host.fake.0.borrow().bulk_v1.jobs[0].state, "Aborted");
}

#[test]
fn journal_of_the_other_load_is_refused() {
    let mut host = host(&rows(1));
    host.journal = Some(
        r#"{"version":1,"taken":0,"dialect":null,"columns":[],"parts":[],"closed":false}"#.into(),
    );
    assert_eq!(host.open().err().unwrap().kind, FaultKind::Config);
}

#[test]
fn input_without_records_makes_no_job() {
    let mut host = host("Name\n");
    let mut load = host.run();
    assert!(host.fake.0.borrow().bulk_v1.jobs.is_empty());
    assert!(load.watch(0).unwrap().done);
}
