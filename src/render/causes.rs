//! Causes that block several retailers at once, such as an unavailable system: each is written
//! once below the retailers, not with each of them.

use super::style::{BLOCKED, clean, styled};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A message and its hint.
pub(super) type Cause<'a> = (&'a str, &'a str);

/// The number of retailers per cause.
pub(super) struct Causes<'a>(BTreeMap<Cause<'a>, usize>);

impl<'a> Causes<'a> {
    pub(super) fn of(causes: impl Iterator<Item = Cause<'a>>) -> Causes<'a> {
        let mut counts = BTreeMap::new();
        causes.for_each(|cause| *counts.entry(cause).or_default() += 1);
        Causes(counts)
    }

    /// Returns whether several retailers have a cause.
    pub(super) fn is_shared(&self, cause: Cause) -> bool {
        self.0.get(&cause).is_some_and(|count| *count > 1)
    }

    /// Writes the causes that several retailers share.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for ((message, hint), count) in self.0.iter().filter(|(_, count)| **count > 1) {
            writeln!(out, "{}", styled(BLOCKED, format!("{count} retailers: {}", clean(message))))?;
            writeln!(out, "  hint: {}", clean(hint))?;
        }
        Ok(())
    }
}
