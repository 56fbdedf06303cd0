//! `mediate sandbox`: the simulated org on a port.

use std::net::SocketAddr;
use std::sync::Arc;

use sandbox::Org;
use sandbox::org::{ADMIN_PASSWORD, ADMIN_TOKEN, ADMIN_USERNAME, CLIENT_ID, CLIENT_SECRET};
use tokio::net::TcpListener;

use super::args::Sandbox;
use super::console::{Console, print};
use super::failure::Failure;
use super::notice;
use super::signals;
use crate::simulated_org::{OrgSettings, open};
use mediate::text;

pub(super) async fn run(args: &Sandbox, console: Console) -> Result<(), Failure> {
    // Bound first: an address in use is told before rows are generated, and early requests wait.
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::usage(format!(
            "cannot listen on {}: {}",
            args.listen,
            text::io(&error)
        ))
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Other(text::io(&error)))?;
    if !address.ip().is_loopback() {
        console.warn(notice::OPEN_SANDBOX);
    }
    // One listener for all of it: a signal between two would be lost.
    let mut signal = std::pin::pin!(signals::received());
    let org = tokio::select! {
        org = build(args.clone()) => org?,
        code = &mut signal => return Err(Failure::Interrupted(code)),
    };
    console.note(&welcome(address, args));
    print(&format!("http://{address}\n"))?;
    let ended = async move {
        signal.await;
    };
    sandbox::serve(listener, org, ended)
        .await
        .map_err(|error| Failure::Other(text::io(&error)))
}

/// Loads the org aside, so that Ctrl-C is heard meanwhile.
async fn build(args: Sandbox) -> Result<Arc<Org>, Failure> {
    let load = move || {
        let (data, seed) = (args.data.as_deref(), args.seed.as_deref());
        open(&OrgSettings {
            data,
            seed,
            rows: &args.rows,
            jwt_certificate: args.jwt_certificate.as_deref(),
        })
    };
    let loaded = tokio::task::spawn_blocking(load)
        .await
        .map_err(|error| Failure::Other(error.to_string()))?;
    loaded.map_err(|error| Failure::usage(format!("{error:#}")))
}

/// Says how clients reach the org, and what to do with it.
pub(super) fn welcome(address: SocketAddr, args: &Sandbox) -> String {
    let kept = notice::kept(args.data.as_deref());
    let jwt = args.jwt_certificate.as_ref().map_or_else(
        || "start with --jwt-certificate FILE to log in by JWTs that it verifies".to_owned(),
        |file| {
            format!(
                "those that {} verifies, for {ADMIN_USERNAME}",
                file.display()
            )
        },
    );
    format!(
        "a simulated org, its data {kept}; Ctrl-C ends it
  user        {ADMIN_USERNAME}, password {ADMIN_PASSWORD}, security token {ADMIN_TOKEN}
  app         client id {CLIENT_ID}, client secret {CLIENT_SECRET}, every OAuth flow
  JWTs        {jwt}
  connection  url = \"http://{address}\"
              [auth.client-credentials]
              client-id = \"{CLIENT_ID}\"
              client-secret = \"{CLIENT_SECRET}\"
  steering    http://{address}/__sandbox/faults, /faults/names, /requests, /clock, /sessions, /query, /bulk, /events, /outbound, /reset
It answers at:"
    )
}
