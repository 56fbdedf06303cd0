//! Operations of style `source` that need no connection: they are read in several ways, which must give the same.

use super::bench::{Bench, Probe, input, is_listed};
use super::promise::Promise;
use super::report::{Problem, Report, strictly};
use crate::contract::{FaultKind, OperationInfo, Resumption};
use crate::runtime::Source;

/// Bytes that are read of one source at most.
const MAX_BYTES: usize = 1 << 20;
/// Chunks that are read of one source at most.
const MAX_CHUNKS: usize = 4_096;
/// Size of a large chunk.
const LARGE: u32 = 64 * 1024;
/// Sizes of small chunks.
const SMALL: [u32; 3] = [1, 7, 1_000];
/// Sizes of chunks of text; 4 is the least that is promised to work.
const TEXT: [u32; 3] = [4, 5, LARGE];
/// Positions that are tried of one source.
const MAX_POSITIONS: usize = 5;

/// A source to be tried.
pub(super) struct Trial<'a> {
    pub(super) bench: &'a Bench<'a>,
    pub(super) operation: &'a OperationInfo,
    pub(super) config: &'a str,
}

/// What was read.
struct Read {
    bytes: Vec<u8>,
    /// Whether it was read to its end.
    whole: bool,
}

fn broken(promise: Promise, problem: impl Into<String>) -> Problem {
    Problem::Broken(promise, problem.into())
}

/// Tries one source in all ways.
pub(super) async fn try_all(trial: &Trial<'_>, report: &mut Report) {
    let name = &trial.operation.name;
    let whole = match trial.whole().await {
        Ok(whole) => whole,
        Err(problem) => return report.settle(Promise::Chunks, name, Err(problem)),
    };
    let chunks = trial.chunks(&whole).await;
    let texts = trial.texts(&whole).await;
    let heads = trial.heads().await;
    for (promise, attempt) in [
        (Promise::Chunks, chunks),
        (Promise::Texts, texts),
        (Promise::Heads, heads),
    ] {
        report.settle(promise, name, strictly(promise, attempt));
    }
    match trial.resumption(&whole).await {
        Ok(0) => report.not_tried(Promise::Resumption, name, "names no position"),
        other => {
            let attempt = strictly(Promise::Resumption, other.map(drop));
            report.settle(Promise::Resumption, name, attempt);
        }
    }
}

impl Trial<'_> {
    async fn open(&self, promise: Promise, config: &str) -> Result<(Probe, Source), Problem> {
        let probe = self.bench.probe().await?;
        let opened =
            probe
                .instance
                .open_source(None, &self.operation.name, config, input(self.operation));
        let source = opened.await.map_err(Problem::of(promise))?;
        match probe.sent() {
            Some(sent) => Err(broken(Promise::Silence, sent)),
            None => Ok((probe, source)),
        }
    }

    async fn whole(&self) -> Result<Read, Problem> {
        let (_, mut source) = self.open(Promise::Chunks, self.config).await?;
        read(&mut source, LARGE).await
    }

    async fn chunks(&self, whole: &Read) -> Result<(), Problem> {
        for size in SMALL {
            let (_, mut source) = self.open(Promise::Chunks, self.config).await?;
            let part = read(&mut source, size).await?;
            same(&part, whole, &format!("in chunks of {size} bytes"))
                .map_err(|problem| broken(Promise::Chunks, problem))?;
            if part.whole {
                let after = source
                    .read(size)
                    .await
                    .map_err(Problem::of(Promise::Chunks))?;
                if after.is_some() {
                    return Err(broken(Promise::Chunks, "it gives more after its end"));
                }
            }
        }
        Ok(())
    }

    async fn texts(&self, whole: &Read) -> Result<(), Problem> {
        let is_text = std::str::from_utf8(&whole.bytes).is_ok();
        for size in TEXT {
            let (_, mut source) = self.open(Promise::Texts, self.config).await?;
            let part = match read_text(&mut source, size).await {
                Err(Problem::Refused(fault)) if !is_text && fault.kind == FaultKind::Protocol => {
                    continue;
                }
                Err(Problem::Refused(fault)) => {
                    let problem = format!("`read-text` of {size} bytes ended in a fault: {fault}");
                    return Err(broken(Promise::Texts, problem));
                }
                other => other?,
            };
            same(&part, whole, &format!("as text in chunks of {size} bytes"))
                .map_err(|problem| broken(Promise::Texts, problem))?;
        }
        if !is_text {
            return Ok(());
        }
        let (_, mut source) = self.open(Promise::Texts, self.config).await?;
        let part = in_turn(&mut source).await?;
        same(&part, whole, "by `read-text` and `read` in turn")
            .map_err(|problem| broken(Promise::Texts, problem))
    }

    async fn heads(&self) -> Result<(), Problem> {
        let of = Problem::of(Promise::Heads);
        let (_, mut source) = self.open(Promise::Heads, self.config).await?;
        let before = source.head().await.map_err(of)?.media_type;
        read(&mut source, LARGE).await?;
        let after = source.head().await.map_err(of)?.media_type;
        is_listed(&before, self.operation).map_err(|problem| broken(Promise::Heads, problem))?;
        if before == after {
            return Ok(());
        }
        let problem = format!("it is `{before}` before and `{after}` after");
        Err(broken(Promise::Heads, problem))
    }

    /// Opens the source at positions that it names. Says how many there were.
    async fn resumption(&self, whole: &Read) -> Result<usize, Problem> {
        let (_, mut source) = self.open(Promise::Resumption, self.config).await?;
        let positions = positions(&mut source).await?;
        for position in &positions {
            let (_, mut source) = self.open(Promise::Resumption, &position.config).await?;
            let rest = read(&mut source, LARGE).await?;
            let at = usize::try_from(position.bytes).unwrap_or(usize::MAX);
            let expected = Read {
                bytes: whole.bytes.get(at..).unwrap_or_default().to_vec(),
                whole: whole.whole,
            };
            same(&rest, &expected, &format!("from byte {at} on"))
                .map_err(|problem| broken(Promise::Resumption, problem))?;
        }
        Ok(positions.len())
    }
}

