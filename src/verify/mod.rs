//! Verification: what a retailer's journey requires to be proven next, the steps of each
//! proof, and the findings.
//!
//! Pure. Enters: a retailer, the test in progress, live, answers. Leaves: the next step as
//! a value ([`Step`]), and findings with their proof ([`Proven`]). A test is one label with
//! its return. Each retailer has at most one open test, and a request that cannot be
//! revoked is never resent automatically. `driver` executes the steps.

mod evidence;
mod finding;
mod fleet;
mod machine;
mod name;
mod reference;
mod request;
mod test_run;
#[cfg(test)]
mod tests;

pub(crate) use evidence::{ArrivalProven, Proven, day, distinct};
pub(crate) use finding::{Finding, Outcome, Report};
pub(crate) use fleet::{FleetReport, FleetSummary, VerifyOutput, provable, reads_since};
pub(crate) use machine::{
    Answer, CallFailure, LabelAnswer, Step, UploadAnswer, Verification, VerifyInput,
};
pub(crate) use name::unsendable;
pub(crate) use reference::{is_reference, reference};
pub(crate) use request::Request;
pub(crate) use test_run::{Beginning, FORMAT_VERSION, TestRun};

use crate::model::{Journey, Milestone, Retailer, keyed};
use schemars::JsonSchema;
use serde::Serialize;

keyed! {
    /// Something about a retailer that can be proven. Its key is its name on the command line.
    #[derive(Serialize, JsonSchema)]
    pub(crate) enum Proof {
        Label = "label",
        Return = "return",
        Processed = "processed",
        Uploads = "uploads",
        /// The partner itself uploads returns, not only this tool with the retailer's keys.
        LoopUpload = "loop_upload",
        Webhook = "webhook",
    }
}

impl Proof {
    /// Returns whether it is part of a test, which is one label with its return.
    pub(crate) fn is_of_test(self) -> bool {
        matches!(self, Proof::Label | Proof::Return | Proof::Processed)
    }

    /// Returns what its success shows.
    pub(crate) fn proves(self) -> &'static str {
        match self {
            Proof::Label => "the OmniReturns key is this retailer's, and labels can be made",
            Proof::Return => "the OmniRPS key and the exact name are right, and returns arrive",
            Proof::Processed => "a hub finds the retailer's returns and can process them",
            Proof::LoopUpload => {
                "the partner has entered the keys and the name, and uploads itself"
            }
            Proof::Uploads => "the partner uploads this retailer's returns to OmniRPS",
            Proof::Webhook => "OmniRPS is set up to report returns to the partner",
        }
    }

    /// Returns what its success does not show.
    pub(crate) fn leaves_open(self) -> &'static str {
        match self {
            Proof::Label => "that OmniRPS and the hub have the label",
            Proof::Return => "that a hub can process the return",
            Proof::Processed => "that the partner was notified and credits the customer",
            Proof::LoopUpload => "that a hub can process what it uploads",
            Proof::Uploads => "that every return is uploaded",
            Proof::Webhook => "that the partner answers what is reported",
        }
    }

    /// Returns the milestone to state once it is proven.
    pub(crate) fn milestone(self, journey: Journey) -> Option<Milestone> {
        match (self, journey) {
            (Proof::Label, _) => Some(Milestone::TestLabel),
            (Proof::Return, _) => Some(Milestone::TestReturn),
            (Proof::Processed, Journey::New) => Some(Milestone::ConnoteProcessed),
            (Proof::Uploads, Journey::Existing { .. }) => Some(Milestone::UploadsChecked),
            (Proof::Processed | Proof::Uploads | Proof::LoopUpload | Proof::Webhook, _) => None,
        }
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

/// Returns the parts of a journey's test.
pub(crate) fn test(journey: Journey) -> &'static [Proof] {
    match journey {
        Journey::New => &[Proof::Label, Proof::Return, Proof::Processed],
        Journey::Existing { .. } => &[Proof::Label, Proof::Return],
    }
}

/// Returns what to prove next: the rest of the test, and once the retailer has switched
/// over, that its returns arrive and are reported. Empty if nothing can be proven before
/// the next milestone.
pub(crate) fn next(retailer: &Retailer) -> Vec<Proof> {
    if retailer.reached(Milestone::SwitchedToLoop) {
        return vec![Proof::Uploads, Proof::LoopUpload, Proof::Webhook];
    }
    let journey = retailer.journey;
    let is_open = |proof: &Proof| {
        proof.milestone(journey).is_some_and(|milestone| !retailer.reached(milestone))
    };
    let open: Vec<Proof> = test(journey).iter().copied().filter(is_open).collect();
    if open.is_empty() && journey == Journey::New {
        return vec![Proof::LoopUpload, Proof::Webhook];
    }
    open
}
