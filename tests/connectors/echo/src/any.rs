//! Resources of either kind: those of this connector, and those of the reference connector with a promise broken.

use crate::bindings::exports::mediation::connector::connections::{self, GuestConnection};
use crate::bindings::exports::mediation::connector::mediator::{
    self, GuestSink, GuestSource, Head, OutcomeSet, Progress,
};
use crate::bindings::exports::mediation::connector::types::Fault;
use crate::sink::Collected;
use crate::source::Lines;
use crate::{Nowhere, broken};

/// Any connection.
pub enum Connection {
    Own(Nowhere),
    Broken(broken::Connection),
}

/// Any source.
pub enum Source {
    Own(Lines),
    Broken(broken::Broken),
    /// Outcomes of a broken sink.
    Outcomes(crate::reference::count::Text),
}

/// Any sink.
pub enum Sink {
    Own(Collected),
    Broken(broken::Taken),
}

/// Calls a function of whichever resource it is.
macro_rules! whichever {
    ($kind:ident: $($case:ident)|+, $self:ident.$function:ident $arguments:tt) => {
        match $self {
            $($kind::$case(it) => it.$function $arguments,)+
        }
    };
}

impl From<Connection> for connections::Connection {
    fn from(connection: Connection) -> Self {
        Self::new(connection)
    }
}

impl From<Source> for mediator::Source {
    fn from(source: Source) -> Self {
        Self::new(source)
    }
}

impl From<Sink> for mediator::Sink {
    fn from(sink: Sink) -> Self {
        Self::new(sink)
    }
}

impl GuestConnection for Connection {
    fn session(&self) -> Result<String, Fault> {
        whichever!(Connection: Own | Broken, self.session())
    }
}

impl GuestSource for Source {
    fn read(&self, max_bytes: u32) -> Result<Option<Vec<u8>>, Fault> {
        whichever!(Source: Own | Broken | Outcomes, self.read(max_bytes))
    }

    fn read_text(&self, max_bytes: u32) -> Result<Option<String>, Fault> {
        whichever!(Source: Own | Broken | Outcomes, self.read_text(max_bytes))
    }

    fn head(&self) -> Head {
        whichever!(Source: Own | Broken | Outcomes, self.head())
    }
}

impl GuestSink for Sink {
    fn write(&self, chunk: Vec<u8>) -> Result<(), Fault> {
        whichever!(Sink: Own | Broken, self.write(chunk))
    }

    fn write_text(&self, chunk: String) -> Result<(), Fault> {
        whichever!(Sink: Own | Broken, self.write_text(chunk))
    }

    fn close(&self) -> Result<(), Fault> {
        whichever!(Sink: Own | Broken, self.close())
    }

    fn watch(&self, wait_ms: u32) -> Result<Progress, Fault> {
        whichever!(Sink: Own | Broken, self.watch(wait_ms))
    }

    fn journal(&self) -> String {
        whichever!(Sink: Own | Broken, self.journal())
    }

    fn outcomes(&self, which: OutcomeSet) -> Result<mediator::Source, Fault> {
        whichever!(Sink: Own | Broken, self.outcomes(which))
    }

    fn abort(&self) -> Result<(), Fault> {
        whichever!(Sink: Own | Broken, self.abort())
    }
}
