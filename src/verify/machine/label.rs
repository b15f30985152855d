//! The part of a test that creates a label.

use super::super::Proof;
use super::super::evidence::{LabelProven, Proven};
use super::super::finding::{Finding, unread};
use super::super::test_run::{Label, TestRun};
use super::{
    CallFailure, LOOK_BACK_DAYS, LabelAnswer, State, Step, Verification, VerifyInput, wording,
};
use crate::model::{Advice, System, Upload};
use jiff::ToSpan;

impl Verification<'_> {
    pub(super) fn label(&mut self) -> Step {
        let fresh = self.run.as_ref().filter(|_| !self.input.again);
        match fresh.cloned() {
            None => self.prepare_label(),
            // It may have been created, and only people can find out.
            Some(TestRun { label: Label::Sent { on }, reference, .. }) => {
                self.failed(Proof::Label, self.label_unresolved(&reference, on))
            }
            Some(TestRun { label: Label::Made(label), .. }) => {
                let message = format!("the label {} was made on {}", label.connote(), label.on());
                self.found(Finding::proven(Proven::Label(label), message))
            }
        }
    }

    fn prepare_label(&mut self) -> Step {
        let VerifyInput { retailer, again, is_read_only, today, .. } = self.input;
        if is_read_only {
            return self.found(Finding::not_begun(retailer, self.permission()));
        }
        if !self.has_call(Proof::Label) {
            let what = "make a test label with the retailer's OmniReturns key";
            return self.found(Finding::left_to_people(Proof::Label, retailer, what));
        }
        if let Err(advice) = self.input.label_body.clone() {
            return self.failed(Proof::Label, advice);
        }
        if again || !self.has_call(Proof::Uploads) {
            return self.fetch_label_key();
        }
        let since = today.saturating_sub(LOOK_BACK_DAYS.days());
        self.list(Proof::Label, since, State::FindingEarlierTest)
    }

    pub(super) fn found_earlier(&mut self, listed: Result<Vec<Upload>, Advice>) -> Step {
        let uploads = match listed {
            Ok(uploads) => uploads,
            // This machine's records show that there is none.
            Err(why) => {
                let Advice { message, .. } = unread(why);
                self.warnings.push(format!(
                    "{message}; whether another machine has made a test label is not known"
                ));
                return self.fetch_label_key();
            }
        };
        let VerifyInput { beginning, today, .. } = &self.input;
        let Some(run) = TestRun::listed(&uploads, beginning.clone(), *today) else {
            return self.fetch_label_key();
        };
        let Label::Made(label) = run.label.clone() else { return self.fetch_label_key() };
        let message = wording::label_is_listed(&label, &run.reference);
        self.record(run, Finding::proven(Proven::Label(label), message))
    }

    fn fetch_label_key(&mut self) -> Step {
        if self.is_stopped {
            return self.failed(Proof::Label, wording::stopped());
        }
        match self.input.identity.record(System::Omnireturns) {
            Ok(record) => self.fetch(System::Omnireturns, record, State::FetchingLabelKey),
            Err(advice) => self.failed(Proof::Label, advice),
        }
    }

    pub(super) fn record_label(&mut self) -> Step {
        if self.is_stopped {
            return self.failed(Proof::Label, wording::stopped());
        }
        let VerifyInput { retailer, beginning, today, .. } = &self.input;
        let earlier = TestRun::known_connotes(retailer, self.run.as_ref());
        let run = TestRun::new(beginning.clone(), *today, earlier);
        let before = self.run.replace(run.clone());
        self.state = State::MakingLabel { before };
        Step::Record(Some(run))
    }

    pub(super) fn label_answered(
        &mut self,
        answer: Result<LabelAnswer, CallFailure>,
        before: Option<TestRun>,
    ) -> Step {
        let Some(run) = self.run.clone() else { return self.next() };
        let (name, id) = (&self.input.retailer.name, self.record_id(System::Omnireturns));
        let call = format!("the label of {name} in OmniReturns (record {id})");
        let failure = match answer {
            Ok(LabelAnswer { connote, errors }) => {
                let VerifyInput { today: on, is_embedded, .. } = self.input;
                match LabelProven::answered(&connote, on) {
                    // A cache may have answered. A new embedded sandbox begins again with the first
                    // one.
                    Some(_) if run.earlier.contains(&connote) && !is_embedded => {
                        CallFailure::unclear(format!(
                            "the response contains the connote {connote} of an earlier test"
                        ))
                    }
                    Some(label) => {
                        let message = format!("the label {} was made", label.connote());
                        if let Some(errors) = errors {
                            self.warnings
                                .push(format!("{message}, and its answer reports: {errors}"));
                        }
                        let run = TestRun { label: Label::Made(label.clone()), ..run };
                        return self.record(run, Finding::proven(Proven::Label(label), message));
                    }
                    None => CallFailure::unclear("the response contains no valid connote"),
                }
            }
            Err(failure) => failure,
        };
        let CallFailure { advice, may_have_happened } = failure;
        if may_have_happened {
            return self
                .failed(Proof::Label, self.label_in_doubt(&run.reference, &call, &advice.message));
        }
        let advice = Advice::new(format!("{call} was not made: {}", advice.message), advice.hint);
        self.put_back(before, Finding::failed(Proof::Label, advice))
    }
}
