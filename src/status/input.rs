//! What a status is made from.

use super::HandedOver;
use crate::model::{Capabilities, Live, Milestone, Partner, People, Retailer};
use crate::shell::CommandOptions;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The input of a status.
pub(crate) struct StatusInput<'a> {
    pub environment: &'a str,
    /// The options of the commands of next steps.
    pub options: &'a CommandOptions,
    pub partner: &'a Partner,
    pub people: &'a People,
    /// The maximum number of days to wait for a milestone.
    pub due_days: &'a BTreeMap<Milestone, u32>,
    pub fleet: &'a [Retailer],
    pub in_scope: &'a (dyn Fn(&Retailer) -> bool + Sync),
    /// `None` if no system was read.
    pub live: Option<&'a Live>,
    /// Whether the retailers in scope are all retailers.
    pub is_whole: bool,
    /// How settings are read and changed.
    pub capabilities: &'a Capabilities,
    pub records: &'a JourneyRecords,
    pub today: Date,
}

/// What run records show about journeys.
#[derive(Default)]
pub(crate) struct JourneyRecords {
    /// When keys were handed over, by slug.
    pub handoffs: BTreeMap<String, HandedOver>,
    /// The slugs of the retailers for whom uploads by the partner itself were seen.
    pub loop_uploads: BTreeSet<String>,
}
