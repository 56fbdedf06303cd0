use super::*;

fn insert(store: &Store, id: &str, external: &str) -> Result<(), StoreError> {
    store.write(|tx| {
        tx.execute(
            r#"INSERT INTO "Account" ("Id", "Name", "External_Id__c") VALUES (?1, 'A', ?2)"#,
            [id, external],
        )?;
        Ok(())
    })
}

#[test]
fn tables_have_a_column_for_every_field_but_compounds() {
    let schema = Schema::shipped().unwrap();
    let store = Store::in_memory(&schema).unwrap();
    for object in schema.objects() {
        for field in object.fields() {
            let sql = format!(
                "SELECT count(*) FROM pragma_table_info('{}') WHERE name = '{}'",
                object.name, field.name
            );
            let found: i64 = store
                .read(|c| c.query_row(&sql, [], |row| row.get(0)))
                .unwrap();
            assert_eq!(
                found,
                i64::from(!field.is_compound()),
                "{}.{}",
                object.name,
                field.name
            );
        }
    }
}

#[test]
fn external_ids_are_unique_among_what_is_not_deleted() {
    let store = Store::in_memory(&Schema::shipped().unwrap()).unwrap();
    insert(&store, "001A", "x-1").unwrap();
    assert!(
        insert(&store, "001B", "X-1").is_err(),
        "case does not make a difference"
    );
    store
        .write(|tx| tx.execute(r#"UPDATE "Account" SET "IsDeleted" = 1"#, []))
        .unwrap();
    insert(&store, "001B", "X-1").unwrap();
}

#[test]
fn failed_work_leaves_nothing_behind() {
    let store = Store::in_memory(&Schema::shipped().unwrap()).unwrap();
    let failed: Result<(), StoreError> = store.write(|tx| {
        tx.execute(r#"INSERT INTO "Account" ("Id") VALUES ('001A')"#, [])?;
        Err(StoreError::QueryReturnedNoRows)
    });
    assert!(failed.is_err());
    let left: i64 = store
        .read(|c| c.query_row(r#"SELECT count(*) FROM "Account""#, [], |row| row.get(0)))
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_file_keeps_its_records_when_fields_and_objects_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.db");
    insert(
        &Store::in_file(&path, &Schema::shipped().unwrap()).unwrap(),
        "001A",
        "x-1",
    )
    .unwrap();
    let wider = Schema::load([
        (
            "Account.json",
            r#"{"name":"Account","fields":[{"name":"Vip__c","type":"boolean"},{"name":"Tier__c","type":"int"}]}"#,
        ),
        ("Depot__c.json", r#"{"name":"Depot__c"}"#),
    ]);
    let store = Store::in_file(&path, &wider.unwrap()).unwrap();
    let row: (String, bool, Option<i64>) = store
        .read(|c| {
            c.query_row(
                r#"SELECT "Id", "Vip__c", "Tier__c" FROM "Account""#,
                [],
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
        })
        .unwrap();
    assert_eq!(row, ("001A".into(), false, None));
    store
        .read(|c| c.execute_batch(r#"SELECT "Id" FROM "Depot__c""#))
        .unwrap();
}

#[test]
fn readers_of_a_file_see_what_was_written_and_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::in_file(&folder.path().join("org.db"), &Schema::shipped().unwrap()).unwrap();
    insert(&store, "001A", "x-1").unwrap();
    let seen: i64 = store
        .read(|c| c.query_row(r#"SELECT count(*) FROM "Account""#, [], |row| row.get(0)))
        .unwrap();
    assert_eq!(seen, 1);
    assert!(
        store
            .read(|c| c.execute(r#"DELETE FROM "Account""#, []))
            .is_err()
    );
}

#[test]
fn writes_within_a_write_are_kept_or_undone_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::shipped().unwrap();
    let store = Store::in_file(&folder.path().join("org.db"), &schema).unwrap();
    let count = || -> i64 {
        store
            .read(|c| c.query_row(r#"SELECT count(*) FROM "Account""#, [], |row| row.get(0)))
            .unwrap()
    };
    let undone: Result<(), StoreError> = store.write(|_| {
        insert(&store, "001A", "x-1")?;
        assert_eq!(count(), 1, "the thread that writes sees its own records");
        Err(StoreError::QueryReturnedNoRows)
    });
    assert!(undone.is_err());
    assert_eq!(count(), 0);
    let kept: Result<(), StoreError> = store.write(|_| {
        insert(&store, "001A", "x-1")?;
        assert!(insert(&store, "001B", "x-1").is_err(), "undone alone");
        insert(&store, "001C", "x-3")
    });
    kept.unwrap();
    assert_eq!(count(), 2);
}
