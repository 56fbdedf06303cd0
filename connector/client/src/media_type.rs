//! Media types.

/// Returns type and subtype of a media type, without its parameters.
pub fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_left_out() {
        assert_eq!(essence("text/csv ; charset=utf-8"), "text/csv");
        assert_eq!(essence("text/csv"), "text/csv");
        assert_eq!(essence(""), "");
    }
}
