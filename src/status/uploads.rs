//! Adds the returns of retailers in use to the status.

use super::{RetailerStatus, Status};
use crate::uploads::{FleetUploads, RetailerUploads, UploadsSummary};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of returns of the displayed retailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct StatusUploads {
    /// A retailer is silent if it has no returns for more days than this.
    pub silent_after: u32,
    /// Retailers whose customers use the partner.
    pub retailers: usize,
    pub uploads: usize,
    pub silent: usize,
    /// Retailers whose uploads could not be read.
    pub unknown: usize,
}

/// The returns of one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Arrivals {
    /// The day of the switch-over, or of the go-live.
    pub since: Date,
    /// The number of returns since that day; null if they could not be read.
    pub uploads: Option<usize>,
    /// The time of the last one, as the system wrote it; null if there is none.
    pub last: Option<String>,
    /// The days without a return: since the last one, or since the switch-over.
    pub days: Option<i32>,
    /// Whether that exceeds the limit; null if unknown.
    pub silent: Option<bool>,
}

impl Status {
    /// Adds the counted returns to each retailer.
    pub(crate) fn add_uploads(&mut self, counted: FleetUploads) {
        let silent_after = counted.silent_after;
        let mut by_slug: BTreeMap<String, Arrivals> =
            counted.retailers.into_iter().map(arrivals).collect();
        for retailer in &mut self.retailers {
            retailer.uploads = by_slug.remove(&retailer.slug);
        }
        self.uploads = Some(sum(&self.retailers, silent_after));
    }
}

/// Counts the returns of the displayed retailers.
pub(super) fn sum(retailers: &[RetailerStatus], silent_after: u32) -> StatusUploads {
    let found = retailers.iter().filter_map(|retailer| retailer.uploads.as_ref());
    let UploadsSummary { retailers, uploads, silent, unknown } =
        UploadsSummary::of(found.map(|of| (of.uploads, of.silent)));
    StatusUploads { silent_after, retailers, uploads, silent, unknown }
}

fn arrivals(of: RetailerUploads) -> (String, Arrivals) {
    let RetailerUploads { slug, since, uploads, last, days, silent, .. } = of;
    (slug, Arrivals { since, uploads, last, days, silent })
}
