//! The form of ids.

/// Whether a text has the form of an id, with or without the three characters that tell its case.
pub fn looks_like_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
