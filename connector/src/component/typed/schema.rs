//! `salesforce:connector/schema`.

use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::schema::{
    AppMenuConfig, ApprovalLayoutsConfig, CompactLayoutsConfig, DescribeConfig, DiffConfig,
    EventSchemaConfig, Guest, LayoutsConfig, ListViewConfig, ListViewResultsConfig,
    NamedLayoutsConfig, ObjectConfig, ObjectsConfig, SchemaDiff, ShapeConfig,
};
use crate::bindings::{Fault, Message};
use crate::component::{Component, org};
use crate::rest::schema;

impl Guest for Component {
    fn objects(connection: ConnectionConfig, config: ObjectsConfig) -> Result<Message, Fault> {
        schema::objects(&org(&connection)?, &config)
    }

    fn describe(connection: ConnectionConfig, config: DescribeConfig) -> Result<Message, Fault> {
        schema::describe(&org(&connection)?, &config)
    }

    fn object(connection: ConnectionConfig, config: ObjectConfig) -> Result<Message, Fault> {
        schema::object(&org(&connection)?, &config)
    }

    fn layouts(connection: ConnectionConfig, config: LayoutsConfig) -> Result<Message, Fault> {
        schema::layouts(&org(&connection)?, &config)
    }

    fn named_layouts(
        connection: ConnectionConfig,
        config: NamedLayoutsConfig,
    ) -> Result<Message, Fault> {
        schema::named_layouts(&org(&connection)?, &config)
    }

    fn compact_layouts(
        connection: ConnectionConfig,
        config: CompactLayoutsConfig,
    ) -> Result<Message, Fault> {
        schema::compact_layouts(&org(&connection)?, &config)
    }

    fn approval_layouts(
        connection: ConnectionConfig,
        config: ApprovalLayoutsConfig,
    ) -> Result<Message, Fault> {
        schema::approval_layouts(&org(&connection)?, &config)
    }

    fn list_views(connection: ConnectionConfig, config: ObjectConfig) -> Result<Message, Fault> {
        schema::list_views(&org(&connection)?, &config)
    }

    fn recent_list_views(
        connection: ConnectionConfig,
        config: ObjectConfig,
    ) -> Result<Message, Fault> {
        schema::recent_list_views(&org(&connection)?, &config)
    }

    fn list_view(connection: ConnectionConfig, config: ListViewConfig) -> Result<Message, Fault> {
        schema::list_view(&org(&connection)?, &config)
    }

    fn list_view_describe(
        connection: ConnectionConfig,
        config: ListViewConfig,
    ) -> Result<Message, Fault> {
        schema::list_view_describe(&org(&connection)?, &config)
    }

    fn list_view_results(
        connection: ConnectionConfig,
        config: ListViewResultsConfig,
    ) -> Result<Message, Fault> {
        schema::list_view_results(&org(&connection)?, &config)
    }

    fn event_schema(
        connection: ConnectionConfig,
        config: EventSchemaConfig,
    ) -> Result<Message, Fault> {
        schema::event_schema(&org(&connection)?, &config)
    }

    fn tabs(connection: ConnectionConfig) -> Result<Message, Fault> {
        schema::tabs(&org(&connection)?)
    }

    fn theme(connection: ConnectionConfig) -> Result<Message, Fault> {
        schema::theme(&org(&connection)?)
    }

    fn app_menu(connection: ConnectionConfig, config: AppMenuConfig) -> Result<Message, Fault> {
        schema::app_menu(&org(&connection)?, &config)
    }

    fn json_schema(
        connection: ConnectionConfig,
        config: ShapeConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        schema::json_schema(&org(&connection)?, &config, input.as_ref())
    }

    fn xsd(
        connection: ConnectionConfig,
        config: ShapeConfig,
        input: Option<Message>,
    ) -> Result<Message, Fault> {
        schema::xsd(&org(&connection)?, &config, input.as_ref())
    }

    fn diff(
        connection: ConnectionConfig,
        config: DiffConfig,
        input: Message,
    ) -> Result<SchemaDiff, Fault> {
        schema::diff(&org(&connection)?, &config, &input)
    }
}
