//! What happens to data that is whole: it gets its name, or is written through.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::io::AsyncReadExt as _;

use super::destination::{Destination, Kind};
use super::stream::Stream;
use super::{beside, folder_of, system};
use crate::session::sync_folder;

/// Size of a piece of data that is written through. 256 KiB; few enough calls.
const PIECE: usize = 256 * 1024;

/// Puts the whole data of `part` where it belongs. `part` is gone afterwards.
pub(super) async fn publish(part: &Path, to: &Destination, private: bool) -> io::Result<()> {
    match to.kind() {
        Kind::File(path) => {
            let (part, path, gzip) = (part.to_owned(), path.clone(), to.is_gzip());
            let named = tokio::task::spawn_blocking(move || {
                if gzip {
                    compress(&part, &path, private)
                } else {
                    rename(&part, &path, private)
                }
            });
            named.await.map_err(io::Error::other)?
        }
        Kind::Stdout | Kind::Stream => {
            copy(part, to).await?;
            fs::remove_file(part)
        }
    }
}

fn rename(part: &Path, path: &Path, private: bool) -> io::Result<()> {
    let file = File::open(part)?;
    system::keep_rights(&file, path, private)?;
    fs::rename(part, path)?;
    sync_folder(folder_of(path))
}

/// Compresses at the end: so that a transfer can be cut to any length before, and that the file has one gzip member,
/// which every reader takes.
fn compress(part: &Path, path: &Path, private: bool) -> io::Result<()> {
    let packed = compressed(part);
    let file = system::claim(&packed, system::mode_for(path, private), true)?;
    let mut encoder = GzEncoder::new(file, Compression::default());
    io::copy(&mut File::open(part)?, &mut encoder)?;
    encoder.finish()?.sync_all()?;
    rename(&packed, path, private)?;
    fs::remove_file(part)
}

/// Returns the file that compressed data is in until it is whole.
pub(super) fn compressed(part: &Path) -> PathBuf {
    beside(part, ".gz")
}

async fn copy(part: &Path, to: &Destination) -> io::Result<()> {
    let mut from = tokio::fs::File::open(part).await?;
    let mut stream = Stream::open(to).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await? {
            0 => return stream.finish().await,
            read => stream.write(piece.get(..read).unwrap_or_default()).await?,
        }
    }
}
