//! What a job of Bulk API 1.0 was asked to be.

use crate::bulk::operation::Operation;
use sandbox_model::id::RecordId;

/// What the names of the content types of zipped batches begin with.
pub const ZIPPED: &str = "ZIP_";

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Loads rows.
    Load(Operation),
    /// Runs queries; over the recycle bin, too, if true.
    Query(bool),
}

impl Verb {
    /// Returns the operation called so in job infos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query(false)),
            "queryAll" => Some(Self::Query(true)),
            _ => Operation::named(name).map(Self::Load),
        }
    }

    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Load(operation) => operation.name(),
            Self::Query(false) => "query",
            Self::Query(true) => "queryAll",
        }
    }
}

/// The form of a job's batches and results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Comma-separated values.
    Csv,
    /// `<sObjects>`
    Xml,
    /// An array of objects.
    Json,
}

impl Content {
    /// Returns the content type called so in job infos.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "CSV" => Some(Self::Csv),
            "XML" => Some(Self::Xml),
            "JSON" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its name in job infos.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xml => "XML",
            Self::Json => "JSON",
        }
    }

    /// Returns the media type of batches and results.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xml => "application/xml",
            Self::Json => "application/json",
        }
    }
}

/// How queries are split by record ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunking {
    /// Records between two borders.
    pub size: u64,
    /// The id to begin with.
    pub start: Option<RecordId>,
}

/// What a job was asked to be.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it does.
    pub verb: Verb,
    /// API name of the object.
    pub object: String,
    /// The field by which an upsert knows records.
    pub external_id: Option<String>,
    /// The assignment rule for cases and leads.
    pub assignment_rule: Option<String>,
    /// Whether batches wait for each other.
    pub serial: bool,
    /// The form of batches and results.
    pub content: Content,
    /// Whether batches are zip files of records and binary attachments.
    pub zipped: bool,
    /// How queries are split.
    pub chunking: Option<Chunking>,
}

impl Request {
    /// Returns the name of the content type in job infos.
    #[must_use]
    pub fn content_name(&self) -> String {
        let prefix = if self.zipped { ZIPPED } else { "" };
        format!("{prefix}{}", self.content.name())
    }

    /// Returns the media type of batches.
    #[must_use]
    pub fn batch_media_type(&self) -> &'static str {
        match (self.zipped, self.content) {
            (false, content) => content.media_type(),
            (true, Content::Csv) => "zip/csv",
            (true, Content::Xml) => "zip/xml",
            (true, Content::Json) => "zip/json",
        }
    }
}
