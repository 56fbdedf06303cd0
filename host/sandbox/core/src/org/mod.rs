//! One simulated org: its records, its people, its apps, its sessions, its clock.

mod app;
mod builder;
mod files;
mod outbox;
mod secret;
mod session;
mod usage;
mod user;

use std::sync::Arc;

use rusqlite::Connection;

pub use app::{ConnectedApp, PublicKey};
pub use builder::OrgBuilder;
pub(crate) use builder::UserSeed;
pub use files::md5_of;
pub use files::{Files, Upload};
pub use outbox::{Mail, Outbox};
pub use secret::random_token;
pub use session::{AuthorizationCode, CODE_LIFETIME_MS, IDLE_LIMIT_MS, Session, Sessions};
pub use usage::Usage;
pub use user::{Login, Logins};

pub use sandbox_model::clock::Clock;

use crate::bulk::Bulk;
use crate::events::{Events, Feed};
use crate::faults::Faults;
use crate::journal::Journal;
use crate::outbound::Outbound;
use crate::write::{IdCounters, WriteOptions, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::Schema;
use sandbox_model::store::Store;
use sandbox_model::value::dates;
use sandbox_soql::Queries;

/// User name of the administrator that every org has.
pub const ADMIN_USERNAME: &str = "admin@sandbox.example";
/// Password of the administrator.
pub const ADMIN_PASSWORD: &str = "sandbox-password";
/// Security token of the administrator, appended to the password by clients outside trusted networks.
pub const ADMIN_TOKEN: &str = "TOKEN";
/// Consumer key of the connected app that every org has; it may use every flow.
pub const CLIENT_ID: &str = "sandbox-client";
/// Consumer secret of that app.
pub const CLIENT_SECRET: &str = "sandbox-secret";

/// A simulated Salesforce org. Share it with `Arc`; [`crate::router`] serves it over HTTP.
#[derive(Debug)]
pub struct Org {
    pub(crate) schema: Schema,
    pub(crate) store: Store,
    pub(crate) files: Files,
    pub(crate) ids: IdCounters,
    pub(crate) clock: Arc<Clock>,
    pub(crate) id: RecordId,
    pub(crate) admin: RecordId,
    pub(crate) logins: Logins,
    pub(crate) report_runs: crate::analytics::Runs,
    /// Passwords of self-service users, which open no session of the API.
    pub(crate) self_service_logins: Logins,
    pub(crate) apps: Vec<ConnectedApp>,
    pub(crate) sessions: Sessions,
    pub(crate) usage: Usage,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) outbox: Outbox,
    pub(crate) queries: Queries,
    pub(crate) bulk: Bulk,
    pub(crate) events: Events,
    pub(crate) outbound: Outbound,
    pub(crate) instance_url: Option<String>,
    /// When the schema last changed: describe's `Last-Modified`.
    pub(crate) schema_changed: i64,
}

impl Org {
    /// Starts the description of an org.
    #[must_use]
    pub fn builder() -> OrgBuilder {
        OrgBuilder::default()
    }

    /// Returns the org's objects.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns the org's records.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the org's clock: what "now", `TODAY` and session time-outs go by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Returns the org's id.
    #[must_use]
    pub fn id(&self) -> &RecordId {
        &self.id
    }

    /// Returns the administrator's id.
    #[must_use]
    pub fn admin(&self) -> &RecordId {
        &self.admin
    }

    /// Returns the org's sessions.
    #[must_use]
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// Faults on demand.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Returns the last requests.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Mail that the org would have sent.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// Returns the org's queries and their cursors.
    #[must_use]
    pub fn queries(&self) -> &Queries {
        &self.queries
    }

    /// Returns the org's bulk jobs.
    #[must_use]
    pub fn bulk(&self) -> &Bulk {
        &self.bulk
    }

    /// Returns the org's event bus.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// State of the org's outbound messages.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// Returns the bytes of the org's files.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Returns the logins.
    #[must_use]
    pub fn logins(&self) -> &Logins {
        &self.logins
    }

    /// Passwords of self-service users, which open no session of the API.
    #[must_use]
    pub fn self_service_logins(&self) -> &Logins {
        &self.self_service_logins
    }

    /// Returns what was used of the org's allowance of requests.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Runs of reports.
    #[must_use]
    pub fn report_runs(&self) -> &crate::analytics::Runs {
        &self.report_runs
    }

    /// Where the org says that it is; `None`: wherever it is asked.
    #[must_use]
    pub fn instance_url(&self) -> Option<&str> {
        self.instance_url.as_deref()
    }

    /// When the schema last changed, in milliseconds since 1970: describe's `Last-Modified`.
    #[must_use]
    pub fn schema_changed(&self) -> i64 {
        self.schema_changed
    }

    /// Returns the connected app with this consumer key.
    #[must_use]
    pub fn app(&self, client_id: &str) -> Option<&ConnectedApp> {
        self.apps.iter().find(|app| app.client_id == client_id)
    }

    /// Writes records as `user`, all in one transaction: it is kept if `work` returns `Ok`. Blocks the thread. Within
    /// another write of the same thread it is a part of that one.
    ///
    /// # Errors
    /// What `work` returns, or the database's.
    pub fn write<T>(
        &self,
        user: &RecordId,
        options: WriteOptions,
        work: impl FnOnce(&Writer<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.store.write(|connection: &Connection| {
            let (schema, ids) = (&self.schema, &self.ids);
            let now = dates::whole_seconds(self.clock.now());
            let feed = Feed::open(&self.events, &self.outbound, *self.store.commits().borrow());
            work(&Writer {
                schema,
                connection,
                ids,
                now,
                user,
                options,
                feed,
            })
        })
    }
}
