//! The org's records in SQLite: one table per sObject, one column per field.
//!
//! # Layout
//! - The table is called as the sObject, the column as the field; both are quoted (`"Order"` is a legal name).
//! - `"Id" TEXT PRIMARY KEY` holds 18 characters; reference columns too. Both compare byte by byte.
//! - How the other types are kept: see [`ColumnKind`]. Empty text is NULL, as in Salesforce.
//! - Compound addresses have no column; they are assembled from their parts on reading. A person's `Name` has one.
//! - Every table has `"IsDeleted" INTEGER NOT NULL` (0 or 1), also where the schema shows no such field. A record in the
//!   recycle bin stays in its table with 1. Columns starting with `__` are the store's own.
//! - Objects that show records of others are views ([`views`]).
//! - Unique fields and external ids have an index over the rows with `"IsDeleted" = 0`: write that term as a literal,
//!   else SQLite cannot use it. References (but to users) and `SystemModstamp` are indexed.

mod column;
mod distance;
mod tables;
#[cfg(test)]
mod tests;
mod views;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parking_lot::ReentrantMutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;

pub use column::{ColumnKind, quoted};

use crate::clock::Clock;
use crate::schema::Schema;

/// Connections that read in parallel to the writer, where the org is in a file.
const READERS: usize = 4;
/// Prepared statements kept per connection.
const STATEMENTS: usize = 512;
/// Page cache of each connection to a file, in KiB.
const CACHE_KIB: u32 = 65_536;

/// Why the store could not do its work: the disk, or a file that is no sandbox.
pub type StoreError = rusqlite::Error;

/// The database of one org. One writer at a time; readers never wait for it where the org is in a file.
///
/// A thread that writes may read and write again within: it sees its own changes, and what it writes further in is kept
/// or undone together with the whole. So composite requests run their parts as they are.
#[derive(Debug)]
pub struct Store {
    writer: ReentrantMutex<Connection>,
    readers: Vec<Mutex<Connection>>,
    next_reader: AtomicUsize,
    /// Number of commits; a change of it signals a write.
    commits: watch::Sender<u64>,
}

impl Store {
    /// Returns an org in memory.
    ///
    /// # Errors
    /// SQLite's, if a table cannot be made.
    pub fn in_memory(schema: &Schema) -> Result<Self, StoreError> {
        Self::new(Connection::open_in_memory()?, Vec::new(), schema)
    }

    /// Returns an org in a file, made if it is not there. Objects and fields that the file does not know yet are added to it;
    /// those that the schema no longer knows stay untouched.
    ///
    /// # Errors
    /// SQLite's: the file cannot be opened, or is no database.
    pub fn in_file(path: &Path, schema: &Schema) -> Result<Self, StoreError> {
        let writer = Connection::open(path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "NORMAL")?;
        let readers = (0..READERS)
            .map(|_| open_reader(path))
            .collect::<Result<Vec<_>, _>>()?;
        Self::new(writer, readers, schema)
    }

    fn new(
        mut writer: Connection,
        readers: Vec<Connection>,
        schema: &Schema,
    ) -> Result<Self, StoreError> {
        set_up(&writer)?;
        let transaction = writer.transaction()?;
        tables::migrate(&transaction, schema)?;
        transaction.commit()?;
        for reader in &readers {
            set_up(reader)?;
        }
        let readers = readers.into_iter().map(Mutex::new).collect();
        Ok(Self {
            writer: ReentrantMutex::new(writer),
            readers,
            next_reader: AtomicUsize::new(0),
            commits: watch::Sender::new(0),
        })
    }

    /// Creates further tables for users of the store.
    ///
    /// # Errors
    /// SQLite's.
    pub fn add_tables(&self, sql: &str) -> Result<(), StoreError> {
        self.writer.lock().execute_batch(sql)
    }

    /// Runs `work` on a connection that only reads. Blocks the thread while it runs.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> T) -> T {
        if self.readers.is_empty() || self.writer.is_owned_by_current_thread() {
            return work(&self.writer.lock());
        }
        match self.reader() {
            Some(reader) => work(&reader),
            None => work(&self.writer.lock()),
        }
    }

    /// Runs `work` in a transaction that is kept if it returns `Ok` and undone if it returns `Err`. Blocks the thread
    /// until other writers are done. Within another write of this thread, the outer one decides in the end.
    ///
    /// # Errors
    /// What `work` returns, or SQLite's own.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = self.writer.lock();
        if !connection.is_autocommit() {
            return write_within(&connection, work);
        }
        let transaction = Transaction::new_unchecked(&connection, TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        self.commits.send_modify(|commits| *commits += 1);
        Ok(value)
    }

    /// Goes by the org's clock from now on; by real time before.
    ///
    /// # Errors
    /// SQLite's, if a connection is busy.
    pub fn set_clock(&self, clock: &Arc<Clock>) -> Result<(), StoreError> {
        views::register(&self.writer.lock(), clock)?;
        let mut readers = self.readers.iter();
        readers.try_for_each(|reader| views::register(&lock(reader), clock))
    }

    /// Returns the number of commits so far; changes with each.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.commits.subscribe()
    }

    fn reader(&self) -> Option<MutexGuard<'_, Connection>> {
        if let Some(free) = self
            .readers
            .iter()
            .find_map(|reader| reader.try_lock().ok())
        {
            return Some(free);
        }
        let turn = self.next_reader.fetch_add(1, Ordering::Relaxed) % self.readers.len().max(1);
        self.readers.get(turn).map(lock)
    }
}

/// Returns a part of a transaction that can be undone alone.
fn write_within<T, E: From<StoreError>>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    connection.execute_batch("SAVEPOINT within")?;
    let value = work(connection);
    if value.is_err() {
        connection.execute_batch("ROLLBACK TO within")?;
    }
    connection.execute_batch("RELEASE within")?;
    value
}

/// Returns a thread that panicked while it held the connection has left no transaction open: dropping it rolled it back.
fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let reader = Connection::open(path)?;
    reader.pragma_update(None, "query_only", true)?;
    Ok(reader)
}

/// Prepares what every connection needs before its first statement.
fn set_up(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // SOQL binds lists of values and ids as one array.
    rusqlite::vtab::array::load_module(connection)?;
    distance::register(connection)?;
    views::register(connection, &Arc::new(Clock::real()))?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    connection.pragma_update(None, "cache_size", -i64::from(CACHE_KIB))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // LIKE in SOQL never minds the case; SQLite's does so only for ASCII, which NOCASE columns share.
    connection.pragma_update(None, "case_sensitive_like", false)
}
