//! The cookies of one CometD client: Salesforce answers "no BAYEUX_BROWSER cookie present" without them.

use salesforce_client::exchange::Reply;

/// Most cookies kept; what comes beyond is left.
const MAX_COOKIES: usize = 50;

/// Names with values. They are as good as a session: no `Debug`.
#[derive(Default)]
pub struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Takes over what an answer sets.
    pub fn note(&mut self, reply: &Reply) {
        let set = reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        for (_, line) in set {
            self.set(line);
        }
    }

    fn set(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        self.0.retain(|(known, _)| known != name);
        let ended = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        if !ended && !value.is_empty() && self.0.len() < MAX_COOKIES {
            self.0.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The header of a request.
    pub fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_replaced_and_ended() {
        let mut cookies = Cookies::default();
        assert_eq!(cookies.header(), None);
        let reply = |lines: &[&str]| Reply {
            status: 200,
            headers: lines
                .iter()
                .map(|line| ("set-cookie".into(), (*line).into()))
                .collect(),
            body: Vec::new(),
        };
        cookies.note(&reply(&[
            "BAYEUX_BROWSER=a1; Path=/; HttpOnly",
            "t=x=y; Secure",
            "odd",
        ]));
        assert_eq!(cookies.header().unwrap(), "BAYEUX_BROWSER=a1; t=x=y");
        cookies.note(&reply(&["t=; Max-Age=0", "BAYEUX_BROWSER=b2"]));
        assert_eq!(cookies.header().unwrap(), "BAYEUX_BROWSER=b2");
    }
}
