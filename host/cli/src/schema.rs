//! `mediate schema`: JSON Schemas for editors and checks.

use super::args::{Global, SchemaArgs, SchemaOf};
use super::console::print_json;
use super::context::load;
use super::failure::Failure;
use mediate::profile::{HostSettings, schema};
use mediate::session::SessionError;

pub(super) async fn run(args: &SchemaArgs, global: &Global) -> Result<(), Failure> {
    let SchemaOf::Connection = args.of;
    let (_, info) = load(global, &HostSettings::default()).await?;
    let published = schema::of_connection_files(&info.name, &info.connection_schema);
    let published = published.ok_or_else(|| SessionError::BadSchema {
        what: "the connection".into(),
        problem: "it does not describe an object".into(),
    })?;
    print_json(&published)
}
