use super::*;
use crate::org::Org;
use sandbox_soql::{Options, Plan};

#[test]
fn the_standard_setup_is_good_for_the_shipped_schema() {
    let text = include_str!("standard.json");
    let setup: Setup = serde_json::from_str(text).unwrap();
    let org = Org::builder().build().unwrap();
    let options = Options::new(org.admin().as_str(), org.clock().now());
    let check = |soql: String| {
        Plan::new(&soql, org.schema(), &options).unwrap_or_else(|error| panic!("{soql}: {error}"));
    };
    let condition = |object: &str, condition: Option<&str>| {
        let filter = condition.map_or(String::new(), |it| format!(" WHERE {it}"));
        check(format!("SELECT Id FROM {object}{filter}"));
    };
    for process in &setup.approvals {
        condition(&process.object, process.entry.as_deref());
    }
    for rule in &setup.workflow_rules {
        condition(&rule.object, Some(&rule.criteria));
    }
    for rule in &setup.assignment_rules {
        for entry in &rule.entries {
            condition(&rule.object, entry.criteria.as_deref());
            assert!(
                setup
                    .queues
                    .iter()
                    .any(|queue| queue.developer_name == entry.queue)
            );
        }
    }
    for report in &setup.reports {
        let fields: Vec<_> = report
            .columns
            .iter()
            .map(|(_, path)| path.as_str())
            .collect();
        check(format!(
            "SELECT {} FROM {}",
            fields.join(", "),
            report.object
        ));
        let is_column = |name: &String| report.columns.iter().any(|(column, _)| column == name);
        assert!(report.groupings.iter().chain([&report.sort]).all(is_column));
    }
    for object in org.schema().objects() {
        for view in list_view::all(object) {
            check(view.soql());
        }
    }
}

#[test]
fn the_setup_is_found_by_soql_under_the_ids_of_its_entries() {
    let org = Org::builder().without_data().build().unwrap();
    let name = |table: &str, id: &RecordId| -> String {
        let sql = format!("SELECT Name FROM \"{table}\" WHERE Id = ?1");
        org.store()
            .read(|c| c.query_row(&sql, [id.as_str()], |row| row.get(0)).unwrap())
    };
    let setup = standard();
    assert!(!setup.reports.is_empty());
    for (at, report) in setup.reports.iter().enumerate() {
        let id = id("00O", at);
        assert_eq!(name("Report", &id), report.name);
        assert_eq!(
            entry(&setup.reports, "00O", id.as_str()).unwrap().1.name,
            report.name
        );
    }
    assert_eq!(
        name("ProcessDefinition", &id("04a", 0)),
        setup.approvals[0].name
    );
    assert!(entry(&setup.reports, "00O", "00O000000000000AAA").is_none());
}
