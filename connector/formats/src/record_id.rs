//! The form of ids.

/// Whether a text has the form of an id, with or without the three characters that tell its case.
pub fn looks_like_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether two texts are the same id: the first 15 characters tell the record, the three behind them only their case.
pub fn same_id(one: &str, other: &str) -> bool {
    looks_like_id(one) && looks_like_id(other) && one.get(..15) == other.get(..15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_ids_of_a_record_are_the_same() {
        assert!(same_id("001D000000INjVe", "001D000000INjVeIAL"));
        assert!(same_id("001D000000INjVeIAL", "001D000000INjVeIAL"));
        assert!(!same_id("001D000000INjVe", "001D000000INjve"));
        assert!(!same_id("001D000000INjVe", "001D000000INjV"));
        assert!(!same_id("x", "x"));
    }
}
