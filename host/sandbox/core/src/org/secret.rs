//! Random texts, and comparing secrets in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

/// Returns a text of `bytes` random bytes in base64url.
#[must_use]
pub fn random_token(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    if SystemRandom::new().fill(&mut buffer).is_err() {
        tracing::error!("the system gives no random numbers; tokens are predictable");
    }
    URL_SAFE_NO_PAD.encode(buffer)
}

/// Returns whether two secrets are the same, in time that does not depend on where they differ.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |sum, (a, b)| sum | (a ^ b))
            == 0
}
