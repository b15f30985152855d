//! The journal: a record of every apply. In a folder it is `runs/<run-id>.jsonl`.
//!
//! Enters: the events of an apply. Leaves: a file that shows, however the run ended, what was
//! done, what was not, and what is unknown. An action's start is in the store before its
//! request leaves, so a write without an end in the journal is *in doubt*.
//!
//! # Format
//!
//! One JSON object per line: `n` counts from 1, `at` is the time, `previous` is the `hash`
//! of the line before (64 zeros in the first), `event` is what happened ([`JournalEvent`]).
//! `hash` comes last and is the SHA-256 of the bytes of the line before `,"hash":"…"}`.
//! It can be computed without this program; for line 3:
//!
//! ```sh
//! sed -n 3p RUN.jsonl | sed 's/,"hash":"[0-9a-f]*"}$//' | tr -d '\n' | sha256sum
//! ```
//!
//! The chain reveals an edited, inserted or removed line. It cannot reveal that lines are
//! missing at the end, which looks like a crash, nor that the whole file was rewritten.

mod begin;
mod chain;
mod event;
mod import;
pub(crate) mod origin;
mod read;
pub(crate) mod recovery;
mod sink;
#[cfg(test)]
mod tests;
mod view;
mod write;

pub(crate) use crate::apply::OutcomeKind;
pub(crate) use begin::begin;
pub(crate) use chain::{Broken, PastRun};
pub(crate) use event::{
    ActionStarted, Commit, FORMAT_VERSION, Found, JournalEvent, RunEnded, RunStarted,
    UnresolvedAction,
};
pub(crate) use import::import;
pub(crate) use read::{Journals, find_unresolved};
pub(crate) use view::{ActionView, RunRow, RunState, RunView, Totals};
#[cfg(test)]
pub(crate) use write::Journal;
