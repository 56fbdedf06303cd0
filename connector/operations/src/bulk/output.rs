//! What the documents that are made here have in common.

use salesforce_formats::message::RowFormat;

/// Bytes made at once: each time costs the host a call, and a write.
pub const BATCH_BYTES: usize = 256 << 10;

/// Returns the media type of rows as CSV or as NDJSON.
pub fn media_type(csv: bool) -> &'static str {
    if csv {
        RowFormat::Csv.media_type()
    } else {
        RowFormat::Ndjson.media_type()
    }
}
