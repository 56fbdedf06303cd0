//! `login()`: a user name and a password for a session id. Salesforce ends it in Summer '27.

use super::arguments::Arguments;
use super::fault::Fault;
use super::namespaces::Namespaces;
use super::users::user_info;
use sandbox_core::org::{Org, Session};
use sandbox_model::xml::Out;

/// The first version without `login()` (release notes Winter '26: "SOAP API login() retirement").
const RETIRED_FROM: u16 = 65;

/// Opens a session, shared with the user's other SOAP logins.
pub(super) fn login(
    org: &Org,
    namespaces: Namespaces,
    version: u16,
    base: &str,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    if version >= RETIRED_FROM {
        let message = format!(
            "SOAP API login() is not available in API version {version}.0; use OAuth instead"
        );
        return Err(Fault::new("UNSUPPORTED_API_VERSION", message));
    }
    let (name, password) = (arguments.text("username")?, arguments.text("password")?);
    arguments.finish()?;
    let user = org.logins().verify(name, password).ok_or_else(|| {
        Fault::new(
            "INVALID_LOGIN",
            "Invalid username, password, security token; or user locked out.",
        )
    })?;
    let session = Session::new(user.clone(), None, "full", org.clock().now());
    let token = org.sessions().open(org.id(), session);
    let url = |letter: &str| {
        let organization = org.id().short();
        format!("{base}/services/Soap/{letter}/{version}.0/{organization}")
    };
    let mut out = Out::default();
    let info = user_info(org, &user, version)?;
    out.element("result", "", |out| {
        out.text("metadataServerUrl", &url("m"));
        out.flag("passwordExpired", false);
        out.flag("sandbox", false);
        out.text("serverUrl", &url(namespaces.letter));
        out.text("sessionId", &token);
        out.text("userId", user.as_str());
        out.element("userInfo", "", |out| out.raw(info.into_bytes()));
    });
    Ok(out)
}
