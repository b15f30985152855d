//! A test label with its test return, as recorded between runs: what was sent, what was
//! proven, and what may be sent next.

use super::evidence::{ArrivalProven, LabelProven, ProcessingProven, Proven, UploadProven};
use super::{Proof, is_reference};
use crate::exit::Failure;
use crate::model::name::{self, fold};
use crate::model::{Fact, Journey, Milestone, Retailer, Upload};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the document, raised when an older one would be misread.
pub(crate) const FORMAT_VERSION: &str = "1";

/// A test in progress, or a completed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestRun {
    pub format_version: String,
    /// The retailer's name. The test proves nothing about another name, which has other keys.
    #[serde(default)]
    pub retailer: Option<String>,
    /// The reference of the label and the return, by which people find them.
    pub reference: String,
    pub started_at: String,
    pub label: Label,
    #[serde(rename = "return")]
    pub returned: Return,
    /// The day on which a hub had processed the return.
    pub processed: Option<ProcessingProven>,
    /// The connotes of earlier tests; none of them belongs to this one.
    #[serde(default)]
    pub earlier: BTreeSet<String>,
    /// The partner's own upload, as earlier versions recorded it. It is a record of its own now.
    #[serde(default, skip_serializing)]
    pub loop_upload: Option<ArrivalProven>,
}

/// The progress of the label. A request is recorded before it leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Label {
    /// It was requested, and no response shows whether it was created.
    Sent {
        on: Date,
    },
    Made(LabelProven),
}

/// The progress of the return.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Return {
    #[default]
    NotSent,
    /// It was uploaded, and nothing shows yet whether it arrived.
    Sent {
        on: Date,
    },
    Accepted(UploadProven),
}

/// The retailer and the reference of a new test, and when it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub retailer: String,
    pub reference: String,
    pub started_at: String,
}

impl TestRun {
    /// Returns a test whose label is about to be requested.
    pub(crate) fn new(beginning: Beginning, on: Date, earlier: BTreeSet<String>) -> TestRun {
        let Beginning { retailer, reference, started_at } = beginning;
        TestRun {
            format_version: FORMAT_VERSION.into(),
            retailer: Some(retailer),
            reference,
            started_at,
            label: Label::Sent { on },
            returned: Return::NotSent,
            processed: None,
            earlier,
            loop_upload: None,
        }
    }

    /// Returns the connotes of all known tests: those that the file states and those that
    /// are recorded.
    pub(crate) fn known_connotes(retailer: &Retailer, run: Option<&TestRun>) -> BTreeSet<String> {
        let stated = [Milestone::TestLabel, Milestone::TestReturn, Milestone::ConnoteProcessed];
        let stated = stated.iter().filter_map(|milestone| connote(retailer, *milestone));
        let kept = run.into_iter().flat_map(|run| {
            let earlier = run.earlier.iter().map(String::as_str);
            earlier.chain(run.connote())
        });
        stated.chain(kept).map(str::to_owned).collect()
    }

    /// Returns a predicate for uploads that were made by a test and not by the partner. A system
    /// may write connotes and references in another case.
    pub(crate) fn test_filter(
        retailer: &Retailer,
        run: Option<&TestRun>,
    ) -> impl Fn(&Upload) -> bool + use<> {
        let tests = TestRun::known_connotes(retailer, run);
        move |upload| {
            let is_its = |connote: &String| connote.eq_ignore_ascii_case(&upload.connote);
            tests.iter().any(is_its) || upload.order.as_deref().is_some_and(is_reference)
        }
    }

    /// Returns the test of a retailer with what people have stated since. One of another retailer
    /// is refused, unless another test follows it; a name that was corrected is the same one's.
    pub(crate) fn of(self, retailer: &Retailer, again: bool) -> Result<TestRun, Failure> {
        let is_other = |name: &String| !fold(name).same_as(&fold(&retailer.name));
        match &self.retailer {
            Some(name) if !again && is_other(name) => Err(Failure::failed(
                format!(
                    "the recorded test for `{}` is of \"{}\", but {} declares \"{}\"",
                    retailer.slug,
                    name::escaped(name),
                    retailer.file,
                    name::escaped(&retailer.name)
                ),
                "make another test with --again, or give the file of another retailer another name",
            )),
            _ => Ok(self.with_stated(retailer)),
        }
    }

    /// Returns the test with what people have stated since: the label of a lost response, an
    /// earlier day of the label, and that its return has arrived.
    pub(super) fn with_stated(mut self, retailer: &Retailer) -> TestRun {
        let stated = |milestone| retailer.milestones.get(&milestone);
        let facts = [Milestone::TestLabel, Milestone::TestReturn].into_iter().filter_map(stated);
        let mut labels = facts.filter_map(|fact| label_of(retailer, fact));
        let label = labels.find(|label| match &self.label {
            Label::Sent { .. } => !self.earlier.contains(label.connote()),
            // The clock of the machine that recorded it was ahead.
            Label::Made(made) => label.connote() == made.connote() && label.on() < made.on(),
        });
        if let Some(label) = label {
            self.label = Label::Made(label);
        }
        if let (Label::Made(label), Some(fact)) = (&self.label, stated(Milestone::TestReturn))
            && !matches!(self.returned, Return::Accepted(_))
            && let Some(upload) = UploadProven::stated(label, fact)
        {
            self.returned = Return::Accepted(upload);
        }
        self
    }

