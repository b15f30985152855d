//! The memory budget of responses, over all systems of an environment.
//!
//! Bodies count while they are read; what is extracted from them counts until that reading
//! is finished. A system that exceeds the budget is unknown: a server must not be able to
//! exhaust the memory of the machine that plans.

use crate::model::{Record, Setting, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The size of what matching keeps per record: its index entries by id and by name.
const INDEX_BYTES: usize = 128;

/// A limit of the environment was exceeded. The request is not retried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is more than {max} {unit} (`limits.{key}`)")]
pub struct TooLarge {
    pub(crate) what: &'static str,
    pub(crate) key: &'static str,
    pub(crate) max: u64,
    pub(crate) unit: &'static str,
}

impl TooLarge {
    /// Returns what to do about it; completes "hint: …".
    pub(crate) fn hint() -> &'static str {
        "if the system really has this much data, raise the limit in the project file"
    }
}

/// The memory in use, and its limit.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    max_mib: u32,
    held: AtomicUsize,
}

impl MemoryBudget {
    /// Returns an unused budget.
    pub(crate) fn new(max_mib: u32) -> Arc<MemoryBudget> {
        Arc::new(MemoryBudget { max_mib, held: AtomicUsize::new(0) })
    }
}

/// A share of a budget, in use until it is dropped.
#[derive(Debug)]
pub(crate) struct MemoryShare {
    budget: Arc<MemoryBudget>,
    bytes: usize,
}

impl MemoryShare {
    /// Returns an empty share.
    pub(crate) fn new(budget: &Arc<MemoryBudget>) -> MemoryShare {
        MemoryShare { budget: Arc::clone(budget), bytes: 0 }
    }

    /// Adds bytes to the share.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.bytes += bytes;
        let held = self.budget.held.fetch_add(bytes, Ordering::Relaxed) + bytes;
        within(held, "what is read of all systems at once", "max_held_mib", self.budget.max_mib)
    }

    /// Takes over the bytes of another share.
    pub(crate) fn absorb(&mut self, mut other: MemoryShare) {
        self.bytes += std::mem::take(&mut other.bytes);
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Fails if a number of bytes exceeds a limit in MiB.
pub(crate) fn within(
    bytes: usize,
    what: &'static str,
    key: &'static str,
    max_mib: u32,
) -> Result<(), TooLarge> {
    at_most(bytes.div_ceil(1 << 20) as u64, what, key, max_mib, "MiB")
}

/// Fails if a number exceeds a limit.
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

/// Returns the approximate memory size of a record, including its index entries in
/// matching.
pub(crate) fn footprint(record: &Record) -> usize {
    let Record { id, name, values, disabled: _, key_issued: _ } = record;
    let value = |(_, value): (&Setting, &Value)| {
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
        let budget = MemoryBudget::new(1);
        let mut first = MemoryShare::new(&budget);
        assert_eq!(first.add(1 << 20), Ok(()));
        let mut second = MemoryShare::new(&budget);
        let error = second.add(1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "what is read of all systems at once is more than 1 MiB (`limits.max_held_mib`)"
        );
        drop(second);
        let mut all = MemoryShare::new(&budget);
        all.absorb(first);
        assert!(MemoryShare::new(&budget).add(1).is_err());
        drop(all);
        assert_eq!(MemoryShare::new(&budget).add(1 << 20), Ok(()));
    }
}
