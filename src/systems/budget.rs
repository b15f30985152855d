//! How much of what systems send is held in memory at once, over all systems of an
//! environment.
//!
//! Bodies count while they are read, what is taken out of them for as long as the reading
//! that it belongs to lasts. A system that would go past the limit is unknown: a server
//! must not be able to fill the memory of the machine that plans.

use crate::model::{Record, Setting, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What matching keeps of a record beside it: its entries by id and by name.
const INDEX_BYTES: usize = 128;

/// More than the limits of an environment allow. It is not asked for again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is more than {max} {unit} (`limits.{key}`)")]
pub struct TooLarge {
    pub(crate) what: &'static str,
    pub(crate) key: &'static str,
    pub(crate) max: u64,
    pub(crate) unit: &'static str,
}

impl TooLarge {
    /// What to do about it; completes "hint: …".
    pub(crate) fn hint() -> &'static str {
        "where the system does hold so much, raise that limit in the project file"
    }
}

/// What is held, and what may be.
#[derive(Debug)]
pub(crate) struct Budget {
    max_mib: u32,
    held: AtomicUsize,
}

impl Budget {
    /// Returns a budget of which nothing is used.
    pub(crate) fn new(max_mib: u32) -> Arc<Budget> {
        Arc::new(Budget { max_mib, held: AtomicUsize::new(0) })
    }
}

/// A part of a budget that is in use until it is dropped.
#[derive(Debug)]
pub(crate) struct Hold {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Hold {
    /// Returns a part of nothing yet.
    pub(crate) fn new(budget: &Arc<Budget>) -> Hold {
        Hold { budget: Arc::clone(budget), bytes: 0 }
    }

    /// Takes more of the budget.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.bytes += bytes;
        let held = self.budget.held.fetch_add(bytes, Ordering::Relaxed) + bytes;
        within(held, "what is read of all systems at once", "max_held_mib", self.budget.max_mib)
    }

    /// Takes over what another part holds.
    pub(crate) fn absorb(&mut self, mut other: Hold) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Fails where more bytes came than a limit in MiB allows.
pub(crate) fn within(
    bytes: usize,
    what: &'static str,
    key: &'static str,
    max_mib: u32,
) -> Result<(), TooLarge> {
    if bytes > (max_mib as usize) << 20 {
        return Err(TooLarge { what, key, max: max_mib.into(), unit: "MiB" });
    }
    Ok(())
}

/// Fails where more came than a limit allows.
pub(crate) fn at_most(
    count: u64,
    what: &'static str,
    key: &'static str,
    max: u32,
    unit: &'static str,
) -> Result<(), TooLarge> {
    let max = u64::from(max);
    if count > max { Err(TooLarge { what, key, max, unit }) } else { Ok(()) }
}

/// Returns about how many bytes of memory a record takes, with what matching keeps beside it.
pub(crate) fn footprint(record: &Record) -> usize {
    let Record { id, name, values, disabled: _, key_issued: _ } = record;
    let value = |(_, value): (Setting, &Value)| {
        let texts = match value {
            Value::Unset | Value::Flag(_) => 0,
            Value::Text(text) => text.len(),
            Value::List(texts) => {
                texts.iter().map(|text| text.len() + size_of::<String>()).sum::<usize>()
            }
        };
        texts + size_of::<(Setting, Value)>()
    };
    let texts = 2 * id.as_str().len() + name.len();
    size_of::<Record>() + texts + values.iter().map(value).sum::<usize>() + INDEX_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_free_again() {
        let budget = Budget::new(1);
        let mut first = Hold::new(&budget);
        assert_eq!(first.add(1 << 20), Ok(()));
        let mut second = Hold::new(&budget);
        let error = second.add(1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "what is read of all systems at once is more than 1 MiB (`limits.max_held_mib`)"
        );
        drop(second);
        let mut all = Hold::new(&budget);
        all.absorb(first);
        assert!(Hold::new(&budget).add(1).is_err());
        drop(all);
        assert_eq!(Hold::new(&budget).add(1 << 20), Ok(()));
    }
}
