//! A transport that plays a script, and a clock that tests move: the connector's logic is tested with these.

use super::{Body, Failure, Headers, Pending, Request, Response, Transport, TransportError};
use crate::clock::Clock;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// One line of the script.
pub enum Play {
    /// Answers with a status, headers and a body.
    Answer(u16, Headers, Vec<u8>),
    /// Answers with a status and a body that breaks off after these bytes.
    CutShort(u16, Vec<u8>),
    /// Fails below HTTP.
    Fail(Failure),
}

impl Play {
    /// A JSON answer.
    pub fn json(status: u16, body: &str) -> Self {
        Self::Answer(
            status,
            vec![("content-type".into(), "application/json".into())],
            body.as_bytes().to_vec(),
        )
    }
}

/// Plays its script and remembers what was sent.
#[derive(Clone, Default)]
pub struct Script {
    plays: Rc<RefCell<VecDeque<Play>>>,
    sent: Rc<RefCell<Vec<Request>>>,
}

impl Script {
    /// A transport that gives these answers in order, and then fails.
    pub fn new(plays: impl IntoIterator<Item = Play>) -> Self {
        Self {
            plays: Rc::new(RefCell::new(plays.into_iter().collect())),
            sent: Rc::default(),
        }
    }

    /// What was sent, as `METHOD url`.
    pub fn sent(&self) -> Vec<String> {
        self.sent
            .borrow()
            .iter()
            .map(|request| format!("{:?} {}", request.method, request.url))
            .collect()
    }

    /// The requests themselves.
    pub fn requests(&self) -> Vec<Request> {
        self.sent.borrow().clone()
    }

    /// Lines of the script not yet played.
    pub fn left(&self) -> usize {
        self.plays.borrow().len()
    }
}

impl Transport for Script {
    fn start(&self, request: &Request) -> Result<Box<dyn Pending>, TransportError> {
        self.sent.borrow_mut().push(request.clone());
        let play = self.plays.borrow_mut().pop_front();
        Ok(Box::new(Played(
            play.unwrap_or(Play::Fail(Failure::Denied)),
        )))
    }
}

struct Played(Play);

impl Pending for Played {
    fn wait(self: Box<Self>) -> Result<Response, TransportError> {
        let (status, headers, bytes, whole) = match self.0 {
            Play::Answer(status, headers, bytes) => (status, headers, bytes, true),
            Play::CutShort(status, bytes) => (status, Vec::new(), bytes, false),
            Play::Fail(failure) => {
                return Err(TransportError::new(failure, format!("{failure:?}")));
            }
        };
        Ok(Response {
            status,
            headers,
            body: Box::new(Pieces {
                bytes: bytes.into(),
                whole,
            }),
        })
    }
}

struct Pieces {
    bytes: VecDeque<u8>,
    whole: bool,
}

impl Body for Pieces {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, TransportError> {
        if self.bytes.is_empty() {
            return if self.whole {
                Ok(None)
            } else {
                Err(TransportError::new(
                    Failure::Lost,
                    "The answer was cut short",
                ))
            };
        }
        let take = max.min(self.bytes.len());
        Ok(Some(self.bytes.drain(..take).collect()))
    }
}

/// A clock that stands still until somebody sleeps.
#[derive(Clone, Default)]
pub struct TestClock {
    now_ms: Rc<Cell<u64>>,
    slept: Rc<RefCell<Vec<u64>>>,
}

impl TestClock {
    /// The pauses so far.
    pub fn slept(&self) -> Vec<u64> {
        self.slept.borrow().clone()
    }
}

impl Clock for TestClock {
    fn unix_ms(&self) -> u64 {
        1_700_000_000_000 + self.now_ms.get()
    }

    fn monotonic_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn sleep_ms(&self, ms: u64) {
        self.slept.borrow_mut().push(ms);
        self.now_ms.set(self.now_ms.get() + ms);
    }

    fn random(&self, bound: u64) -> u64 {
        bound / 2
    }
}
