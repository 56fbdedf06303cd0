//! The component's exports: each line hands its arguments to plain Rust. Nothing else here.

mod generic;
#[allow(unsafe_code, reason = "symbols of the C library have no other form")]
mod libc;
#[cfg(feature = "typed")]
mod typed;
#[cfg(not(feature = "typed"))]
mod untyped;

#[cfg(feature = "typed")]
use salesforce_contract::bindings;
#[cfg(not(feature = "typed"))]
use untyped::bindings;

use crate::wasi::WasiTransport;
use salesforce_client::clock::SystemClock;
use salesforce_client::context::Context;
use std::rc::Rc;

/// What implements the exports.
struct Component;

thread_local! {
    static CONTEXT: Rc<Context> = Rc::new(Context::new(WasiTransport, SystemClock::default()));
}

fn context() -> Rc<Context> {
    CONTEXT.with(Rc::clone)
}

/// The exported symbols. Their code is generated; it is the one place where the canonical ABI is spoken.
#[allow(
    unsafe_code,
    reason = "generated: lifting and lowering of the canonical ABI"
)]
mod export {
    super::bindings::export!(Component with_types_in super::bindings);
    use super::Component;
}
