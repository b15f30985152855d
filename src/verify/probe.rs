//! One test label with its test return, as it is kept between runs: what was sent, what
//! came back, and what may be sent next.

use super::Proof;
use crate::model::{Fact, Journey, Milestone, Retailer};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the file; raised when one that was written before would be misread.
pub(crate) const FORMAT_VERSION: &str = "1";

/// A test that is under way, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Probe {
    pub format_version: String,
    /// What the label and the return are called, so that people find them.
    pub reference: String,
    pub started_at: String,
    pub label: Label,
    #[serde(rename = "return")]
    pub returned: Return,
    /// The day on which a hub had processed the return.
    pub processed: Option<Date>,
    /// The connotes of earlier tests: none of them is this one's.
    #[serde(default)]
    pub earlier: BTreeSet<String>,
}

/// How far the label is. One is never asked for without being written down before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Label {
    /// It was asked for, and no answer came that says what became of it.
    Sent {
        on: Date,
    },
    Made {
        on: Date,
        connote: String,
    },
}

/// How far the return is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Return {
    #[default]
    NotSent,
    /// It was uploaded, and no answer came that says what became of it.
    Sent {
        on: Date,
    },
    Accepted {
        on: Date,
    },
}

/// What to do about the label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LabelStep {
    Make,
    /// One may have been made, and only people can find out.
    UnresolvedAction {
        reference: String,
        on: Date,
    },
    Done {
        on: Date,
        connote: String,
    },
}

/// What to do about the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ReturnStep {
    /// There is no label to return anything with.
    NoLabel,
    Send {
        connote: String,
    },
    /// It may have arrived: look before it is sent again.
    LookUp {
        connote: String,
    },
    Done {
        on: Date,
        connote: String,
    },
}

/// What to do about the hub's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProcessedStep {
    /// There is no return to process.
    NoReturn,
    Wait {
        connote: String,
    },
    Done {
        on: Date,
        connote: String,
    },
}

impl Probe {
    /// Returns a probe whose label is about to be asked for.
    pub(crate) fn new(
        reference: String,
        started_at: String,
        on: Date,
        earlier: BTreeSet<String>,
    ) -> Probe {
        Probe {
            format_version: FORMAT_VERSION.into(),
            reference,
            started_at,
            label: Label::Sent { on },
            returned: Return::NotSent,
            processed: None,
            earlier,
        }
    }

    /// Returns the connotes of all tests that are known of: those that the file states, and
    /// those that were kept.
    pub(crate) fn tests(retailer: &Retailer, probe: Option<&Probe>) -> BTreeSet<String> {
        let stated = [Milestone::TestLabel, Milestone::TestReturn, Milestone::ConnoteProcessed];
        let stated = stated.iter().filter_map(|milestone| connote(retailer, *milestone));
        let kept = probe.into_iter().flat_map(|probe| {
            let earlier = probe.earlier.iter().map(String::as_str);
            earlier.chain(probe.connote())
        });
        stated.chain(kept).map(str::to_owned).collect()
    }

    /// Returns the probe with what people have found out and stated since: the label of an
    /// answer that was lost, and that its return has arrived.
    pub(crate) fn with_stated(mut self, retailer: &Retailer) -> Probe {
        let facts = [Milestone::TestLabel, Milestone::TestReturn];
        if let Label::Sent { .. } = self.label {
            let found = facts.iter().find_map(|milestone| {
                let fact = retailer.milestones.get(milestone)?;
                let connote = fact.connote.clone()?;
                (!self.earlier.contains(&connote)).then_some((fact.on, connote))
            });
            if let Some((on, connote)) = found {
                self.label = Label::Made { on, connote };
            }
        }
        let returned = retailer.milestones.get(&Milestone::TestReturn);
        let is_accepted = matches!(self.returned, Return::Accepted { .. });
        if let (Some(fact), Some(own), false) = (returned, self.connote(), is_accepted)
            && fact.connote.as_deref() == Some(own)
        {
            self.returned = Return::Accepted { on: fact.on };
        }
        self
    }

    /// Returns what the file has to state otherwise before it can state more of this test.
    pub(crate) fn otherwise(&self, retailer: &Retailer) -> Vec<(Milestone, Fact)> {
        let Label::Made { on: made, connote: own } = &self.label else { return Vec::new() };
        let returned = match self.returned {
            Return::Accepted { on } => Some((Milestone::TestReturn, on)),
            Return::NotSent | Return::Sent { .. } => None,
        };
        let differs =
            |milestone| connote(retailer, milestone).is_some_and(|stated| stated != own.as_str());
        [Some((Milestone::TestLabel, *made)), returned]
            .into_iter()
            .flatten()
            .filter(|(milestone, _)| differs(*milestone))
            .map(|(milestone, on)| (milestone, Fact { on, by: None, connote: Some(own.clone()) }))
            .collect()
    }

