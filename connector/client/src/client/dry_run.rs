//! What a dry run keeps: requests are noted instead of sent.

use crate::transport::HttpRequest;
use salesforce_contract::bindings::exports::salesforce::connector::common::Outcome;
use std::cell::RefCell;
use std::rc::Rc;

/// What an org in a dry run has not sent.
#[derive(Default)]
pub struct DryRun {
    /// Whether reads are not sent, either: where the operation itself may be one.
    pub(super) reads_too: bool,
    pub(super) unsent: RefCell<Vec<UnsentRequest>>,
    pub(super) refused: RefCell<Vec<Outcome>>,
}

/// A request that was not sent. It holds no session; its URL is a path.
pub struct UnsentRequest {
    /// The request.
    pub request: HttpRequest,
    /// Whether its body must not be shown.
    pub private: bool,
    /// SOQL or SOSL that it carries.
    pub statement: Option<Rc<str>>,
}
