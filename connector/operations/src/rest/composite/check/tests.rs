use super::*;
use serde_json::json;

fn read(name: &str, url: &str) -> Value {
    json!({"method": "GET", "url": url, "referenceId": name})
}

fn create(name: &str, body: Value) -> Value {
    json!({"method": "POST", "url": "/services/data/v62.0/sobjects/Account", "referenceId": name, "body": body})
}

fn many(count: usize, one: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..count).map(one).collect()
}

fn says<T: std::fmt::Debug>(result: Result<T, Fault>, words: &str) {
    let message = result.unwrap_err().message;
    assert!(message.contains(words), "{message}");
}

#[test]
fn limits_hold_at_their_edge() {
    let account = |index: usize| {
        read(
            &format!("r{index}"),
            "/services/data/v62.0/sobjects/Account",
        )
    };
    let query = |index: usize| {
        read(
            &format!("r{index}"),
            "/services/data/v62.0/query?q=SELECT+Id",
        )
    };
    let collection = |index: usize| {
        read(
            &format!("r{index}"),
            "/services/data/v62.0/composite/sobjects/Account",
        )
    };
    let body = |subrequests: Vec<Value>| json!({"compositeRequest": subrequests});
    assert!(request(&body(many(25, account))).is_ok());
    says(
        request(&body(many(26, account))),
        "takes 25 subrequests in a composite request, not 26",
    );
    assert!(request(&body(many(5, query))).is_ok());
    says(
        request(&body(many(6, query))),
        "takes 5 queries and collections",
    );
    says(
        request(&body(many(6, collection))),
        "takes 5 queries and collections",
    );
    let batched = |count| json!({"batchRequests": many(count, account)});
    assert!(batch(&batched(25)).is_ok());
    says(
        batch(&batched(26)),
        "takes 25 subrequests in a batch, not 26",
    );
}

#[test]
fn graphs_are_counted_over_the_whole_payload() {
    let graph = |id: usize, nodes: usize| json!({"graphId": format!("g{id}"), "compositeRequest": many(nodes, |node| create(&format!("n{node}"), json!({})))});
    assert!(graphs(&json!({"graphs": many(50, |id| graph(id, 10))})).is_ok());
    says(
        graphs(&json!({"graphs": many(50, |id| graph(id, 11))})),
        "takes 500 subrequests",
    );
    says(
        graphs(&json!({"graphs": many(76, |id| graph(id, 1))})),
        "takes 75 graphs",
    );
    says(
        graphs(&json!({"graphs": [graph(1, 1), graph(1, 1)]})),
        "graphs[1]",
    );
    let kinds = |count| {
        let nodes = many(count, |node| {
            read(
                &format!("n{node}"),
                &format!("/services/data/v62.0/sobjects/O{node}__c/001"),
            )
        });
        json!({"graphs": [{"graphId": "g", "compositeRequest": nodes}]})
    };
    assert!(graphs(&kinds(15)).is_ok());
    says(graphs(&kinds(16)), "takes 15 combinations");
}

#[test]
fn a_chain_of_references_may_be_fifteen_long_and_no_circle() {
    let chain = |links: usize| {
        let nodes = many(links + 1, |node| match node {
            0 => create("n0", json!({})),
            _ => create(
                &format!("n{node}"),
                json!({"ParentId": format!("@{{n{}.id}}", node - 1)}),
            ),
        });
        json!({"graphs": [{"graphId": "g", "compositeRequest": nodes}]})
    };
    assert!(graphs(&chain(15)).is_ok());
    says(graphs(&chain(16)), "graph `g`");
    let circle = json!({"graphs": [{"graphId": "g", "compositeRequest": [
        create("a", json!({"ParentId": "@{b.id}"})), create("b", json!({"ParentId": "@{a.id}"}))]}]});
    says(graphs(&circle), "circle");
}

#[test]
fn what_is_missing_or_lost_is_named_with_its_place() {
    says(request(&json!([])), "`compositeRequest`");
    says(request(&json!({"compositeRequest": []})), "at least one");
    says(
        request(&json!({"compositeRequest": [{"method": "GET", "url": "/x"}]})),
        "compositeRequest[0] of the input needs `referenceId`",
    );
    says(
        request(&json!({"compositeRequest": [read("a", "/x"), read("a", "/y")]})),
        "compositeRequest[1]",
    );
    says(
        request(&json!({"compositeRequest": [create("a", json!({"ParentId": "@{b.id}"}))]})),
        "`@{b}`",
    );
    says(
        graphs(&json!({"graphs": [{"graphId": "g", "compositeRequest": [{"method": "GET"}]}]})),
        "graphs[0].compositeRequest[0] of the input needs `url`",
    );
    assert!(
        request(&json!({"compositeRequest": [create("a", json!({"Name": "50 @ {b} @{ "}))]}))
            .is_ok()
    );
}

#[test]
fn only_a_body_that_reads_may_be_sent_twice() {
    let body = |subrequests: Value| json!({"compositeRequest": subrequests});
    assert_eq!(
        request(&body(json!([read("a", "/services/data/v62.0/limits")]))).unwrap(),
        Idempotency::Safe
    );
    assert_eq!(
        request(&body(json!([read("a", "/x"), create("b", json!({}))]))).unwrap(),
        Idempotency::NonIdempotent
    );
}
