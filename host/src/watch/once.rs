//! Delivery of each message once, though its sender repeats it.

use super::{DeliveredIds, Output, OutputError};
use crate::contract::Message;

/// An output, and what it has taken.
///
/// A message is remembered after it was delivered. A file is cut to what is remembered when it is opened again, so that everything is in it
/// once; of what a command or an address takes, the last message before a crash may come twice, with the same id.
#[derive(Debug)]
pub struct OnceOutput {
    output: Output,
    delivered: Option<DeliveredIds>,
}

impl OnceOutput {
    /// Makes an output that passes over what was delivered; without `delivered` it takes everything.
    ///
    /// # Errors
    /// The length of the output file cannot be kept.
    pub fn new(output: Output, delivered: Option<DeliveredIds>) -> std::io::Result<Self> {
        let mut once = Self { output, delivered };
        let bytes = once.output.bytes();
        if let Some(delivered) = &mut once.delivered
            && bytes.is_some()
            && delivered.output_bytes().is_none()
        {
            delivered.keep(&[], bytes)?;
        }
        Ok(once)
    }

    /// Takes messages; those that are new are where they belong when this returns. Says how many were delivered before.
    ///
    /// # Errors
    /// They were not taken, or not all of them.
    pub async fn take(&mut self, messages: Vec<Message>) -> Result<usize, OutputError> {
        let (before, count) = (self.output.bytes(), messages.len());
        let fresh = match &self.delivered {
            Some(delivered) => delivered.fresh(messages),
            None => messages,
        };
        self.output.take(&fresh).await?;
        if let Some(delivered) = self.delivered.as_mut().filter(|_| !fresh.is_empty())
            && let Err(error) = delivered.keep(&fresh, self.output.bytes())
        {
            self.output.rewind(before);
            let file = delivered.path().display().to_string();
            return Err(OutputError::Io(file, error));
        }
        Ok(count - fresh.len())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::watch::AppendedFile;

    fn message(id: &str) -> Message {
        let mut message = Message::new("text/plain", "a");
        message.metadata.extras.push(("event-id".into(), id.into()));
        message
    }

    fn open(folder: &TempDir) -> OnceOutput {
        let path = folder.path().join("out");
        let ids = folder.path().join("out.checkpoint");
        let delivered = DeliveredIds::open(&ids, "a/b", Some(&path)).expect("ids");
        let file = AppendedFile::open(&path, delivered.output_bytes()).expect("output");
        OnceOutput::new(Output::File(file), Some(delivered)).expect("opened")
    }

    fn ids(folder: &TempDir) -> Vec<String> {
        let text = fs::read_to_string(folder.path().join("out")).expect("there");
        let id = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line["id"].as_str().unwrap_or_default().to_owned()
        };
        text.lines().map(id).collect()
    }

    #[tokio::test]
    async fn repeats_are_taken_and_not_written() {
        let folder = TempDir::new().expect("folder");
        let mut once = open(&folder);
        assert_eq!(
            once.take(vec![message("1"), message("2")]).await.ok(),
            Some(0)
        );
        assert_eq!(
            once.take(vec![message("2"), message("3")]).await.ok(),
            Some(1)
        );
        drop(once);
        let mut once = open(&folder);
        assert_eq!(once.take(vec![message("3")]).await.ok(), Some(1));
        assert_eq!(ids(&folder), ["1", "2", "3"]);
    }

    #[tokio::test]
    async fn what_was_written_before_a_kill_and_not_remembered_is_written_once() {
        let folder = TempDir::new().expect("folder");
        let path = folder.path().join("out");
        fs::write(&path, "{\"id\":\"0\"}\n").expect("what others wrote");
        let mut once = open(&folder);
        let known = fs::read(folder.path().join("out.checkpoint")).expect("there");
        once.take(vec![message("1")]).await.expect("taken");
        drop(once);
        // Killed after the output was written and before the id was kept.
        fs::write(folder.path().join("out.checkpoint"), known).expect("as before");
        let mut once = open(&folder);
        assert_eq!(ids(&folder), ["0"]);
        once.take(vec![message("1")]).await.expect("taken");
        assert_eq!(ids(&folder), ["0", "1"]);
    }
}
