//! The input of a load: a file that is read more than once, and may be compressed.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

/// Size of a piece of the input that is read at once. 256 KiB; crossing into the connector costs nothing then.
pub(super) const CHUNK: usize = 256 * 1024;

/// The input of a load.
#[derive(Clone, Debug)]
pub struct Input {
    /// Path of the file.
    pub path: PathBuf,
    /// Whether it is compressed. Positions count what comes out.
    pub gzip: bool,
}

/// An input that is being read. Positions count bytes after decompression.
pub(super) struct Reader {
    // Taken out while a thread reads from it.
    from: Option<Box<dyn Read + Send>>,
    /// Length of the input, where it is known beforehand.
    pub(super) of: Option<u64>,
}

impl Input {
    /// Opens the input at a position.
    pub(super) async fn open_at(&self, position: u64) -> io::Result<Reader> {
        let (path, gzip) = (self.path.clone(), self.gzip);
        let opened = tokio::task::spawn_blocking(move || open(&path, gzip, position));
        opened.await.map_err(io::Error::other)?
    }
}

fn open(path: &std::path::Path, gzip: bool, position: u64) -> io::Result<Reader> {
    let mut file = File::open(path)?;
    let mut of = None;
    let mut from: Box<dyn Read + Send> = if gzip {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(
            CHUNK, file,
        )))
    } else {
        of = Some(file.metadata()?.len());
        file.seek(SeekFrom::Start(position))?;
        Box::new(file)
    };
    if gzip {
        io::copy(&mut (&mut from).take(position), &mut io::sink())?;
    }
    let from = Some(from);
    Ok(Reader { from, of })
}

impl Reader {
    /// Reads the next piece of at most `most` bytes; an empty one at the end.
    pub(super) async fn next(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let Some(mut from) = self.from.take() else {
            return Err(io::Error::other("a read before this one did not end"));
        };
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::with_capacity(most);
            let read = (&mut from).take(most as u64).read_to_end(&mut piece);
            read.map(|_| (from, piece))
        });
        let (from, piece) = read.await.map_err(io::Error::other)??;
        self.from = Some(from);
        Ok(piece)
    }
}

/// Fingerprint of the beginning of an input, which grows as the sink takes more.
#[derive(Default)]
pub(super) struct Beginning {
    reader: Option<Reader>,
    hasher: Sha256,
    bytes: u64,
}

impl Beginning {
    /// Returns the fingerprint of the first `bytes` of an input; none where there are fewer.
    pub(super) async fn fingerprint(
        &mut self,
        input: &Input,
        bytes: u64,
    ) -> io::Result<Option<String>> {
        if bytes < self.bytes {
            *self = Self::default();
        }
        let reader = match &mut self.reader {
            Some(reader) => reader,
            None => self.reader.insert(input.open_at(0).await?),
        };
        while self.bytes < bytes {
            let left = usize::try_from(bytes - self.bytes).unwrap_or(CHUNK);
            let piece = reader.next(left.min(CHUNK)).await?;
            if piece.is_empty() {
                return Ok(None);
            }
            self.hasher.update(&piece);
            self.bytes += piece.len() as u64;
        }
        let digest = self.hasher.clone().finalize();
        Ok(Some(
            digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tempfile::TempDir;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("packed");
        encoder.finish().expect("packed")
    }

    fn inputs(folder: &TempDir) -> [Input; 2] {
        let (plain, gzip) = (folder.path().join("plain"), folder.path().join("gzip"));
        std::fs::write(&plain, "first second").expect("file");
        // Two members, as `cat a.gz b.gz` makes them.
        let members = [packed(b"first "), packed(b"second")].concat();
        std::fs::write(&gzip, members).expect("file");
        [(plain, false), (gzip, true)].map(|(path, gzip)| Input { path, gzip })
    }

    #[tokio::test]
    async fn positions_count_what_comes_out() {
        let folder = TempDir::new().expect("folder");
        for input in inputs(&folder) {
            let mut reader = input.open_at(6).await.expect("opened");
            assert_eq!(reader.next(3).await.expect("read"), b"sec");
            assert_eq!(reader.next(9).await.expect("read"), b"ond");
            assert_eq!(reader.next(9).await.expect("read"), b"");
        }
    }

    #[tokio::test]
    async fn a_fingerprint_is_of_the_beginning_alone() {
        let folder = TempDir::new().expect("folder");
        let [plain, gzip] = inputs(&folder);
        let mut beginning = Beginning::default();
        let six = beginning.fingerprint(&plain, 6).await.expect("read");
        let all = beginning.fingerprint(&plain, 12).await.expect("read");
        assert_ne!(six, all);
        assert_eq!(beginning.fingerprint(&plain, 13).await.expect("read"), None);
        let mut beginning = Beginning::default();
        assert_eq!(beginning.fingerprint(&gzip, 12).await.expect("read"), all);
        assert_eq!(beginning.fingerprint(&gzip, 6).await.expect("read"), six);
        std::fs::write(&plain.path, "first resolved").expect("file");
        let resolved = Beginning::default()
            .fingerprint(&plain, 6)
            .await
            .expect("read");
        assert_eq!(resolved, six);
    }

    #[tokio::test]
    async fn a_file_that_is_not_compressed_is_told() {
        let folder = TempDir::new().expect("folder");
        let [plain, _] = inputs(&folder);
        let wrong = Input {
            gzip: true,
            ..plain
        };
        let mut reader = wrong.open_at(0).await.expect("opened");
        assert!(reader.next(1).await.is_err());
    }
}