/// Reads small chunks and gathers the positions that the head names meanwhile.
async fn positions(source: &mut Source) -> Result<Vec<Resumption>, Problem> {
    let of = Problem::of(Promise::Resumption);
    let mut found: Vec<Resumption> = Vec::new();
    let mut given = 0_u64;
    for _ in 0..MAX_CHUNKS {
        let named = source.head().await.map_err(of)?.metadata.resumption;
        if let Some(position) = named.filter(|position| !found.contains(position)) {
            if position.bytes > given {
                let at = position.bytes;
                let problem = format!("it names byte {at} after {given} bytes");
                return Err(broken(Promise::Resumption, problem));
            }
            found.push(position);
        }
        let Some(chunk) = source.read(7).await.map_err(of)? else {
            break;
        };
        given += chunk.len() as u64;
        if found.len() >= MAX_POSITIONS {
            break;
        }
    }
    Ok(found)
}

async fn read(source: &mut Source, size: u32) -> Result<Read, Problem> {
    let mut bytes = Vec::new();
    for _ in 0..MAX_CHUNKS {
        let chunk = source.read(size).await;
        match chunk.map_err(Problem::of(Promise::Chunks))? {
            None => return Ok(Read { bytes, whole: true }),
            Some(chunk) => bytes.extend(chunk),
        }
        if bytes.len() >= MAX_BYTES {
            break;
        }
    }
    Ok(Read {
        bytes,
        whole: false,
    })
}

async fn read_text(source: &mut Source, size: u32) -> Result<Read, Problem> {
    let mut bytes = Vec::new();
    for _ in 0..MAX_CHUNKS {
        let chunk = source.read_text(size).await;
        match chunk.map_err(Problem::of(Promise::Texts))? {
            None => return Ok(Read { bytes, whole: true }),
            Some(chunk) => bytes.extend(chunk.into_bytes()),
        }
    }
    Ok(Read {
        bytes,
        whole: false,
    })
}

/// Reads a text, then all characters that a byte may have begun as bytes, and so on.
async fn in_turn(source: &mut Source) -> Result<Read, Problem> {
    let of = Problem::of(Promise::Texts);
    let mut bytes = Vec::new();
    for turn in 0..MAX_CHUNKS {
        let chunk = if turn % 2 == 0 {
            let text = source.read_text(5).await.map_err(of)?;
            text.map(String::into_bytes)
        } else {
            whole_characters(source).await?
        };
        match chunk {
            None => return Ok(Read { bytes, whole: true }),
            Some(chunk) => bytes.extend(chunk),
        }
    }
    Ok(Read {
        bytes,
        whole: false,
    })
}

/// Reads bytes up to the end of a character: only there may the way of reading change.
async fn whole_characters(source: &mut Source) -> Result<Option<Vec<u8>>, Problem> {
    let of = Problem::of(Promise::Texts);
    let Some(mut chunk) = source.read(3).await.map_err(of)? else {
        return Ok(None);
    };
    while std::str::from_utf8(&chunk).is_err() {
        match source.read(1).await.map_err(of)? {
            Some(byte) => chunk.extend(byte),
            None => break,
        }
    }
    Ok(Some(chunk))
}

/// Demands that two readings of a source are the same, as far as both went.
fn same(part: &Read, whole: &Read, how: &str) -> Result<(), String> {
    let common = part.bytes.len().min(whole.bytes.len());
    let differs = part
        .bytes
        .iter()
        .zip(&whole.bytes)
        .position(|(one, other)| one != other);
    if let Some(at) = differs {
        return Err(format!("read {how}, it differs from byte {at} on"));
    }
    let ended_early = part.whole && part.bytes.len() < whole.bytes.len();
    let ended_late = whole.whole && whole.bytes.len() < part.bytes.len();
    if ended_early || ended_late {
        let (given, expected) = (part.bytes.len(), whole.bytes.len());
        return Err(format!(
            "read {how}, it gives {given} bytes instead of {expected} ({common} are the same)"
        ));
    }
    Ok(())
}
