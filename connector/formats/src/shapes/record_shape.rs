//! What a record looks like.

use super::dependent::Choice;
use super::member::Member;
use super::plan::Use;

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
