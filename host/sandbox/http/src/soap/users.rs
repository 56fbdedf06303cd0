//! Sessions and people: `getUserInfo()`, `logout()`, `setPassword()`, `resetPassword()`.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use sandbox_core::org::{IDLE_LIMIT_MS, Mail, Org, random_token};
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Object;
use sandbox_model::xml::Out;

/// Shortest password (Salesforce help, "Set Password Policies": 8 characters unless set otherwise).
const MIN_PASSWORD_LENGTH: usize = 8;
/// Characters of the random part of a password given by the org.
const NEW_PASSWORD: usize = 10;
/// Largest file attached in the user interface, in bytes, as `getUserInfo()` reports it (5 MB).
const MAX_ATTACHMENT: u32 = 5_242_880;

/// Says who calls.
pub(super) fn get_user_info(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    arguments.finish()?;
    let info = user_info(context.org, &context.user, context.version)?;
    let mut out = Out::default();
    out.element("result", "", |out| out.raw(info.into_bytes()));
    Ok(out)
}

/// `GetUserInfoResult`, as the WSDL of this version has it.
pub(super) fn user_info(org: &Org, user: &RecordId, version: u16) -> Result<Out, Fault> {
    let user_object = object(org, "User")?;
    let organization = load(org, object(org, "Organization")?, None)?;
    let row = load(org, user_object, Some(user))?;
    let of = |name: &str| row.as_ref().and_then(|row| row.get(name).as_str());
    let organization_name = organization
        .as_ref()
        .and_then(|row| row.get("Name").as_str());
    let mut out = Out::default();
    out.flag("accessibilityMode", false);
    if version >= 40 {
        out.flag("chatterExternal", false);
    }
    out.text("currencySymbol", "$");
    out.number("orgAttachmentFileSizeLimit", MAX_ATTACHMENT);
    out.text("orgDefaultCurrencyIsoCode", "USD");
    if version >= 38 {
        out.text("orgDefaultCurrencyLocale", "en_US");
    }
    out.flag("orgDisallowHtmlAttachments", false);
    out.flag("orgHasPersonAccounts", false);
    out.text("organizationId", org.id().as_str());
    out.flag("organizationMultiCurrency", false);
    out.text("organizationName", organization_name.unwrap_or_default());
    out.text("profileId", of("ProfileId").unwrap_or_default());
    out.nil("roleId");
    out.number("sessionSecondsValid", IDLE_LIMIT_MS / 1_000);
    out.nil("userDefaultCurrencyIsoCode");
    out.text("userEmail", of("Email").unwrap_or_default());
    out.text("userFullName", of("Name").unwrap_or_default());
    out.text("userId", user.as_str());
    out.text("userLanguage", of("LanguageLocaleKey").unwrap_or_default());
    out.text("userLocale", of("LocaleSidKey").unwrap_or_default());
    out.text("userName", of("Username").unwrap_or_default());
    out.text("userTimeZone", of("TimeZoneSidKey").unwrap_or_default());
    out.text("userType", of("UserType").unwrap_or_default());
    out.text("userUiSkin", "Theme3");
    Ok(out)
}

fn object<'o>(org: &'o Org, name: &str) -> Result<&'o Object, Fault> {
    org.schema()
        .object(name)
        .ok_or_else(|| Fault::no_such_object(name))
}

/// Returns the record with this id; the only one where none is given.
fn load<'o>(
    org: &Org,
    object: &'o Object,
    id: Option<&RecordId>,
) -> Result<Option<Row<'o>>, ApiError> {
    let first = RecordId::new(&object.key_prefix, 1);
    let id = id.unwrap_or(&first);
    let row = org
        .store()
        .read(|connection| Row::load(connection, object, id.as_str()))?;
    Ok(row.map(|(row, _)| row))
}

/// Ends the session.
pub(super) fn logout(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    arguments.finish()?;
    context.org.sessions().revoke(&context.token);
    Ok(Out::default())
}

/// Ends sessions.
pub(super) fn invalidate_sessions(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let sessions = arguments.texts("sessionIds");
    arguments.finish()?;
    let mut out = Out::default();
    for session in sessions {
        let ended = context.org.sessions().revoke(session);
        out.element("result", "", |out| {
            if !ended {
                out.element("errors", "", |out| {
                    out.text("message", "Invalid session id");
                    out.text("statusCode", "INVALID_SESSION_ID");
                });
            }
            out.flag("success", ended);
        });
    }
    Ok(out)
}

/// Gives the caller a password, if it knows the old one.
pub(super) fn change_own_password(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let (old, new) = (
        arguments.text("oldPassword")?,
        arguments.text("newPassword")?,
    );
    arguments.finish()?;
    let (id, row) = user(context.org, context.user.as_str())?;
    let username = row.get("Username").as_str().unwrap_or_default();
    if context.org.logins().verify(username, old).is_none() {
        return Err(Fault::new("INVALID_OLD_PASSWORD", "invalid old password"));
    }
    give_password(context, &id, username, new)
}

/// Gives a user a password.
pub(super) fn set_password(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let (id, password) = (arguments.text("userId")?, arguments.text("password")?);
    arguments.finish()?;
    let (id, row) = user(context.org, id)?;
    let username = row.get("Username").as_str().unwrap_or_default();
    give_password(context, &id, username, password)
}

fn give_password(
    context: &Context<'_>,
    id: &RecordId,
    username: &str,
    password: &str,
) -> Result<Out, Fault> {
    if context.org.logins().verify(username, password).is_some() {
        let message = "invalid repeated password";
        return Err(Fault::new("INVALID_NEW_PASSWORD", message));
    }
    reject_weak(password)?;
    context.org.logins().set_password(id, username, password);
    let mut out = Out::default();
    out.element("result", "", |_| ());
    Ok(out)
}

fn reject_weak(password: &str) -> Result<(), Fault> {
    let rejected = |message: &str| Err(Fault::new("INVALID_NEW_PASSWORD", message));
    if password.chars().count() < MIN_PASSWORD_LENGTH {
        return rejected("Your password must be 8 or more characters long.");
    }
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    if !has(char::is_alphabetic) || !has(char::is_numeric) {
        return rejected("Your password must have a mix of letters and numbers.");
    }
    Ok(())
}

/// Gives a user a generated password, and mails it if the header says so.
pub(super) fn reset_password(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let id = arguments.text("userId")?;
    arguments.finish()?;
    let (id, row) = user(context.org, id)?;
    let username = row.get("Username").as_str().unwrap_or_default();
    let password = format!("{}a1", random_token(NEW_PASSWORD));
    context.org.logins().set_password(&id, username, &password);
    if context.header.email_user {
        let to = row.get("Email").as_str().unwrap_or_default();
        context.org.outbox().add(Mail {
            sent: context.org.clock().now(),
            to: vec![to.to_owned()],
            subject: "Your new password".into(),
            text: Some(format!("The password of {username} was reset.")),
            ..Mail::default()
        });
    }
    let mut out = Out::default();
    out.element("result", "", |out| out.text("password", &password));
    Ok(out)
}

fn user<'o>(org: &'o Org, id: &str) -> Result<(RecordId, Row<'o>), Fault> {
    let users = object(org, "User")?;
    let id = RecordId::parse(id)
        .filter(|id| id.key_prefix() == users.key_prefix)
        .ok_or_else(|| Fault::new("MALFORMED_ID", format!("malformed id {id}")))?;
    let row = load(org, users, Some(&id))?;
    let row =
        row.ok_or_else(|| Fault::new("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))?;
    Ok((id, row))
}
