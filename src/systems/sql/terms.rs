//! What the queries to a database have in common: the time limit, the memory limits of results,
//! the keys to redact from what is read, and the addresses that the files declare.

use super::error::QueryName;
use crate::model::Limits;
use crate::systems::addresses::Addresses;
use crate::systems::budget::{MemoryBudget, MemoryShare, TooLarge, at_most, within};
use crate::systems::http::Redactor;
use std::sync::Arc;
use std::time::Duration;

/// The terms of all queries to a database.
#[derive(Clone)]
pub struct Terms {
    /// For connecting and all queries together.
    pub(crate) timeout: Duration,
    pub(crate) limits: Limits,
    pub(crate) budget: Arc<MemoryBudget>,
    /// Contains all keys of the environment.
    pub(crate) redactor: Redactor,
    /// Contains the addresses that the files declare.
    pub(crate) addresses: Addresses,
}

impl Terms {
    /// Returns the terms on which all systems of an environment are read.
    pub(crate) fn new(limits: Limits) -> Terms {
        Terms {
            timeout: Duration::from_secs(limits.timeout_seconds.into()),
            limits,
            budget: MemoryBudget::new(limits.max_held_mib),
            redactor: Redactor::default(),
            addresses: Addresses::default(),
        }
    }

    /// Returns terms with the default limits, except for the time.
    pub fn alone(timeout: Duration) -> Terms {
        Terms { timeout, ..Terms::new(Limits::default()) }
    }
}

/// The memory that a query's result occupies.
pub(super) struct ResultSize {
    what: &'static str,
    limits: Limits,
    rows: u64,
    bytes: usize,
    pub hold: MemoryShare,
}

impl ResultSize {
    pub(super) fn new(terms: &Terms, part: QueryName) -> ResultSize {
        let what = match part {
            QueryName::Query => "the result of `query`",
            QueryName::Companies => "the result of `companies`",
            QueryName::Uploads => "the result of `uploads`",
        };
        let hold = MemoryShare::new(&terms.budget);
        ResultSize { what, limits: terms.limits, rows: 0, bytes: 0, hold }
    }

    /// Counts one more row.
    pub(super) fn add(&mut self, bytes: usize) -> Result<(), TooLarge> {
        let Limits { max_records, max_list_mib, .. } = self.limits;
        self.rows += 1;
        self.bytes += bytes;
        at_most(self.rows, self.what, "max_records", max_records, "records")?;
        within(self.bytes, self.what, "max_list_mib", max_list_mib)?;
        self.hold.add(bytes)
    }
}
