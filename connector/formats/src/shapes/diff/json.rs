//! What describes are made of.

use serde_json::{Map, Value};

/// An object of JSON.
pub type Json = Map<String, Value>;
