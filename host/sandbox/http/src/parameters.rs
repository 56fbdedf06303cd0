//! The parameters of a URL.

use std::convert::Infallible;
use std::ops::RangeInclusive;

use axum::extract::FromRequestParts;
use http::request::Parts;

use sandbox_model::api_error::ApiError;

/// The query of a URL that is too long for the type of URLs: parts of composite requests may hold 100,000 characters
/// of SOQL.
#[derive(Debug, Clone)]
pub(super) struct LongQuery(pub String);

/// The query of the request, however long.
pub(super) struct QueryText(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for QueryText {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let long = parts.extensions.remove::<LongQuery>();
        Ok(Self(long.map_or_else(
            || parts.uri.query().map(str::to_owned),
            |LongQuery(text)| Some(text),
        )))
    }
}

/// Names and values, decoded, in their order.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn new(query: Option<String>) -> Self {
        let query = query.unwrap_or_default();
        Self(
            url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// Values of all parameters called `name`, in any case.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn first(&self, name: &str) -> Option<String> {
        self.all(name).next().map(str::to_owned)
    }

    /// Returns a number, if the parameter is there.
    ///
    /// # Errors
    /// `code` if it is no number in the range.
    pub(super) fn number(
        &self,
        name: &str,
        range: &RangeInclusive<usize>,
        code: &'static str,
    ) -> Result<Option<usize>, ApiError> {
        let Some(text) = self.first(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(out_of_range(name, &text, range, code)),
        }
    }
}

/// Returns a number that is none, or beyond its bounds.
pub(super) fn out_of_range(
    name: &str,
    given: &str,
    range: &RangeInclusive<usize>,
    code: &'static str,
) -> ApiError {
    let (least, most) = (range.start(), range.end());
    let message = format!("{name} must be a number between {least} and {most}, not {given:?}");
    ApiError::new(code, message)
}
