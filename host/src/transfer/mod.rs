//! Large transfers that survive what happens on the way: loads into a sink, extracts from a source.
//!
//! Both go by a [`JournalFile`](crate::journal_file::JournalFile). When the remote system cannot answer for a while, the operation is opened again from the last
//! step in the journal file; when the process dies, another one does the same from the file.
//!
//! # Example
//!
//! Each step is on disk before the next is done: after a crash, open the journal file and pass its step to
//! [`Load::state`].
//!
//! ```no_run
//! # use mediate::Session;
//! use mediate::{JournalFile, PartFile};
//! use mediate::transfer::{Input, Load};
//! # use serde_json::json;
//! # async fn run(session: &Session) -> Result<(), Box<dyn std::error::Error>> {
//! let config = json!({"object": "Account", "operation": "insert"});
//! let input = Input { path: "accounts.csv".into(), gzip: false };
//! let mut journal_file = JournalFile::create("accounts.journal".as_ref(), &config)?;
//! let outcomes = PartFile::create("outcomes.ndjson".as_ref(), false)?;
//! let load = Load::new(session, "bulk/load", &config, &input, &mut journal_file);
//! let loaded = load.outcomes(Some(outcomes)).run().await.map_err(|stopped| stopped.error)?;
//! if let Some(outcomes) = loaded.outcomes {
//!     outcomes.finish().await?;
//! }
//! journal_file.remove()?;
//! # Ok(())
//! # }
//! ```

mod extract;
mod input;
mod load;
mod load_status;
mod retry;
mod store;
mod tally;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use extract::{Extract, ExtractState};
pub use input::Input;
pub use load::{Load, LoadState, Loaded};
pub use load_status::{Job, LoadStatus};
pub use retry::RetryPolicy;
pub use tally::{Reason, Tally};

use crate::contract::{FaultKind, Progress};
use crate::session::SessionError;
use crate::text;

/// Observer of a transfer.
pub trait Watcher: Send {
    /// Reports bytes that have passed, and of how many, where that is known.
    fn bytes(&mut self, _passed: u64, _of: Option<u64>) {}
    /// Reports how far the remote system has come.
    fn progress(&mut self, _progress: &Progress) {}
    /// Reports that the transfer continues after a pause, because of this.
    fn again(&mut self, _because: &SessionError, _pause: Duration) {}
}

/// Ignores everything.
impl Watcher for () {}

impl<W: Watcher + ?Sized> Watcher for &mut W {
    fn bytes(&mut self, passed: u64, of: Option<u64>) {
        (**self).bytes(passed, of);
    }

    fn progress(&mut self, progress: &Progress) {
        (**self).progress(progress);
    }

    fn again(&mut self, because: &SessionError, pause: Duration) {
        (**self).again(because, pause);
    }
}

/// Why a transfer stopped. What the journal file says holds: it can be resumed unless the reason stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The connector could not continue.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A file could not be written.
    #[error("cannot write {}: {}", .path.display(), text::io(.source))]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The input could not be read.
    #[error("cannot read {}: {}", .path.display(), text::io(.source))]
    Input {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The part of the input that was sent has changed.
    #[error(
        "the first {} of {}, which were sent, have changed: restore the file with which the load began; only what \
         follows them may be corrected",
        text::count(*.bytes, "byte"),
        .path.display()
    )]
    InputChanged {
        /// Which input.
        path: PathBuf,
        /// How many of its first bytes were taken.
        bytes: u64,
    },
    /// The connector keeps a journal that this host cannot read.
    #[error(
        "the connector's journal is not a JSON object with a member `taken`: report it to the connector's authors"
    )]
    BadJournal,
    /// The connector's journal changes without end.
    #[error("the connector's journal changes without end: report it to the connector's authors")]
    Restless,
    /// The remote system has said nothing new for too long.
    #[error(
        "the remote system has reported no progress for {} hours: it may still be working",
        .waited.as_secs() / 3600
    )]
    Stalled {
        /// How long.
        waited: Duration,
    },
}

/// How a load stopped.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
#[non_exhaustive]
pub struct Stopped {
    /// Why.
    #[source]
    pub error: TransferError,
    /// How the whole of it stands.
    pub load_status: LoadStatus,
    /// What was kept last: what files hold belongs to it.
    pub state: LoadState,
}

impl From<Stopped> for TransferError {
    fn from(stopped: Stopped) -> Self {
        stopped.error
    }
}

impl TransferError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Input { path, source }
    }
}

/// Says whether continuing later, from the last step, may help.
fn passes(error: &SessionError) -> bool {
    error.fault().is_some_and(|fault| match fault.kind {
        FaultKind::Unavailable => true,
        // Without attempts a wait is over that the caller has bounded: the remote system works on.
        FaultKind::Timeout => fault.attempts > 0,
        FaultKind::LimitExceeded => fault.retry_after_ms.is_some(),
        _ => false,
    })
}
