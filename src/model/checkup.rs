//! Whether the systems of an environment are fit to be used.

use super::{System, Unread};
use std::time::Duration;

/// What a look at one system finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkup {
    pub system: System,
    pub address: String,
    pub found: Health,
    /// Whether the system has a call that updates a record.
    pub writes: bool,
    /// Whether the system has a call that creates a record.
    pub creates: bool,
}

/// Whether a system answers as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    Well {
        records: u64,
        /// `None` where the system does not tell the time.
        clock_apart: Option<Duration>,
    },
    Ill(Unread),
}
