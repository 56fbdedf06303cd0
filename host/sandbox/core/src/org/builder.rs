//! Making an org.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::usage;
use super::{ADMIN_PASSWORD, ADMIN_TOKEN, ADMIN_USERNAME, CLIENT_ID, CLIENT_SECRET};
use super::{Clock, ConnectedApp, Files, Login, Logins, Org, Outbox, PublicKey, Sessions, Usage};
use crate::bulk::{Bulk, Settings as BulkSettings};
use crate::events::{Events, Settings as EventSettings};
use crate::faults::Faults;
use crate::journal::Journal;
use crate::metadata::{self, CreatedBy};
use crate::outbound::{Outbound, OutboundMessage};
use crate::seed;
use crate::write::{Draft, IdCounters, WriteOptions, Writer};
use sandbox_model::id::RecordId;
use sandbox_model::schema::{ObjectDefinition, Schema};
use sandbox_model::store::Store;
use sandbox_model::value::dates;
use sandbox_soql::Queries;

/// A user in addition to the administrator, as `users.json` describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UserSeed {
    pub username: String,
    pub password: String,
    #[serde(default)]
    pub token: String,
    pub last_name: String,
    pub first_name: Option<String>,
    pub email: Option<String>,
}

/// Configuration of an org. By default: in memory, with a little data, in real time.
#[derive(Debug, Default)]
pub struct OrgBuilder {
    file: Option<PathBuf>,
    seed: Option<PathBuf>,
    rows: Vec<(String, u64)>,
    clock: Option<Clock>,
    apps: Vec<ConnectedApp>,
    jwt_certificate: Option<String>,
    definitions: Vec<ObjectDefinition>,
    api_limit: Option<u64>,
    instance_url: Option<String>,
    without_data: bool,
    bulk: BulkSettings,
    events: EventSettings,
    outbound: Vec<OutboundMessage>,
}

impl OrgBuilder {
    /// Keeps the records in this file, made if it is not there. Default data and seeds go in only when it is new.
    #[must_use]
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Loads a folder of seeds: see [`crate::seed`].
    #[must_use]
    pub fn seed(mut self, folder: impl Into<PathBuf>) -> Self {
        self.seed = Some(folder.into());
        self
    }

    /// Adds `count` plausible records of `object`.
    #[must_use]
    pub fn rows(mut self, object: impl Into<String>, count: u64) -> Self {
        self.rows.push((object.into(), count));
        self
    }

    /// Goes by this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Adds a connected app; one with the default's consumer key replaces it.
    #[must_use]
    pub fn app(mut self, app: ConnectedApp) -> Self {
        self.apps.push(app);
        self
    }

    /// Lets the default app take JWTs that this certificate or public key (PEM) verifies.
    #[must_use]
    pub fn jwt_certificate(mut self, pem: impl Into<String>) -> Self {
        self.jwt_certificate = Some(pem.into());
        self
    }

    /// Adds an object, or fields of a known one.
    #[must_use]
    pub fn object(mut self, definition: ObjectDefinition) -> Self {
        self.definitions.push(definition);
        self
    }

    /// API requests allowed per 24 hours; 15,000 unless given.
    #[must_use]
    pub fn api_limit(mut self, requests: u64) -> Self {
        self.api_limit = Some(requests);
        self
    }

    /// Returns the URL that tokens and identities name. Unless given, it is the one that the request came to.
    #[must_use]
    pub fn instance_url(mut self, url: impl Into<String>) -> Self {
        self.instance_url = Some(url.into());
        self
    }

    /// Treats bulk jobs so: how fast they are, and which of their rows fail.
    #[must_use]
    pub fn bulk(mut self, settings: BulkSettings) -> Self {
        self.bulk = settings;
        self
    }

    /// Runs the event bus so: time-outs, limits, which objects' changes are captured.
    #[must_use]
    pub fn events(mut self, settings: EventSettings) -> Self {
        self.events = settings;
        self
    }

    /// Sends this outbound message once the org is on a port ([`sandbox_http::serve`]); one of the same name is replaced.
    #[must_use]
    pub fn outbound_message(mut self, message: OutboundMessage) -> Self {
        self.outbound.push(message);
        self
    }

    /// Leaves out the default accounts, contacts and opportunities.
    #[must_use]
    pub fn without_data(mut self) -> Self {
        self.without_data = true;
        self
    }

    /// Makes the org. Blocks the thread while data is loaded.
    ///
    /// # Errors
    /// One sentence: a definition, a seed or a certificate that cannot be used, or a file that cannot be opened.
    pub fn build(self) -> anyhow::Result<Org> {
        let folder = self.seed.as_deref().map(seed::Folder::read).transpose()?;
        let mut definitions = self.definitions;
        definitions.extend(folder.iter().flat_map(|folder| folder.objects.clone()));
        let schema = Schema::with_definitions(definitions)?;
        let store = open_store(self.file.as_deref(), &schema)?;
        let clock = Arc::new(self.clock.unwrap_or_else(Clock::real));
        store.set_clock(&clock)?;
        let mut apps = self.apps;
        apps.extend(folder.iter().flat_map(|folder| folder.apps.clone()));
        let mut default = ConnectedApp::new(CLIENT_ID, CLIENT_SECRET);
        default.certificate = self.jwt_certificate;
        apps.push(default);
        check_certificates(&apps)?;
        let mut org = Org {
            schema_changed: dates::whole_seconds(clock.now()),
            id: RecordId::new("00D", 1),
            admin: RecordId::new("005", 1),
            files: Files::next_to(self.file.as_deref()),
            ids: IdCounters::default(),
            logins: Logins::default(),
            self_service_logins: Logins::default(),
            report_runs: crate::analytics::Runs::default(),
            sessions: Sessions::default(),
            usage: Usage::new(self.api_limit.unwrap_or(usage::DEVELOPER_EDITION)),
            faults: Faults::default(),
            journal: Journal::default(),
            outbox: Outbox::default(),
            queries: Queries::default(),
            bulk: Bulk::new(self.bulk),
            events: Events::new(self.events),
            outbound: Outbound::default(),
            instance_url: self.instance_url,
            schema,
            store,
            clock,
            apps,
        };
        let is_new = people(&mut org, folder.as_ref())?;
        if is_new {
            if !self.without_data {
                seed::default_data(&org)?;
            }
            if let Some(folder) = &folder {
                folder.load(&org)?;
            }
            for (object, count) in &self.rows {
                seed::generate(&org, object, *count)?;
            }
        }
        let seeded = folder.iter().flat_map(|folder| &folder.outbound);
        for message in seeded.chain(&self.outbound) {
            org.add_outbound_message(message).map_err(|api_error| {
                anyhow::anyhow!("outbound message {}: {}", message.name, api_error.message)
            })?;
        }
        org.events.open();
        Ok(org)
    }
}

