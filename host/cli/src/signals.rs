//! Signals that end the command.

/// The exit code after Ctrl-C: 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Waits for a signal to end, and returns the exit code for it.
#[cfg(unix)]
pub(super) async fn received() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    /// The exit code after SIGTERM: 128 + 15.
    const TERMINATED: u8 = 143;
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => INTERRUPTED,
        _ = terminate.recv() => TERMINATED,
    }
}

/// Waits for a signal to end, and returns the exit code for it.
#[cfg(not(unix))]
pub(super) async fn received() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => INTERRUPTED,
        Err(_) => std::future::pending().await,
    }
}
