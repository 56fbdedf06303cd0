//! The versions of the API.

use axum::response::Response;
use serde_json::{Value as Json, json};

use super::response;
use sandbox_model::api_error::ApiError;

/// Oldest version that is still served (Salesforce retired 21.0 to 30.0 in Summer '25).
pub(super) const OLDEST: u16 = 31;
/// Newest version: Summer '26.
pub(super) const NEWEST: u16 = 67;

/// `62` for `v62.0`.
///
/// # Errors
/// 410 for retired versions, 404 for those that never were.
pub(super) fn parse(name: &str) -> Result<u16, ApiError> {
    let number = name
        .strip_prefix('v')
        .and_then(|name| name.strip_suffix(".0"));
    match number.and_then(|number| number.parse::<u16>().ok()) {
        Some(version @ OLDEST..=NEWEST) => Ok(version),
        Some(version) if version < OLDEST && version > 0 => Err(ApiError::new(
            "GONE",
            format!(
                "API version {version}.0 has been retired and is no longer available; use {OLDEST}.0 or later"
            ),
        )),
        _ => Err(ApiError::not_found()),
    }
}

/// `Winter '25` for 62: three releases a year, version 30 being Spring '14.
pub(super) fn label(version: u16) -> String {
    let since = version.saturating_sub(30);
    let (season, ahead) = match since % 3 {
        0 => ("Spring", 0),
        1 => ("Summer", 0),
        _ => ("Winter", 1),
    };
    format!("{season} '{}", 14 + since / 3 + ahead)
}

/// `GET /services/data`: needs no token.
pub(super) async fn list() -> Response {
    let version = |version: u16| json!({"label": label(version), "url": format!("/services/data/v{version}.0"), "version": format!("{version}.0")});
    response::ok(&Json::Array((OLDEST..=NEWEST).map(version).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_salesforces() {
        let cases = [
            (31, "Summer '14"),
            (32, "Winter '15"),
            (33, "Spring '15"),
            (60, "Spring '24"),
            (62, "Winter '25"),
            (64, "Summer '25"),
            (67, "Summer '26"),
        ];
        for (version, name) in cases {
            assert_eq!(label(version), name, "{version}");
        }
    }

    #[test]
    fn retired_and_unknown_versions_have_different_errors() {
        assert_eq!(parse("v62.0"), Ok(62));
        assert_eq!(parse("v30.0").unwrap_err().code, "GONE");
        for name in ["v99.0", "v62", "62.0", "v62.5", "latest", ""] {
            assert_eq!(parse(name).unwrap_err().code, "NOT_FOUND", "{name}");
        }
    }
}
