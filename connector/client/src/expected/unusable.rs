//! What is wrong with a reply.

/// A reply that cannot be used though the exchange went well; repeating it may help (a body cut short, for example).
pub struct Unusable(pub String);
