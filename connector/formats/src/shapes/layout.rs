//! From the describe of an object to the shape of its records.

mod check;
mod level;
mod steps;

use super::plan::{Plan, ShapeError};
use super::record_shape::RecordShape;
use check::{check_fields, check_key};
use level::Level;

pub use level::Describe;

/// Lays out the records of an object.
pub fn lay_out<E: From<ShapeError>>(
    describe: &mut Describe<'_, E>,
    object: &str,
    plan: &Plan<'_>,
) -> Result<RecordShape, E> {
    let object = describe(object)?;
    check_key(&object, plan)?;
    check_fields(plan)?;
    let top = Level {
        object: &object,
        plan,
        at: Vec::new(),
        without: None,
    };
    top.record(describe)
}
