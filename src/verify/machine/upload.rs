//! The part of a test that uploads the return of the label.

use super::super::Proof;
use super::super::evidence::{LabelProven, Proven, UploadProven};
use super::super::finding::{Finding, unread};
use super::super::test_run::{Label, Return, TestRun};
use super::processing::in_other_case;
use super::{CallFailure, State, Step, UploadAnswer, Verification, wording};
use crate::model::{Advice, System, Upload};

impl Verification<'_> {
    pub(super) fn upload_return(&mut self) -> Step {
        self.continue_stated();
        let can_look = self.has_call(Proof::Uploads);
        match self.run.clone().map(|run| (run.label, run.returned)) {
            None | Some((Label::Sent { .. }, _)) => self.failed(Proof::Return, self.no_label()),
            Some((Label::Made(label), Return::Accepted(upload))) => {
                let (connote, on) = (label.connote(), upload.on());
                let message = format!("OmniRPS accepted the return of {connote} on {on}");
                self.found(Finding::proven(Proven::Return(label, upload), message))
            }
            // Nobody else has the label that this run has made.
            Some((Label::Made(label), Return::NotSent))
                if !can_look || self.input.sent.contains(&Proof::Label) =>
            {
                self.send(label)
            }
            // It may have arrived, so it must be looked up before it is resent.
            Some((Label::Made(label), Return::Sent { .. })) if !can_look => {
                self.failed(Proof::Return, self.no_uploads_call(label.connote()))
            }
            Some((Label::Made(label), Return::NotSent | Return::Sent { .. })) => {
                let since = self.first_day();
                self.list(Proof::Return, since, State::LookingUp(label))
            }
        }
    }

    /// Looks for an earlier upload, and sends the return if there is none.
    pub(super) fn look_up(&mut self, label: LabelProven, uploads: &[Upload]) -> Step {
        let upload = UploadProven::listed(&label, uploads, self.input.today);
        match (upload, self.other_case(&label, uploads)) {
            (Some(upload), _) => self.accepted(label, upload),
            (None, Some(advice)) => self.failed(Proof::Return, advice),
            (None, None) => self.send(label),
        }
    }

    /// Returns what to do about a listed return that may be that of the label.
    fn other_case(&self, label: &LabelProven, uploads: &[Upload]) -> Option<Advice> {
        let other = in_other_case(label, uploads)?;
        Some(self.in_other_case(label.connote(), other))
    }

    pub(super) fn send(&mut self, label: LabelProven) -> Step {
        if self.is_stopped {
            return self.failed(Proof::Return, wording::stopped());
        }
        let retailer = self.input.retailer;
        if self.input.is_read_only {
            let advice = self.not_uploaded(label.connote());
            return self.found(Finding::waiting(Proof::Return, label.connote(), advice));
        }
        if !self.has_call(Proof::Return) {
            let connote = label.connote();
            let what = format!("upload the return of {connote} with the retailer's OmniRPS key");
            return self.found(Finding::left_to_people(Proof::Return, retailer, &what));
        }
        if let Err(advice) = self.input.label_body.clone() {
            return self.failed(Proof::Return, advice);
        }
        if !self.has_return_key {
            return match self.input.identity.exact_omnirps() {
                Ok(record) => self.fetch(System::Omnirps, record, State::FetchingReturnKey(label)),
                Err(advice) => self.failed(Proof::Return, advice),
            };
        }
        // What people have stated is not recorded.
        let before = self.run.clone().filter(|_| self.is_recorded);
        let sent = Return::Sent { on: self.input.today };
        self.run = self.run.take().map(|run| TestRun { returned: sent, ..run });
        self.state = State::RecordingReturn { before, label };
        Step::Record(self.run.clone())
    }

    /// Only the sign of success proves the return; every other answer is looked up,
    /// including a refusal.
    pub(super) fn upload_answered(
        &mut self,
        answer: Result<UploadAnswer, CallFailure>,
        label: LabelProven,
    ) -> Step {
        let sent = match answer {
            Ok(UploadAnswer::Confirmed) => {
                return self.accepted(label, UploadProven::confirmed(self.input.today));
            }
            Ok(UploadAnswer::Unclear(errors)) => {
                CallFailure::unclear(wording::no_sign(errors.as_deref()))
            }
            Err(failure) => failure,
        };
        if self.has_call(Proof::Uploads) {
            let since = self.first_day();
            return self.list(Proof::Return, since, State::Confirming(label, sent));
        }
        let call = self.upload_call(&label);
        if !sent.may_have_happened {
            return self.not_taken(&call, sent.advice);
        }
        let Advice { message, hint } = self.no_uploads_call(label.connote());
        let message = format!("{call} may have arrived: {}; {message}", sent.advice.message);
        self.failed(Proof::Return, Advice::new(message, hint))
    }

    pub(super) fn confirm(
        &mut self,
        label: LabelProven,
        CallFailure { advice, may_have_happened }: CallFailure,
        listed: Result<Vec<Upload>, Advice>,
    ) -> Step {
        let call = self.upload_call(&label);
        let uploads = match listed {
            Ok(uploads) => uploads,
            Err(failure) => {
                let Advice { message, hint } = unread(failure);
                let answered = if may_have_happened { "may have arrived" } else { "was refused" };
                let message = format!("{call} {answered}: {}; {message}", advice.message);
                return self.failed(Proof::Return, Advice::new(message, hint));
            }
        };
        match UploadProven::listed(&label, &uploads, self.input.today) {
            Some(upload) => {
                if !may_have_happened {
                    let connote = label.connote();
                    self.warnings.push(format!(
                        "OmniRPS lists the return of {connote}, although it refused it: {}",
                        advice.message
                    ));
                }
                self.accepted(label, upload)
            }
            None if !may_have_happened => self.not_taken(&call, advice),
            None => {
                let not_arrived = || {
                    let message = format!("{call} has not arrived: {}", advice.message);
                    let hint = "run the same command again: it looks once more before it sends";
                    Advice::new(message, hint)
                };
                let advice = self.other_case(&label, &uploads).unwrap_or_else(not_arrived);
                self.failed(Proof::Return, advice)
            }
        }
    }

    fn not_taken(&mut self, call: &str, Advice { message, hint }: Advice) -> Step {
        self.run = self.run.take().map(|run| TestRun { returned: Return::NotSent, ..run });
        let advice = Advice::new(format!("{call} was not accepted: {message}"), hint);
        self.state = State::Recording(Finding::failed(Proof::Return, advice));
        Step::Record(self.run.clone())
    }

    /// Records a return that OmniRPS has.
    pub(super) fn accepted(&mut self, label: LabelProven, upload: UploadProven) -> Step {
        let Some(run) = self.run.clone() else { return self.next() };
        let message = format!("OmniRPS accepted the return of {}", label.connote());
        let run = TestRun { returned: Return::Accepted(upload.clone()), ..run };
        self.record(run, Finding::proven(Proven::Return(label, upload), message))
    }

    fn upload_call(&self, label: &LabelProven) -> String {
        let (name, id) = (&self.input.retailer.name, self.record_id(System::Omnirps));
        format!("the return of {} for {name} in OmniRPS (record {id})", label.connote())
    }
}
