//! `salesforce:connector/files`.

use crate::bindings::Fault;
use crate::bindings::exports::mediation::connector::mediator::{Sink, Source};
use crate::bindings::exports::salesforce::connector::connection::ConnectionConfig;
use crate::bindings::exports::salesforce::connector::files::{
    DownloadConfig, Guest, RichTextImageConfig, UploadConfig,
};
use crate::component::generic::{OpenSink, OpenSource};
use crate::component::{Component, org};
use crate::rest::files;
use std::rc::Rc;

impl Guest for Component {
    fn download(connection: ConnectionConfig, config: DownloadConfig) -> Result<Source, Fault> {
        let source = files::download(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn rich_text_image(
        connection: ConnectionConfig,
        config: RichTextImageConfig,
    ) -> Result<Source, Fault> {
        let source = files::rich_text_image(Rc::new(org(&connection)?), &config)?;
        Ok(OpenSource::handle(Box::new(source)))
    }

    fn upload(
        connection: ConnectionConfig,
        config: UploadConfig,
        journal: Option<String>,
    ) -> Result<Sink, Fault> {
        let org = Rc::new(org(&connection)?);
        let sink = files::FileUpload::open(org, &config, journal.as_deref())?;
        Ok(OpenSink::handle(Box::new(sink)))
    }
}
