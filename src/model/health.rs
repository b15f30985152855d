//! The health of an environment's systems.

use super::{Advice, System};
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// The result of checking one address or database of a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct HealthCheck {
    pub system: System,
    /// The address, or the kind of database.
    pub place: String,
    pub healthy: bool,
    /// The number of records; null if the system is not healthy, or for a query for uploads.
    pub records: Option<u64>,
    /// The clock difference to this machine in seconds, if known.
    pub clock_apart_seconds: Option<u64>,
    /// Why it is not healthy, and how to fix it.
    pub message: Option<String>,
    pub hint: Option<String>,
}

impl HealthCheck {
    /// Describes what was found: the number of records and the difference of the clocks.
    pub(crate) fn new(
        system: System,
        place: String,
        found: Result<(u64, Option<Duration>), Advice>,
    ) -> HealthCheck {
        let (healthy, records, apart, advice) = match found {
            Ok((records, apart)) => (true, Some(records), apart, None),
            Err(advice) => (false, None, None, Some(advice)),
        };
        let (message, hint) = advice.map(|advice| (advice.message, advice.hint)).unzip();
        let clock_apart_seconds = apart.map(|apart| apart.as_secs());
        HealthCheck { system, place, healthy, records, clock_apart_seconds, message, hint }
    }
}
