//! The credentials that go out with requests: a peer may echo them, so they are registered with the masker first.

use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, PROXY_AUTHORIZATION};
use url::{Url, form_urlencoded};

use crate::masking::{Masker, masker};

/// Media type of the forms by which OAuth asks for tokens.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Names of the fields that carry secrets in such forms (RFC 6749, 7009, 7521 and 7636).
const SECRET_FIELDS: [&str; 8] = [
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "token",
];

/// Length from which the value of a cookie counts as a secret: shorter ones are flags.
const MIN_COOKIE: usize = 16;

/// Variables that name proxies, and may hold their passwords.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Registers the credentials of a request: in its headers, and in the start of its body where that is a form.
pub(super) fn remember(headers: &HeaderMap, body: &[u8]) {
    register(masker(), headers, body);
}

fn register(masker: &Masker, headers: &HeaderMap, body: &[u8]) {
    let texts = |name| {
        let values = headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok())
    };
    texts(AUTHORIZATION)
        .chain(texts(PROXY_AUTHORIZATION))
        .for_each(|value| masker.add_authorization(value));
    texts(COOKIE)
        .flat_map(|value| value.split(';'))
        .filter_map(|cookie| cookie.split_once('='))
        .map(|(_, value)| value.trim())
        .filter(|value| value.len() >= MIN_COOKIE)
        .for_each(|value| masker.add(value));
    let is_form = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(FORM));
    if is_form {
        form_urlencoded::parse(body)
            .filter(|(name, _)| SECRET_FIELDS.contains(&name.as_ref()))
            .for_each(|(_, value)| masker.add(&value));
    }
}

/// Registers the passwords of the proxies: of the one that the settings name, and of those of the environment.
pub(super) fn remember_proxies(named: Option<&str>) {
    let of_environment = PROXY_VARIABLES
        .iter()
        .filter_map(|name| std::env::var(name).ok());
    named
        .map(str::to_owned)
        .into_iter()
        .chain(of_environment)
        .for_each(|address| register_proxy(masker(), &address));
}

fn register_proxy(masker: &Masker, address: &str) {
    let password = Url::parse(address)
        .ok()
        .and_then(|url| url.password().map(str::to_owned));
    // The masker finds the decoded form in the encoded one, and not the other way round.
    if let Some(encoded) = password {
        let plus_stays = encoded.replace('+', "%2B");
        let decoded = form_urlencoded::parse(plus_stays.as_bytes()).next();
        masker.add(&decoded.map_or_else(|| encoded.clone(), |(name, _)| name.into_owned()));
        masker.add(&encoded);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn what_a_request_carries_is_known() {
        let mut headers = HeaderMap::new();
        headers.insert(
            AUTHORIZATION,
            HeaderValue::from_static("Bearer t0k3n-t0k3n"),
        );
        headers.insert(
            COOKIE,
            HeaderValue::from_static("a=1; sid=0123456789abcdef; b=short"),
        );
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        let masker = Masker::default();
        register(
            &masker,
            &headers,
            b"grant_type=password&username=user@acme&password=pass%26word&assertion=eyJ.abc.def",
        );
        let echoed = "t0k3n-t0k3n 0123456789abcdef short user@acme pass&word eyJ.abc.def";
        assert_eq!(masker.mask(echoed), "*** *** short user@acme *** ***");
    }

    #[test]
    fn a_body_that_is_no_form_is_left_alone() {
        let masker = Masker::default();
        register(&masker, &HeaderMap::new(), b"password=something");
        assert_eq!(masker.mask("something"), "something");
    }

    #[test]
    fn the_password_of_a_proxy_is_known() {
        let masker = Masker::default();
        register_proxy(&masker, "http://me:pass%40w+rd@proxy.example:3128");
        assert_eq!(masker.mask("me pass@w+rd pass%40w+rd"), "me *** ***");
        register_proxy(&masker, "not an address");
    }
}
