//! A file that names several watches, for one process that runs them all.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::args::{Connection, OutputArgs, at_least, duration, within};
use super::failure::Failure;
use super::files;
use super::watch::check_interval;
use mediate::profile;
use mediate::watch::Gather;

/// One watch.
pub(super) struct Entry {
    /// Which of several it is.
    pub(super) name: Option<String>,
    pub(super) operation: String,
    /// The config as arguments give it.
    pub(super) document: Option<String>,
    pub(super) pairs: Vec<String>,
    /// The config as a file gives it.
    pub(super) config: Option<Value>,
    pub(super) connection: Connection,
    pub(super) every: Duration,
    pub(super) checkpoint: Option<PathBuf>,
    pub(super) output: OutputArgs,
    /// Whether nothing may be in the output file twice.
    pub(super) dedup: bool,
    /// When findings are delivered that come one by one.
    pub(super) gather: Option<Gather>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    watch: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Table {
    operation: String,
    #[serde(default = "no_config")]
    config: Value,
    connection: Option<String>,
    sandbox_data: Option<PathBuf>,
    every: Option<String>,
    #[serde(default)]
    fast: bool,
    /// Must be said: several watches in one process are meant to survive it.
    checkpoint: PathBuf,
    output: Option<PathBuf>,
    exec: Option<String>,
    post: Option<String>,
    #[serde(default)]
    dedup: bool,
    at_least: Option<usize>,
    within: Option<String>,
}

fn no_config() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Poll interval where the file does not set it.
const EVERY: Duration = Duration::from_secs(30);

/// Reads the watches of a file. Its paths are relative to its folder.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let text = files::text(path)?;
    let wrong = |why: String| Failure::usage(format!("{}: {why}", path.display()));
    let mut file: File = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    // WriteThrough serde, a number of more than 15 digits would lose some.
    let document = profile::toml(&text, path).map_err(|error| wrong(error.to_string()))?;
    for (at, table) in file.watch.iter_mut().enumerate() {
        let config = document
            .get("watch")
            .and_then(|watch| watch.get(at)?.get("config"));
        table.config = config.map_or_else(no_config, Value::clone);
    }
    if file.watch.is_empty() {
        return Err(wrong(
            "there is no watch in it: add a table `[[watch]]`".into(),
        ));
    }
    let folder = mediate::output::folder_of(path);
    let entries = file.watch.into_iter().enumerate();
    let entries = entries.map(|(at, table)| {
        let name = format!("watch {} (`{}`)", at + 1, table.operation);
        let entry = table.entry(folder, &name);
        entry.map_err(|why| wrong(format!("{name}: {why}")))
    });
    entries.collect()
}

impl Table {
    fn entry(self, folder: &Path, name: &str) -> Result<Entry, String> {
        let outputs = [
            self.output.is_some(),
            self.exec.is_some(),
            self.post.is_some(),
        ];
        if outputs.iter().filter(|given| **given).count() != 1 {
            return Err("it needs one of output, exec and post".into());
        }
        if self.dedup && self.output.is_none() {
            return Err("dedup is for output".into());
        }
        let every = self.every.as_deref().map(duration).transpose()?;
        let every = every.unwrap_or(EVERY);
        check_interval(every, self.fast)?;
        let gather = self.gather()?;
        Ok(Entry {
            operation: self.operation,
            document: None,
            pairs: Vec::new(),
            config: Some(self.config),
            connection: Connection {
                connection: self.connection,
                sandbox_data: self.sandbox_data,
            },
            every,
            name: Some(name.to_owned()),
            checkpoint: Some(folder.join(self.checkpoint)),
            output: OutputArgs {
                output: self.output.map(|output| folder.join(output)),
                exec: self.exec,
                post: self.post,
            },
            dedup: self.dedup,
            gather,
        })
    }

    /// Reads when findings are delivered, which takes both of its members.
    fn gather(&self) -> Result<Option<Gather>, String> {
        match (self.at_least, &self.within) {
            (None, None) => Ok(None),
            (Some(count), Some(time)) => {
                let count =
                    at_least(&count.to_string()).map_err(|why| format!("at-least: {why}"))?;
                let time = within(time).map_err(|why| format!("within: {why}"))?;
                Ok(Some(Gather::new(count, time)))
            }
            _ => Err("at-least and within go together: give both".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn entries(text: &str) -> Result<Vec<Entry>, String> {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("watches.toml");
        std::fs::write(&path, text).expect("file");
        read(&path).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_file_names_several_watches() {
        let text = r#"
            [[watch]]
            operation = "triggers/updated"
            config = { object = "Account", bind = { n = 1234567890123456.78 } }
            every = "5s"
            checkpoint = "accounts.checkpoint"
            output = "accounts.ndjson"
            dedup = true

            [[watch]]
            operation = "events/subscribe"
            connection = "acme"
            checkpoint = "events.checkpoint"
            exec = "./handle"
        "#;
        let entries = entries(text).expect("read");
        assert_eq!(entries.len(), 2);
        let config = entries[0].config.as_ref().map(Value::to_string);
        assert!(config.is_some_and(|config| config.contains("1234567890123456.78")));
        assert_eq!(entries[0].every, Duration::from_secs(5));
        assert!(
            entries[0]
                .output
                .output
                .as_ref()
                .is_some_and(|path| path.is_absolute())
        );
        assert_eq!(entries[1].every, EVERY);
    }

    #[test]
    fn a_threshold_has_a_count_and_a_time_within_bounds() {
        let watch = |more: &str| {
            entries(&format!(
                "[[watch]]\noperation = 'a/b'\ncheckpoint = 'c'\noutput = 'o'\n{more}"
            ))
        };
        let read = watch("at-least = 500\nwithin = '10m'").expect("read");
        let gather = read[0].gather.expect("a threshold");
        assert_eq!((gather.at_least, gather.within.as_secs()), (500, 600));
        for (wrong, word) in [
            ("at-least = 5", "give both"),
            ("at-least = 0\nwithin = '1m'", "at-least: "),
            ("at-least = 10001\nwithin = '1m'", "10000"),
            ("at-least = 5\nwithin = '25h'", "24h"),
        ] {
            let why = watch(wrong).err().expect("refused");
            assert!(why.contains(word), "{why}");
        }
    }

    #[test]
    fn a_watch_without_an_output_or_a_checkpoint_is_refused() {
        let no_output = entries("[[watch]]\noperation = 'a/b'\ncheckpoint = 'c'");
        assert!(
            no_output
                .err()
                .is_some_and(|why| why.contains("needs one of output, exec and post"))
        );
        let no_checkpoint = entries("[[watch]]\noperation = 'a/b'\noutput = 'o'");
        assert!(
            no_checkpoint
                .err()
                .is_some_and(|why| why.contains("checkpoint"))
        );
    }
}
