//! Batches with binary attachments: a zip file with the records in `request.txt`, and the files that they name as `#path` (Bulk API
//! Developer Guide, "Load Binary Attachments").

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::super::table::BadData;

/// Name of the file with the records.
const REQUEST: &str = "request.txt";
/// Most files of an archive.
const MAX_FILES: usize = 1_000;
/// Most bytes of all files of an archive once they are unpacked.
const MAX_BYTES: u64 = 20_000_000;
/// Most characters of a file's name.
const MAX_NAME: usize = 512;

/// Mark of the end of a central directory, and the bytes of one without a comment.
const END: (&[u8], usize) = (b"PK\x05\x06", 22);
/// Mark of an entry of a central directory, and the bytes of one before its name.
const ENTRY: (&[u8], usize) = (b"PK\x01\x02", 46);
/// Mark of a file, and the bytes of its head before its name.
const FILE: (&[u8], usize) = (b"PK\x03\x04", 30);

/// The files of a batch.
#[derive(Debug, Default)]
pub(super) struct Archive(BTreeMap<String, Vec<u8>>);

impl Archive {
    /// Unpacks a zip file.
    pub(super) fn read(zip: &[u8]) -> Result<Self, BadData> {
        let unreadable = || BadData::client("Failed to read the zip file of the batch");
        let end = zip.windows(END.0.len()).rposition(|part| part == END.0);
        let end = end.ok_or_else(unreadable)?;
        let count = u16_at(zip, end + 10).ok_or_else(unreadable)?;
        let mut at = usize_at(zip, end + 16).ok_or_else(unreadable)?;
        if usize::from(count) > MAX_FILES || end + END.1 > zip.len() {
            return Err(unreadable());
        }
        let (mut files, mut left) = (BTreeMap::new(), MAX_BYTES);
        for _ in 0..count {
            let entry = Entry::read(zip, at).ok_or_else(unreadable)?;
            at = entry.next;
            if entry.name.ends_with('/') {
                continue;
            }
            let content = entry.content(zip, left).ok_or_else(unreadable)?;
            left -= content.len() as u64;
            files.insert(entry.name, content);
        }
        Ok(Self(files))
    }

    /// Returns whether there are no files.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the records out of it.
    pub(super) fn take_request(&mut self) -> Result<Vec<u8>, BadData> {
        let request = self.0.remove(REQUEST);
        request.ok_or_else(|| BadData::client("The zip file has no request.txt in its root"))
    }

    /// Puts the file that a value names in its place, as base64. What names no file stays what it is.
    pub(super) fn resolve<'v>(&self, value: &'v str) -> Cow<'v, str> {
        let file = value.strip_prefix('#').and_then(|path| self.0.get(path));
        file.map_or(Cow::Borrowed(value), |file| BASE64.encode(file).into())
    }
}

/// An entry of the central directory.
struct Entry {
    name: String,
    method: u16,
    checksum: u32,
    packed: usize,
    head: usize,
    /// Where the next one begins.
    next: usize,
}

impl Entry {
    fn read(zip: &[u8], at: usize) -> Option<Self> {
        if !zip.get(at..)?.starts_with(ENTRY.0) {
            return None;
        }
        let lengths = [28, 30, 32].map(|offset| u16_at(zip, at + offset));
        let [Some(name), Some(extra), Some(comment)] = lengths else {
            return None;
        };
        let begin = at + ENTRY.1;
        let end = begin + usize::from(name);
        let name = String::from_utf8(zip.get(begin..end)?.to_vec()).ok()?;
        (name.chars().count() <= MAX_NAME).then_some(Self {
            name,
            method: u16_at(zip, at + 10)?,
            checksum: u32_at(zip, at + 16)?,
            packed: usize_at(zip, at + 20)?,
            head: usize_at(zip, at + 42)?,
            next: end + usize::from(extra) + usize::from(comment),
        })
    }

    /// Unpacks the file, of at most so many bytes.
    fn content(&self, zip: &[u8], most: u64) -> Option<Vec<u8>> {
        let head = zip.get(self.head..)?;
        if !head.starts_with(FILE.0) {
            return None;
        }
        let begin = FILE.1 + usize::from(u16_at(head, 26)?) + usize::from(u16_at(head, 28)?);
        let packed = head.get(begin..begin.checked_add(self.packed)?)?;
        let mut content = Vec::new();
        match self.method {
            0 => content.extend_from_slice(packed),
            8 => {
                let decoder = DeflateDecoder::new(packed);
                decoder.take(most + 1).read_to_end(&mut content).ok()?;
            }
            _ => return None,
        }
        let mut checksum = Crc::new();
        checksum.update(&content);
        let fits = content.len() as u64 <= most && checksum.sum() == self.checksum;
        fits.then_some(content)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let found = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(found.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let found = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(found.try_into().ok()?))
}

fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A zip of one stored file, written byte by byte as PKWARE's APPNOTE describes it.
    fn stored(name: &str, content: &[u8]) -> Vec<u8> {
        let mut checksum = Crc::new();
        checksum.update(content);
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let facts = |out: &mut Vec<u8>| {
            out.extend_from_slice(&[0; 8]);
            out.extend_from_slice(&checksum.sum().to_le_bytes());
            out.extend_from_slice(&size);
            out.extend_from_slice(&size);
            out.extend_from_slice(&length);
            out.extend_from_slice(&[0, 0]);
        };
        let mut zip = b"PK\x03\x04\x14\x00".to_vec();
        facts(&mut zip);
        zip.extend_from_slice(name.as_bytes());
        zip.extend_from_slice(content);
        let directory = u32::try_from(zip.len()).unwrap().to_le_bytes();
        zip.extend_from_slice(b"PK\x01\x02\x14\x00\x14\x00");
        facts(&mut zip);
        zip.extend_from_slice(&[0; 14]);
        zip.extend_from_slice(name.as_bytes());
        let end = zip.len();
        zip.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00");
        let bytes = u32::try_from(end).unwrap() - u32::from_le_bytes(directory);
        zip.extend_from_slice(&bytes.to_le_bytes());
        zip.extend_from_slice(&directory);
        zip.extend_from_slice(&[0, 0]);
        zip
    }

    #[test]
    fn files_are_named_by_their_path() {
        let archive = Archive::read(&stored("sub/a.txt", b"hello")).unwrap();
        assert_eq!(archive.resolve("#sub/a.txt"), "aGVsbG8=");
        assert_eq!(archive.resolve("#a.txt"), "#a.txt");
        assert_eq!(archive.resolve("sub/a.txt"), "sub/a.txt");
    }

    #[test]
    fn what_is_no_archive_is_told_as_the_client_s_mistake() {
        let good = stored("request.txt", b"Name\nA\n");
        let mut changed = good.clone();
        changed[45] ^= 1;
        for bad in [b"Name\n".as_slice(), &good[..good.len() - 30], &changed] {
            let error = Archive::read(bad).unwrap_err();
            assert!(error.0.starts_with("ClientInputError"), "{}", error.0);
        }
        let mut empty = Archive::read(&stored("other.txt", b"x")).unwrap();
        assert!(empty.take_request().unwrap_err().0.contains("request.txt"));
    }
}
