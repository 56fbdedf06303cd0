//! The login of a session: when it happens, what it changes, where it is kept.

use std::collections::HashSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{SessionError, SessionFile, origins, secrets};
use crate::egress::Egress;
use crate::profile::Profile;
use crate::runtime::Instance;
use crate::schema::Schema;
use crate::secret::Secret;

/// Name of the property of a connection that takes what `session` returned.
const SESSION: &str = "session";

/// The connection document as it grows by its session.
#[derive(Debug)]
pub(super) struct Login {
    schema: Value,
    document: Secret<Value>,
    file: Option<SessionFile>,
    /// The session that was adopted last, and where it lets the connector go.
    known: Option<Secret<Value>>,
    origins: Vec<String>,
    open: bool,
    changed: Changed,
}

/// What has changed since a failure was last asked about.
#[derive(Debug, Default)]
struct Changed {
    /// Another run's session was resumed.
    adopted: bool,
    /// The session names other origins.
    moved: bool,
}

impl Login {
    pub(super) fn new(connector: &str, profile: &Profile, schema: Value) -> Self {
        let document = profile.document().clone();
        let owner = || fingerprint(connector, &schema, document.expose());
        let file = profile
            .host()
            .session_file
            .as_ref()
            .map(|path| SessionFile::new(path.clone(), owner()));
        Self {
            schema,
            document,
            file,
            known: None,
            origins: Vec::new(),
            open: false,
            changed: Changed::default(),
        }
    }

    /// Gives the connection as JSON text for the instance, and for nobody else.
    pub(super) fn connection(&self) -> Secret<String> {
        Secret::new(self.document.expose().to_string())
    }

    /// Says whether the session is kept in a file.
    pub(super) const fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Says whether a login has succeeded.
    pub(super) const fn is_open(&self) -> bool {
        self.open
    }

    /// Adopts the session that another run has kept since. Says whether that has happened, now or since last asked.
    pub(super) async fn adopts_renewed(&mut self, egress: &Egress) -> Result<bool, SessionError> {
        self.adopt_newer(egress).await?;
        Ok(std::mem::take(&mut self.changed.adopted))
    }

    /// Fetches the session. Says whether it leads elsewhere, now or since last asked.
    pub(super) async fn moves(
        &mut self,
        instance: &Instance,
        egress: &Egress,
    ) -> Result<bool, SessionError> {
        if self.open {
            self.renew(instance, egress).await?;
        }
        Ok(std::mem::take(&mut self.changed.moved))
    }

    /// Keeps what a failed operation may have left: the session of another run, or else the connector's own.
    pub(super) async fn keep_after_failure(
        &mut self,
        unauthenticated: bool,
        instance: &Instance,
        egress: &Egress,
    ) -> Result<(), SessionError> {
        if unauthenticated && self.adopt_newer(egress).await? {
            return Ok(());
        }
        self.renew(instance, egress).await
    }

    async fn adopt_newer(&mut self, egress: &Egress) -> Result<bool, SessionError> {
        let Some(file) = self.file.clone() else {
            return Ok(false);
        };
        let _held = file.lock().await?;
        let newer = file.load()?.filter(|session| !self.knows(session));
        let Some(session) = newer else {
            return Ok(false);
        };
        self.adopt(session, egress)?;
        self.changed.adopted = true;
        Ok(true)
    }

    fn knows(&self, session: &Secret<Value>) -> bool {
        let known = self.known.as_ref();
        known.is_some_and(|known| known.expose() == session.expose())
    }

    /// Logs in unless that has happened: with the kept session first, so that its refresh token is the one used.
    pub(super) async fn ensure(
        &mut self,
        instance: &Instance,
        egress: &Egress,
    ) -> Result<(), SessionError> {
        if self.open {
            return Ok(());
        }
        let Some(file) = self.file.clone() else {
            return self.authenticate(instance, egress).await;
        };
        // Two runs that both renew one refresh token would end each other's session: the second waits for the first.
        let _held = file.lock().await?;
        if let Some(session) = file.load()? {
            self.adopt(session, egress)?;
        }
        self.authenticate(instance, egress).await?;
        self.changed = Changed::default();
        Ok(())
    }

    /// Fetches the session that the connector has opened since.
    pub(super) async fn renew(
        &mut self,
        instance: &Instance,
        egress: &Egress,
    ) -> Result<(), SessionError> {
        let Some(file) = self.file.clone() else {
            return self.authenticate(instance, egress).await;
        };
        let _held = file.lock().await?;
        self.authenticate(instance, egress).await
    }

    async fn authenticate(
        &mut self,
        instance: &Instance,
        egress: &Egress,
    ) -> Result<(), SessionError> {
        let answer = Secret::new(instance.session(self.connection().expose()).await?);
        let session: Value =
            serde_json::from_str(answer.expose()).map_err(|_| SessionError::NotASession)?;
        if !session.is_object() {
            return Err(SessionError::NotASession);
        }
        let session = Secret::new(session);
        if !self.knows(&session) {
            secrets::of_session(&self.schema, session.expose());
            if let Some(file) = &self.file {
                file.store(&session)?;
            }
            self.adopt(session, egress)?;
        }
        self.open = true;
        Ok(())
    }

    fn adopt(&mut self, session: Secret<Value>, egress: &Egress) -> Result<(), SessionError> {
        // A kept session comes from a file, and has not been registered yet.
        secrets::of_session(&self.schema, session.expose());
        let named = origins::of_session(&self.schema, session.expose())?;
        for origin in &named {
            origin.admit(egress)?;
        }
        let origins: Vec<String> = named.into_iter().map(|named| named.origin).collect();
        self.changed.moved |= self.open && origins != self.origins;
        self.origins = origins;
        let takes_a_session = Schema::new(&self.schema).property(SESSION).is_some();
        if let (true, Value::Object(members)) = (takes_a_session, self.document.expose_mut()) {
            members.insert(SESSION.to_owned(), session.expose().clone());
        }
        self.known = Some(session);
        Ok(())
    }
}

/// Tells apart whose session a file holds: a digest of the connector's name, the addresses and the credentials.
///
/// Credentials are the secrets and what stands beside them (user names, client ids). Time-outs or headers do not
/// count: changing them must not throw away a session whose refresh token exists nowhere else. A changed credential
/// must: the refresh token that someone has just pasted in wins over the kept one.
pub(super) fn fingerprint(connector: &str, schema: &Value, document: &Value) -> String {
    let schema = Schema::new(schema);
    let credential_objects: HashSet<String> = schema
        .secrets(document)
        .iter()
        .filter_map(|secret| parent(secret))
        .map(str::to_owned)
        .collect();
    let mut parts = vec![format!("connector={connector}")];
    schema.walk(document, |pointer, node, value| {
        let beside_a_secret =
            parent(pointer).is_some_and(|parent| credential_objects.contains(parent));
        let counts = beside_a_secret || node.text("format") == Some("uri");
        if counts && !value.is_object() && !pointer.starts_with("/session") {
            parts.push(format!("{pointer}={value}"));
        }
    });
    parts.sort();
    parts.dedup();
    let digest = Sha256::digest(parts.join("\n"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}
