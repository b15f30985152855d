//! The health of an environment's systems.

use super::{ReadFailure, System};
use std::time::Duration;

/// The result of checking one system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthReport {
    pub system: System,
    /// One check per address or database of the system; empty if people read and change it.
    pub checks: Vec<HealthCheck>,
}

/// The result of checking one address or database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthCheck {
    /// The address, or the kind of database.
    pub place: String,
    pub found: Health,
}

/// Whether a system responds correctly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy {
        records: u64,
        /// The difference of the clocks; `None` if the response has no time.
        clock_difference: Option<Duration>,
    },
    Unhealthy(ReadFailure),
}
