//! Writes what was proven into the retailer's file, as `attest` does.

use crate::cli::Global;
use crate::commands::attest::{self, Stated};
use crate::commands::session::{self, Session};
use crate::diagnostic::Report as Problems;
use crate::exit::Failure;
use crate::model::{Fact, Milestone};
use crate::render::attest as show;
use crate::verify::{Outcome, Report};
use std::io::{self, Write};

/// What became of the milestones.
#[derive(Default)]
pub struct Recorded {
    file: String,
    name: String,
    /// The file before and after all of them.
    written: Option<(String, String)>,
    warnings: Problems,
    refused: Vec<Failure>,
}

/// States every milestone that the report proves. What stands in the way of one is no
/// reason to leave out another.
pub fn record(session: &Session, name: &str, report: &mut Report) -> Result<Recorded, Failure> {
    let retailer = session.find(name)?;
    let mut recorded = Recorded {
        file: retailer.file.clone(),
        name: retailer.name.clone(),
        ..Recorded::default()
    };
    let mut sources = session.sources.clone();
    for finding in report.findings.iter().filter(|found| found.outcome == Outcome::Proven) {
        let milestone: Option<Milestone> = finding.proof.milestone(retailer.journey);
        let (Some(milestone), Some(fact)) = (milestone, &finding.fact) else { continue };
        // People may have stated it with who it was.
        let stated = retailer.milestones.get(&milestone);
        if stated.is_some_and(|stated| stated.connote == fact.connote) {
            report.recorded.push(milestone);
            continue;
        }
        match attest::state(&mut sources, retailer, milestone, fact, false) {
            Ok(Stated::Already) => report.recorded.push(milestone),
            Ok(Stated::Written { before, after, warnings }) => {
                report.recorded.push(milestone);
                let before = recorded.written.take().map_or(before, |(first, _)| first);
                recorded.written = Some((before, after));
                recorded.warnings = warnings;
            }
            Err(failure) if stated.is_some() => {
                let Fact { on, by: _, connote } = fact;
                let connote = connote.as_deref().map(|connote| format!(" --connote {connote}"));
                let hint = format!(
                    "`reconcile attest {} {milestone} --on {on}{} --replace` states it anew",
                    retailer.slug,
                    connote.unwrap_or_default()
                );
                recorded.refused.push(Failure { hint: Some(hint), ..failure });
            }
            Err(failure) => recorded.refused.push(failure),
        }
    }
    Ok(recorded)
}

impl Recorded {
    /// Says whether a milestone was refused.
    pub fn has_failed(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Shows the change of the file.
    pub fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.written {
            Some((before, after)) => show::wrote(&self.file, &self.name, before, after, out),
            None => Ok(()),
        }
    }

    /// Tells on stderr what was refused, and what is worth a look.
    pub fn tell(&self, global: &Global) -> Result<(), Failure> {
        self.refused.iter().for_each(session::tell);
        session::tell_report(global, &self.warnings)
    }
}
