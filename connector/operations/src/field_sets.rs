//! FIELDS() in a query, replaced by the names that the object's describe lists, where the API would refuse it: REST and SOAP take
//! FIELDS(ALL) and FIELDS(CUSTOM) for 200 rows at most, Bulk API takes neither (SOQL and SOSL Reference, "FIELDS()").

use salesforce_client::client::Client;
use salesforce_client::describe::{Described, Field, described};
use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::MAX_FIELDS_ROWS;
use salesforce_formats::soql::field_sets::{self, FieldSet};
use salesforce_formats::soql::narrow::Cut;
use salesforce_formats::soql::{Item, SelectList};
use std::collections::HashSet;

/// Returns a query for REST or SOAP. Only one that the org would refuse is changed.
pub fn unbounded(client: &Client, soql: String) -> Result<String, Fault> {
    let sets = field_sets::find(&soql);
    if sets.iter().all(|(_, set)| *set == FieldSet::Standard) {
        return Ok(soql);
    }
    let limit = Cut::parse(&soql).and_then(|cut| cut.limit());
    if limit.is_some_and(|limit| limit <= u64::from(MAX_FIELDS_ROWS)) {
        return Ok(soql);
    }
    let Some(select) = SelectList::read(&soql) else {
        return Ok(soql);
    };
    let object = described(client, &select.from)?;
    named(&soql, &object, |_| true)
}

/// Returns the query with names in place of each FIELDS(): of the fields that the API carries, without those that the query names itself.
pub fn named(
    soql: &str,
    object: &Described,
    carries: impl Fn(&Field) -> bool,
) -> Result<String, Fault> {
    let mut known = own_names(soql);
    let mut out = String::with_capacity(soql.len());
    let mut copied = 0;
    for (range, set) in field_sets::find(soql) {
        let fields = object.fields();
        let wanted = fields.filter(|field| set.has(field.custom) && carries(field));
        let names: Vec<&str> = wanted
            .filter(|field| known.insert(field.name.to_ascii_lowercase()))
            .map(|field| field.name.as_str())
            .collect();
        if names.is_empty() {
            return Err(Fault::config(format!(
                "{} stands for no field of {} that the query does not name itself: leave it out",
                soql.get(range).unwrap_or("FIELDS()"),
                object.name
            )));
        }
        out.push_str(soql.get(copied..range.start).unwrap_or_default());
        out.push_str(&names.join(", "));
        copied = range.end;
    }
    out.push_str(soql.get(copied..).unwrap_or_default());
    Ok(out)
}

/// The object's own fields that the query names: Salesforce refuses to read a field twice.
fn own_names(soql: &str) -> HashSet<String> {
    let items = SelectList::read(soql).map_or_else(Vec::new, |select| select.items);
    let names = items.into_iter().filter_map(|item| match item {
        Item::Value(mut path) if path.len() == 1 => path.pop(),
        _ => None,
    });
    names.map(|name| name.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::testing::{client, describe_of};

    const FIELDS: &str = r#"[{"name":"Id","type":"id"},{"name":"Name","type":"string"},
        {"name":"BillingAddress","type":"address"},{"name":"Ext__c","type":"string","custom":true}]"#;

    fn complete(soql: &str) -> (Result<String, Fault>, usize) {
        let (client, script, _) = client([describe_of("Account", FIELDS, "[]")]);
        let soql = unbounded(&client, soql.to_owned());
        (soql, script.requests().len())
    }

    #[test]
    fn what_the_org_would_refuse_is_named_in_the_order_of_the_describe() {
        for (soql, named) in [
            (
                "SELECT FIELDS(ALL) FROM Account",
                "SELECT Id, Name, BillingAddress, Ext__c FROM Account",
            ),
            (
                "SELECT Name, fields(custom), Owner.Name FROM Account LIMIT 201",
                "SELECT Name, Ext__c, Owner.Name FROM Account LIMIT 201",
            ),
            (
                "SELECT ext__C, FIELDS(STANDARD), FIELDS(ALL), Id FROM Account",
                "SELECT ext__C, Name, BillingAddress FROM Account",
            ),
        ] {
            let (complete, _) = complete(soql);
            if soql.contains("STANDARD") {
                let message = complete.unwrap_err().message;
                assert!(
                    message.starts_with("FIELDS(ALL) stands for no field"),
                    "{message}"
                );
            } else {
                assert_eq!(complete.unwrap(), named);
            }
        }
    }

    #[test]
    fn what_the_org_takes_is_left_to_it() {
        for soql in [
            "SELECT FIELDS(ALL) FROM Account LIMIT 200",
            "SELECT FIELDS(STANDARD) FROM Account",
            "SELECT Id, (SELECT FIELDS(ALL) FROM Contacts LIMIT 200) FROM Account",
            "SELECT Id FROM Account",
        ] {
            let (complete, sent) = complete(soql);
            assert_eq!((complete.unwrap().as_str(), sent), (soql, 0));
        }
    }
}
