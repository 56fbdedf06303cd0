//! What the host adds to a call: `cargo bench -p mediate-tests --bench host`.
//!
//! Prints the median of many rounds each. The server and the client share the machine, as the network would hide what is
//! measured here.

use axum::Router;
use axum::routing::get;
use mediate::contract::Message;
use mediate::egress::{Egress, EgressSettings, InProcessService};
use mediate::runtime::{Connector, Instance, Runtime, RuntimeSettings};
use mediate_tests::{ECHO, echo};
use serde_json::json;
use std::time::{Duration, Instant};

const ROUNDS: usize = 500;
const SMALL: usize = 2_000;
const LARGE: usize = 64 << 20;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let connector = load().await?;
    let egress = Egress::new(EgressSettings::default())?;
    report(
        "instantiate",
        median(ROUNDS, async || {
            connector.start(egress.clone()).await.map(drop)
        })
        .await?,
    );
    let instance = connector.start(egress).await?;
    report(
        "call, 1 kB in and out",
        median(ROUNDS, async || call(&instance).await).await?,
    );
    fetching(&connector).await
}

async fn load() -> anyhow::Result<Connector> {
    let dir = tempfile::tempdir()?;
    let settings = RuntimeSettings {
        cache_dir: Some(dir.path().join("compiled")),
        ..RuntimeSettings::default()
    };
    let runtime = Runtime::new(settings)?;
    let begin = Instant::now();
    let connector = runtime.load(ECHO).await?;
    report(
        &format!("load {} kB, compiling", ECHO.len() / 1000),
        begin.elapsed(),
    );
    report(
        "load from the cache",
        median(20, async || runtime.load(ECHO).await.map(drop)).await?,
    );
    Ok(connector)
}

async fn call(instance: &Instance) -> anyhow::Result<()> {
    let input = Message::new("text/plain", vec![b'x'; 1000]);
    instance
        .call(Some("{}"), "echo/call", "{}", Some(input))
        .await?;
    Ok(())
}

async fn fetching(connector: &Connector) -> anyhow::Result<()> {
    let router = Router::new()
        .route("/small", get(|| async { vec![b'x'; SMALL] }))
        .route("/large", get(|| async { vec![b'x'; LARGE] }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let services = vec![InProcessService::new("sandbox.localhost", router.clone())];
    tokio::spawn(async move { axum::serve(listener, router).await });
    let egress = Egress::new(EgressSettings {
        allow: vec![origin.clone()],
        services,
        ..EgressSettings::default()
    })?;
    let instance = connector.start(egress).await?;
    for (name, origin) in [
        ("loopback", origin.as_str()),
        ("in process", "http://sandbox.localhost"),
    ] {
        let small = format!("{origin}/small");
        let time = median(ROUNDS, async || {
            echo::fetch(&instance, &small, json!({})).await.map(drop)
        })
        .await?;
        report(&format!("GET of 2 kB, {name}"), time);
        let large = format!("{origin}/large");
        let time = median(5, async || {
            echo::fetch(&instance, &large, json!({})).await.map(drop)
        })
        .await?;
        let rate = (LARGE >> 20) as f64 / time.as_secs_f64();
        report(&format!("GET of 64 MiB, {name} ({rate:.0} MiB/s)"), time);
    }
    natively(&origin).await
}

async fn natively(origin: &str) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let small = format!("{origin}/small");
    let time = median(ROUNDS, async || {
        anyhow::Ok(client.get(&small).send().await?.bytes().await.map(drop)?)
    })
    .await?;
    report("GET of 2 kB, loopback, without a component", time);
    Ok(())
}

async fn median<E>(
    rounds: usize,
    mut round: impl AsyncFnMut() -> Result<(), E>,
) -> Result<Duration, E> {
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let begin = Instant::now();
        round().await?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(rounds / 2).copied().unwrap_or_default())
}

fn report(what: &str, time: Duration) {
    println!("{what:<60} {time:>12.1?}");
}
