//! What to do about a refused login, where the flow itself is often set up wrongly.

use crate::bindings::{Fault, FaultKind};

/// The login hosts that all orgs share.
const SHARED: [&str; 2] = [
    "https://login.salesforce.com",
    "https://test.salesforce.com",
];

/// Whether logins of every org go there, so that it is no org's own address.
pub fn is_shared_login_host(origin: &str) -> bool {
    SHARED.contains(&origin)
}

/// Client credentials name no user, and so no org: they work at an org's own address only (Salesforce Help, "OAuth 2.0 Client
/// Credentials Flow").
pub fn client_credentials(fault: Fault, login_origin: &str) -> Fault {
    if !is_shared_login_host(login_origin) {
        return fault;
    }
    refused(
        fault,
        "client credentials need the org's My Domain as connection.url, such as `https://acme.my.salesforce.com`",
    )
}

/// An assertion for another audience than the login host of the org is refused like a wrong key.
pub fn jwt_bearer(fault: Fault, audience: &str) -> Fault {
    refused(
        fault,
        &format!(
            "the assertion's audience was `{audience}`; connection.auth.jwt-bearer.audience sets another one"
        ),
    )
}

fn refused(fault: Fault, hint: &str) -> Fault {
    if fault.kind != FaultKind::Unauthenticated {
        return fault;
    }
    Fault {
        message: format!("{}; {hint}", fault.message),
        ..fault
    }
}
