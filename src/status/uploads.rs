//! Adds the returns of retailers in use to the status.

use super::{RetailerStatus, Status};
use crate::uploads::{Arrivals, FleetUploads, UploadsSummary};
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

impl Status {
    /// Adds the counted returns to each retailer.
    pub(crate) fn add_uploads(&mut self, counted: FleetUploads) {
        let silent_after = counted.silent_after;
        let mut by_slug: BTreeMap<String, Arrivals> =
            counted.retailers.into_iter().map(|of| (of.slug, of.arrivals)).collect();
        for retailer in &mut self.retailers {
            retailer.uploads = by_slug.remove(&retailer.slug);
        }
        self.uploads = Some(sum(&self.retailers, silent_after));
    }
}

/// Counts the returns of the displayed retailers.
pub(super) fn sum(retailers: &[RetailerStatus], silent_after: u32) -> StatusUploads {
    let found = retailers.iter().filter_map(|retailer| retailer.uploads.as_ref());
    let UploadsSummary { retailers, uploads, silent, unknown } = UploadsSummary::of(found);
    StatusUploads { silent_after, retailers, uploads, silent, unknown }
}
