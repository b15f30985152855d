//! The steps of a verification, as a state machine.
//!
//! Pure. Enters: what is known before the first step ([`VerifyInput`]), then the answer to each step
//! ([`Answer`]). Leaves: the next step ([`Step`]), and finally the report with the proofs. The
//! driver executes the steps and makes no decisions.
//!
//! # Protocol
//!
//! A label costs money and cannot be revoked, and a return is work for a hub. So for both:
//!
//! 1. The request is recorded ([`Step::Record`]) before it leaves.
//! 2. An answer proves it, shows that nothing happened, or leaves it unresolved. An unresolved
//!    request is never resent automatically: a label waits for people, a return is looked up first,
//!    also after a refusal.
//! 3. Before a label is requested, the returns that OmniRPS lists are searched for a test of
//!    this tool: another machine may have made one.
//! 4. Each part of a test needs the ones before it, so the first unproven part ends the test.

mod arrivals;
mod label;
mod processing;
#[cfg(test)]
mod tests;
mod upload;
mod wording;

use super::evidence::LabelProven;
use super::finding::{Finding, Report, unread, unseen_webhook, webhook};
use super::test_run::{Beginning, TestRun};
use super::{Proof, unsendable};
use crate::identity::Identity;
use crate::model::{Advice, Record, Retailer, System, Upload};
use crate::process::DesiredState;
use jiff::ToSpan;
use jiff::civil::Date;
use processing::ListedReturn;
use std::collections::VecDeque;

/// How far back to search for an earlier test of this tool, and for the returns of a retailer
/// that states no day: an onboarding is shorter than that.
pub(super) const LOOK_BACK_DAYS: i64 = 90;

/// The input of a verification.
pub(crate) struct VerifyInput<'a> {
    pub retailer: &'a Retailer,
    /// The name of the environment.
    pub environment: &'a str,
    pub desired: DesiredState,
    pub identity: Identity<'a>,
    pub proofs: Vec<Proof>,
    /// The proofs that will send something.
    pub sent: Vec<Proof>,
    /// The proofs that the environment has calls for.
    pub calls: Vec<Proof>,
    /// Whether another label is requested although there is one.
    pub again: bool,
    /// Whether nothing may be sent; whatever would be sent is reported as waiting.
    pub is_read_only: bool,
    /// Whether the environment is the embedded sandbox.
    pub is_embedded: bool,
    /// Whether there is a request body for a label, or why not.
    pub label_body: Result<(), Advice>,
    /// The day from which uploads count.
    pub since: Option<Date>,
    pub today: Date,
    /// The reference of a new test and when it began.
    pub beginning: Beginning,
}

/// The next step to take.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Fetch the key issued for a record.
    FetchKey { system: System, id: String },
    /// Store the test in its present state; `None` removes it.
    Record(Option<TestRun>),
    /// Request a label with this reference, once.
    MakeLabel { reference: String },
    /// Upload the return of a label, once.
    Upload { connote: String, reference: String },
    /// Read the returns that arrived for an OmniRPS record since a day.
    ListUploads { id: String, since: Date },
    /// Wait for a while, unless the time limit has passed.
    Wait { message: String },
    /// All proofs have a finding.
    Finished,
}

/// The result of a step.
#[derive(Debug)]
pub(crate) enum Answer {
    Key(Result<(), Advice>),
    /// Whether the test is recorded, or why not.
    Recorded(Result<(), Advice>),
    Label(Result<LabelAnswer, CallFailure>),
    Upload(Result<UploadAnswer, CallFailure>),
    Listed(Result<Vec<Upload>, Advice>),
    /// Whether the time limit has passed, or the run was asked to stop.
    Waited {
        is_over: bool,
    },
}

/// The response to the label call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabelAnswer {
    pub connote: String,
    /// The errors that it reports nevertheless.
    pub errors: Option<String>,
}

/// The result of the upload call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UploadAnswer {
    /// The response holds the sign of success that the contract names.
    Confirmed,
    /// The response holds neither that sign nor a refusal; the errors that it reports.
    Unclear(Option<String>),
}

