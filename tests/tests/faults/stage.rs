//! Orgs in which cells are tried one after the other: making one takes longer than most cells do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use mediate::contract::Message;
use mediate::session::Session;
use mediate_tests::org::connector;
use sandbox::Org;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::cell::{Cell, HANGS};
use super::path::{Path, Prepare, Then, fill};

/// Cells that are tried side by side: they wait as long as they work.
const SIDE_BY_SIDE: usize = 20;

/// How long records are old before they are changed.
const AGE_MS: i64 = 5_000;

/// An org, and a session with it that no fault ever meets.
pub struct Place {
    /// The org.
    pub org: Arc<Org>,
    /// Its API; to make this takes longer than most requests.
    pub router: Router,
    checker: OnceCell<Session>,
}

impl Place {
    /// A fresh org for a path.
    pub fn new(path: &Path) -> Self {
        let org = path.org();
        Self {
            router: sandbox::router(Arc::clone(&org)),
            org,
            checker: OnceCell::new(),
        }
    }

    /// The session.
    pub async fn checker(&self) -> &Session {
        let open = || Path::session(&self.router);
        self.checker.get_or_init(open).await
    }

    /// Does what a cell of this name needs to have been done; gives the ids of its records.
    pub async fn prepare(&self, prepare: &Prepare, cell: &str) -> Vec<String> {
        let object = prepare.object.as_deref().unwrap_or("Account");
        let mut ids = Vec::new();
        for record in &prepare.records {
            let config = json!({"object": object});
            let created = self.call("records/create", config, fill(record, cell, &[]));
            let id = created.await["id"].as_str().expect("an id").to_owned();
            ids.push(id);
        }
        if let Some(then) = prepare.then {
            self.org.clock().advance(AGE_MS);
            let records = ids.iter().map(|id| match then {
                Then::Update => json!({"Id": id, "Description": "changed"}),
                Then::Delete => json!(id),
            });
            let (operation, config) = match then {
                Then::Update => ("collections/update", json!({"object": object})),
                Then::Delete => ("collections/delete-records", json!({})),
            };
            self.call(operation, config, records.collect()).await;
        }
        self.org.clock().advance(prepare.pass * 1_000);
        ids
    }

    async fn call(&self, operation: &str, config: Value, input: Value) -> Value {
        let input = Message::new("application/json", input.to_string());
        let checker = self.checker().await;
        let reply = checker.call(operation, &config, Some(input)).await;
        let body = reply.expect("a reply").body;
        serde_json::from_slice(&body).expect("JSON")
    }
}

/// Tries cells side by side; gives each with how it ended.
pub async fn try_all(cells: Vec<Cell>) -> Vec<(Cell, [String; 2])> {
    // What compiling takes is no cell's time.
    connector().await;
    let waiting = Arc::new(Mutex::new(cells.into_iter()));
    let lanes: Vec<_> = (0..SIDE_BY_SIDE)
        .map(|_| tokio::spawn(lane(Arc::clone(&waiting))))
        .collect();
    let mut ended = Vec::new();
    for lane in lanes {
        ended.extend(lane.await.expect("a lane"));
    }
    ended
}

/// Takes one cell after the other, as long as there are any.
async fn lane(waiting: Arc<Mutex<std::vec::IntoIter<Cell>>>) -> Vec<(Cell, [String; 2])> {
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.next()
    };
    let mut places: HashMap<Option<u64>, Place> = HashMap::new();
    let mut ended = Vec::new();
    while let Some(cell) = next() {
        let rows = cell.path.rows;
        if cell.path.own_org {
            places.remove(&rows);
        }
        let place = places.entry(rows).or_insert_with(|| Place::new(&cell.path));
        let ends = cell.ends(place, 0).await;
        if ends.iter().any(|end| end == HANGS) {
            places.remove(&rows);
        }
        ended.push((cell, ends));
    }
    ended
}
