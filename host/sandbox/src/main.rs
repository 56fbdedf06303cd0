//! The simulated org alone, on a port: `sandbox [ADDRESS] [OBJECT=ROWS …]`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use sandbox::Org;

/// Default address.
const ADDRESS: &str = "127.0.0.1:8080";

const HELP: &str = "A simulated Salesforce org on a port.

Usage: sandbox [ADDRESS] [OBJECT=ROWS …]

ADDRESS      where it listens; 127.0.0.1:8080 unless given
OBJECT=ROWS  records made beforehand, for example Account=300000

`mediate sandbox` does the same with more options, such as orgs that live in a file.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> anyhow::Result<()> {
    let (address, rows) = match arguments.split_first() {
        Some((address, rows)) if !address.contains('=') => (address.as_str(), rows),
        _ => (ADDRESS, arguments),
    };
    let mut builder = Org::builder();
    for rows in rows {
        let (object, count) = rows
            .split_once('=')
            .ok_or_else(|| anyhow::anyhow!("rows are given as Account=300000, not {rows}"))?;
        let count = count
            .parse()
            .map_err(|_| anyhow::anyhow!("rows are given as Account=300000, not {rows}"))?;
        builder = builder.rows(object, count);
    }
    let start = Instant::now();
    let org = Arc::new(builder.build()?);
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| anyhow::anyhow!("{address} cannot be listened on: {error}"))?;
    eprintln!(
        "ready in {:?}, listening on {}",
        start.elapsed(),
        listener.local_addr()?
    );
    sandbox::serve(listener, org, async { drop(tokio::signal::ctrl_c().await) }).await?;
    Ok(())
}