/// Why a call returned no usable response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallFailure {
    pub advice: Advice,
    /// Whether the call may have taken effect nevertheless.
    pub may_have_happened: bool,
}

impl CallFailure {
    /// Returns a failure whose response does not show what happened.
    fn unclear(message: impl Into<String>) -> CallFailure {
        CallFailure { advice: Advice::new(message, ""), may_have_happened: true }
    }
}

/// The step that was given last, with what is needed to go on after its answer.
#[derive(Debug)]
enum State {
    /// No step was given.
    Starting,
    /// The key of a return is fetched before its label is made.
    PreparingReturn,
    /// The returns are listed, in which a test of another machine may be.
    FindingEarlierTest,
    FetchingLabelKey,
    MakingLabel {
        before: Option<TestRun>,
    },
    FetchingReturnKey(LabelProven),
    RecordingReturn {
        before: Option<TestRun>,
        label: LabelProven,
    },
    Uploading(LabelProven),
    /// A return that an earlier run, or someone else, may have sent.
    LookingUp(LabelProven),
    /// A return that this run sent, and how its answer failed to prove it.
    Confirming(LabelProven, CallFailure),
    LookingForProcessing(LabelProven),
    Waiting {
        label: LabelProven,
        seen: ListedReturn,
    },
    ListingArrivals(Proof),
    /// The finding applies once the test is recorded.
    Recording(Finding),
    Finished,
}

/// A verification in progress.
pub(crate) struct Verification<'a> {
    input: VerifyInput<'a>,
    run: Option<TestRun>,
    left: VecDeque<Proof>,
    /// Why nothing is sent.
    refused: Option<Advice>,
    has_return_key: bool,
    /// Whether the test is recorded, not only stated.
    is_recorded: bool,
    is_stopped: bool,
    state: State,
    report: Report,
    warnings: Vec<String>,
}

