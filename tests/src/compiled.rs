//! Compiled connectors on disk, for all test programs and the commands that they start: an unoptimised compiler takes minutes for what
//! is read back in a moment. A file is named by its component's bytes, so that there is nothing to invalidate.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use mediate::error::HostError;
use mediate::runtime::{Connector, Runtime, RuntimeSettings};
use mediate_cli::embedded;

/// What commands take as their `XDG_CACHE_HOME`; below the target directory.
const HOME: &str = env!("COMPILED_CONNECTORS");

/// Where commands keep compiled connectors below it.
const FOLDER: &str = "mediate";

/// Held by the one program that compiles.
const LOCK: &str = "lock";

/// The components that are known to be kept, by their addresses.
static KEPT: LazyLock<Mutex<HashSet<usize>>> = LazyLock::new(Mutex::default);

/// Loads one of the connectors that tests share, compiled once for all of them.
///
/// # Errors
/// What the runtime says.
pub async fn load(
    component: &'static [u8],
    settings: RuntimeSettings,
) -> Result<Connector, HostError> {
    let kept = tokio::task::spawn_blocking(|| keep(component)).await;
    kept.expect("it is kept");
    Runtime::new(within(settings))?.load(component).await
}

/// A command in a folder of its own, with nothing of the machine's environment, that finds the built-in connector compiled.
#[must_use]
pub fn command(program: &str, folder: &Path) -> Command {
    keep(embedded::CONNECTOR);
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("XDG_CACHE_HOME", HOME)
        .stdin(Stdio::null());
    command
}

/// Sees to it that a connector is kept compiled: commands that are started side by side would each compile it.
pub fn keep(component: &'static [u8]) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.contains(&component.as_ptr().addr()) {
        return;
    }
    fs::create_dir_all(HOME).expect("a folder for compiled connectors");
    let lock = File::create(Path::new(HOME).join(LOCK)).expect("a lock");
    lock.lock().expect("the lock");
    // On a thread of its own: who asks may be within a runtime, and may not wait for another there.
    let compiling = std::thread::spawn(move || compile(component));
    compiling.join().expect("it compiles");
    kept.insert(component.as_ptr().addr());
}

fn compile(component: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let loading = async {
        let runtime = Runtime::new(within(RuntimeSettings::default()))?;
        runtime.load(component).await.map(drop)
    };
    let loaded = runtime.expect("a runtime").block_on(loading);
    loaded.expect("a connector");
}

fn within(settings: RuntimeSettings) -> RuntimeSettings {
    let cache_dir: PathBuf = Path::new(HOME).join(FOLDER);
    RuntimeSettings {
        cache_dir: Some(cache_dir),
        ..settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ECHO;
    use std::time::SystemTime;

    /// The files that hold compiled connectors, with the times at which they were written.
    fn files() -> Vec<(PathBuf, SystemTime)> {
        let files = fs::read_dir(Path::new(HOME).join(FOLDER)).expect("the folder");
        let paths = files.map(|file| file.expect("a file").path());
        let mut files: Vec<_> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "cwasm"))
            .map(|path| {
                let written = fs::metadata(&path).and_then(|file| file.modified());
                (path, written.expect("a time"))
            })
            .collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn what_is_kept_is_compiled_once_whatever_the_settings() {
        keep(ECHO);
        let before = files();
        assert!(!before.is_empty());
        let settings = RuntimeSettings {
            max_instances: 2,
            max_memory: 64 << 20,
            ..RuntimeSettings::default()
        };
        let connector = load(ECHO, settings).await.expect("the echo connector");
        assert_eq!(connector.describe().await.expect("a catalog").name, "echo");
        assert_eq!(files(), before);
    }
}
