//! One test label with its test return, as it is kept between runs: what was sent, what
//! came back, and what may be sent next.

use super::Proof;
use crate::model::{Fact, Journey, Milestone, Retailer};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The version of the file; raised with every change of its form.
pub const FORMAT_VERSION: &str = "1";

/// A test that is under way, or done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    pub format_version: String,
    /// What the label and the return are called, so that people find them.
    pub reference: String,
    pub started_at: String,
    pub label: Label,
    #[serde(rename = "return")]
    pub returned: Return,
    /// The day on which a hub had processed the return.
    pub processed: Option<Date>,
}

/// How far the label is. One is never asked for without being written down before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
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
pub enum Return {
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
pub enum LabelStep {
    Make,
    /// One may have been made, and only people can find out.
    InDoubt {
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
pub enum ReturnStep {
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
pub enum ProcessedStep {
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
    pub fn new(reference: String, started_at: String, on: Date) -> Probe {
        Probe {
            format_version: FORMAT_VERSION.into(),
            reference,
            started_at,
            label: Label::Sent { on },
            returned: Return::NotSent,
            processed: None,
        }
    }

    /// Returns a probe that goes on from what people have done and stated with a connote.
    pub fn stated(retailer: &Retailer, reference: String, started_at: String) -> Option<Probe> {
        let fact = |milestone| retailer.milestones.get(&milestone);
        let connote = |fact: &Fact| fact.connote.clone();
        let returned = fact(Milestone::TestReturn).filter(|fact| fact.connote.is_some());
        let label = returned.or(fact(Milestone::TestLabel))?;
        Some(Probe {
            label: Label::Made { on: label.on, connote: connote(label)? },
            returned: returned.map_or(Return::NotSent, |fact| Return::Accepted { on: fact.on }),
            ..Probe::new(reference, started_at, label.on)
        })
    }

    /// The connote of the label.
    pub fn connote(&self) -> Option<&str> {
        match &self.label {
            Label::Sent { .. } => None,
            Label::Made { connote, .. } => Some(connote),
        }
    }

    /// Says whether everything that the journey's test consists of is proven.
    pub fn is_done(&self, journey: Journey) -> bool {
        super::test(journey).iter().all(|proof| match proof {
            Proof::Label => self.connote().is_some(),
            Proof::Return => matches!(self.returned, Return::Accepted { .. }),
            Proof::Processed => self.processed.is_some(),
            Proof::Uploads | Proof::Webhook => true,
        })
    }

    /// Says what to do about the label; without a probe there is none yet.
    pub fn label_step(probe: Option<&Probe>) -> LabelStep {
        match probe.map(|probe| (&probe.label, &probe.reference)) {
            None => LabelStep::Make,
            Some((Label::Sent { on }, reference)) => {
                LabelStep::InDoubt { reference: reference.clone(), on: *on }
            }
            Some((Label::Made { on, connote }, _)) => {
                LabelStep::Done { on: *on, connote: connote.clone() }
            }
        }
    }

    /// Says what to do about the return.
    pub fn return_step(probe: Option<&Probe>) -> ReturnStep {
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
    pub fn processed_step(probe: Option<&Probe>) -> ProcessedStep {
        match (Probe::return_step(probe), probe.and_then(|probe| probe.processed)) {
            (ReturnStep::Done { connote, .. }, Some(on)) => ProcessedStep::Done { on, connote },
            (ReturnStep::Done { connote, .. }, None) => ProcessedStep::Wait { connote },
            _ => ProcessedStep::NoReturn,
        }
    }

    /// Says whether doing this would make a label or upload a return.
    pub fn would_send(probe: Option<&Probe>, proofs: &[Proof]) -> Option<Proof> {
        let makes = Probe::label_step(probe) == LabelStep::Make;
        if makes && proofs.contains(&Proof::Label) {
            return Some(Proof::Label);
        }
        let sends = match Probe::return_step(probe) {
            ReturnStep::Send { .. } | ReturnStep::LookUp { .. } => true,
            ReturnStep::NoLabel | ReturnStep::Done { .. } => false,
        };
        (sends && proofs.contains(&Proof::Return)).then_some(Proof::Return)
    }
}
