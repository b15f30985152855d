//! Proof that returns uploaded by someone other than this tool arrive.

use super::super::Proof;
use super::super::evidence::ArrivalProven;
use super::super::finding::{Finding, arrivals, loop_upload};
use super::super::test_run::TestRun;
use super::{LOOK_BACK_DAYS, State, Step, Verification, VerifyInput};
use crate::model::{Advice, System, Upload};
use jiff::ToSpan;

impl Verification<'_> {
    pub(super) fn list_arrivals(&mut self, proof: Proof) -> Step {
        let VerifyInput { retailer, since, today, .. } = self.input;
        let what = "look in the database of OmniRPS whether the partner uploads returns";
        if self.input.identity.is_left_to_people(System::Omnirps) {
            return self.found(Finding::unread(proof, retailer, what));
        }
        if !self.has_call(Proof::Uploads) {
            return self.found(Finding::left_to_people(proof, retailer, what));
        }
        let since = since.unwrap_or_else(|| today.saturating_sub(LOOK_BACK_DAYS.days()));
        self.list(proof, since, State::ListingArrivals(proof))
    }

    pub(super) fn arrived(&mut self, proof: Proof, uploads: &[Upload]) -> Step {
        let VerifyInput { retailer, since, today, .. } = self.input;
        let is_test = &TestRun::test_filter(retailer, self.run.as_ref());
        let arrival = ArrivalProven::by(uploads, is_test, today);
        let since = since.unwrap_or(today);
        let finding = match proof {
            Proof::LoopUpload => loop_upload(retailer, uploads, arrival),
            _ => arrivals(retailer, uploads, is_test, arrival, since, today),
        };
        self.found(self.named(proof, finding))
    }

    /// Returns a finding of no arrival with the name in OmniRPS as its cause, if it is another one.
    fn named(&self, proof: Proof, finding: Finding) -> Finding {
        match self.input.identity.exact_omnirps() {
            Err(Advice { message, hint })
                if proof == Proof::Uploads && finding.proven.is_none() =>
            {
                Finding { hint: Some(format!("{message}; {hint}")), ..finding }
            }
            _ => finding,
        }
    }
}
