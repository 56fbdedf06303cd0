//! A transport that plays a script, and a clock that tests move: the connector's logic is tested with these.
#![expect(
    clippy::indexing_slicing,
    reason = "a test that is set up wrongly fails by panicking"
)]

use super::{
    Body, Failure, Headers, HttpRequest, Pending, Response, Started, Transport, TransportError,
    Upload, Uploading,
};
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
    /// Lets this many bytes of an upload pass and then breaks the connection; other requests fail as lost.
    BreakAfter(usize),
    /// Answers after that many milliseconds.
    Late(u64, Box<Play>),
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
    sent: Rc<RefCell<Vec<HttpRequest>>>,
    clock: TestClock,
}

impl Script {
    /// A transport that gives these answers in order, and then fails.
    pub fn new(plays: impl IntoIterator<Item = Play>) -> Self {
        Self {
            plays: Rc::new(RefCell::new(plays.into_iter().collect())),
            sent: Rc::default(),
            clock: TestClock::default(),
        }
    }

    /// The same script, whose late answers follow this clock.
    pub fn on_clock(self, clock: &TestClock) -> Self {
        Self {
            clock: clock.clone(),
            ..self
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
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.sent.borrow().clone()
    }

    /// Lines of the script not yet played.
    pub fn left(&self) -> usize {
        self.plays.borrow().len()
    }
}

impl Transport for Script {
    fn start(&self, request: &HttpRequest) -> Result<Box<dyn Pending>, TransportError> {
        self.sent.borrow_mut().push(request.clone());
        Ok(self.next())
    }

    fn upload(&self, request: &HttpRequest) -> Uploading {
        self.sent.borrow_mut().push(request.clone());
        let index = self.sent.borrow().len() - 1;
        Ok(Box::new(Sending {
            script: self.clone(),
            index,
            body: Vec::new(),
        }))
    }
}

impl Script {
    /// The next line of the script; at its end every address is denied.
    fn next(&self) -> Box<Played> {
        let play = self.plays.borrow_mut().pop_front();
        Box::new(Played {
            play: play.unwrap_or(Play::Fail(Failure::Denied)),
            clock: self.clock.clone(),
            started_ms: self.clock.monotonic_ms(),
        })
    }

    /// How many bytes of an upload the next line of the script lets pass.
    fn allowance(&self) -> usize {
        match self.plays.borrow().front() {
            Some(Play::BreakAfter(bytes)) => *bytes,
            _ => usize::MAX,
        }
    }
}

/// A body on its way to the script; what was sent stands among the requests once the upload is finished or broken.
struct Sending {
    script: Script,
    index: usize,
    body: Vec<u8>,
}

impl Upload for Sending {
    fn write(&mut self, piece: &[u8]) -> Result<(), TransportError> {
        self.body.extend_from_slice(piece);
        if self.body.len() > self.script.allowance() {
            return Err(lost());
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Started {
        let script = self.script.clone();
        drop(self);
        Ok(script.next())
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let body = std::mem::take(&mut self.body);
        self.script.sent.borrow_mut()[self.index].body = body.into();
    }
}

struct Played {
    play: Play,
    clock: TestClock,
    started_ms: u64,
}

impl Played {
    /// Milliseconds until the answer is there.
    fn remaining_ms(&self) -> u64 {
        let Play::Late(after_ms, _) = &self.play else {
            return 0;
        };
        (self.started_ms + after_ms).saturating_sub(self.clock.monotonic_ms())
    }
}

impl Pending for Played {
    fn ready_within(&mut self, wait_ms: u64) -> bool {
        let remaining_ms = self.remaining_ms();
        self.clock.pass(remaining_ms.min(wait_ms));
        remaining_ms <= wait_ms
    }

    fn wait(self: Box<Self>) -> Result<Response, TransportError> {
        self.clock.pass(self.remaining_ms());
        let mut play = self.play;
        while let Play::Late(_, then) = play {
            play = *then;
        }
        let (status, headers, bytes, whole) = match play {
            Play::Answer(status, headers, bytes) => (status, headers, bytes, true),
            Play::CutShort(status, bytes) => (status, Vec::new(), bytes, false),
            Play::Fail(failure) => {
                return Err(TransportError::new(failure, format!("{failure:?}")));
            }
            Play::BreakAfter(_) | Play::Late(..) => return Err(lost()),
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

fn lost() -> TransportError {
    TransportError::new(Failure::Lost, "The connection broke")
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

    /// Lets time pass without anybody sleeping.
    pub fn pass(&self, ms: u64) {
        self.now_ms.set(self.now_ms.get() + ms);
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
