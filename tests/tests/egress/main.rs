//! The way out, seen from inside: the echo connector fetches through it.

mod answers;
mod failures;
mod permits;
mod policy;
mod proxy;
mod requests;
mod services;
mod tls;

use axum::Router;
use flate2::Compression;
use flate2::write::GzEncoder;
use mediate::egress::{EgressSettings, InProcessService};
use mediate::error::HostError;
use mediate::runtime::Instance;
use mediate_tests::echo;
use mediate_tests::echo::fetch;
use mediate_tests::server::{Server, Step};
use serde_json::Value;
use std::io::Write;

fn allowing(origin: &str) -> EgressSettings {
    EgressSettings {
        allow: vec![origin.to_owned()],
        ..EgressSettings::default()
    }
}

fn answer(head: &str, body: &[u8]) -> Step {
    Step::Write(
        [
            format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes(),
            body,
        ]
        .concat(),
    )
}

/// Fetches from a server that plays this script, and returns the name of the error code.
async fn failure(script: Vec<Step>, more: Value) -> String {
    let server = Server::start(script).await.unwrap();
    let (instance, _) = echo::start(allowing(&server.origin())).await.unwrap();
    code(fetch(&instance, &server.url("/"), more).await)
}

fn code<T: std::fmt::Debug>(result: Result<T, HostError>) -> String {
    let error = result.unwrap_err();
    let name = error
        .fault()
        .unwrap_or_else(|| panic!("{error:?}"))
        .message
        .clone();
    name.trim_start_matches("ErrorCode::").to_owned()
}

async fn in_process(router: Router) -> Instance {
    let services = vec![InProcessService::new("sandbox.localhost", router)];
    echo::start(EgressSettings {
        services,
        network: false,
        ..EgressSettings::default()
    })
    .await
    .unwrap()
    .0
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Text that packs badly, so that a part of the packed form unpacks to a part of the text.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}