fn open_store(file: Option<&Path>, schema: &Schema) -> anyhow::Result<Store> {
    let store = match file {
        Some(path) => Store::in_file(path, schema).map_err(|error| {
            anyhow::anyhow!("cannot open {} as an org's file: {error}", path.display())
        })?,
        None => Store::in_memory(schema)?,
    };
    store.add_tables(crate::events::log::TABLE)?;
    store.add_tables(crate::outbound::queue::TABLES)?;
    Ok(store)
}

fn check_certificates(apps: &[ConnectedApp]) -> anyhow::Result<()> {
    for app in apps {
        let certificate = app.certificate.as_deref();
        if certificate.is_some_and(|pem| PublicKey::from_pem(pem).is_none()) {
            anyhow::bail!(
                "the certificate of the app {} is no PEM of a certificate or RSA public key",
                app.client_id
            );
        }
    }
    Ok(())
}

/// Makes the organization, its profile and its users unless they are there; says whether they were not.
fn people(org: &mut Org, folder: Option<&seed::Folder>) -> anyhow::Result<bool> {
    let admin = org.admin.clone();
    let users = folder
        .map(|folder| folder.users.as_slice())
        .unwrap_or_default();
    let known: i64 = org.store.read(|c| {
        c.query_row("SELECT count(*) FROM \"Organization\"", [], |row| {
            row.get(0)
        })
    })?;
    let is_new = known == 0;
    if is_new {
        org.write(&admin, WriteOptions::default(), found)?;
    }
    org.write(&admin, WriteOptions::default(), crate::setup::install)?;
    let made = CreatedBy {
        by: admin.as_str(),
        at: org.schema_changed,
    };
    org.store
        .write(|connection| metadata::fill(connection, &org.schema, made))?;
    let login = Login {
        user: admin.clone(),
        password: ADMIN_PASSWORD.into(),
        token: ADMIN_TOKEN.into(),
    };
    org.logins.add(ADMIN_USERNAME, login);
    for user in users {
        let id = org.write(&admin, WriteOptions::default(), |writer| {
            add_user(writer, user)
        })?;
        let login = Login {
            user: id,
            password: user.password.clone(),
            token: user.token.clone(),
        };
        org.logins.add(&user.username, login);
    }
    Ok(is_new)
}

fn found(writer: &Writer<'_>) -> Result<(), sandbox_model::api_error::ApiError> {
    let create = |name: &str, values: &[(&str, &str)]| {
        let object = writer
            .schema
            .object(name)
            .ok_or_else(sandbox_model::api_error::ApiError::not_found)?;
        writer
            .create(object, Draft::from_texts(object, values))
            .map(|saved| saved.id)
    };
    let kind = [
        ("OrganizationType", "Developer Edition"),
        ("InstanceName", "SBX1"),
    ];
    create(
        "Organization",
        &[[("Name", "Sandbox")].as_slice(), &kind].concat(),
    )?;
    let profile = create("Profile", &[("Name", "System Administrator")])?;
    let values = [
        ("Username", ADMIN_USERNAME),
        ("LastName", "Admin"),
        ("FirstName", "Sandbox"),
        ("Email", ADMIN_USERNAME),
        ("Alias", "admin"),
    ];
    create(
        "User",
        &[values.as_slice(), &locale(profile.as_str())].concat(),
    )?;
    Ok(())
}

fn add_user(
    writer: &Writer<'_>,
    user: &UserSeed,
) -> Result<RecordId, sandbox_model::api_error::ApiError> {
    let object = writer
        .schema
        .object("User")
        .ok_or_else(sandbox_model::api_error::ApiError::not_found)?;
    let profile = RecordId::new("00e", 1);
    let alias: String = user.username.chars().take(8).collect();
    let values = [
        ("LastName", user.last_name.as_str()),
        ("FirstName", user.first_name.as_deref().unwrap_or_default()),
        ("Email", user.email.as_deref().unwrap_or(&user.username)),
        ("Alias", &alias),
    ];
    let draft = Draft::from_texts(
        object,
        &[values.as_slice(), &locale(profile.as_str())].concat(),
    );
    writer
        .upsert(object, "Username", &user.username, draft)
        .map(|saved| saved.id)
}

fn locale(profile: &str) -> [(&'static str, &str); 5] {
    [
        ("TimeZoneSidKey", "GMT"),
        ("LocaleSidKey", "en_US"),
        ("EmailEncodingKey", "UTF-8"),
        ("LanguageLocaleKey", "en_US"),
        ("ProfileId", profile),
    ]
}