    /// Returns a probe that goes on from what people have done and stated with a connote.
    pub(crate) fn stated(
        retailer: &Retailer,
        reference: String,
        started_at: String,
    ) -> Option<Probe> {
        let fact = |milestone| retailer.milestones.get(&milestone);
        let returned = fact(Milestone::TestReturn).filter(|fact| fact.connote.is_some());
        let label = returned.or(fact(Milestone::TestLabel))?;
        Some(Probe {
            label: Label::Made { on: label.on, connote: label.connote.clone()? },
            returned: returned.map_or(Return::NotSent, |fact| Return::Accepted { on: fact.on }),
            ..Probe::new(reference, started_at, label.on, BTreeSet::new())
        })
    }

    /// The connote of the label.
    pub(crate) fn connote(&self) -> Option<&str> {
        match &self.label {
            Label::Sent { .. } => None,
            Label::Made { connote, .. } => Some(connote),
        }
    }

    /// Says whether everything that the journey's test consists of is proven.
    pub(crate) fn is_done(&self, journey: Journey) -> bool {
        super::test(journey).iter().all(|proof| match proof {
            Proof::Label => self.connote().is_some(),
            Proof::Return => matches!(self.returned, Return::Accepted { .. }),
            Proof::Processed => self.processed.is_some(),
            Proof::Uploads | Proof::Webhook => true,
        })
    }

    /// Says what to do about the label; without a probe there is none yet.
    pub(crate) fn label_step(probe: Option<&Probe>) -> LabelStep {
        match probe.map(|probe| (&probe.label, &probe.reference)) {
            None => LabelStep::Make,
            Some((Label::Sent { on }, reference)) => {
                LabelStep::UnresolvedAction { reference: reference.clone(), on: *on }
            }
            Some((Label::Made { on, connote }, _)) => {
                LabelStep::Done { on: *on, connote: connote.clone() }
            }
        }
    }

    /// Says what to do about the return.
    pub(crate) fn return_step(probe: Option<&Probe>) -> ReturnStep {
        let Some((probe, connote)) = probe.and_then(|probe| Some((probe, probe.connote()?))) else {
            return ReturnStep::NoLabel;
        };
        let connote = connote.to_owned();
        match probe.returned {
            Return::NotSent => ReturnStep::Send { connote },
            Return::Sent { .. } => ReturnStep::LookUp { connote },
            Return::Accepted { on } => ReturnStep::Done { on, connote },
        }
    }

    /// Says what to do about the hub's work.
    pub(crate) fn processed_step(probe: Option<&Probe>) -> ProcessedStep {
        match (Probe::return_step(probe), probe.and_then(|probe| probe.processed)) {
            (ReturnStep::Done { connote, .. }, Some(on)) => ProcessedStep::Done { on, connote },
            (ReturnStep::Done { connote, .. }, None) => ProcessedStep::Wait { connote },
            _ => ProcessedStep::NoReturn,
        }
    }

    /// Returns what would be sent for these proofs, with the calls that the environment has
    /// for some. What it has none for is left to people, and ends the test.
    pub(crate) fn would_send(
        probe: Option<&Probe>,
        retailer: &Retailer,
        proofs: &[Proof],
        calls: &[Proof],
    ) -> Vec<Proof> {
        let makes = proofs.contains(&Proof::Label) && Probe::label_step(probe) == LabelStep::Make;
        if makes && !calls.contains(&Proof::Label) {
            return Vec::new();
        }
        let mut sent = Vec::new();
        if makes {
            sent.push(Proof::Label);
        }
        let stated = || Probe::stated(retailer, String::new(), String::new());
        let uploads = makes
            || match Probe::return_step(probe.cloned().or_else(stated).as_ref()) {
                ReturnStep::Send { .. } => true,
                ReturnStep::LookUp { .. } => calls.contains(&Proof::Uploads),
                ReturnStep::NoLabel | ReturnStep::Done { .. } => false,
            };
        if uploads && proofs.contains(&Proof::Return) && calls.contains(&Proof::Return) {
            sent.push(Proof::Return);
        }
        sent
    }
}

/// The connote that a file states with a milestone.
fn connote(retailer: &Retailer, milestone: Milestone) -> Option<&str> {
    retailer.milestones.get(&milestone)?.connote.as_deref()
}
