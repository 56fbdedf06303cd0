//! What readers of documents let through.

/// What a document may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Plain ids may stand for records.
    pub plain_ids: bool,
    /// Elements of XML may be repeated: their values become a list.
    pub repeated: bool,
}
