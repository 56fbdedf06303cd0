//! The sandbox alone on a port: `cargo run -p sandbox --example serve -- 127.0.0.1:8080 [Account=300000 ...]`.

use std::sync::Arc;
use std::time::Instant;

use sandbox::Org;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments
        .next()
        .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let mut builder = Org::builder();
    for rows in arguments {
        let (object, count) = rows
            .split_once('=')
            .ok_or_else(|| anyhow::anyhow!("rows are given as Account=300000, not {rows}"))?;
        builder = builder.rows(object, count.parse()?);
    }
    let start = Instant::now();
    let org = Arc::new(builder.build()?);
    eprintln!("ready in {:?}, listening on {address}", start.elapsed());
    let listener = tokio::net::TcpListener::bind(&address).await?;
    sandbox::serve(listener, org, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
