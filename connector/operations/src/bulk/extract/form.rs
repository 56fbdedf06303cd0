//! The form of an extract's document, as its config chooses it.

use crate::bulk::dialect::Dialect;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::bulk::{
    ColumnDelimiter, ExtractFormat, LineEnding,
};
use salesforce_contract::bindings::exports::salesforce::connector::soap::DocumentFormat;
use salesforce_formats::message::RowFormat;

/// How an extract is written.
#[derive(Clone, Copy)]
pub struct Form {
    /// The format of the rows.
    pub format: ExtractFormat,
    /// How a CSV is written, by Salesforce itself.
    pub dialect: Dialect,
    /// Whether a CSV has no header line.
    pub omits_header: bool,
}

impl Form {
    /// Takes what a config says. What shapes a CSV goes with no other format.
    pub fn new(
        format: Option<ExtractFormat>,
        omits_header: bool,
        delimiter: Option<ColumnDelimiter>,
        ending: Option<LineEnding>,
    ) -> Result<Self, Fault> {
        let form = Self {
            format: format.unwrap_or(ExtractFormat::Csv),
            dialect: Dialect::new(delimiter, ending),
            omits_header,
        };
        let is_plain = form.dialect == Dialect::default() && !omits_header;
        if form.format != ExtractFormat::Csv && !is_plain {
            return Err(Fault::config(
                "config.column-delimiter, config.line-ending and config.omit-header shape CSV: leave them out, or set config.format to `csv`",
            ));
        }
        Ok(form)
    }

    /// Whether rows are copied as Salesforce writes them.
    pub fn is_csv(self) -> bool {
        self.format == ExtractFormat::Csv
    }

    /// The format of a document that needs more than its rows; none where a row is a line of its own.
    pub fn documents(self) -> Option<DocumentFormat> {
        match self.format {
            ExtractFormat::Csv | ExtractFormat::Ndjson => None,
            ExtractFormat::Json => Some(DocumentFormat::Json),
            ExtractFormat::Xml => Some(DocumentFormat::Xml),
            ExtractFormat::XmlLines => Some(DocumentFormat::XmlLines),
        }
    }

    /// The media type of the document.
    pub fn media_type(self) -> String {
        let known = match self.format {
            ExtractFormat::Csv => RowFormat::Csv,
            ExtractFormat::Ndjson => RowFormat::Ndjson,
            ExtractFormat::Json => RowFormat::Json,
            ExtractFormat::Xml | ExtractFormat::XmlLines => RowFormat::Xml,
        };
        let mut told = known.media_type().to_owned();
        if self.omits_header {
            told = told.replace("header=present", "header=absent");
        }
        if self.dialect.delimiter != Dialect::default().delimiter {
            let name = self.dialect.delimiter_name().to_ascii_lowercase();
            told.push_str(&format!("; delimiter={name}"));
        }
        told
    }
}
