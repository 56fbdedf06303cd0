//! `mediate demo`: what the connector does, shown on real data: the airports of the United States.

mod airports;
pub(super) mod printer;
pub(super) mod steps;

use std::sync::Arc;

use super::args::{Demo, Global};
use super::console::Console;
use super::context;
use super::failure::Failure;
use crate::simulated_org;
use mediate::profile::HostSettings;
use mediate::session::Session;
use printer::Printer;
use steps::Steps;

/// Name of the folder for written files, below the system's folder for temporary files.
const FOLDER: &str = "mediate-demo";

pub(super) async fn run(args: &Demo, global: &Global, _console: Console) -> Result<(), Failure> {
    let folder = args
        .output
        .clone()
        .unwrap_or_else(|| std::env::temp_dir().join(FOLDER));
    std::fs::create_dir_all(&folder).map_err(|source| Failure::Write {
        path: folder.clone(),
        source,
    })?;
    let printer = Printer::begin(&folder)?;
    let (connector, _) = context::load(global, &HostSettings::default()).await?;
    let org = simulated_org::open(&simulated_org::OrgSettings::default())
        .map_err(|error| Failure::Other(format!("{error:#}")))?;
    let services = vec![simulated_org::service(Arc::clone(&org))];
    let profile = simulated_org::profile();
    let session = Session::builder(&connector, &profile).services(services);
    let session = session.network(false).open().await?;
    Steps {
        printer,
        session,
        org,
        folder,
    }
    .run()
    .await
}
