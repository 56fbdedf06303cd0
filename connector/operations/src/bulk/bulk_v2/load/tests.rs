use super::*;
use crate::bulk::testing::{DISTURBANCES, Disturbance, Fake, assert_passes, fake, lines, read};
use salesforce_client::transport::scripted::TestClock;
use salesforce_contract::bindings::FaultKind;
use salesforce_contract::bindings::exports::mediation::connector::mediator::OutcomeSet;
use salesforce_contract::sink::Sink;
use serde_json::{Value, json};

mod aborted;
mod backpressure;
mod cleaned_up;
mod faults;
mod headerless;
mod inputs;
mod json;
mod mapped;
mod reconciled;
mod rejected;
mod rewritten;

mod unsaved;
mod untaken;
mod uploads;

/// Runs loads as a host does.
struct Host {
    fake: Fake,
    clock: TestClock,
    config: Value,
    input: Vec<u8>,
    chunk: usize,
    journal: Option<String>,
    outcomes: Vec<u8>,
    opened: u32,
}

fn host(input: &str) -> Host {
    let (fake, clock) = fake();
    Host {
        fake,
        clock,
        config: json!({"object": "Account", "operation": "Insert"}),
        input: input.as_bytes().to_vec(),
        chunk: 16,
        journal: None,
        outcomes: Vec::new(),
        opened: 0,
    }
}

impl Host {
    fn with(mut self, name: &str, value: Value) -> Self {
        self.config[name] = value;
        self
    }

    fn config(&self) -> LoadConfig {
        let mut full = json!({
            "external_id_field": null, "assignment_rule_id": null, "format": null, "column_delimiter": null, "columns": [], "mapping": [],
            "empty_values": null, "null_text": null, "job_megabytes": null, "job_records": null, "outcome_format": null, "max_rejected": null,
            "error_columns": false, "sized_uploads": false, "delete_jobs": false, "poll_max_ms": null, "wait_seconds": null
        });
        for (name, value) in self.config.as_object().unwrap() {
            full[name.replace('-', "_")] = value.clone();
        }
        serde_json::from_value(full).unwrap()
    }

    fn open(&mut self) -> Result<Load, Fault> {
        self.opened += 1;
        let client = self.fake.client(&self.clock);
        open(client, self.config(), self.journal.as_deref())
    }

    /// Keeps the journal, as a host does whenever it may have changed.
    fn keep(&mut self, load: &Load) {
        self.journal = Some(load.journal());
    }

    /// One life of a load; a fault ends it.
    fn live(&mut self) -> Result<Load, Fault> {
        let mut load = self.open()?;
        self.keep(&load);
        let taken = taken(self.journal.as_deref().unwrap());
        for chunk in self.input.clone()[taken..].chunks(self.chunk) {
            load.write(chunk)?;
            self.keep(&load);
            self.collect(&mut load)?;
        }
        load.close()?;
        self.keep(&load);
        while !load.watch(1_000)?.done {
            self.keep(&load);
        }
        self.keep(&load);
        self.collect(&mut load)?;
        Ok(load)
    }

    fn collect(&mut self, load: &mut Load) -> Result<(), Fault> {
        let text = read(load.outcomes(OutcomeSet::All)?)?;
        self.outcomes.extend(text.into_bytes());
        self.keep(load);
        Ok(())
    }

    /// Lives until the load is done, opening it again after faults that pass.
    fn run(&mut self) -> Load {
        loop {
            match self.live() {
                Ok(load) => return load,
                Err(fault) => assert_passes(&fault, self.opened),
            }
        }
    }

