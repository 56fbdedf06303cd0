//! The table `[host]` of a connection file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{HOST_TABLE, ProfileError};
use crate::secret::Secret;
use crate::text;

/// Keys of the table, as `host.schema.json` describes them.
pub(super) const KEYS: [&str; 9] = [
    "allow",
    "ca-file",
    "client-certificate",
    "proxy",
    "session-file",
    "call-timeout",
    "compute-timeout",
    "request-timeout",
    "stall-timeout",
];

/// Bound of every time of the table: a day.
const MAX_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// The host's settings for one connection.
#[derive(Clone, Debug, Default)]
pub struct HostSettings {
    /// Origins to allow beside those of the connection.
    pub allow: Vec<String>,
    /// PEM files of certificate authorities to trust beside those of the system.
    pub ca_files: Vec<PathBuf>,
    /// PEM file with certificate and private key for servers that ask for one.
    pub client_certificate: Option<PathBuf>,
    /// URL of the HTTP proxy; it may hold a password.
    pub proxy: Option<Secret<String>>,
    /// File that keeps the session between runs.
    pub session_file: Option<PathBuf>,
    /// Bound of one call into the connector.
    pub call_timeout: Option<Duration>,
    /// Bound of what the connector computes in one call.
    pub compute_timeout: Option<Duration>,
    /// Bound of all waiting for one request.
    pub request_timeout: Option<Duration>,
    /// Length of the window in which a kilobyte of an answer must come.
    pub stall_timeout: Option<Duration>,
}

impl HostSettings {
    pub(super) fn parse(
        table: &Value,
        path: &Path,
        directory: &Path,
    ) -> Result<Self, ProfileError> {
        let mut settings = Self::default();
        let Value::Object(members) = table else {
            return Err(problem(
                path,
                HOST_TABLE,
                "must be a table: write `[host]` on a line of its own",
            ));
        };
        for (name, value) in members {
            settings
                .set(name, value, directory)
                .map_err(|why| problem(path, &format!("{HOST_TABLE}.{name}"), &why))?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &Value, directory: &Path) -> Result<(), String> {
        let file = || Ok::<_, String>(directory.join(text(value)?));
        match name {
            "allow" => self.allow = texts(value)?,
            "ca-file" => {
                self.ca_files = one_or_more(value)?
                    .iter()
                    .map(|file| directory.join(file))
                    .collect()
            }
            "client-certificate" => self.client_certificate = Some(file()?),
            "proxy" => self.proxy = Some(Secret::new(text(value)?.to_owned())),
            "session-file" => self.session_file = Some(file()?),
            "call-timeout" => self.call_timeout = Some(duration(value)?),
            "compute-timeout" => self.compute_timeout = Some(duration(value)?),
            "request-timeout" => self.request_timeout = Some(duration(value)?),
            "stall-timeout" => self.stall_timeout = Some(duration(value)?),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }
}

fn problem(path: &Path, key: &str, problem: &str) -> ProfileError {
    ProfileError::Value {
        path: path.to_owned(),
        key: key.to_owned(),
        problem: problem.to_owned(),
    }
}

fn unknown(name: &str) -> String {
    match text::nearest(name, KEYS) {
        Some(near) => format!("is not a setting of the host; did you mean `{near}`?"),
        None => format!(
            "is not a setting of the host; it knows {}",
            text::list(&KEYS, "and")
        ),
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .ok_or_else(|| "must be text in quotes".into())
}

fn texts(value: &Value) -> Result<Vec<String>, String> {
    let items = value
        .as_array()
        .ok_or("must be a list of texts: `[\"…\"]`")?;
    items
        .iter()
        .map(|item| text(item).map(str::to_owned))
        .collect()
}

fn one_or_more(value: &Value) -> Result<Vec<String>, String> {
    if value.is_string() {
        Ok(vec![text(value)?.to_owned()])
    } else {
        texts(value)
    }
}

fn duration(value: &Value) -> Result<Duration, String> {
    let known = match value {
        Value::Number(seconds) => seconds.as_u64().map(Duration::from_secs),
        Value::String(text) => with_unit(text),
        _ => None,
    };
    known
        .filter(|time| (Duration::from_millis(1)..=MAX_TIMEOUT).contains(time))
        .ok_or_else(|| {
            "must be a time up to 24h: whole seconds, or text like `500ms`, `90s`, `10m`, `1h`"
                .into()
        })
}

/// Reads a time with its unit; seconds without one.
pub fn with_unit(text: &str) -> Option<Duration> {
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" | "" => 1000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    number.checked_mul(millis).map(Duration::from_millis)
}
