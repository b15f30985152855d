//! Creates and verifies the hash chain of a journal's lines. Pure.

use super::event::{FORMAT_VERSION, JournalEvent, Line};
use crate::exit::Failure;
use crate::plan::fingerprint::sha256;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hash before the first line.
pub(super) const NOTHING_BEFORE: &str =
    "0000000000000000000000000000000000000000000000000000000000000000";

const HASH_FIELD: &str = ",\"hash\":\"";

/// The verified part of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// The lines before the chain breaks.
    pub lines: Vec<Line>,
    pub chain: Chain,
}

/// A past run whose journal was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastRun {
    pub run_id: String,
    /// Where its journal is.
    pub place: String,
    pub parsed: Parsed,
    /// Whether the run is still in progress.
    pub running: bool,
}

/// Whether a journal is unchanged since it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    Whole,
    /// The last line is incomplete: the program or the machine died.
    Torn {
        line: usize,
    },
    /// A line was changed, removed or inserted.
    Broken(Broken),
}

/// Where a chain breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Broken {
    pub line: usize,
    pub why: String,
}

impl Broken {
    /// Rejects the journal at this place.
    pub(crate) fn failure(&self, place: &str) -> Failure {
        Failure::failed(
            format!("{place} is broken at line {}: {}", self.line, self.why),
            "do not trust its content from there on; look for another copy of the file",
        )
    }
}

/// Returns a line's text with its hash, without a line end, and the hash.
pub(super) fn seal(line: &Line) -> Result<(String, String), serde_json::Error> {
    let mut text = serde_json::to_string(line)?;
    // The brace follows the hash.
    text.pop();
    let hash = sha256(text.as_bytes());
    text.push_str(HASH_FIELD);
    text.push_str(&hash);
    text.push_str("\"}");
    Ok((text, hash))
}

/// Parses a journal and verifies its chain, up to the first invalid line.
pub(crate) fn parse(bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed { lines: Vec::new(), chain: Chain::Whole };
    let mut previous = NOTHING_BEFORE.to_owned();
    let mut rest = bytes;
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        let (text, ended, after) = match rest.iter().position(|&byte| byte == b'\n') {
            Some(at) => (&rest[..at], true, &rest[at + 1..]),
            None => (rest, false, &rest[..0]),
        };
        rest = after;
        let half = !ended
            || serde_json::from_slice::<serde_json::Value>(text).is_err_and(|error| error.is_eof());
        if half && rest.is_empty() {
            parsed.chain = Chain::Torn { line: number };
            break;
        }
        match verify(text, number, &previous) {
            Ok((line, hash)) => {
                parsed.lines.push(line);
                previous = hash;
            }
            Err(why) => {
                parsed.chain = Chain::Broken(Broken { line: number, why });
                break;
            }
        }
    }
    parsed
}

/// Parses one line, or returns what is wrong with it.
fn verify(text: &[u8], number: usize, previous: &str) -> Result<(Line, String), String> {
    #[derive(Deserialize)]
    struct Position {
        n: u64,
        previous: String,
    }

    let text = std::str::from_utf8(text).map_err(|_| "it is not text")?;
    let (body, hash) = text
        .rsplit_once(HASH_FIELD)
        .and_then(|(body, hash)| Some((body, hash.strip_suffix("\"}")?)))
        .ok_or("it has no hash at its end")?;
    if sha256(body.as_bytes()) != hash {
        return Err("it was changed after it was written: its hash does not match".into());
    }
    let json = format!("{body}}}");
    let position: Position = serde_json::from_str(&json)
        .map_err(|_| "it has no number or no hash of the line before")?;
    if position.previous != previous || position.n != number as u64 {
        return Err(match number {
            1 => "lines before it were removed".into(),
            _ => format!(
                "it does not follow line {}: a line was changed, removed or inserted",
                number - 1
            ),
        });
    }
    let line: Line = serde_json::from_str(&json).map_err(|error| {
        format!("it contains an event that this version of reconcile does not support ({error})")
    })?;
    match (&line.event, number) {
        (JournalEvent::RunStarted(started), 1)
            if major(&started.format_version) != major(FORMAT_VERSION) =>
        {
            Err(format!(
                "the journal has format {}, which this version of reconcile does not support",
                started.format_version
            ))
        }
        (JournalEvent::RunStarted(_), 1) => Ok((line, hash.to_owned())),
        (_, 1) => Err("it does not record how the run started".into()),
        _ => Ok((line, hash.to_owned())),
    }
}

fn major(version: &str) -> Option<&str> {
    version.split('.').next()
}
