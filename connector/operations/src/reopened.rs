//! A source that is opened anew when the org has lost its place in it: a query locator can end with the session that asked.

use salesforce_client::fault;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::message::Head;
use salesforce_contract::source::Source;
use xxhash_rust::xxh3::Xxh3Default;

/// Times that one source is opened anew; each reads from the beginning, so a session that is always too short for the whole
/// must end it.
const MAX_REOPENED: u32 = 3;

/// Bytes asked for at once while those emitted before are skipped.
const SKIP_BYTES: usize = 256 << 10;

/// A source with the way to open it anew. What was emitted is skipped, and compared: the same beginning means that the rest
/// follows it, whatever the order of the rows; another one is no continuation.
pub struct Reopened<S, O> {
    open: O,
    source: S,
    given: u64,
    hash: Xxh3Default,
    reopened: u32,
}

impl<S: Source, O: Fn() -> Result<S, Fault>> Reopened<S, O> {
    /// Opens it for the first time.
    pub fn open(open: O) -> Result<Self, Fault> {
        Ok(Self {
            source: open()?,
            open,
            given: 0,
            hash: Xxh3Default::new(),
            reopened: 0,
        })
    }

    fn again(&mut self, lost: &Fault) -> Result<(), Fault> {
        while self.reopened < MAX_REOPENED {
            self.reopened += 1;
            let mut source = (self.open)()?;
            match skip(&mut source, self.given) {
                Ok(Some(hash)) if hash.digest() == self.hash.digest() => {
                    self.source = source;
                    return Ok(());
                }
                Ok(_) => {
                    return Err(unfinished(
                        lost,
                        "asked anew, the query gives other rows than those read so far: read it again from its beginning; ORDER BY Id keeps an order",
                    ));
                }
                Err(fault) if fault::place_is_lost(&fault) => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(unfinished(
            lost,
            &format!(
                "the query was begun anew {MAX_REOPENED} times: let its session last longer, or cut the read into smaller ones"
            ),
        ))
    }
}

impl<S: Source, O: Fn() -> Result<S, Fault>> Source for Reopened<S, O> {
    fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            match self.source.read(max) {
                Ok(Some(piece)) => {
                    self.given += piece.len() as u64;
                    self.hash.update(&piece);
                    return Ok(Some(piece));
                }
                Ok(None) => return Ok(None),
                Err(fault) if fault::place_is_lost(&fault) => self.again(&fault)?,
                Err(fault) => return Err(fault),
            }
        }
    }

    fn head(&self) -> Head {
        self.source.head()
    }
}

/// Reads as many bytes; `None` where there are fewer.
fn skip(source: &mut impl Source, bytes: u64) -> Result<Option<Xxh3Default>, Fault> {
    let mut hash = Xxh3Default::new();
    let mut left = bytes;
    while left > 0 {
        let max = usize::try_from(left).unwrap_or(SKIP_BYTES).min(SKIP_BYTES);
        let Some(piece) = source.read(max)? else {
            return Ok(None);
        };
        hash.update(&piece);
        left = left.saturating_sub(piece.len() as u64);
    }
    Ok(Some(hash))
}

/// The fault of a query whose place is lost for good. It is no matter of credentials.
fn unfinished(lost: &Fault, why: &str) -> Fault {
    Fault {
        kind: FaultKind::CheckpointLost,
        message: format!("The org ended the session, and with it the place in the query; {why}"),
        retry_after_ms: None,
        ..lost.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::collections::VecDeque;

    /// A text that loses its place after some bytes.
    struct Text(VecDeque<u8>, Option<usize>);

    impl Source for Text {
        fn read(&mut self, max: usize) -> Result<Option<Vec<u8>>, Fault> {
            let most = self.1.unwrap_or(usize::MAX);
            if most == 0 {
                return Err(Fault::new(FaultKind::CheckpointLost, "gone"));
            }
            let take = max.min(most).min(self.0.len());
            self.1 = self.1.map(|most| most - take);
            let piece: Vec<u8> = self.0.drain(..take).collect();
            Ok((!piece.is_empty()).then_some(piece))
        }

        fn head(&self) -> Head {
            Head::default()
        }
    }

    fn read(texts: &[(&str, Option<usize>)]) -> Result<String, Fault> {
        let texts = texts.iter();
        let texts: VecDeque<_> = texts
            .map(|(text, lost)| Text(text.bytes().collect(), *lost))
            .collect();
        let texts = RefCell::new(texts);
        let mut source = Reopened::open(|| Ok(texts.borrow_mut().pop_front().unwrap()))?;
        let mut whole = Vec::new();
        while let Some(piece) = source.read(3)? {
            whole.extend(piece);
        }
        Ok(String::from_utf8(whole).unwrap())
    }

    #[test]
    fn goes_on_where_the_place_was_lost() {
        let text = "one\ntwo\nthree\n";
        let all = read(&[
            (text, Some(5)),
            (text, Some(9)),
            (text, Some(0)),
            (text, None),
        ]);
        assert_eq!(all.unwrap(), text);
    }

    #[test]
    fn rows_that_changed_are_no_continuation() {
        let fault = read(&[("one\ntwo\n", Some(5)), ("One\ntwo\n", None)]).unwrap_err();
        assert_eq!(fault.kind, FaultKind::CheckpointLost);
        assert!(fault.message.contains("other rows"), "{}", fault.message);
        assert!(read(&[("one\ntwo\n", Some(5)), ("one\n", None)]).is_err());
    }

    #[test]
    fn ends_where_no_session_is_long_enough() {
        let fault = read(&[("one\ntwo\n", Some(5)); 9]).unwrap_err();
        assert!(fault.message.contains("3 times"), "{}", fault.message);
    }
}
