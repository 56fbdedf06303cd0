//! From the describe of an object to the shape of its records.

mod check;
mod level;
mod steps;

use super::dependent::Choice;
use super::member::Member;
use super::plan::{Plan, ShapeError, Use};
use super::wire::WireObject;
use check::{check_fields, check_key};
use level::Level;
use std::rc::Rc;

/// What a record looks like.
#[derive(Clone, Debug)]
pub struct RecordShape {
    /// The sObject.
    pub object: String,
    /// Its name for people.
    pub label: String,
    /// What the record is for.
    pub purpose: Use,
    /// The fields and relationships, in the org's order.
    pub members: Vec<Member>,
    /// Of each of these groups of members, one must be there.
    pub required: Vec<Vec<String>>,
    /// Pick-lists that are tied to other fields.
    pub ties: Vec<Tie>,
}

/// A pick-list whose values are tied to a controlling field.
#[derive(Clone, Debug)]
pub struct Tie {
    /// The controlling field.
    pub controller: String,
    /// The dependent field.
    pub dependent: String,
    /// Whether it may have several values.
    pub several: bool,
    /// What goes with what.
    pub choices: Vec<Choice>,
}

/// Gives the describe of an object.
pub type Describe<'d, E> = dyn FnMut(&str) -> Result<Rc<WireObject>, E> + 'd;

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
