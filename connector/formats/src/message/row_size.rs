//! The one limit on the size of a row, whatever form the org sends it in.

use super::RowError;
use salesforce_contract::limits::MAX_ROW_BYTES;

/// Refuses the row of this number, counted from 1, where it has too many bytes.
pub fn check(bytes: usize, row: u64) -> Result<(), RowError> {
    match bytes <= MAX_ROW_BYTES {
        true => Ok(()),
        false => Err(RowError::TooLarge { row }),
    }
}
