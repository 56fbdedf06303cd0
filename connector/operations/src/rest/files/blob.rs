//! What is known of the fields that hold bytes.

use salesforce_contract::bindings::Fault;
use salesforce_contract::limits::{MAX_BLOB_BYTES, MAX_CONTENT_VERSION_BYTES};

/// An object of which the field with the bytes is known (Object Reference, the fields of type base64).
struct Known {
    object: &'static str,
    field: &'static str,
    /// The field that tells how many bytes there are.
    length: Option<&'static str>,
    /// The field that holds their MD5 in hexadecimal digits.
    checksum: Option<&'static str>,
    /// The field that tells what kind of file it is: a media type, or the end of its name.
    kind: Option<&'static str>,
    /// The field that takes the name of a file that is created.
    name: Option<&'static str>,
    /// The name of the part with the other fields (REST API Developer Guide, "Insert or Update Blob Data").
    part: Option<&'static str>,
}

const KNOWN: [Known; 9] = [
    known("ContentVersion", "VersionData")
        .told_by("ContentSize", Some("Checksum"), Some("FileExtension"))
        .named_by("PathOnClient"),
    known("Attachment", "Body")
        .told_by("BodyLength", None, Some("ContentType"))
        .named_by("Name")
        .sent_as("entity_attachment"),
    known("Document", "Body")
        .told_by("BodyLength", None, Some("ContentType"))
        .named_by("Name")
        .sent_as("entity_document"),
    known("EventLogFile", "LogFile").told_by("LogFileLength", None, None),
    known("StaticResource", "Body").told_by("BodyLength", None, Some("ContentType")),
    known("MailmergeTemplate", "Body").told_by("BodyLength", None, None),
    known("ContentNote", "Content"),
    known("QuoteDocument", "Document"),
    known("Scontrol", "Binary"),
];

/// The name of the part with the other fields where none of its own is known.
const PART: &str = "entity_content";

/// The object of files; its versions hold the bytes.
pub const FILE: &str = "ContentDocument";
/// The object of the versions of files.
pub const VERSION: &str = "ContentVersion";

const fn known(object: &'static str, field: &'static str) -> Known {
    Known {
        object,
        field,
        length: None,
        checksum: None,
        kind: None,
        name: None,
        part: None,
    }
}

impl Known {
    const fn told_by(
        self,
        length: &'static str,
        checksum: Option<&'static str>,
        kind: Option<&'static str>,
    ) -> Self {
        Self {
            length: Some(length),
            checksum,
            kind,
            ..self
        }
    }

    const fn named_by(self, name: &'static str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    const fn sent_as(self, part: &'static str) -> Self {
        Self {
            part: Some(part),
            ..self
        }
    }
}

fn find(object: &str) -> Option<&'static Known> {
    KNOWN
        .iter()
        .find(|known| known.object.eq_ignore_ascii_case(object))
}

/// The field with the bytes: the one told, or the one known.
pub fn field(object: &str, told: Option<&str>) -> Result<String, Fault> {
    let known = find(object).map(|known| known.field);
    told.or(known).map(str::to_owned).ok_or_else(|| {
        Fault::config(format!(
            "config.field is missing: name the field of {object} that holds the bytes (`schema/describe` lists it with the type base64)"
        ))
    })
}

/// What a record says of the bytes of one of its fields.
#[derive(Clone, Copy)]
pub struct ContentFields {
    /// The field that tells how many there are.
    pub length: &'static str,
    /// The field that holds their MD5.
    pub checksum: Option<&'static str>,
    /// The field that tells what kind of file they are.
    pub kind: Option<&'static str>,
}

/// The fields that tell what the bytes of another one must be.
pub fn content_fields(object: &str, field: &str) -> Option<ContentFields> {
    let known = find(object).filter(|known| known.field.eq_ignore_ascii_case(field))?;
    Some(ContentFields {
        length: known.length?,
        checksum: known.checksum,
        kind: known.kind,
    })
}

/// The field that takes the name of a file.
pub fn name_of(object: &str) -> Option<&'static str> {
    find(object)?.name
}

/// The name of the part with the other fields.
pub fn part_of(object: &str) -> &'static str {
    find(object).and_then(|known| known.part).unwrap_or(PART)
}

/// The most bytes that the object takes.
pub fn most_bytes(object: &str) -> u64 {
    if object.eq_ignore_ascii_case(VERSION) {
        MAX_CONTENT_VERSION_BYTES
    } else {
        MAX_BLOB_BYTES
    }
}