impl<'a> Verification<'a> {
    /// Returns a verification that continues the recorded test.
    pub(crate) fn new(input: VerifyInput<'a>, run: Option<TestRun>) -> Verification<'a> {
        Verification {
            left: input.proofs.iter().copied().collect(),
            report: Report::new(input.environment, input.retailer),
            input,
            is_recorded: run.is_some(),
            run,
            refused: None,
            has_return_key: false,
            is_stopped: false,
            state: State::Starting,
            warnings: Vec::new(),
        }
    }

    /// Stops the verification: nothing more is sent, and the rest is reported as stopped. A request
    /// that is recorded but has not left is removed from the record.
    pub(crate) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// Returns the warnings, without duplicates.
    pub(crate) fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Returns the report and the present state of the test.
    pub(crate) fn finish(mut self) -> (Report, Option<TestRun>) {
        let tested = |finding: &Finding| finding.proof.is_of_test();
        if self.report.findings.iter().any(tested) {
            self.report.reference = self.run.as_ref().map(|run| run.reference.clone());
        }
        (self.report, self.run)
    }

    /// Returns the first step. Anything that would make OmniRPS reject the return is found
    /// before a label is requested.
    pub(crate) fn start(&mut self) -> Step {
        if !self.input.sent.contains(&Proof::Return) {
            return self.next();
        }
        let found = self.input.identity.exact_omnirps();
        match found.and_then(|record| unsendable(self.input.retailer).map_or(Ok(record), Err)) {
            Ok(record) => {
                if !self.input.retailer.name.is_ascii() {
                    self.warnings.push(wording::BEYOND_ASCII.into());
                }
                self.fetch(System::Omnirps, record, State::PreparingReturn)
            }
            Err(advice) => {
                self.refused = Some(advice);
                self.next()
            }
        }
    }

    /// Processes the answer to the last step and returns the next step.
    pub(crate) fn answered(&mut self, answer: Answer) -> Step {
        match (std::mem::replace(&mut self.state, State::Finished), answer) {
            (State::PreparingReturn, Answer::Key(key)) => {
                match key {
                    Ok(()) => self.has_return_key = true,
                    Err(why) => self.refused = Some(self.no_key(System::Omnirps, why)),
                }
                self.next()
            }
            (State::FindingEarlierTest, Answer::Listed(listed)) => self.found_earlier(listed),
            (State::FetchingLabelKey, Answer::Key(Ok(()))) => self.record_label(),
            (State::FetchingLabelKey, Answer::Key(Err(why))) => {
                self.failed(Proof::Label, self.no_key(System::Omnireturns, why))
            }
            (State::MakingLabel { .. }, Answer::Recorded(Err(why))) => {
                self.failed(Proof::Label, why)
            }
            (State::MakingLabel { before }, Answer::Recorded(Ok(()))) if self.is_stopped => {
                self.put_back(before, Finding::failed(Proof::Label, wording::stopped()))
            }
            (State::MakingLabel { before }, Answer::Recorded(Ok(()))) => {
                let Some(run) = &self.run else { return self.next() };
                let reference = run.reference.clone();
                self.state = State::MakingLabel { before };
                Step::MakeLabel { reference }
            }
            (State::MakingLabel { before }, Answer::Label(answer)) => {
                self.label_answered(answer, before)
            }
            (State::FetchingReturnKey(label), Answer::Key(Ok(()))) => {
                self.has_return_key = true;
                self.send(label)
            }
            (State::FetchingReturnKey(_), Answer::Key(Err(why))) => {
                self.failed(Proof::Return, self.no_key(System::Omnirps, why))
            }
            (State::RecordingReturn { .. }, Answer::Recorded(Err(why))) => {
                self.failed(Proof::Return, why)
            }
            (State::RecordingReturn { before, .. }, Answer::Recorded(Ok(())))
                if self.is_stopped =>
            {
                self.put_back(before, Finding::failed(Proof::Return, wording::stopped()))
            }
            (State::RecordingReturn { label, .. }, Answer::Recorded(Ok(()))) => {
                let reference = self.run.as_ref().map(|run| run.reference.clone());
                let connote = label.connote().to_owned();
                self.state = State::Uploading(label);
                Step::Upload { connote, reference: reference.unwrap_or_default() }
            }
            (State::Uploading(label), Answer::Upload(answer)) => {
                self.upload_answered(answer, label)
            }
            (State::LookingUp(label), Answer::Listed(Ok(uploads))) => self.look_up(label, &uploads),
            (State::LookingUp(_), Answer::Listed(Err(why))) => {
                self.failed(Proof::Return, unread(why))
            }
            (State::Confirming(label, sent), Answer::Listed(listed)) => {
                self.confirm(label, sent, listed)
            }
            (State::LookingForProcessing(label), Answer::Listed(Ok(uploads))) => {
                self.look_for_processing(label, &uploads)
            }
            (State::LookingForProcessing(_), Answer::Listed(Err(why))) => {
                self.failed(Proof::Processed, unread(why))
            }
            (State::Waiting { label, seen }, Answer::Waited { is_over: true }) => {
                self.found(self.not_processed(&label, &seen))
            }
            (State::Waiting { label, .. }, Answer::Waited { is_over: false }) => {
                self.list_for_processing(label)
            }
            (State::ListingArrivals(proof), Answer::Listed(Ok(uploads))) => {
                self.arrived(proof, &uploads)
            }
            (State::ListingArrivals(proof), Answer::Listed(Err(why))) => {
                self.failed(proof, unread(why))
            }
            (State::Recording(finding), Answer::Recorded(Ok(()))) => self.found(finding),
            (State::Recording(finding), Answer::Recorded(Err(why))) => {
                let finding = self.not_recorded(finding, why);
                self.found(finding)
            }
            // The driver answers the step that it was given, so nothing else can occur.
            (state, answer) => {
                debug_assert!(false, "{answer:?} does not answer {state:?}");
                Step::Finished
            }
        }
    }

    /// Reports a finding and continues with the next proof.
    fn found(&mut self, finding: Finding) -> Step {
        let ends_test = matches!(finding.proof, Proof::Label | Proof::Return);
        if ends_test && finding.proven.is_none() {
            self.left.clear();
        }
        self.report.findings.push(finding);
        self.next()
    }

    /// Reports that a proof failed and continues with the next one.
    fn failed(&mut self, proof: Proof, advice: Advice) -> Step {
        self.found(Finding::failed(proof, advice))
    }

    /// Begins the next proof.
    fn next(&mut self) -> Step {
        let Some(proof) = self.left.pop_front() else {
            self.state = State::Finished;
            return Step::Finished;
        };
        if self.is_stopped {
            return self.failed(proof, wording::stopped());
        }
        match (proof, self.refused.clone()) {
            (Proof::Label | Proof::Return, Some(advice)) => self.failed(Proof::Return, advice),
            (Proof::Label, None) => self.label(),
            (Proof::Return, None) => self.upload_return(),
            (Proof::Processed, _) => self.processed(),
            (Proof::Uploads | Proof::LoopUpload, _) => self.list_arrivals(proof),
            (Proof::Webhook, _) => {
                let VerifyInput { retailer, desired, identity, .. } = &self.input;
                let finding = match identity.record(System::Omnirps) {
                    Ok(record) => webhook(retailer, desired, record),
                    Err(_) if identity.is_left_to_people(System::Omnirps) => {
                        unseen_webhook(retailer, desired)
                    }
                    Err(advice) => Finding::failed(Proof::Webhook, advice),
                };
                self.found(finding)
            }
        }
    }

    /// Continues from what people have stated, if this tool has sent nothing itself.
    fn continue_stated(&mut self) {
        if self.run.is_none() {
            self.run = TestRun::stated(self.input.retailer, self.input.beginning.clone());
        }
    }

    /// Records the test; the finding applies once that is done.
    fn record(&mut self, run: TestRun, finding: Finding) -> Step {
        self.run = Some(run.clone());
        self.is_recorded = true;
        self.state = State::Recording(finding);
        Step::Record(Some(run))
    }

    /// Records again what was recorded before a request that was not sent or had no effect.
    fn put_back(&mut self, before: Option<TestRun>, finding: Finding) -> Step {
        self.run.clone_from(&before);
        self.state = State::Recording(finding);
        Step::Record(before)
    }

    fn fetch(&mut self, system: System, record: &Record, state: State) -> Step {
        self.state = state;
        Step::FetchKey { system, id: record.id.to_string() }
    }

    /// Lists the returns of the retailer's OmniRPS record, for a proof.
    fn list(&mut self, proof: Proof, since: Date, state: State) -> Step {
        match self.input.identity.record(System::Omnirps) {
            Ok(record) => {
                self.state = state;
                Step::ListUploads { id: record.id.to_string(), since }
            }
            Err(advice) => self.failed(proof, advice),
        }
    }

    /// Returns the option without which nothing is sent.
    fn permission(&self) -> &'static str {
        if self.input.is_embedded { "" } else { " --in-production" }
    }

    fn has_call(&self, proof: Proof) -> bool {
        self.input.calls.contains(&proof)
    }

    fn no_key(&self, system: System, Advice { message, hint }: Advice) -> Advice {
        let (name, id) = (&self.input.retailer.name, self.record_id(system));
        Advice::new(
            format!("the {system} key of {name} (record {id}) was not fetched: {message}"),
            hint,
        )
    }

    /// Returns the id of the retailer's record in a system, as messages show it.
    fn record_id(&self, system: System) -> &str {
        self.input.identity.record(system).map_or("", |record| record.id.as_str())
    }

    /// Returns the first day on which the return can have arrived, less one day for
    /// differences of clocks and time zones. The day that another machine recorded may be later
    /// than the label, so that a return which has arrived would not be found and sent again.
    fn first_day(&self) -> Date {
        let today = self.input.today;
        let label = self.run.as_ref().map_or(today, TestRun::label_day).saturating_sub(1.day());
        if self.input.sent.contains(&Proof::Label) {
            return label;
        }
        label.min(today.saturating_sub(LOOK_BACK_DAYS.days()))
    }
}
