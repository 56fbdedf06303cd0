use std::time::Duration;

use insta::assert_snapshot;
use mediate::contract::{Head, Metadata, Progress};
use serde_json::json;

use super::{console, under_headings};
use crate::console::captured;
use crate::transfer::{extract, load};
use crate::{abort, call, progress, test};

const TOOK: Duration = Duration::from_millis(2_540);

fn head() -> Head {
    Head {
        media_type: "text/csv".into(),
        metadata: Metadata {
            records: Some(300_000),
            headers: vec![("set-cookie".into(), "sid=1".into())],
            ..Metadata::default()
        },
    }
}

#[test]
fn reads() {
    let bare = Head::default();
    let texts = [
        ("with rows", extract::summary(&head(), 9_000_000, TOOK)),
        (
            "without",
            extract::summary(&bare, 1, Duration::from_secs(90)),
        ),
        (
            "attributes",
            captured::during(|| {
                call::attributes(&head().media_type, &head().metadata, console(false))
            }),
        ),
        (
            "attributes as JSON",
            captured::during(|| {
                call::attributes(&head().media_type, &head().metadata, console(true))
            }),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn writes() {
    let progress = Progress {
        done: true,
        processed: 50_000,
        failed: 0,
        total: Some(50_000),
        note: "2 jobs".into(),
    };
    let failed = Progress {
        failed: 1_234,
        ..progress.clone()
    };
    let open = Progress {
        total: None,
        processed: 1,
        ..progress.clone()
    };
    let texts = [
        ("all saved", load::summary(&progress, TOOK)),
        ("some failed", load::summary(&failed, TOOK)),
        ("under way", progress::records(&failed, TOOK)),
        (
            "under way, of no known number",
            progress::records(&open, Duration::ZERO),
        ),
        (
            "aborted",
            captured::during(|| abort::tell(&super::failures::load_status(), console(false))),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn tests_of_connections() {
    let found = json!({"username": "admin@acme.com", "api-calls-used": 18, "warning": "soon"});
    let texts = [
        ("with findings", test::sentence("acme", Some(&found))),
        ("without", test::sentence("acme", None)),
    ];
    assert_snapshot!(under_headings(texts));
}
