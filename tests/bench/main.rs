//! Measures whole programs against one server: see `tests/bench/README.md`.

mod bulk;
mod events;
mod files;
mod process;
mod programs;
mod stub;

use anyhow::{Context, Result, bail};

/// Rows of everything that is narrow.
const MANY: u64 = 300_000;
/// Sizes by which memory is watched, in MB.
const SIZES: [u64; 4] = [10, 100, 500, 2_000];

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["rows", rest @ ..] => bulk::rows(number(rest, 0, MANY)?, number(rest, 1, 5)?),
        ["load", rest @ ..] => bulk::load(number(rest, 0, 50_000)?, number(rest, 1, 3)?),
        ["extract", rest @ ..] => bulk::extract(number(rest, 0, MANY)?, number(rest, 1, 3)?),
        ["stub", "rows", rest @ ..] => bulk::stub_rows(number(rest, 0, MANY)?, number(rest, 1, 5)?),
        ["stub", "load", rest @ ..] => bulk::stub_load(number(rest, 0, MANY)?, number(rest, 1, 5)?),
        ["stub", "extract", rest @ ..] => {
            bulk::stub_extract(number(rest, 0, MANY)?, number(rest, 1, 5)?)
        }
        ["latency", rest @ ..] => events::latency(number(rest, 0, 200)?),
        ["drain", rest @ ..] => events::drain(number(rest, 0, 50_000)?, number(rest, 1, 3)?),
        ["files", rest @ ..] => files::up_and_down(number(rest, 0, 1_024)?, number(rest, 1, 3)?),
        ["memory"] => bulk::memory(&SIZES),
        ["memory", size] => bulk::memory(&[number(&[*size], 0, 0)?]),
        // Started by the measurements themselves.
        ["serve-stub", port, rows] => stub::serve(port.parse()?, rows.parse()?),
        _ => bail!(
            "usage: bench [stub] rows|load|extract [ROWS] [ROUNDS], bench latency|drain|files [COUNT] [ROUNDS], or bench memory [MB]"
        ),
    }
}

fn number(args: &[&str], at: usize, default: u64) -> Result<u64> {
    args.get(at).map_or(Ok(default), |text| {
        text.parse()
            .with_context(|| format!("`{text}` is no number"))
    })
}
