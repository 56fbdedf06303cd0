//! What a load amounts to, for programs: a JSON document that `--summary` names.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Output, destination};
use mediate::transfer::LoadStatus;

/// How a load ended.
pub(super) type Ended = Result<Option<LoadStatus>, Failure>;

/// A summary that is to be written.
pub(super) struct Summary {
    /// None where nobody asked for one.
    output: Option<Output>,
    started: Instant,
    aborting: bool,
}

impl Summary {
    /// Opens the file before anything is sent, so that a wrong path costs nothing.
    pub(super) async fn open(path: Option<&Path>, aborting: bool) -> Result<Self, Failure> {
        let output = match path {
            Some(path) => Some(Output::open(destination(Some(path), false)?, false).await?),
            None => None,
        };
        Ok(Self {
            output,
            started: Instant::now(),
            aborting,
        })
    }

    /// Writes how the load ended, and passes that on.
    pub(super) async fn finish(self, ended: Ended) -> Result<(), Failure> {
        let text = format!("{:#}\n", self.document(&ended));
        let written = match self.output {
            Some(output) => write(output, &text).await,
            None => Ok(()),
        };
        // How the load ended matters more than that it could not be told.
        ended.map(drop).and(written)
    }

    fn document(&self, ended: &Ended) -> Value {
        let status = match ended {
            Ok(status) => status.as_ref(),
            Err(failure) => failure.load_status(),
        };
        let mut document = status.map_or_else(|| json!({}), LoadStatus::to_json);
        if let Some(members) = document.as_object_mut() {
            members.insert("state".into(), self.state(ended).into());
            members.insert("exit-code".into(), exit_code(ended).into());
            let took = u64::try_from(self.started.elapsed().as_millis());
            members.insert("milliseconds".into(), took.unwrap_or(u64::MAX).into());
            if let Some(status) = status {
                members.insert("jobs".into(), status.jobs_to_json());
            }
            if let Err(Failure::Unfinished { journal, .. }) = ended {
                members.insert("journal".into(), json!(journal));
            }
            if let Err(failure) = ended {
                members.insert("kind".into(), failure.kind().into());
                members.insert("message".into(), failure.to_string().into());
            }
        }
        document
    }

    const fn state(&self, ended: &Ended) -> &'static str {
        match ended {
            Ok(_) if self.aborting => "aborted",
            Ok(_) => "done",
            Err(Failure::SomeFailed { .. }) => "some-failed",
            Err(Failure::Unfinished { .. }) => "unfinished",
            Err(_) => "failed",
        }
    }
}

fn exit_code(ended: &Ended) -> u8 {
    ended.as_ref().err().map_or(0, Failure::exit_code)
}

async fn write(mut output: Output, text: &str) -> Result<(), Failure> {
    output.write(text.as_bytes()).await?;
    output.finish().await
}
