//! Whether the systems of an environment are fit to be used.

use super::{ReadFailure, System};
use std::time::Duration;

/// What a look at one system finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HealthReport {
    pub system: System,
    /// A look at each place that the system is reached at; none where people do it all.
    pub looks: Vec<Look>,
}

/// What a look at one place finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// The address, or what kind of database it is.
    pub place: String,
    pub found: Health,
}

/// Whether a system answers as it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    Healthy {
        records: u64,
        /// `None` where the system does not tell the time.
        clock_apart: Option<Duration>,
    },
    Unhealthy(ReadFailure),
}
