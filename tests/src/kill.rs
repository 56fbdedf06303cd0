//! Kills at moments that do not depend on how fast the machine is.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant, SystemTime};

/// Time between two looks at the file. 1 ms; a step takes longer.
const LOOK: Duration = Duration::from_millis(1);

/// How a life of a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, before it was killed.
    Itself,
    /// It was killed after it had changed the file.
    AfterAStep,
    /// It was killed without having changed the file.
    BeforeAnyStep,
}

/// Kills a command a little after it has changed a file, so that the kill meets work under way and every life gets
/// further. `life` chooses how long after; every fifth life, and one that changes nothing within `at_most`, is killed
/// anyway.
pub fn kill(child: &mut Child, file: &Path, life: u64, at_most: Duration) -> End {
    let before = state(file);
    let started = Instant::now();
    let at_most = if life % 5 == 4 {
        Duration::from_millis(life * 7 % 50)
    } else {
        at_most
    };
    while state(file) == before && started.elapsed() < at_most {
        if child.try_wait().expect("a child").is_some() {
            return End::Itself;
        }
        std::thread::sleep(LOOK);
    }
    let stepped = state(file) != before;
    std::thread::sleep(Duration::from_millis(life * 13 % 40));
    child.kill().expect("killed");
    match child.wait().expect("ended").code() {
        Some(_) => End::Itself,
        None if stepped => End::AfterAStep,
        None => End::BeforeAnyStep,
    }
}

/// What tells one state of a file from another: a journal grows, and is written anew when it is long.
fn state(file: &Path) -> Option<(u64, SystemTime)> {
    let there = fs::metadata(file).ok()?;
    Some((there.len(), there.modified().ok()?))
}
