//! The proofs that a command line requests, and which requests are refused.

use super::test_run::{Return, TestRun};
use super::{Proof, next, test};
use crate::exit::Failure;
use crate::model::{Milestone, Retailer};
use jiff::civil::Date;

/// The request of a command line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub retailer: &'a Retailer,
    /// `None` requests what the journey asks for next.
    pub proof: Option<Proof>,
    /// Whether to request another label although there is one, or may be one.
    pub again: bool,
    pub since: Option<Date>,
}

impl Request<'_> {
    /// Returns the requested proofs.
    pub(crate) fn proofs(&self) -> Vec<Proof> {
        let Request { retailer, proof, again, .. } = *self;
        match proof {
            Some(proof) => vec![proof],
            None if again => test(retailer.journey).to_vec(),
            None => next(retailer),
        }
    }

    /// Returns the day from which uploads count.
    pub(crate) fn since(&self, proofs: &[Proof]) -> Result<Option<Date>, Failure> {
        let Request { retailer, since, .. } = *self;
        let day = |milestone| retailer.milestones.get(&milestone).map(|fact| fact.on);
        let usual = day(Milestone::SwitchedToLoop).or(day(Milestone::Live));
        match since {
            Some(_) if !proofs.contains(&Proof::Uploads) => Err(Failure::usage(
                "--since applies to uploads, which are not checked here",
                format!("write `reconcile verify {} uploads --since …`", retailer.slug),
            )),
            None if usual.is_none() && proofs.contains(&Proof::Uploads) => Err(Failure::usage(
                format!("{} does not state since when returns arrive", retailer.file),
                "pass --since YYYY-MM-DD, or attest the switch-over first",
            )),
            _ => Ok(since.or(usual).or(day(Milestone::KeysSupplied))),
        }
    }

    /// Refuses another label if there is none yet. Returns a warning about the label that
    /// remains open.
    pub(crate) fn check_again(
        &self,
        run: Option<&TestRun>,
        proofs: &[Proof],
    ) -> Result<Option<String>, Failure> {
        let Retailer { name, journey, .. } = self.retailer;
        if !self.again || !proofs.contains(&Proof::Label) {
            return Ok(None);
        }
        let Some(run) = run else {
            return Err(Failure::usage(
                format!("there is no earlier test of {name} that another label could follow"),
                "leave --again out",
            ));
        };
        if run.is_done(*journey) {
            return Ok(None);
        }
        let label = match run.connote() {
            Some(connote) => format!("the label {connote}"),
            None => "the label".to_owned(),
        };
        let remains = match (&run.returned, run.connote()) {
            (Return::NotSent, Some(_)) => "remains unused, and may be charged",
            (Return::NotSent, None) => "remains unused, if it was made, and may be charged",
            _ => "has a return that a hub may still process",
        };
        Ok(Some(format!("{label} with the reference {} {remains}", run.reference)))
    }

    /// Refuses to send to real systems without permission.
    pub(crate) fn check_permission(
        &self,
        environment: &str,
        sent: &[Proof],
    ) -> Result<(), Failure> {
        let what = match (sent.contains(&Proof::Label), sent.contains(&Proof::Return)) {
            (true, true) => "make a real label and upload a real return",
            (true, false) => "make a real label",
            (false, true) => "upload a real return",
            (false, false) => return Ok(()),
        };
        Err(Failure::usage(
            format!("this would {what} for {} in `{environment}`", self.retailer.name),
            "pass --in-production if that is intended, or rehearse with --environment sandbox",
        ))
    }
}
