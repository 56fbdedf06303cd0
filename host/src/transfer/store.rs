//! What a sink says about records, stored in files as it comes.

use super::TransferError;
use super::tally::{Counter, Tally};
use crate::contract::OutcomeSet;
use crate::output::PartFile;
use crate::session::Writer;

/// Bound of one piece of the outcomes. 256 KiB; as of the input.
const OUTCOMES_CHUNK: u32 = 256 * 1024;

/// Cuts off what stands behind the first `bytes`.
pub(super) async fn rewind(file: &mut Option<PartFile>, bytes: u64) -> Result<(), TransferError> {
    let Some(file) = file else { return Ok(()) };
    let cut = file.cut(bytes).await;
    cut.map_err(TransferError::file(file.path()))
}

/// Appends what is known, counts it, and returns the length of the file when it is on disk.
pub(super) async fn copy(
    writer: &mut Writer<'_>,
    which: OutcomeSet,
    mut file: Option<&mut PartFile>,
    tally: Option<&mut Tally>,
) -> Result<u64, TransferError> {
    let mut reader = writer.outcomes(which).await?;
    let media_type = reader.head().await?.media_type;
    let mut counter = tally.map(|tally| Counter::new(tally, &media_type));
    let before = file.as_ref().map(|file| file.bytes());
    while let Some(chunk) = reader.next(OUTCOMES_CHUNK).await? {
        if let Some(counter) = &mut counter {
            counter.take(&chunk);
        }
        if let Some(file) = &mut file {
            let written = file.write(&chunk).await;
            written.map_err(TransferError::file(file.path()))?;
        }
    }
    let Some(file) = file else { return Ok(0) };
    if Some(file.bytes()) > before {
        let synced = file.sync().await;
        synced.map_err(TransferError::file(file.path()))?;
    }
    Ok(file.bytes())
}
