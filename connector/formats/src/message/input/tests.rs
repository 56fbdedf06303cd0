use super::*;
use crate::testing::message;

fn read_with(media_type: &str, body: &str, object: Option<&str>) -> Result<Vec<String>, String> {
    let message = message(media_type, body);
    let document = Document::open(&message, object, Options::default());
    let records = document.and_then(|document| document.records()?.collect::<Result<Vec<_>, _>>());
    let records = records.map_err(|error| error.to_string())?;
    Ok(records
        .iter()
        .map(|record| serde_json::to_string(&record.node).unwrap())
        .collect())
}

fn read(media_type: &str, body: &str) -> Vec<String> {
    read_with(media_type, body, Some("Account")).unwrap()
}

fn refused(media_type: &str, body: &str) -> String {
    read_with(media_type, body, Some("Account")).unwrap_err()
}

#[test]
fn json_is_one_object_a_list_or_a_wrapped_list() {
    let cases = [
        (r#" {"Name":"A"} "#, vec![r#"{"Name":"A"}"#]),
        (r#"[]"#, vec![]),
        (
            r#"[ {"A":1} , {"A":null}]"#,
            vec![r#"{"A":1}"#, r#"{"A":null}"#],
        ),
        (
            r#"{"records":[{"A":1},{"A":2}]}"#,
            vec![r#"{"A":1}"#, r#"{"A":2}"#],
        ),
        (
            r#"{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Account","url":"/x"},"A":1}]}"#,
            vec![r#"{"attributes":{"type":"Account"},"A":1}"#],
        ),
        (
            r#"{"Name":"A","records":[]}"#,
            vec![r#"{"Name":"A","records":[]}"#],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(read("application/json", body), expected, "{body}");
    }
}

#[test]
fn json_numbers_and_text_keep_every_digit_and_character() {
    let body = r#"{"N":123456789012345678,"D":1.10,"E":-1E+5,"L":0.1000000000000000000001,"S":"\u00e9\n\"😀","O":{"P":{"Q":[1,true,[]]}}}"#;
    let expected = r#"{"N":123456789012345678,"D":1.10,"E":-1E+5,"L":0.1000000000000000000001,"S":"é\n\"😀","O":{"P":{"Q":[1,true,[]]}}}"#;
    assert_eq!(read("application/json", body), [expected]);
    assert_eq!(
        read("application/x-ndjson", &format!("\n{body}\r\n\n")),
        [expected]
    );
}

#[test]
fn broken_json_is_refused_with_its_place() {
    let cases = [
        ("", "empty"),
        ("7", "it is neither (line 1, byte 0)"),
        (
            "[{\"A\":1},\n {\"A\" 1}]",
            "line 2, the record is not JSON: expected `:`",
        ),
        ("[{\"A\":1}", "cut short"),
        ("[{\"A\":1} {\"A\":2}]", "lacks a comma between two records"),
        ("[{\"A\":1}] x", "goes on behind its end"),
        ("{\"A\":1}\n{\"A\":2}", "application/x-ndjson"),
        ("{\"records\":[]} x", "goes on behind its end"),
        (
            "{\"allOrNone\":true,\"records\":[]}",
            "`all-or-none` in the config",
        ),
        (
            "[{\"A\":1},\n5]",
            "behind a comma of its list (line 2, byte 10)",
        ),
        (
            "{\"records\":[],\"Name\":\"A\"}",
            "has `Name` behind its list",
        ),
        ("[{\"A\":\"\\ud800\"}]", "half a surrogate pair"),
    ];
    for (body, words) in cases {
        let sentence = refused("application/json", body);
        assert!(sentence.contains(words), "{body}: {sentence}");
    }
    let deep = format!("{}1{}", "{\"A\":".repeat(70), "}".repeat(70));
    assert!(refused("application/json", &deep).contains("64 levels"));
    let sentence = refused("application/x-ndjson", "{\"A\":1}\n\n{\"A\":1} {}\n");
    assert!(
        sentence.contains("record 1 (line 3): the record is not JSON"),
        "{sentence}"
    );
}

#[test]
fn csv_cells_are_absent_null_or_text() {
    let body = "\u{feff}Name,Phone,Owner.Email,\"Account:Parent.Ext__c\"\r\n\"A, \"\"B\"\"\r\nC\",,#N/A,x\r\n,1,, \r\n";
    assert_eq!(
        read("text/csv", body),
        [
            r##"{"Name":"A, \"B\"\r\nC","Owner":null,"Parent":{"attributes":{"type":"Account"},"Ext__c":"x"}}"##,
            r#"{"Phone":"1","Parent":{"attributes":{"type":"Account"},"Ext__c":" "}}"#,
        ]
    );
}

#[test]
fn csv_delimiters_are_detected_or_told() {
    for (name, delimiter) in [
        ("comma", ','),
        ("semicolon", ';'),
        ("tab", '\t'),
        ("pipe", '|'),
        ("caret", '^'),
        ("backquote", '`'),
    ] {
        let body =
            format!("A{delimiter}\"B\"{delimiter}C\n1{delimiter}\"2{delimiter}\"{delimiter}3\n");
        let expected = [format!(
            "{{\"A\":\"1\",\"B\":{},\"C\":\"3\"}}",
            serde_json::to_string(&format!("2{delimiter}")).unwrap()
        )];
        assert_eq!(read("text/csv", &body), expected);
        assert_eq!(
            read(&format!("text/csv; charset=UTF-8; delimiter={name}"), &body),
            expected
        );
    }
    assert_eq!(
        read("text/csv; delimiter=\";\"", "A;B,C\n1;2\n"),
        [r#"{"A":"1","B,C":"2"}"#]
    );
    assert_eq!(
        read("text/csv", "A\n1\n\n2"),
        [r#"{"A":"1"}"#, r#"{"A":"2"}"#]
    );
}

#[test]
fn broken_csv_is_refused_with_its_line() {
    let cases = [
        (
            "A,B\r\n1,2\r\n1\r\n",
            "record 1 (line 3): the record has 1 cells",
        ),
        (
            "A,B\n1\n",
            "the record has 1 cells, but 2 columns are named",
        ),
        (
            "A,a\n",
            "Column 2 of the input, `a`, is there twice: keep one of the two",
        ),
        (
            "A,\n",
            "Column 2 of the input has no name: name the field that its cells hold",
        ),
        ("A..B\n", "names no field"),
        ("A\n\"x\n2\n", "never closed"),
    ];
    for (body, words) in cases {
        let sentence = refused("text/csv", body);
        assert!(sentence.contains(words), "{body}: {sentence}");
    }
    assert!(refused("text/csv; header=absent", "A\n").contains("first line"));
    assert!(refused("text/csv; delimiter=x", "A\n").contains("semicolon"));
    assert!(refused("text/csv; charset=latin1", "A\n").contains("UTF-8"));
    assert!(refused("text/plain", "A\n").contains("text/csv"));
}

const XSI: &str = r#"xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance""#;

#[test]
fn xml_takes_the_shapes_of_boomi() {
    let account = r#"{"attributes":{"type":"Account"},"Name":"A & <B>"}"#;
    let cases = [
        ("<?xml version='1.0' encoding='UTF-8'?><Account><Name>A &amp; &#60;B<![CDATA[>]]></Name></Account>".to_owned(), vec![account]),
        ("<records type='Account'><Name>A &amp; &lt;B&gt;</Name></records>".to_owned(), vec![account]),
        ("<records><Account><Name>A &amp; &lt;B></Name></Account>\n<Account/></records>".to_owned(), vec![account, r#"{"attributes":{"type":"Account"}}"#]),
        ("<data><records type='Account'><Name>A &amp; &lt;B></Name></records></data>".to_owned(), vec![account]),
        (format!("<sf:account xmlns:sf='urn:x' {XSI}><sf:Name xsi:nil='true'/><sf:Phone/></sf:account>"), vec![r#"{"attributes":{"type":"Account"},"Name":null}"#]),
        ("<Account><Owner type='User'><Email>x</Email></Owner></Account>".to_owned(), vec![r#"{"attributes":{"type":"Account"},"Owner":{"attributes":{"type":"User"},"Email":"x"}}"#]),
        ("<records/>".to_owned(), vec![]),
        ("<?xml version='1.0'?>\n<Account><Name>A &amp; &lt;B></Name></Account>\n<?xml version='1.0'?>\n<Account/>\n".to_owned(), vec![account, r#"{"attributes":{"type":"Account"}}"#]),
        ("<rows><row><Name> x </Name></row></rows>".to_owned(), vec![r#"{"Name":" x "}"#]),
        (
            "<Account><Contacts><done>true</done><records type='Contact'><LastName>X</LastName></records><records type='Contact'><LastName>Y</LastName></records><totalSize>2</totalSize></Contacts></Account>".to_owned(),
            vec![r#"{"attributes":{"type":"Account"},"Contacts":[{"attributes":{"type":"Contact"},"LastName":"X"},{"attributes":{"type":"Contact"},"LastName":"Y"}]}"#],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(read("application/xml", &body), expected, "{body}");
    }
}

#[test]
fn xml_takes_the_shapes_of_wso2() {
    let read = |body: &str| read_with("application/xml", body, None).unwrap();
    let account = r#"{"attributes":{"type":"Account"},"Name":"A"}"#;
    let cases = [
        (
            "<f:sObjects xmlns:f='sfdc' type='Account'><f:sObject><f:Name>A</f:Name></f:sObject><f:sObject><f:Name>A</f:Name></f:sObject></f:sObjects>",
            vec![account, account],
        ),
        (
            "<sobjects type='Account'><sobject><Name>A</Name></sobject></sobjects>",
            vec![account],
        ),
        (
            "<sObjects><sObject><type>Account</type><fieldsToNull>Site</fieldsToNull><fieldsToNull>Phone</fieldsToNull><Name>A</Name></sObject></sObjects>",
            vec![r#"{"attributes":{"type":"Account"},"Site":null,"Phone":null,"Name":"A"}"#],
        ),
        (
            "<sObjects type='Account'><sObject><Type>Prospect</Type><Parent><Ext__c>1</Ext__c></Parent></sObject></sObjects>",
            vec![r#"{"attributes":{"type":"Account"},"Type":"Prospect","Parent":{"Ext__c":"1"}}"#],
        ),
        (
            "<sObjects type='Account'><sObject type='Lead'><LastName>A</LastName></sObject></sObjects>",
            vec![r#"{"attributes":{"type":"Lead"},"LastName":"A"}"#],
        ),
        ("<sObjects type='Account'/>", vec![]),
        ("<sObjects type='Account'></sObjects>", vec![]),
        (
            "<records xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:type='sf:sObject'><type>Account</type><Id>1</Id><Id>1</Id><Name>A</Name></records>",
            vec![r#"{"attributes":{"type":"Account"},"Id":"1","Name":"A"}"#],
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(read(body), expected, "{body}");
    }
}

#[test]
fn xml_tells_a_record_from_a_list_without_the_object() {
    let read = |body: &str| read_with("text/xml", body, None).unwrap();
    let one = r#"{"attributes":{"type":"Contact"},"Account":{"Ext__c":"1"},"LastName":"X"}"#;
    assert_eq!(
        read("<Contact><Account><Ext__c>1</Ext__c></Account><LastName>X</LastName></Contact>"),
        [one]
    );
    let lead = r#"{"attributes":{"type":"Lead"},"LastName":"X"}"#;
    assert_eq!(
        read("<all><Lead><LastName>X</LastName></Lead><Lead><LastName>X</LastName></Lead></all>"),
        [lead, lead]
    );
}

#[test]
fn dangerous_or_broken_xml_is_refused_with_its_place() {
    let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><Account><Name>&c;</Name></Account>";
    let deep = format!(
        "<Account>{}{}</Account>",
        "<a>".repeat(70),
        "</a>".repeat(70)
    );
    let cases = [
        (bomb, "document type definition"),
        ("<Account><Name>&c;</Name></Account>", "entity `&c;`"),
        ("<Account>\n<Name></Account>", "end tag"),
        ("<Account><Name>A</Name>", "cut short"),
        ("<Account/>x", "text outside of elements"),
        ("<records/><Account/>", "goes on after its root"),
        ("<Account/><Account>", "cut short"),
        (
            "<Account>text<Name>A</Name></Account>",
            "text between the elements",
        ),
        (
            "<Account><Name>A</Name><Name>B</Name></Account>",
            "`Name` twice",
        ),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><Account/>",
            "save the document as UTF-8",
        ),
        ("", "empty"),
        (deep.as_str(), "64 levels"),
    ];
    for (body, words) in cases {
        let sentence = refused("application/xml", body);
        assert!(sentence.contains(words), "{body}: {sentence}");
    }
}

#[test]
fn records_know_their_place() {
    let places = |media_type: &str, body: &str| -> Vec<(u64, u64)> {
        let message = message(media_type, body);
        let document = Document::open(&message, None, Options::default()).unwrap();
        document
            .records()
            .unwrap()
            .map(|record| {
                let place = record.unwrap().position;
                (place.index, place.line)
            })
            .collect()
    };
    assert_eq!(places("application/json", "[{},\n\n{}]"), [(0, 1), (1, 3)]);
    assert_eq!(places("application/x-ndjson", "{}\n\n{}"), [(0, 1), (1, 3)]);
    assert_eq!(places("text/csv", "A\n\"x\ny\"\nz\n"), [(0, 2), (1, 4)]);
    let crlf = "A\r\n\"x\r\ny\"\r\n\r\nz\r\n";
    assert_eq!(places("text/csv", crlf), [(0, 2), (1, 5)]);
    assert_eq!(
        places(
            "text/xml",
            "<r>\n<record><A>1</A></record>\n<record>\n<A>1</A></record></r>"
        ),
        [(0, 2), (1, 3)]
    );
}

#[test]
fn plain_ids_stand_for_records_only_where_asked() {
    let message = message("application/json", r#"["001", {"Id":"002"}]"#);
    let options = Options {
        plain_ids: true,
        ..Options::default()
    };
    let ids: Vec<String> = Document::open(&message, None, options)
        .unwrap()
        .records()
        .unwrap()
        .map(|record| record.unwrap().node.text("id").unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["001", "002"]);
    assert!(refused("application/json", r#"["001"]"#).contains("something else than a record"));
}

#[test]
fn plain_ids_stand_in_elements_of_their_own() {
    let options = Options {
        plain_ids: true,
        ..Options::default()
    };
    for (body, expected) in [
        (
            "<f:sObjects xmlns:f='sfdc'><f:Ids>001</f:Ids><f:Ids>002</f:Ids></f:sObjects>",
            vec!["001", "002"],
        ),
        ("<ids><id>001</id><id>002</id></ids>", vec!["001", "002"]),
        ("<all><ids>001</ids></all>", vec!["001"]),
        ("<ids>001</ids>", vec!["001"]),
        (
            "<sObjects><sObject><Id>001</Id></sObject></sObjects>",
            vec!["001"],
        ),
        ("<Account><Id>001</Id></Account>", vec!["001"]),
        ("<Account><Id>001</Id><Name>A</Name></Account>", vec!["001"]),
    ] {
        let message = message("application/xml", body);
        let document = Document::open(&message, None, options).unwrap();
        let ids: Vec<String> = document
            .records()
            .unwrap()
            .map(|record| record.unwrap().node.text("Id").unwrap().to_owned())
            .collect();
        assert_eq!(ids, expected, "{body}");
    }
    let twice = refused("application/xml", "<r><ids>001</ids><ids>002</ids></r>");
    assert!(twice.contains("`ids` twice"), "{twice}");
}

#[test]
fn only_one_record_is_one_record() {
    let only = |body: &str| {
        let message = message("application/x-ndjson", body);
        Document::open(&message, None, Options::default())
            .unwrap()
            .only()
            .map_err(|error| error.to_string())
    };
    assert!(only("{}").is_ok());
    assert!(only("").unwrap_err().contains("no record"));
    assert!(only("{}\n{}").unwrap_err().contains("`collections`"));
}
