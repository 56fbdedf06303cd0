//! What a host must survive.

use crate::bindings::exports::mediation::connector::types::{Fault, Message};
use crate::text;
use serde::Deserialize;
use std::time::Duration;

#[derive(Deserialize)]
pub struct Sleep {
    ms: u64,
}

pub fn sleep(config: &Sleep) -> Result<Message, Fault> {
    std::thread::sleep(Duration::from_millis(config.ms));
    Ok(text("slept".into()))
}

#[expect(clippy::panic, reason = "this is what the operation is for")]
pub fn trap() -> Result<Message, Fault> {
    panic!("trapped on purpose")
}

pub fn spin() -> ! {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

#[derive(Deserialize)]
pub struct Grow {
    bytes: usize,
}

pub fn grow(config: &Grow) -> Result<Message, Fault> {
    let taken = std::hint::black_box(vec![1_u8; config.bytes]);
    Ok(text(taken.len().to_string()))
}

#[derive(Deserialize)]
pub struct Say {
    text: String,
    #[serde(default)]
    to_stderr: bool,
    /// Whether to say it again and again.
    #[serde(default)]
    endless: bool,
}

pub fn print_without_end() -> ! {
    loop {
        println!("again and again");
    }
}

pub fn say(config: &Say) -> Result<Message, Fault> {
    if config.endless {
        print_without_end();
    }
    if config.to_stderr {
        eprintln!("{}", config.text);
    } else {
        println!("{}", config.text);
    }
    Ok(text("said".into()))
}
