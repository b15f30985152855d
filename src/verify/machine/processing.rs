//! The part of a test that waits until a hub has processed the return.

use super::super::Proof;
use super::super::evidence::{LabelProven, ProcessingProven, Proven};
use super::super::finding::Finding;
use super::super::test_run::{Label, Return, TestRun};
use super::{State, Step, Verification, VerifyInput, wording};
use crate::model::{Advice, System, Upload};

/// What the listed returns show about the awaited one.
#[derive(Debug, Default)]
pub(super) struct ListedReturn {
    is_listed: bool,
    /// A time of processing that is not believable.
    odd_time: Option<String>,
    /// A listed connote that differs only in case.
    other_case: Option<String>,
}

/// Returns the listed connote that differs from the label's only in case.
pub(super) fn in_other_case<'u>(label: &LabelProven, uploads: &'u [Upload]) -> Option<&'u str> {
    let mut connotes = uploads.iter().map(|upload| upload.connote.as_str());
    connotes.find(|connote| {
        *connote != label.connote() && connote.eq_ignore_ascii_case(label.connote())
    })
}

impl Verification<'_> {
    pub(super) fn processed(&mut self) -> Step {
        self.continue_stated();
        let retailer = self.input.retailer;
        match self.run.clone().map(|run| (run.label, run.returned, run.processed)) {
            Some((Label::Made(label), Return::Accepted(_), Some(processed))) => {
                let message = format!("a hub processed {} on {}", label.connote(), processed.on());
                self.found(Finding::proven(Proven::Processed(label, processed), message))
            }
            Some((Label::Made(label), Return::Accepted(_), None)) => {
                let what = format!("have a SEKO hub process {}", label.connote());
                if self.input.identity.is_left_to_people(System::Omnirps) {
                    self.found(Finding::unread(Proof::Processed, retailer, &what))
                } else if self.has_call(Proof::Uploads) {
                    self.list_for_processing(label)
                } else {
                    self.found(Finding::left_to_people(Proof::Processed, retailer, &what))
                }
            }
            _ => self.failed(Proof::Processed, self.no_return()),
        }
    }

    pub(super) fn list_for_processing(&mut self, label: LabelProven) -> Step {
        let since = self.first_day();
        self.list(Proof::Processed, since, State::LookingForProcessing(label))
    }

    pub(super) fn look_for_processing(&mut self, label: LabelProven, uploads: &[Upload]) -> Step {
        if let Some((processed, at)) = ProcessingProven::by(&label, uploads, self.input.today) {
            let Some(run) = self.run.clone() else { return self.next() };
            let message = format!("a hub processed {} at {at}", label.connote());
            let run = TestRun { processed: Some(processed.clone()), ..run };
            return self.record(run, Finding::proven(Proven::Processed(label, processed), message));
        }
        let mut own = uploads.iter().filter(|upload| upload.connote == label.connote()).peekable();
        let seen = ListedReturn {
            is_listed: own.peek().is_some(),
            odd_time: own.find_map(|own| own.processed_at.clone()),
            other_case: in_other_case(&label, uploads).map(str::to_owned),
        };
        // In the embedded sandbox nobody else uploads it.
        if !seen.is_listed && self.input.is_embedded {
            let finding = self.not_processed(&label, &seen);
            return self.found(finding);
        }
        let mut message = format!(
            "waiting until a hub has processed {}: {}",
            label.connote(),
            self.hub_does(label.connote())
        );
        message.push_str(&seen.remarks());
        self.state = State::Waiting { label, seen };
        Step::Wait { message }
    }

    pub(super) fn not_processed(&self, label: &LabelProven, seen: &ListedReturn) -> Finding {
        let VerifyInput { retailer, is_embedded, .. } = self.input;
        let connote = label.connote();
        let unlisted = if seen.is_listed { "" } else { ", and OmniRPS does not list it" };
        let (stated, restate) = match &self.run {
            Some(run) if !run.contradictions(retailer).is_empty() => {
                self.other_test_stated(connote)
            }
            _ => (String::new(), String::new()),
        };
        let message = format!("{connote} is not processed yet{unlisted}{stated}{}", seen.remarks());
        let hint = if seen.is_listed || !is_embedded {
            let who = self.hub_does(connote);
            format!(
                "{who}; {}{restate}; run the same command again to continue waiting",
                wording::HUB_SETTINGS
            )
        } else {
            self.uploaded_elsewhere()
        };
        Finding::waiting(Proof::Processed, connote, Advice::new(message, hint))
    }
}

impl ListedReturn {
    fn remarks(&self) -> String {
        let mut text = String::new();
        if let Some(time) = &self.odd_time {
            text.push_str(&format!(
                ", and its time of processing, `{time}`, is not a believable day"
            ));
        }
        if let Some(other) = &self.other_case {
            text.push_str(&format!(", and OmniRPS lists {other}, which differs in case alone"));
        }
        text
    }
}
