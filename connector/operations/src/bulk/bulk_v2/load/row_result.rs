//! What became of a row.

/// Length of an id.
pub const ID_BYTES: usize = 18;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowResult {
    /// No result was found for it.
    Open,
    /// It was saved.
    Saved { id: [u8; ID_BYTES], created: bool },
    /// It failed, for the reason of this number.
    Failed { id: [u8; ID_BYTES], reason: u32 },
    /// Salesforce did not process it.
    Unprocessed,
    /// It was rejected here, for the reason of this number.
    Rejected { reason: u32 },
}
