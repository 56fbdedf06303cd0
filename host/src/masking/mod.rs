//! The secrets that this process knows, and the texts from which they are kept out.
//!
//! A peer that answers with what it was sent (a gateway, a firewall, a proxy) brings secrets into error texts. So every
//! secret is registered where it becomes known, and every text for people or logs passes through [`Masker::mask`]:
//!
//! | secret | registered by |
//! |---|---|
//! | fields that the connection's schema marks `writeOnly` | [`SessionBuilder::open`](crate::session::SessionBuilder::open) |
//! | `${env:…}` and `${file:…}` in fields that the schema does not describe, for example values of headers | the same |
//! | the password of the proxy | [`Egress::new`](crate::egress::Egress::new) |
//! | fields that the session's schema marks: access and refresh tokens | the login |
//! | fields that an operation's schema marks, for example a new password | the run of the operation |
//! | credentials of a request: `Authorization`, cookies, and the secret fields of OAuth forms (assertions, codes) | [`Egress::send`](crate::egress::Egress::send) |
//!
//! | text | masked |
//! |---|---|
//! | faults, last words of a connector that broke off, progress notes, journals of sinks | when they enter the host |
//! | stderr: errors, warnings, notes, attributes, the log, lines of JSON | when they are written |
//! | what `mediate test` prints | the same |
//! | data: bodies on stdout, in files, and delivered by `watch` and `listen` | never: data arrives as it is; fields that a reply's schema marks as secret are hidden by `mediate call` |
//!
//! A secret is found as it is, and where a peer has percent-encoded it, escaped it for JSON or XML, in one layer or two,
//! or encoded what surrounds it in Base64. Half of a long secret, as a text that was cut may hold, counts too.

mod beginnings;
mod forms;

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use serde_json::Value;

use beginnings::Beginnings;
use forms::Pattern;

/// Text that stands for a secret.
pub const MASK: &str = "***";

/// Length in bytes below which a secret is not masked: replacing so few characters would garble texts, and tell by the
/// gaps what the secret is.
pub const MIN_SECRET: usize = 6;

/// Number of secrets that are known at a time; beyond it the one that was registered first is forgotten. A watch that runs
/// for a year renews its token some 5,000 times, and only the last few can still be echoed.
const MAX_SECRETS: usize = 1_000;

/// Set of secrets that are kept out of texts.
#[derive(Default)]
pub struct Masker {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    texts: HashSet<Arc<str>>,
    patterns: VecDeque<(Arc<str>, Pattern)>,
    beginnings: Beginnings,
}

/// Returns the masker of this process.
#[must_use]
pub fn masker() -> &'static Masker {
    static PROCESS: LazyLock<Masker> = LazyLock::new(Masker::default);
    &PROCESS
}

impl Masker {
    /// Registers a secret. One of fewer than [`MIN_SECRET`] bytes is not masked.
    pub fn add(&self, secret: &str) {
        let secret = secret.trim();
        if secret.len() < MIN_SECRET || self.knows(secret) {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let text: Arc<str> = secret.into();
        if known.texts.insert(Arc::clone(&text)) {
            let pattern = Pattern::new(secret);
            known.beginnings.add(&pattern);
            known.patterns.push_back((text, pattern));
        }
        if known.patterns.len() > MAX_SECRETS
            && let Some((oldest, pattern)) = known.patterns.pop_front()
        {
            known.beginnings.remove(&pattern);
            known.texts.remove(&oldest);
        }
    }

    /// Registers the credentials of an `Authorization` header: what follows the name of the scheme.
    pub fn add_authorization(&self, value: &str) {
        let credentials = value.split_once(' ').map_or(value, |(_, rest)| rest);
        self.add(credentials);
    }

    fn knows(&self, secret: &str) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.texts.contains(secret)
    }

    /// Replaces every known secret of a text by [`MASK`].
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.patterns.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut masked = String::new();
        let (mut at, mut copied) = (0, 0);
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let found = known.longest(rest.as_bytes());
            if found > 0 {
                masked.push_str(text.get(copied..at).unwrap_or_default());
                masked.push_str(MASK);
                at = next_boundary(text, at + found);
                copied = at;
            } else {
                at = next_boundary(text, at + 1);
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        masked.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(masked)
    }

    /// Masks a text in place.
    pub fn mask_text(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.mask(text) {
            *text = masked;
        }
    }

