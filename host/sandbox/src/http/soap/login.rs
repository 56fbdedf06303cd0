//! `login()`: a user name and a password for a session id. Salesforce ends it in Summer '27.

use super::envelope::{Call, Fault, Namespaces, element, result};
use crate::org::{Org, Session};
use crate::write::Row;

/// The first version without `login()` (release notes Winter '26: "SOAP API login() retirement").
const RETIRED_FROM: u16 = 65;
/// Seconds that a session lives without use, as `sessionSecondsValid` tells it.
const SESSION_SECONDS: &str = "7200";

/// Opens a session, shared with the user's other SOAP logins.
pub(super) fn login(
    org: &Org,
    namespaces: &Namespaces,
    api: &str,
    version: u16,
    base: &str,
    call: &Call,
) -> Result<String, Fault> {
    if version >= RETIRED_FROM {
        let message = format!(
            "SOAP API login() is not available in API version {version}.0; use OAuth instead"
        );
        return Err(Fault::new("UNSUPPORTED_API_VERSION", message));
    }
    let refused = || {
        Fault::new(
            "INVALID_LOGIN",
            "Invalid username, password, security token; or user locked out.",
        )
    };
    let (name, password) = call
        .text("username")
        .zip(call.text("password"))
        .ok_or_else(refused)?;
    let user = org.logins.verify(name, password).ok_or_else(refused)?;
    let session = Session {
        user: user.clone(),
        app: None,
        scope: "full".into(),
        last_used: org.clock.now(),
    };
    let token = org.sessions.open(&org.id, session);
    let row = org.schema.object("User").and_then(|object| {
        org.store
            .read(|connection| Row::load(connection, object, user.as_str()))
            .ok()
            .flatten()
            .map(|(row, _)| row)
    });
    let text = |field: &str| {
        row.as_ref()
            .and_then(|row| row.get(field).as_str().map(str::to_owned))
    };
    let organization = org.id.short();
    let content = [
        element(
            "metadataServerUrl",
            Some(&format!(
                "{base}/services/Soap/m/{version}.0/{organization}"
            )),
        ),
        element("passwordExpired", Some("false")),
        element("sandbox", Some("false")),
        element(
            "serverUrl",
            Some(&format!(
                "{base}/services/Soap/{api}/{version}.0/{organization}"
            )),
        ),
        element("sessionId", Some(&token)),
        element("userId", Some(user.as_str())),
        format!(
            "<userInfo>{}</userInfo>",
            user_info(org, user.as_str(), &text)
        ),
    ];
    Ok(result(namespaces, "login", &content.concat()))
}

fn user_info(org: &Org, user: &str, text: &dyn Fn(&str) -> Option<String>) -> String {
    let of = |name: &str, field: &str| element(name, text(field).as_deref());
    let is = |name: &str, value: &str| element(name, Some(value));
    [
        is("accessibilityMode", "false"),
        is("chatterExternal", "false"),
        is("currencySymbol", "$"),
        is("orgAttachmentFileSizeLimit", "5242880"),
        is("orgDefaultCurrencyIsoCode", "USD"),
        is("orgDefaultCurrencyLocale", "en_US"),
        is("orgDisallowHtmlAttachments", "false"),
        is("orgHasPersonAccounts", "false"),
        is("organizationId", org.id.as_str()),
        is("organizationMultiCurrency", "false"),
        is("organizationName", "Sandbox"),
        of("profileId", "ProfileId"),
        element("roleId", None),
        is("sessionSecondsValid", SESSION_SECONDS),
        element("userDefaultCurrencyIsoCode", None),
        of("userEmail", "Email"),
        of("userFullName", "Name"),
        is("userId", user),
        of("userLanguage", "LanguageLocaleKey"),
        of("userLocale", "LocaleSidKey"),
        of("userName", "Username"),
        of("userTimeZone", "TimeZoneSidKey"),
        of("userType", "UserType"),
        is("userUiSkin", "Theme3"),
    ]
    .concat()
}
