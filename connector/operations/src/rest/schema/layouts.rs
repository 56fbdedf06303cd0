//! Layouts: of pages, compact ones, named ones, and those of approvals.

use super::of_object;
use crate::rest::ask::{self, Parameters};
use salesforce_client::client::Client;
use salesforce_client::expected::Expected;
use salesforce_client::path::segment;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::schema::{
    ApprovalLayoutsConfig, CompactLayoutsConfig, LayoutsConfig, NamedLayoutsConfig,
};
use salesforce_contract::message::Message;

/// GET sobjects/{object}/describe/layouts, of one record type or all.
pub fn layouts(client: &Client, config: &LayoutsConfig) -> Result<Message, Fault> {
    let path = of_object(&config.object, "/describe/layouts")?;
    let one = config.record_type_id.as_deref();
    let expected = match one {
        // The layout itself.
        Some(_) => Expected::OBJECT,
        None => Expected::Object(&["layouts"]),
    };
    one_or_all(client, path, "record-type-id", one, expected)
}

/// GET sobjects/{object}/describe/namedLayouts/{name}.
pub fn named_layouts(client: &Client, config: &NamedLayoutsConfig) -> Result<Message, Fault> {
    let path = of_object(&config.object, "/describe/namedLayouts")?;
    let expected = Expected::Object(&["layouts"]);
    one_or_all(client, path, "name", Some(&config.name), expected)
}

/// GET sobjects/{object}/describe/compactLayouts, or compactLayouts of several objects.
pub fn compact_layouts(client: &Client, config: &CompactLayoutsConfig) -> Result<Message, Fault> {
    match config.objects.as_slice() {
        [object] => {
            let path = of_object(object, "/describe/compactLayouts")?;
            let expected = Expected::Object(&["compactLayouts"]);
            ask::get(client, &path, Parameters::none(), expected)
        }
        // A member per object.
        objects => {
            let objects = Parameters::none().list("q", objects);
            ask::get(client, "compactLayouts", objects, Expected::OBJECT)
        }
    }
}

/// GET sobjects/{object}/describe/approvalLayouts, of one process or all.
pub fn approval_layouts(client: &Client, config: &ApprovalLayoutsConfig) -> Result<Message, Fault> {
    let path = of_object(&config.object, "/describe/approvalLayouts")?;
    let one = config.approval_process.as_deref();
    let expected = Expected::Object(&["approvalLayouts"]);
    one_or_all(client, path, "approval-process", one, expected)
}

fn one_or_all(
    client: &Client,
    path: String,
    name: &str,
    one: Option<&str>,
    expected: Expected,
) -> Result<Message, Fault> {
    let path = match one {
        Some(one) => format!("{path}/{}", segment(name, one)?),
        None => path,
    };
    ask::get(client, &path, Parameters::none(), expected)
}
