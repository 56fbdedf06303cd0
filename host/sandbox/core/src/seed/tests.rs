use crate::org::{Clock, Org};

fn one<T: rusqlite::types::FromSql>(org: &Org, sql: &str) -> T {
    org.store()
        .read(|c| c.query_row(sql, [], |row| row.get(0)))
        .unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_new_org_has_users_and_a_little_data() {
    let org = Org::builder().build().unwrap();
    assert_eq!(one::<i64>(&org, r#"SELECT count(*) FROM "Account""#), 6);
    assert_eq!(
        one::<String>(&org, r#"SELECT "Username" FROM "User""#),
        crate::org::ADMIN_USERNAME
    );
    assert_eq!(
        one::<String>(
            &org,
            r#"SELECT p."Name" FROM "Account" a JOIN "Account" p ON p."Id" = a."ParentId""#
        ),
        "United Oil & Gas"
    );
    let empty = Org::builder().without_data().build().unwrap();
    assert_eq!(one::<i64>(&empty, r#"SELECT count(*) FROM "Account""#), 0);
}

#[test]
fn a_folder_brings_objects_apps_users_and_related_records() {
    let folder = folder(&[
        (
            "objects/Depot__c.json",
            r#"{"name":"Depot__c","fields":[{"name":"Account__c","type":"reference","referenceTo":["Account"]}]}"#,
        ),
        (
            "apps.json",
            r#"[{"clientId":"app","clientSecret":"secret","rotateRefreshTokens":true}]"#,
        ),
        (
            "users.json",
            r#"[{"username":"eve@x.example","password":"pw","lastName":"Eve"}]"#,
        ),
        ("Depot__c.csv", "_ref,Name,Account__c\nd1,North,@acme\n"),
        (
            "Account.ndjson",
            "{\"_ref\":\"acme\",\"Name\":\"Acme\",\"External_Id__c\":\"X1\",\"CreatedDate\":\"2020-01-01T00:00:00Z\"}\n",
        ),
        (
            "Contact.csv",
            "\u{feff}LastName,Account.External_Id__c,DoNotCall\nRoe,X1,true\n",
        ),
    ]);
    let org = Org::builder()
        .without_data()
        .seed(folder.path())
        .build()
        .unwrap();
    assert_eq!(
        one::<String>(
            &org,
            r#"SELECT a."Name" FROM "Depot__c" d JOIN "Account" a ON a."Id" = d."Account__c""#
        ),
        "Acme"
    );
    assert!(one::<bool>(
        &org,
        r#"SELECT c."DoNotCall" FROM "Contact" c JOIN "Account" a ON a."Id" = c."AccountId""#
    ));
    assert!(
        org.app("app").unwrap().rotate_refresh_tokens
            && org.logins.verify("EVE@x.example", "pw").is_some()
    );
}

#[test]
fn an_invalid_seed_has_location_and_message() {
    let cases = [
        (
            ("Nope.json", "[]"),
            "seed Nope.json: there is no object Nope",
        ),
        (
            ("Account.json", r#"[{"Name":"A"},{"Name":""}]"#),
            "seed Account.json record 2: REQUIRED_FIELD_MISSING",
        ),
        (
            ("Contact.csv", "LastName,AccountId\nRoe,@acme\n"),
            "seed Contact.csv line 2: AccountId refers to @acme",
        ),
        (
            ("Account.ndjson", "{\"Name\":\"A\"}\n{"),
            "seed Account.ndjson line 2: JSON_PARSER_ERROR",
        ),
        (("objects/X.json", "{}"), "X.json: missing field `name`"),
    ];
    for (file, message) in cases {
        let folder = folder(&[file]);
        let error = format!(
            "{:#}",
            Org::builder().seed(folder.path()).build().unwrap_err()
        );
        assert!(error.contains(message), "{message}\n{error}");
    }
}

#[test]
fn a_file_org_comes_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.db");
    drop(
        Org::builder()
            .file(&path)
            .rows("Contact", 10)
            .build()
            .unwrap(),
    );
    let org = Org::builder()
        .file(&path)
        .rows("Contact", 10)
        .build()
        .unwrap();
    assert_eq!(
        one::<i64>(&org, r#"SELECT count(*) FROM "Contact""#),
        17,
        "neither data nor rows are loaded twice"
    );
    assert_eq!(one::<i64>(&org, r#"SELECT count(*) FROM "User""#), 1);
    assert!(
        org.logins
            .verify(crate::org::ADMIN_USERNAME, "sandbox-passwordTOKEN")
            .is_some()
    );
}

#[test]
fn generated_rows_are_the_same_every_time_and_fit_every_writable_object() {
    let make = || {
        let org = Org::builder()
            .clock(Clock::fixed(1_790_000_000_000))
            .without_data();
        [
            "Account",
            "Contact",
            "Lead",
            "Opportunity",
            "Case",
            "Task",
            "Shipment__c",
        ]
        .into_iter()
        .fold(org, |org, object| org.rows(object, 50))
        .build()
        .unwrap()
    };
    let sum = |org: &Org| {
        one::<String>(
            org,
            r#"SELECT group_concat("Name" || "AnnualRevenue" || "CreatedDate" || "Industry") FROM "Account""#,
        )
    };
    let (a, b) = (make(), make());
    assert_eq!(sum(&a), sum(&b));
    assert_eq!(
        one::<i64>(
            &a,
            r#"SELECT count(DISTINCT "SystemModstamp") FROM "Account""#
        ),
        50
    );
    assert_eq!(
        one::<i64>(
            &a,
            r#"SELECT count(*) FROM "Contact" WHERE "AccountId" IS NULL OR "Name" IS NULL"#
        ),
        0
    );
    assert!(Org::builder().rows("Nope", 1).build().is_err());
}
