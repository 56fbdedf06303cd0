//! Where markup and elements end, found as they arrive.

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Open,
    Close,
    Empty,
    /// `<?xml …?>`.
    Declaration,
    /// A comment or an instruction.
    Aside,
    /// `<![CDATA[…]]>`.
    Data,
    /// `<!DOCTYPE …`: it is refused wherever it ends.
    DocType,
    /// What begins like markup and is none.
    Strange,
}

/// Beginnings that tell markup of `<!` and `<?` apart, with what ends it.
const KINDS: [(&[u8], &[u8], Markup); 5] = [
    (b"<!--", b"-->", Markup::Aside),
    (b"<![CDATA[", b"]]>", Markup::Data),
    (b"<!DOCTYPE", b"", Markup::DocType),
    (b"<?xml ", b"?>", Markup::Declaration),
    (b"<?", b"?>", Markup::Aside),
];

/// Returns the markup that `text`, which begins with `<`, begins with, and its bytes; `None` while it has no end.
pub(super) fn markup(text: &[u8]) -> Option<(Markup, usize)> {
    let second = *text.get(1)?;
    if !matches!(second, b'!' | b'?') {
        let len = tag_len(text)?;
        let tag = match second {
            b'/' => Markup::Close,
            _ if text.get(len - 2) == Some(&b'/') => Markup::Empty,
            _ => Markup::Open,
        };
        return Some((tag, len));
    }
    for (start, end, kind) in KINDS {
        let told = text.len().min(start.len());
        let same = text
            .iter()
            .zip(start)
            .all(|(byte, known)| byte.eq_ignore_ascii_case(known));
        if same && told < start.len() {
            return None;
        }
        if same {
            return Some((kind, memchr::memmem::find(text, end)? + end.len()));
        }
    }
    Some((Markup::Strange, text.len()))
}

/// Returns the bytes of a tag: `>` within quotes does not end it.
fn tag_len(text: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Returns the name of a tag with its prefix.
pub(super) fn qualified(tag: &[u8]) -> &[u8] {
    let name = tag.strip_prefix(b"<").unwrap_or(tag);
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let end = name
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'));
    name.get(..end.unwrap_or(name.len())).unwrap_or_default()
}

/// An element that has an end tag of another name, or markup that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IllFormed;

/// An element at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// Its bytes.
    pub len: usize,
    /// Whether it has elements in it.
    pub nested: bool,
}

/// Returns the extent of the element that `text` begins with; `None` while it has no end.
pub(super) fn element(text: &[u8]) -> Result<Option<Extent>, IllFormed> {
    let mut open: Vec<&[u8]> = Vec::new();
    let (mut at, mut nested) = (0, false);
    loop {
        let Some(next) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) else {
            return Ok(None);
        };
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        let Some((kind, len)) = markup(rest) else {
            return Ok(None);
        };
        nested |= matches!(kind, Markup::Open | Markup::Empty) && !open.is_empty();
        match kind {
            Markup::Open => open.push(qualified(rest)),
            Markup::Close if open.pop() != Some(qualified(rest)) => return Err(IllFormed),
            Markup::DocType | Markup::Strange => return Err(IllFormed),
            _ => {}
        }
        at += len;
        let ends = matches!(kind, Markup::Close | Markup::Empty);
        if open.is_empty() && ends {
            return Ok(Some(Extent { len: at, nested }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_end_where_their_tags_say_at_every_cut() {
        let text = "<a b='>'><!-- </a> --><c/><![CDATA[</a>]]><?p </a>?><a>x</a></a>";
        for end in 0..text.len() {
            assert_eq!(element(&text.as_bytes()[..end]), Ok(None), "{end}");
        }
        let whole = element(format!("{text}<d>").as_bytes());
        let nested = true;
        assert_eq!(
            whole,
            Ok(Some(Extent {
                len: text.len(),
                nested
            }))
        );
        assert!(!element(b"<a>x</a>").unwrap().unwrap().nested);
    }

    #[test]
    fn other_end_tags_and_other_markup_are_told() {
        for text in [
            "<a><b></a></b>",
            "<a></b>",
            "<a><!DOCTYPE x></a>",
            "<a><!x></a>",
        ] {
            assert_eq!(element(text.as_bytes()), Err(IllFormed), "{text}");
        }
    }
}
