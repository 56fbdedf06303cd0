//! A body of two parts: the fields of a record as JSON, then the bytes of a file (RFC 7578).

/// What stands around the bytes of the file.
pub struct Framing {
    boundary: String,
    /// What goes before the bytes.
    pub before: Vec<u8>,
    /// What goes after them.
    pub after: Vec<u8>,
}

/// The file of a framing.
pub struct File<'f> {
    /// The field that takes the bytes.
    pub field: &'f str,
    /// Its name.
    pub name: &'f str,
    /// Its media type.
    pub media_type: &'f str,
}

impl Framing {
    /// A framing with this boundary, which must not stand in the file.
    pub fn new(boundary: String, part: &str, fields: &str, file: &File<'_>) -> Self {
        let before = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{part}\"\r\nContent-Type: application/json\r\n\r\n{fields}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(file.field),
            quoted(file.name),
            file.media_type,
        );
        Self {
            before: before.into_bytes(),
            after: format!("\r\n--{boundary}--\r\n").into_bytes(),
            boundary,
        }
    }

    /// The content type of the whole.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The bytes of the whole around a file of this length.
    pub fn length(&self, file: u64) -> u64 {
        file + self.before.len() as u64 + self.after.len() as u64
    }
}

/// A name within quotation marks, as forms of HTML write it (WHATWG HTML, "Multipart form data").
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}
