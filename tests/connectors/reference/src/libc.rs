//! Functions of the C library that std links, answered here: wasi-libc's own would import files, terminals, arguments and the
//! environment of the host, none of which a connector uses. Only what a panic says still goes to the host's standard error.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use wasip2::cli::stderr::get_stderr;

/// The descriptor of standard error.
const STDERR: c_int = 2;

/// The most that `blocking-write-and-flush` takes at once (wasi:io); the caller writes the rest by another call.
const MAX_WRITE_BYTES: usize = 4096;

/// Finds no variable: there is no environment.
#[unsafe(no_mangle)]
extern "C" fn getenv(_: *const c_char) -> *mut c_char {
    null_mut()
}

/// Writes to standard error. What is meant for other descriptors is dropped.
///
/// # Safety
///
/// `bytes` must point to `count` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn write(descriptor: c_int, bytes: *const c_void, count: usize) -> isize {
    let count = count.min(MAX_WRITE_BYTES);
    if descriptor == STDERR && count > 0 {
        // SAFETY: the caller vouches for the bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), count) };
        // Nobody could be told that standard error is closed.
        let _ = get_stderr().blocking_write_and_flush(bytes);
    }
    isize::try_from(count).unwrap_or(isize::MAX)
}

/// Ends the instance.
#[unsafe(no_mangle)]
extern "C" fn abort() -> ! {
    core::arch::wasm32::unreachable()
}

/// Ends the instance, whatever the code.
#[unsafe(no_mangle)]
extern "C" fn _Exit(_: c_int) -> ! {
    core::arch::wasm32::unreachable()
}