    /// Masks every text in a JSON document. Numbers stay: a document must keep its form.
    pub fn mask_json(&self, document: &mut Value) {
        match document {
            Value::String(text) => self.mask_text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_json(item)),
            Value::Object(members) => members
                .values_mut()
                .for_each(|member| self.mask_json(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Known {
    /// Returns how many bytes at the start of the text are a secret.
    fn longest(&self, text: &[u8]) -> usize {
        if !text
            .first()
            .is_some_and(|byte| self.beginnings.may_be(*byte))
        {
            return 0;
        }
        self.patterns
            .iter()
            .map(|(_, pattern)| pattern.found(text))
            .max()
            .unwrap_or(0)
    }
}

fn next_boundary(text: &str, from: usize) -> usize {
    (from..text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "00D5e000000AbCd!AQ8AQ\"K&<x>.é/+=_hJ7";

    fn knowing(secrets: &[&str]) -> Masker {
        let masker = Masker::default();
        secrets.iter().for_each(|secret| masker.add(secret));
        masker
    }

    #[track_caller]
    fn hidden(secret: &str, shown: &str) {
        let text = format!("before {shown} after");
        assert_eq!(knowing(&[secret]).mask(&text), "before *** after");
    }

    #[test]
    fn a_secret_is_masked_as_it_is() {
        hidden(TOKEN, TOKEN);
        assert_eq!(knowing(&[TOKEN]).mask("nothing here"), "nothing here");
        assert_eq!(Masker::default().mask("nothing known"), "nothing known");
    }

    #[test]
    fn a_secret_is_masked_in_every_encoding_of_urls_json_and_xml() {
        let percent: String = TOKEN.bytes().map(|byte| format!("%{byte:02X}")).collect();
        hidden(TOKEN, &percent);
        hidden(TOKEN, &percent.to_lowercase());
        hidden(TOKEN, &percent.replace('%', "%25"));
        hidden(TOKEN, json!(TOKEN).to_string().trim_matches('"'));
        let twice = json!(json!(TOKEN).to_string()).to_string();
        hidden(TOKEN, twice.trim_matches('"').trim_matches(['\\', '"']));
        let escaped: String = TOKEN
            .chars()
            .map(|letter| format!("\\u{:04x}", u32::from(letter)))
            .collect();
        hidden(TOKEN, &escaped);
        let xml = TOKEN
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        hidden(TOKEN, &xml);
        hidden(TOKEN, &xml.replace('&', "&amp;"));
        hidden(TOKEN, &TOKEN.replace('&', "&#38;").replace('!', "&#x21;"));
    }

    #[test]
    fn a_space_may_come_as_a_plus() {
        hidden("two words here", "two+words%20here");
    }

    #[test]
    fn percent_signs_of_a_secret_itself_do_no_harm() {
        hidden("a%25b%41c", "a%25b%41c");
        hidden(r"back\slash\\ed", r"back\slash\\ed");
    }

    #[test]
    fn base64_around_a_secret_shows_nothing_of_it() {
        use base64::Engine as _;
        use base64::engine::general_purpose::{STANDARD, URL_SAFE};
        let secret = "kaf6-Ahph-e9Ei?ohz>o";
        let masker = knowing(&[secret]);
        for before in ["", "x", "xy", "user:"] {
            for engine in [&STANDARD, &URL_SAFE] {
                let text = engine.encode(format!("{before}{secret};after"));
                let masked = masker.mask(&text).into_owned();
                assert!(masked.contains(MASK) && masked.len() < 24, "{masked}");
            }
        }
    }

    #[test]
    fn half_of_a_long_secret_is_masked_and_less_is_not() {
        let secret = "00D5e000000AbCd!AQ8AQKx.hJ70123456789";
        assert_eq!(
            knowing(&[secret]).mask(&format!("cut: {}…", &secret[..25])),
            "cut: ***…"
        );
        let org = &secret[..15];
        assert_eq!(knowing(&[secret]).mask(org), org);
    }

    #[test]
    fn short_secrets_stay() {
        assert_eq!(knowing(&["query"]).mask("a query"), "a query");
    }

    #[test]
    fn documents_keep_their_form() {
        let mut document = json!({"taken": 123_456, "why": ["no 123456", null]});
        knowing(&["123456"]).mask_json(&mut document);
        assert_eq!(document, json!({"taken": 123_456, "why": ["no ***", null]}));
    }

    #[test]
    fn the_oldest_is_forgotten_beyond_the_bound() {
        let masker = Masker::default();
        (0..=MAX_SECRETS).for_each(|number| masker.add(&format!("secret-{number:04};")));
        assert_eq!(masker.mask("secret-0000; secret-0001;"), "secret-0000; ***");
    }

    #[test]
    fn authorization_leaves_its_scheme() {
        let masker = Masker::default();
        masker.add_authorization("Bearer abcdefgh");
        assert_eq!(
            masker.mask("Authorization: Bearer abcdefgh"),
            "Authorization: Bearer ***"
        );
    }
}
