//! CSV without a header line, with delimiters that jobs do not have, and fields that every record gets.

use super::*;

fn data(host: &Host, job: usize) -> String {
    host.fake.0.borrow().jobs[job].data.clone().unwrap()
}

fn headerless(input: &str, columns: Value) -> Host {
    host(input)
        .with("header", json!("Absent"))
        .with("columns", columns)
}

#[test]
fn first_line_is_a_record_whatever_the_chunks() {
    for (input, sent) in [
        ("good,1\nbad,2\n", "Name,Ext__c\ngood,1\nbad,2\n"),
        ("\n\ngood,1\n\nbad,2", "Name,Ext__c\ngood,1\nbad,2\n"),
        (
            "\u{feff}good;1\r\nbad;2\r\n",
            "Name;Ext__c\r\ngood;1\r\nbad;2\r\n",
        ),
        // The delimiter is the one that makes as many cells as there are columns.
        ("a,b,c;1\nbad;2\n", "Name;Ext__c\na,b,c;1\nbad;2\n"),
    ] {
        for chunk in [1, 5, 1000] {
            let mut host = headerless(input, json!(["name", "EXT__C"]));
            host.chunk = chunk;
            host.run();
            assert_eq!(data(&host, 0), sent, "{input}");
            let outcomes = host.outcomes();
            assert_eq!(outcomes.len(), 2, "{input}");
            assert_eq!(outcomes[1]["success"], false);
        }
    }
}

#[test]
fn failed_records_of_a_headerless_file_load_again_with_the_same_config() {
    let input = "good,1\nbad,2\nunfit,3,4\n";
    for errors in [false, true] {
        let mut host =
            headerless(input, json!(["Name", "Ext__c"])).with("error-columns", json!(errors));
        let load = host.run();
        let failed = all_failed(&mut host, load);
        if errors {
            assert_eq!(failed[0], "sf__Id,sf__Error,Name,Ext__c");
            assert_eq!(failed.len(), 3);
        } else {
            assert_eq!(failed, ["bad,2", "unfit,3,4"]);
        }
    }
}

#[test]
fn columns_of_a_headerless_file_are_mapped_and_left_out() {
    let mut host = headerless("good|x|1\n", json!(["company", "note", "Ext__c"]))
        .with("mapping", json!([["company", "Name"], ["note", ""]]));
    host.run();
    assert_eq!(data(&host, 0), "Name|Ext__c\ngood|1\n");
}

#[test]
fn names_that_do_not_fit_the_first_record_are_refused_before_anything_is_sent() {
    let mut host = headerless("good,1,2\n", json!(["Name", "Ext__c"]));
    let fault = host.live().err().unwrap();
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.message.contains("3 cells"), "{}", fault.message);
    assert_eq!(host.fake.0.borrow().jobs.len(), 0);
    for (config, what) in [
        (json!({"header": "Absent"}), "config.columns"),
        (json!({"columns": ["Name"]}), "config.header"),
        (
            json!({"header": "Absent", "columns": ["Name"], "format": "Json"}),
            "config.header",
        ),
    ] {
        let mut host = super::host("good\n");
        for (name, value) in config.as_object().unwrap() {
            host.config[name] = value.clone();
        }
        let fault = host.live().err().unwrap();
        assert!(fault.message.contains(what), "{}", fault.message);
    }
}

#[test]
fn headerless_load_survives_every_fault() {
    let input = "good 1,1\nbad 2,2\ngood 3,3\ngood 4,4\nbad 5,5\n";
    let make = || {
        let mut host = headerless(input, json!(["Name", "Ext__c"])).with("job-records", json!(2));
        host.chunk = 7;
        host
    };
    let mut plain = make();
    plain.run();
    let requests = plain.fake.seen().len();
    for number in 0..requests {
        for disturbance in DISTURBANCES {
            let mut host = make();
            host.fake.0.borrow_mut().troubles = vec![(number, disturbance)];
            host.run();
            assert_eq!(host.outcomes().len(), 5);
            let mut loaded = host.fake.loaded();
            loaded.sort();
            assert_eq!(
                loaded,
                ["bad 2,2", "bad 5,5", "good 1,1", "good 3,3", "good 4,4"]
            );
        }
    }
}

#[test]
fn colons_and_spaces_are_sent_as_commas_and_come_back_as_they_were() {
    for (delimiter, byte) in [("Colon", ':'), ("Space", ' ')] {
        let input = format!("Name{byte}Ext__c\ngood{byte}\"a{byte}b, c\"\nbad{byte}2\n");
        let mut host = host(&input).with("column-delimiter", json!(delimiter));
        let load = host.run();
        let mut sent = "Name,Ext__c\ngood,\"a:b, c\"\nbad,2\n".to_owned();
        if byte == ' ' {
            sent = sent.replace("a:b", "a b");
        }
        assert_eq!(data(&host, 0), sent);
        assert_eq!(
            host.fake.0.borrow().jobs[0].made["columnDelimiter"],
            "COMMA"
        );
        let outcomes = host.outcomes();
        assert_eq!(outcomes[0]["success"], true);
        assert_eq!(outcomes[1]["code"], "REQUIRED_FIELD_MISSING");
        let failed = all_failed(&mut host, load);
        assert_eq!(failed, [format!("Name{byte}Ext__c"), format!("bad{byte}2")]);
    }
}

#[test]
fn every_record_gets_the_constants_in_the_form_that_is_sent() {
    let constants = json!([
        ["active__c", "yes"],
        ["parent.ext__c", "p,1"],
        ["Count__c", ""]
    ]);
    let mut csv = host("Name;Ext__c\ngood;1\nbad;2\n").with("constants", constants.clone());
    let load = csv.run();
    assert_eq!(
        data(&csv, 0),
        "Name;Ext__c;Active__c;Parent.Ext__c;Count__c\ngood;1;true;p,1;#N/A\nbad;2;true;p,1;#N/A\n"
    );
    assert_eq!(csv.outcomes()[0]["success"], true);
    assert_eq!(all_failed(&mut csv, load), ["Name;Ext__c", "bad;2"]);
    let given = r#"{"Name":"bad","Ext__c":"2"}"#;
    let mut lines = host(&format!("{given}\n"))
        .with("format", json!("Ndjson"))
        .with("constants", constants);
    let load = lines.run();
    assert_eq!(
        data(&lines, 0),
        "Name,Ext__c,Active__c,Parent.Ext__c,Count__c\nbad,2,true,\"p,1\",#N/A\n"
    );
    assert_eq!(all_failed(&mut lines, load), [given]);
}

#[test]
fn constants_that_cannot_be_are_refused_before_anything_is_sent() {
    for (constants, what) in [
        (json!([["Nmae", "x"]]), "did you mean `Name`?"),
        (json!([["Active__c", "perhaps"]]), "Active__c"),
        (json!([["Active__c", "#N/A"]]), "null"),
        (json!([["Count__c", "1"], ["count__c", "2"]]), "twice"),
        (json!([["name", "x"]]), "a column of the input"),
    ] {
        let mut host = host("Name\ngood\n").with("constants", constants);
        let fault = host.live().err().unwrap();
        assert!(fault.message.contains(what), "{}", fault.message);
        assert_eq!(host.fake.0.borrow().jobs.len(), 0);
    }
    let mut host = host("{\"Name\":\"good\"}\n{\"Ext__c\":\"1\"}\n")
        .with("format", json!("Ndjson"))
        .with("constants", json!([["Name", "x"]]));
    host.run();
    let outcomes = host.outcomes();
    assert_eq!(outcomes[0]["code"], "NOT_SENT");
    assert_eq!(outcomes[1]["success"], true);
}