    fn outcomes(&self) -> Vec<Value> {
        let text = String::from_utf8(self.outcomes.clone()).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Every row has one outcome, in order, and every good one is in the org once.
    fn is_whole(&self, rows: usize) {
        let outcomes = self.outcomes();
        let numbers: Vec<u64> = outcomes
            .iter()
            .map(|row| row["row"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=rows as u64).collect::<Vec<_>>());
        let input = String::from_utf8(self.input.clone()).unwrap();
        let mut sent: Vec<String> = lines(&input)[1..].to_vec();
        let mut loaded = self.fake.loaded();
        sent.sort();
        loaded.sort();
        assert_eq!(loaded, sent);
        for (row, outcome) in lines(&input)[1..].iter().zip(&outcomes) {
            assert_eq!(outcome["success"], !row.contains("bad"), "{row}: {outcome}");
        }
    }
}

/// The records that were not saved, read as a host does: the input is written again as long as the journal wants it.
fn all_failed(host: &mut Host, mut load: Load) -> Vec<String> {
    let mut text = String::new();
    for _ in 0..4 {
        text += &read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
        host.keep(&load);
        let journal: Value = serde_json::from_str(host.journal.as_deref().unwrap()).unwrap();
        if journal["again"] != true {
            return lines(&text);
        }
        load = host.run();
    }
    panic!("records are wanted again and again");
}

fn taken(journal: &str) -> usize {
    let journal: Value = serde_json::from_str(journal).unwrap();
    usize::try_from(journal["taken"].as_u64().unwrap()).unwrap()
}

/// A CSV of as many rows, some of them bad, some of them equal.
fn rows(count: usize) -> String {
    let mut text = String::from("Name,Ext__c\n");
    for number in 0..count {
        let name = if number % 7 == 3 { "bad" } else { "good" };
        text += &format!("{name} \"\"{}\"\",\"{}\n\"\n", number % 5, number / 2)
            .replace("good \"\"", "\"good \"\"")
            .replace("bad \"\"", "\"bad \"\"")
            .replace("\"\",\"", "\"\"\",\"");
    }
    text
}

#[test]
fn every_row_gets_its_outcome_in_input_order() {
    let mut host = host(&rows(50));
    host.run();
    host.is_whole(50);
    let outcomes = host.outcomes();
    assert_eq!(
        outcomes[3],
        json!({"row": 4, "success": false, "created": false, "code": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [Name]", "fields": ["Name"]})
    );
    assert_eq!(
        outcomes[0],
        json!({"row": 1, "id": "001000000000000000", "success": true, "created": true})
    );
}

#[test]
fn input_is_split_into_jobs_of_bounded_size() {
    let mut host = host(&rows(25)).with("job-records", json!(10));
    host.run();
    host.is_whole(25);
    let inside = host.fake.0.borrow();
    let sizes: Vec<usize> = inside
        .jobs
        .iter()
        .map(|job| lines(job.data.as_ref().unwrap()).len() - 1)
        .collect();
    assert_eq!(sizes, [10, 10, 5]);
    assert_eq!(
        inside.jobs[0].made,
        json!({"object": "Account", "operation": "insert", "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"})
    );
}

#[test]
fn one_write_passes_one_checkpoint_and_the_journal_names_it() {
    let mut host = host(&rows(9)).with("job-records", json!(3));
    let mut load = host.open().unwrap();
    let input = host.input.clone();
    load.write(&input).unwrap();
    let mut stages = Vec::new();
    for _ in 0..9 {
        let journal: Value = serde_json::from_str(&load.journal()).unwrap();
        let parts = journal["parts"].as_array().unwrap();
        stages.push((parts.len(), parts.last().unwrap()["stage"].clone()));
        load.write(b"").unwrap();
    }
    let expected = [
        (1, "open"),
        (1, "uploaded"),
        (1, "closed"),
        (2, "open"),
        (2, "uploaded"),
        (2, "closed"),
        (3, "open"),
        (3, "open"),
        (3, "open"),
    ];
    let stages: Vec<(usize, &str)> = stages
        .iter()
        .map(|(count, stage)| (*count, stage.as_str().unwrap()))
        .collect();
    assert_eq!(stages, expected);
}

#[test]
fn wait_that_is_over_is_a_timeout_that_names_the_jobs_and_the_load_goes_on() {
    let mut host = host(&rows(5)).with("wait-seconds", json!(5));
    host.fake.0.borrow_mut().polls = 8;
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Timeout);
    assert!(
        fault.message.contains("7500") && fault.message.contains("nothing has failed"),
        "{}",
        fault.message
    );
    host.run();
    host.is_whole(5);
    assert_eq!(host.fake.0.borrow().jobs.len(), 1);
}

#[test]
fn pauses_between_looks_grow_up_to_the_cap() {
    let mut host = host(&rows(5)).with("poll-max-ms", json!(600));
    host.fake.0.borrow_mut().polls = 5;
    host.run();
    // A watch that ends before the next look is due does not look.
    assert_eq!(host.clock.slept(), [200, 300, 450, 50, 550, 450, 150]);
}

#[test]
fn failed_job_leaves_its_records_unprocessed() {
    let mut host = host(&rows(5));
    host.fake.0.borrow_mut().fails = true;
    let mut load = host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes.len(), 5);
    assert_eq!(outcomes[4]["unprocessed"], true);
    assert_eq!(outcomes[4]["code"], "JOB_FAILED");
    assert_eq!(
        outcomes[4]["message"],
        "InvalidBatch : Field name not found : Nmae"
    );
    let mut again = lines(&read(load.outcomes(OutcomeSet::Unprocessed).unwrap()).unwrap());
    again[1..].reverse();
    assert_eq!(again.len(), 6);
}

#[test]
fn failed_records_come_back_in_the_form_of_the_input() {
    let input = "Name;Ext__c\r\ngood;1\r\n\"bad; one\";2\r\n";
    let mut host = host(input).with("error-columns", json!(true));
    let mut load = host.run();
    let failed = read(load.outcomes(OutcomeSet::Failed).unwrap()).unwrap();
    assert_eq!(
        failed,
        "sf__Id;sf__Error;Name;Ext__c\r\n;REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --;\"bad; one\";2\r\n"
    );
    assert_eq!(
        host.fake.0.borrow().jobs[0].made["columnDelimiter"],
        "SEMICOLON"
    );
    assert_eq!(host.fake.0.borrow().jobs[0].made["lineEnding"], "CRLF");
}

#[test]
fn outcomes_as_csv_have_one_header() {
    let mut host = host(&rows(6))
        .with("job-records", json!(2))
        .with("outcome-format", json!("Csv"));
    host.run();
    let text = String::from_utf8(host.outcomes.clone()).unwrap();
    let found = lines(&text);
    assert_eq!(found.len(), 7);
    assert_eq!(
        found[0],
        "row,id,success,created,code,message,fields,unprocessed"
    );
    assert_eq!(
        found[4],
        "4,,false,false,REQUIRED_FIELD_MISSING,Required fields are missing: [Name],Name,false"
    );
}

#[test]
fn aborted_load_aborts_its_jobs() {
    let mut host = host(&rows(9)).with("job-records", json!(3));
    host.fake.0.borrow_mut().polls = 9;
    let mut load = host.open().unwrap();
    for chunk in host.input.clone().chunks(30) {
        load.write(chunk).unwrap();
    }
    load.abort().unwrap();
    assert!(
        host.fake
            .0
            .borrow()
            .jobs
            .iter()
            .all(|job| job.state == "Aborted")
    );
}