    /// Returns what the file must state differently before more of this test can be stated.
    pub(crate) fn contradictions(&self, retailer: &Retailer) -> Vec<Proven> {
        let Label::Made(label) = &self.label else { return Vec::new() };
        let differs = |milestone| {
            connote(retailer, milestone).is_some_and(|stated| stated != label.connote())
        };
        let mut otherwise = Vec::new();
        if differs(Milestone::TestLabel) {
            otherwise.push(Proven::Label(label.clone()));
        }
        if let Return::Accepted(upload) = &self.returned
            && differs(Milestone::TestReturn)
        {
            otherwise.push(Proven::Return(label.clone(), upload.clone()));
        }
        otherwise
    }

    /// Returns a test that continues from what people have stated with a connote.
    pub(crate) fn stated(retailer: &Retailer, beginning: Beginning) -> Option<TestRun> {
        let fact = |milestone| retailer.milestones.get(&milestone);
        let returned = fact(Milestone::TestReturn).filter(|fact| fact.connote.is_some());
        let label = label_of(retailer, returned.or(fact(Milestone::TestLabel))?)?;
        let upload = returned.and_then(|fact| UploadProven::stated(&label, fact));
        Some(TestRun {
            returned: upload.map_or(Return::NotSent, Return::Accepted),
            label: Label::Made(label.clone()),
            ..TestRun::new(beginning, label.on(), BTreeSet::new())
        })
    }

    /// Returns the latest test of this tool that OmniRPS lists, from any machine.
    pub(crate) fn listed(uploads: &[Upload], beginning: Beginning, today: Date) -> Option<TestRun> {
        let is_own = |upload: &&Upload| upload.order.as_deref().is_some_and(is_reference);
        let upload = uploads.iter().rev().find(is_own)?;
        let label = LabelProven::listed(upload)?;
        let returned = Return::Accepted(UploadProven::listed(&label, uploads, label.on())?);
        let processed = ProcessingProven::by(&label, uploads, today).map(|(proven, _)| proven);
        let reference = upload.order.clone()?;
        let run = TestRun::new(Beginning { reference, ..beginning }, label.on(), BTreeSet::new());
        Some(TestRun { label: Label::Made(label), returned, processed, ..run })
    }

    /// Returns the connote of the label.
    pub(crate) fn connote(&self) -> Option<&str> {
        match &self.label {
            Label::Sent { .. } => None,
            Label::Made(label) => Some(label.connote()),
        }
    }

    /// Returns the day on which the label was requested or created.
    pub(crate) fn label_day(&self) -> Date {
        match &self.label {
            Label::Sent { on } => *on,
            Label::Made(label) => label.on(),
        }
    }

    /// Returns whether only the name of its document shows whose test it is: it is an earlier
    /// version's, and OmniRPS lists no return with its reference.
    pub(crate) fn is_untraceable(&self) -> bool {
        self.retailer.is_none() && !matches!(self.returned, Return::Accepted(_))
    }

    /// Returns whether all parts of the journey's test are proven.
    pub(crate) fn is_done(&self, journey: Journey) -> bool {
        super::test(journey).iter().all(|proof| match proof {
            Proof::Label => self.connote().is_some(),
            Proof::Return => matches!(self.returned, Return::Accepted(_)),
            Proof::Processed => self.processed.is_some(),
            Proof::Uploads | Proof::LoopUpload | Proof::Webhook => true,
        })
    }

    /// Returns what would be sent for these proofs; `calls` are those that the environment has. A
    /// part without a call is a manual step and ends the test.
    pub(crate) fn proofs_to_send(
        run: Option<&TestRun>,
        retailer: &Retailer,
        proofs: &[Proof],
        calls: &[Proof],
    ) -> Vec<Proof> {
        let makes = proofs.contains(&Proof::Label) && run.is_none();
        if makes && !calls.contains(&Proof::Label) {
            return Vec::new();
        }
        let mut sent = Vec::new();
        if makes {
            sent.push(Proof::Label);
        }
        let unnamed = || Beginning {
            retailer: retailer.name.clone(),
            reference: String::new(),
            started_at: String::new(),
        };
        let stated = || TestRun::stated(retailer, unnamed());
        let uploads = makes
            || match run.cloned().or_else(stated).map(|run| (run.label, run.returned)) {
                Some((Label::Made(_), Return::NotSent)) => true,
                Some((Label::Made(_), Return::Sent { .. })) => calls.contains(&Proof::Uploads),
                Some((Label::Made(_), Return::Accepted(_)) | (Label::Sent { .. }, _)) | None => {
                    false
                }
            };
        if uploads && proofs.contains(&Proof::Return) && calls.contains(&Proof::Return) {
            sent.push(Proof::Return);
        }
        sent
    }
}

/// Returns the label whose connote people have stated with it or with its return. It is of the day
/// of its own milestone, unless that is about another label or later.
fn label_of(retailer: &Retailer, stated: &Fact) -> Option<LabelProven> {
    let label = retailer.milestones.get(&Milestone::TestLabel);
    let own = label.filter(|fact| fact.connote.is_none() || fact.connote == stated.connote);
    let on = own.map_or(stated.on, |own| own.on.min(stated.on));
    LabelProven::stated(&Fact { on, ..stated.clone() })
}

/// Returns the connote that a file states with a milestone.
fn connote(retailer: &Retailer, milestone: Milestone) -> Option<&str> {
    retailer.milestones.get(&milestone)?.connote.as_deref()
}
