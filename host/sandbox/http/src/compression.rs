//! Compression of responses for clients that accept gzip.

use axum::body::HttpBody;
use axum::http::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::Predicate;

/// Below this, compressing costs more than it saves.
const MIN_BYTES: u64 = 1_024;
/// Above this, a response is a file rather than a document: it is sent as it is.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Returns the layer that compresses documents.
pub(super) fn layer() -> CompressionLayer<Documents> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(Documents)
}

/// Selects bodies of known, reasonable size: streams of bulk results and files pass unchanged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Documents;

impl Predicate for Documents {
    fn should_compress<B: HttpBody>(&self, response: &Response<B>) -> bool {
        let size = response.body().size_hint().exact();
        size.is_some_and(|size| (MIN_BYTES..=MAX_BYTES).contains(&size))
    }
}
