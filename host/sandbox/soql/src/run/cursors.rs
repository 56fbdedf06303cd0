//! Cursors: which rows a query found, kept for a while.
//!
//! A query's own cursor and those of its sub-queries are opened and closed together, as one of the user's ten.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::limits;
use super::reader::Reader;
use super::root::{KnownCursors, OpenedCursor, Root};

/// All open cursors of an org.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    groups: Mutex<Vec<Group>>,
    end_with_session: AtomicBool,
}

/// A query's cursor with those of its sub-queries; groups are kept in the order they were opened.
#[derive(Debug)]
struct Group {
    user: String,
    session: u64,
    opened: i64,
    roots: HashMap<u64, Root>,
    known: KnownCursors,
}

impl Group {
    fn add(&mut self, opened: Vec<OpenedCursor>) {
        for OpenedCursor { root, parent } in opened {
            self.known
                .extend(parent.map(|parent| (parent, root.number)));
            self.roots.insert(root.number, root);
        }
    }
}

impl Cursors {
    fn groups(&self) -> MutexGuard<'_, Vec<Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what the first page of a query opened; the user's oldest cursor makes room if need be.
    pub(super) fn open(&self, opened: Vec<OpenedCursor>, reader: Reader<'_>) {
        if opened.is_empty() {
            return;
        }
        let user = reader.user.to_owned();
        let mut group = Group {
            user,
            session: reader.session,
            opened: reader.now,
            roots: HashMap::new(),
            known: KnownCursors::new(),
        };
        group.add(opened);
        let mut groups = self.groups();
        groups.retain(|group| is_alive(group, reader.now));
        let of_user = groups
            .iter()
            .filter(|group| group.user == reader.user)
            .count();
        let oldest = groups.iter().position(|group| group.user == reader.user);
        if let Some(oldest) = oldest.filter(|_| of_user >= limits::CURSORS_PER_USER) {
            groups.remove(oldest);
        }
        groups.push(group);
    }

    /// Adds what a later page opened to the group of the cursor it was read from.
    pub(super) fn extend(&self, number: u64, opened: Vec<OpenedCursor>) {
        if let Some(group) = self
            .groups()
            .iter_mut()
            .find(|group| group.roots.contains_key(&number))
        {
            group.add(opened);
        }
    }

    /// Returns the cursor with this number, if it is the reader's and young enough.
    pub(super) fn find(&self, number: u64, reader: Reader<'_>) -> Option<(Root, KnownCursors)> {
        let groups = self.groups();
        let any_session = !self.ends_with_session();
        let own = |group: &&Group| {
            group.user == reader.user
                && (any_session || group.session == reader.session)
                && is_alive(group, reader.now)
        };
        let group = groups
            .iter()
            .filter(own)
            .find(|group| group.roots.contains_key(&number))?;
        Some((group.roots.get(&number)?.clone(), group.known.clone()))
    }

    pub(super) fn end_with_session(&self, yes: bool) {
        self.end_with_session.store(yes, Ordering::Relaxed);
    }

    pub(super) fn ends_with_session(&self) -> bool {
        self.end_with_session.load(Ordering::Relaxed)
    }

    pub(super) fn close_all(&self) {
        self.groups().clear();
    }
}

fn is_alive(group: &Group, now: i64) -> bool {
    now.saturating_sub(group.opened) < limits::CURSOR_LIFETIME_MS
}
