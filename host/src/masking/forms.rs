//! The forms in which a secret may stand in a text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Length from which a part of a secret is masked, in bytes: more than the org's id with which Salesforce's tokens begin.
const MIN_PART: usize = 16;

/// Length from which a piece of Base64 is looked for, in characters.
const MIN_BASE64: usize = 8;

/// One secret, ready to be found.
pub(super) struct Pattern {
    /// The secret, and its Base64 at each of the three places that it can have in a group of three bytes.
    texts: Vec<Vec<u8>>,
}

impl Pattern {
    pub(super) fn new(secret: &str) -> Self {
        let mut texts = vec![secret.as_bytes().to_vec()];
        for core in (0..3).flat_map(|offset| base64_cores(secret, offset)) {
            if core.len() >= MIN_BASE64 && !texts.contains(&core) {
                texts.push(core);
            }
        }
        Self { texts }
    }

    /// Lists the bytes with which the secret begins where nothing is escaped, one for each of its forms.
    pub(super) fn beginnings(&self) -> impl Iterator<Item = u8> {
        self.texts.iter().filter_map(|text| text.first().copied())
    }

    /// Returns how many bytes at the start of the text are the secret, or the larger part of it.
    pub(super) fn found(&self, text: &[u8]) -> usize {
        let lengths = self.texts.iter().map(|secret| found(text, secret));
        lengths.max().unwrap_or(0)
    }
}

/// Says whether a byte of a text may stand for the first byte of a secret that is another.
pub(super) fn escapes(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&' | b'+')
}

/// Encodes the secret after so many bytes; only the characters that nothing but the secret decides are kept.
fn base64_cores(secret: &str, offset: usize) -> [Vec<u8>; 2] {
    let bytes = [vec![0; offset].as_slice(), secret.as_bytes()].concat();
    let from = (offset * 8).div_ceil(6);
    let to = bytes.len() * 8 / 6;
    [
        STANDARD_NO_PAD.encode(&bytes),
        URL_SAFE_NO_PAD.encode(&bytes),
    ]
    .map(|text| text.as_bytes().get(from..to).unwrap_or_default().to_vec())
}

fn found(text: &[u8], secret: &[u8]) -> usize {
    if text.starts_with(secret) {
        return secret.len();
    }
    let (mut used, mut known) = (0, 0);
    while let (Some(rest), Some(wanted)) = (text.get(used..), secret.get(known..))
        && !wanted.is_empty()
        && let Some((of_text, of_secret)) = step(rest, wanted)
    {
        used += of_text;
        known += of_secret;
    }
    let is_part = known >= MIN_PART && known * 2 >= secret.len();
    if known == secret.len() || is_part {
        used
    } else {
        0
    }
}

/// Takes one character off both; returns how many bytes it has in the text and in the secret.
fn step(text: &[u8], wanted: &[u8]) -> Option<(usize, usize)> {
    let escaped = match text.first()? {
        b'%' => percent(text, wanted),
        b'\\' => backslash(text, wanted),
        b'&' => entity(text, wanted),
        b'+' if wanted.first() == Some(&b' ') => Some((1, 1)),
        _ => None,
    };
    escaped.or_else(|| (text.first() == wanted.first()).then_some((1, 1)))
}

/// Reads `%21`, and `%2521`: what was encoded twice.
fn percent(text: &[u8], wanted: &[u8]) -> Option<(usize, usize)> {
    let byte = wanted.first()?;
    let mut digits = 1;
    loop {
        let value = u8::try_from(hexadecimal(text.get(digits..digits + 2)?)?).ok()?;
        if value == *byte {
            return Some((digits + 2, 1));
        }
        if value != b'%' {
            return None;
        }
        digits += 2;
    }
}

/// Reads `\"`, `\u0021` and `\x21`, also after several backslashes: what was escaped twice.
fn backslash(text: &[u8], wanted: &[u8]) -> Option<(usize, usize)> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    if wanted.first() == Some(&b'\\') {
        return (slashes >= 2).then_some((2, 1));
    }
    let digits = |count: usize| {
        let digits = text.get(slashes + 1..slashes + 1 + count)?;
        let length = character(hexadecimal(digits)?, wanted)?;
        Some((slashes + 1 + count, length))
    };
    let letter = *text.get(slashes)?;
    match letter {
        b'u' => digits(4),
        b'x' => digits(2),
        b'n' => same(slashes + 1, b'\n', wanted),
        b'r' => same(slashes + 1, b'\r', wanted),
        b't' => same(slashes + 1, b'\t', wanted),
        other => same(slashes + 1, other, wanted),
    }
}

/// Reads `&lt;`, `&#33;` and `&#x21;`, also after `amp;`: what was escaped twice.
fn entity(text: &[u8], wanted: &[u8]) -> Option<(usize, usize)> {
    /// Longest name or number between `&` and `;`.
    const LONGEST: usize = 9;
    const AMP: &[u8] = b"amp;";
    let mut from = 1;
    loop {
        let rest = text.get(from..)?;
        let is_amp = rest.starts_with(AMP);
        let inner = rest.get(AMP.len()..).unwrap_or_default();
        if !is_amp || (wanted.first() == Some(&b'&') && !inner.starts_with(AMP)) {
            break;
        }
        from += AMP.len();
    }
    let rest = text.get(from..)?;
    let length = rest.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let used = from + length + 1;
    let value = match rest.get(..length)? {
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        [b'#', b'x' | b'X', digits @ ..] => hexadecimal(digits)?,
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok()?.parse().ok()?,
        _ => return None,
    };
    Some((used, character(value, wanted)?))
}

fn same(used: usize, byte: u8, wanted: &[u8]) -> Option<(usize, usize)> {
    (wanted.first() == Some(&byte)).then_some((used, 1))
}

/// Returns the length of the character if the secret continues with it.
fn character(value: u32, wanted: &[u8]) -> Option<usize> {
    let mut buffer = [0; 4];
    let encoded = char::from_u32(value)?.encode_utf8(&mut buffer).as_bytes();
    wanted.starts_with(encoded).then_some(encoded.len())
}

fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number.then(|| u32::from_str_radix(text, 16).ok())?
}
