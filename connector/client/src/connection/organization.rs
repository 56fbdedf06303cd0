//! The org that a connection is pinned to.

use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::connection::Session;
use salesforce_formats::record_id::looks_like_id;

/// What ids of orgs begin with.
const PREFIX: &str = "00D";

/// Characters of an id that tell it from others; those of a long one tell their case besides.
const SHORT: usize = 15;

/// The id of an org, as the config gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationId(String);

impl OrganizationId {
    /// Reads `connection.organization-id`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if is_org(text) {
            return Ok(Self(text.to_owned()));
        }
        let told: String = text.chars().take(40).collect();
        Err(Fault::config(format!(
            "connection.organization-id is `{told}`, which is no id of an org: those are `{PREFIX}` and 12 or 15 letters and digits, in Setup under Company Information"
        )))
    }

    /// Whether another id, short or long, is of the same org.
    pub fn is(&self, id: &str) -> bool {
        is_org(id) && short(&self.0) == short(id)
    }

    /// As the config gives it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ids of the org that a session tells by itself: in its identity URL (`…/id/{organization}/{user}`), and before the exclamation mark of its
/// token, where that is not a JWT.
pub fn told_by(session: &Session) -> Vec<&str> {
    let identity = session.identity_url.as_deref();
    let identity = identity
        .and_then(|url| url.rsplit_once("/id/"))
        .and_then(|(_, path)| path.split('/').next());
    let token = session.access_token.split_once('!').map(|(id, _)| id);
    let told = identity.into_iter().chain(token);
    told.filter(|id| is_org(id)).collect()
}

fn is_org(text: &str) -> bool {
    text.starts_with(PREFIX) && looks_like_id(text)
}

fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_ids_are_the_same_and_case_counts() {
        let id = OrganizationId::parse("00D5e000000abcdEAA").unwrap();
        for same in ["00D5e000000abcd", "00D5e000000abcdEAA"] {
            assert!(id.is(same), "{same}");
            assert!(OrganizationId::parse(same).unwrap().is("00D5e000000abcd"));
        }
        for other in ["00D5e000000ABCD", "00D5e000000abce", "00D", ""] {
            assert!(!id.is(other), "{other}");
        }
        for wrong in ["", "00D", "0015e000000abcd", "00D5e000000abc!", "acme"] {
            let fault = OrganizationId::parse(wrong).unwrap_err();
            assert!(
                fault.message.contains("organization-id"),
                "{}",
                fault.message
            );
        }
    }
}
