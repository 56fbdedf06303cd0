//! The flows that lead to a token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{OAuthError, Parameters, jwt};
use sandbox_core::org::{ConnectedApp, Org, Session};
use sandbox_model::id::RecordId;

/// An accepted grant.
pub(super) struct Grant {
    pub session: Session,
    pub access_token: String,
    pub refresh_token: Option<String>,
    /// The consumer secret, which signs the response.
    pub secret: String,
}

impl Grant {
    fn new(
        app: &ConnectedApp,
        session: Session,
        access_token: String,
        refresh_token: Option<String>,
    ) -> Self {
        Self {
            session,
            access_token,
            refresh_token,
            secret: app.client_secret.clone(),
        }
    }
}

fn session(org: &Org, app: &ConnectedApp, user: &RecordId) -> Session {
    let client = Some(app.client_id.clone());
    Session::new(user.clone(), client, app.scope.as_str(), org.clock().now())
}

/// Returns a session that the same user and app may share.
fn shared(org: &Org, app: &ConnectedApp, user: &RecordId) -> Grant {
    let session = session(org, app, user);
    let token = org.sessions().open(org.id(), session.clone());
    Grant::new(app, session, token, None)
}

pub(super) fn client_credentials(org: &Org, parameters: &Parameters) -> Result<Grant, OAuthError> {
    let app = parameters.client(org, true)?;
    let user = match &app.run_as {
        None => Some(org.admin().clone()),
        Some(name) => org.logins().user(name),
    };
    let no_user = OAuthError::new("invalid_grant", "no client credentials user enabled");
    Ok(shared(org, app, &user.ok_or(no_user)?))
}

pub(super) fn password(org: &Org, parameters: &Parameters) -> Result<Grant, OAuthError> {
    let app = parameters.client(org, true)?;
    let (name, word) = parameters
        .get("username")
        .zip(parameters.get("password"))
        .ok_or(OAuthError::FAILURE)?;
    Ok(shared(
        org,
        app,
        &org.logins().verify(name, word).ok_or(OAuthError::FAILURE)?,
    ))
}

/// Returns a new access token; the refresh token is replaced only if the app says so.
pub(super) fn refresh_token(org: &Org, parameters: &Parameters) -> Result<Grant, OAuthError> {
    let app = parameters.client(org, false)?;
    let token = parameters
        .get("refresh_token")
        .ok_or(OAuthError::EXPIRED_TOKEN)?;
    let known = org
        .sessions()
        .refresh(token)
        .filter(|known| known.app.as_deref() == Some(&app.client_id));
    let session = Session {
        last_used: org.clock().now(),
        ..known.ok_or(OAuthError::EXPIRED_TOKEN)?
    };
    let access = org.sessions().open_new(org.id(), session.clone());
    let next = app.rotate_refresh_tokens.then(|| {
        org.sessions().retire_refresh(token);
        org.sessions().issue_refresh_token(&session)
    });
    Ok(Grant::new(app, session, access, next))
}

/// Returns a code works once, for the app and the address it was sent to, and with the verifier of its challenge.
pub(super) fn authorization_code(org: &Org, parameters: &Parameters) -> Result<Grant, OAuthError> {
    let app = parameters.client(org, false)?;
    let code = parameters
        .get("code")
        .and_then(|code| org.sessions().take_code(code))
        .ok_or(OAuthError::CODE)?;
    if code.expires <= org.clock().now() {
        return Err(OAuthError::EXPIRED_CODE);
    }
    if code.session.app.as_deref() != Some(&app.client_id) {
        return Err(OAuthError::CODE);
    }
    if parameters.get("redirect_uri") != Some(&code.redirect_uri) {
        return Err(OAuthError::REDIRECT);
    }
    match &code.challenge {
        Some(challenge)
            if parameters.get("code_verifier").map(challenge_of).as_ref() != Some(challenge) =>
        {
            return Err(OAuthError::VERIFIER);
        }
        None if parameters.get("client_secret").is_none() => return Err(OAuthError::CLIENT),
        _ => {}
    }
    let session = Session {
        last_used: org.clock().now(),
        ..code.session
    };
    let access = org.sessions().open_new(org.id(), session.clone());
    let refresh = app
        .scope
        .split(' ')
        .any(|scope| scope == "refresh_token")
        .then(|| org.sessions().issue_refresh_token(&session));
    Ok(Grant::new(app, session, access, refresh))
}

/// PKCE's S256.
fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

pub(super) fn jwt_bearer(
    org: &Org,
    parameters: &Parameters,
    base: &str,
) -> Result<Grant, OAuthError> {
    let assertion = parameters.get("assertion").ok_or(OAuthError::ASSERTION)?;
    let claims = jwt::Claims::unverified(assertion).ok_or(OAuthError::ASSERTION)?;
    let app = org.app(&claims.iss).ok_or(OAuthError::CLIENT_ID)?;
    claims.verify(app, assertion, base, org.clock().now())?;
    let user = claims
        .user()
        .and_then(|name| org.logins().user(name))
        .ok_or(OAuthError::NOT_APPROVED)?;
    if !claims.user().is_some_and(|name| app.is_approved_by(name)) {
        return Err(OAuthError::NOT_APPROVED);
    }
    Ok(shared(org, app, &user))
}
