//! What outcomes amount to: how many records were saved, how many were not, and why.

use serde::{Deserialize, Serialize};

/// Bound of codes that are counted one by one. 20; the rest is counted together.
const MAX_CODES: usize = 20;
/// Bound of a reason that is kept. 300 characters; a sentence or two.
const MAX_REASON: usize = 300;
/// Bound of an outcome that is read. 1 MiB; a longer one is not counted.
const MAX_LINE: usize = 1 << 20;
/// Media type of outcomes as CSV.
const CSV: &str = "text/csv";

/// Summary of outcomes. Bounded whatever their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Tally {
    /// Records that were saved.
    pub saved: u64,
    /// Records that were not.
    pub failed: u64,
    /// Why, in the order in which the codes came.
    pub reasons: Vec<Reason>,
    /// Failed records whose code is none of these.
    pub other: u64,
    /// Header of outcomes as CSV.
    pub(super) columns: Vec<String>,
}

/// A code with which records failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reason {
    /// The code.
    pub code: String,
    /// Records with it.
    pub count: u64,
    /// What was said of the first of them.
    pub message: String,
    /// Number of that record in the input, where it is known.
    pub row: Option<u64>,
}

/// An outcome, as far as it matters here. All that is known of a connector's outcomes is by custom.
#[derive(Default, Deserialize)]
struct Outcome {
    success: Option<bool>,
    row: Option<u64>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

/// Counter of outcomes as they come.
pub(super) struct Counter<'t> {
    tally: &'t mut Tally,
    is_csv: bool,
    rest: Vec<u8>,
}

impl<'t> Counter<'t> {
    pub(super) fn new(tally: &'t mut Tally, media_type: &str) -> Self {
        Self {
            tally,
            is_csv: media_type.starts_with(CSV),
            rest: Vec::new(),
        }
    }

    /// Takes the next piece.
    pub(super) fn take(&mut self, piece: &[u8]) {
        self.rest.extend_from_slice(piece);
        let whole = self.whole();
        let lines: Vec<u8> = self.rest.drain(..whole).collect();
        if self.is_csv {
            self.csv(&lines);
        } else {
            lines
                .split(|byte| *byte == b'\n')
                .for_each(|line| self.json(line));
        }
        if self.rest.len() > MAX_LINE {
            self.rest.clear();
        }
    }

    /// Returns where the last whole outcome ends: a line break in quotes ends none.
    fn whole(&self) -> usize {
        if !self.is_csv {
            let last = self.rest.iter().rposition(|byte| *byte == b'\n');
            return last.map_or(0, |at| at + 1);
        }
        let (mut quoted, mut end) = (false, 0);
        for (at, byte) in self.rest.iter().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b'\n' if !quoted => end = at + 1,
                _ => {}
            }
        }
        end
    }

    fn json(&mut self, line: &[u8]) {
        if let Ok(outcome) = serde_json::from_slice(line) {
            self.tally.count(outcome);
        }
    }

    fn csv(&mut self, lines: &[u8]) {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.has_headers(false).flexible(true).from_reader(lines);
        for record in reader.records().map_while(Result::ok) {
            if self.tally.columns.is_empty() {
                self.tally.columns = record.iter().map(str::to_owned).collect();
                continue;
            }
            let outcome = self.tally.outcome(&record);
            self.tally.count(outcome);
        }
    }
}

impl Tally {
    fn outcome(&self, record: &csv::StringRecord) -> Outcome {
        let cell = |name: &str| {
            let at = self.columns.iter().position(|column| column == name)?;
            record.get(at)
        };
        Outcome {
            success: cell("success").and_then(|text| text.parse().ok()),
            row: cell("row").and_then(|text| text.parse().ok()),
            code: cell("code").map(str::to_owned),
            message: cell("message").map(str::to_owned),
        }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome.success {
            None => return,
            Some(true) => {
                self.saved += 1;
                return;
            }
            Some(false) => self.failed += 1,
        }
        let code = outcome.code.unwrap_or_default();
        let known = self.reasons.iter_mut().find(|reason| reason.code == code);
        if let Some(reason) = known {
            reason.count += 1;
        } else if self.reasons.len() < MAX_CODES {
            let message = outcome.message.unwrap_or_default();
            self.reasons.push(Reason {
                code,
                count: 1,
                message: message.chars().take(MAX_REASON).collect(),
                row: outcome.row,
            });
        } else {
            self.other += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(media_type: &str, text: &str, size: usize) -> Tally {
        let mut tally = Tally::default();
        let mut counter = Counter::new(&mut tally, media_type);
        text.as_bytes()
            .chunks(size)
            .for_each(|piece| counter.take(piece));
        tally
    }

    const JSON: &str = "{\"row\":1,\"success\":true}\n{\"row\":2,\"success\":false,\"code\":\"A\",\"message\":\"first\"}\n{\"row\":3,\"success\":false,\"code\":\"A\",\"message\":\"second\"}\n";
    const ROWS: &str = "row,id,success,created,code,message,fields,unprocessed\n1,x,true,true,,,,false\n2,,false,false,A,\"first\",,false\n3,,false,false,A,\"sec\n\"\"ond\",,false\n";

    #[test]
    fn outcomes_are_counted_by_code_whatever_the_pieces() {
        for size in [1, 7, 1000] {
            for (media_type, text) in [
                ("application/x-ndjson", JSON),
                ("text/csv; header=present", ROWS),
            ] {
                let tally = tally(media_type, text, size);
                assert_eq!((tally.saved, tally.failed), (1, 2), "{media_type} {size}");
                let reason = tally.reasons.first().expect("a reason");
                assert_eq!((reason.code.as_str(), reason.count), ("A", 2));
                assert_eq!((reason.message.as_str(), reason.row), ("first", Some(2)));
            }
        }
    }

    #[test]
    fn codes_are_bounded_and_none_is_lost() {
        let lines: String = (0..100)
            .map(|code| format!("{{\"success\":false,\"code\":\"C{code}\"}}\n"))
            .collect();
        let tally = tally("application/x-ndjson", &lines, 4096);
        assert_eq!((tally.failed, tally.reasons.len()), (100, MAX_CODES));
        assert_eq!(tally.other, 100 - MAX_CODES as u64);
    }

    #[test]
    fn what_is_no_outcome_is_not_counted() {
        assert_eq!(tally("text/plain", "a\n!b\n", 3), Tally::default());
    }
}
