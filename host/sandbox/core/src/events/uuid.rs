//! UUIDs of events.

/// Returns a UUID made of `text`, the same each time.
pub(super) fn uuid_of(text: &str) -> String {
    use md5::{Digest as _, Md5};
    let hex: String = Md5::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}
