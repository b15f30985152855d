//! The marks of retailers: tiles for filtering, and labels next to names.

use crate::model::keyed;
use crate::status::{Open, RetailerStatus, Status};
use serde::Serialize;

keyed! {
    /// A property of a retailer. Its key is in the URL, and is also the class.
    #[derive(Serialize)]
    pub(super) enum Mark {
        NoCredits = "no-credits" as "no credits",
        Overdue = "overdue" as "overdue",
        Blocked = "blocked" as "blocked",
        Drift = "drift" as "drifted",
        ToApply = "to-apply" as "to apply",
        Manual = "manual" as "manual",
        Observed = "observed" as "only observed",
        Silent = "silent" as "silent",
        Done = "done" as "done",
    }
}

impl Mark {
    /// Returns the label. If no system was read, a completed retailer is only known to be live.
    pub(super) fn title(self, live_read: bool) -> &'static str {
        match self {
            Mark::Done if !live_read => "live",
            mark => mark.words(),
        }
    }

    /// Returns whether it is displayed next to the name: the others are visible in the step and
    /// its age.
    pub(super) fn is_beside_name(self) -> bool {
        matches!(
            self,
            Mark::NoCredits | Mark::Blocked | Mark::Drift | Mark::Observed | Mark::Silent
        )
    }

    /// Returns whether a board shows its tile for this number of retailers: unknown marks are
    /// not counted, and marks of optional features are hidden if there are none.
    pub(super) fn has_tile(self, status: &Status, count: usize) -> bool {
        match self {
            Mark::NoCredits => status.summary.no_credits.is_some(),
            Mark::Overdue | Mark::Observed => count > 0,
            Mark::Blocked | Mark::Drift | Mark::ToApply | Mark::Manual => status.live_read,
            Mark::Silent => status.uploads.is_some(),
            Mark::Done => true,
        }
    }

    fn is_of(self, retailer: &RetailerStatus) -> bool {
        let Open { to_apply, manual, held: _, blocked, observed } = retailer.open;
        match self {
            Mark::NoCredits => retailer.has_no_credits(),
            Mark::Overdue => retailer.overdue_days.is_some(),
            Mark::Blocked => blocked > 0,
            Mark::Drift => retailer.drift,
            Mark::ToApply => to_apply > 0,
            Mark::Manual => manual > 0,
            Mark::Observed => observed > 0,
            Mark::Silent => retailer.silent_days().is_some(),
            Mark::Done => retailer.done,
        }
    }
}

/// Returns the marks of a retailer.
pub(super) fn marks(retailer: &RetailerStatus) -> impl Iterator<Item = Mark> {
    Mark::ALL.into_iter().filter(|mark| mark.is_of(retailer))
}
