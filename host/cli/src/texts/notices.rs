use std::path::Path;
use std::time::Duration;

use insta::assert_snapshot;
use mediate::contract::Message;
use mediate::watch::State;

use super::{console, under_headings};
use crate::args::Sandbox;
use crate::console::captured;
use crate::notice;
use crate::sandbox::welcome;
use crate::watch::report;

const PAUSE: Duration = Duration::from_secs(8);

#[test]
fn notes_and_warnings() {
    let folder = Path::new("org");
    let texts = [
        ("aborted", notice::ABORTED.into()),
        ("hint after failed records", notice::OUTCOMES_HINT.into()),
        ("watches end", notice::ENDING.into()),
        ("listen without TLS", notice::WITHOUT_TLS.into()),
        ("sandbox on an open address", notice::OPEN_SANDBOX.into()),
        ("outcomes missing", notice::outcomes_missing("a reason")),
        ("message not read", notice::message_not_read("a reason")),
        (
            "message not delivered",
            notice::message_not_delivered("a reason"),
        ),
        ("connector gone", notice::not_started_again("a reason")),
        (
            "transfer after a pause",
            notice::continues("a reason", PAUSE),
        ),
        ("no checkpoint", notice::no_checkpoint("triggers/updated")),
        (
            "checkpoint of another config",
            notice::other_config("triggers/updated", folder, &["`object` was Lead".into()]),
        ),
        ("simulated org", notice::simulated_org(None, false)),
        ("simulated org, unasked", notice::simulated_org(None, true)),
        (
            "simulated org in a folder",
            notice::simulated_org(Some(folder), false),
        ),
    ];
    assert_snapshot!(under_headings(texts));
}

#[test]
fn watches() {
    let mut gap = Message::new("application/json", "{}");
    gap.metadata.extras = [
        ("gap", "deleted"),
        ("channel", "/data/ChangeEvents"),
        ("gap-from", "10:00"),
        ("gap-to", "11:00"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let states = [
        State::Begun,
        State::Handled(3),
        State::Gap(&gap),
        State::Waiting(&"the org said no", PAUSE),
        State::Recovered,
    ];
    let text = captured::during(|| {
        for state in &states {
            report("triggers/updated of acme", console(false), state);
        }
        report("a", console(true), &State::Recovered);
    });
    assert_snapshot!(text);
}

#[test]
fn the_sandbox_on_a_port() {
    let args = Sandbox {
        listen: ([127, 0, 0, 1], 8080).into(),
        data: None,
        seed: None,
        rows: Vec::new(),
        jwt_certificate: None,
    };
    let kept = Sandbox {
        data: Some("org".into()),
        jwt_certificate: Some("me.pem".into()),
        ..args.clone()
    };
    let texts = [
        ("in memory", welcome(args.listen, &args)),
        ("in a folder", welcome(args.listen, &kept)),
    ];
    assert_snapshot!(under_headings(texts));
}
