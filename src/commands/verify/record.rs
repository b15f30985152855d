//! Writes what was proven into the retailer's file, as `attest` does.

use crate::cli::Global;
use crate::commands::attest::{self, Stated};
use crate::commands::session::{self, Session};
use crate::diagnostic::Diagnostics;
use crate::exit::Failure;
use crate::model::{Fact, Milestone, Retailer};
use crate::render::attest as show;
use crate::shell::word;
use crate::verify::{Outcome, Probe, Report};
use std::io::{self, Write};

/// What became of the milestones.
#[derive(Default)]
pub(super) struct Recorded {
    file: String,
    name: String,
    /// The file before and after all of them.
    written: Option<(String, String)>,
    warnings: Diagnostics,
    refused: Vec<Failure>,
}

/// States every milestone that the report proves. What stands in the way of one is no
/// reason to leave out another.
pub(super) fn record(
    session: &Session,
    name: &str,
    report: &mut Report,
    probe: Option<&Probe>,
) -> Result<Recorded, Failure> {
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
        // People may have stated it with who it was; and uploads are checked once, while the
        // latest is another one each day.
        let stated = retailer.milestones.get(&milestone);
        let is_checked = milestone == Milestone::UploadsChecked;
        if stated.is_some_and(|stated| is_checked || stated.connote == fact.connote) {
            report.recorded.push(milestone);
            continue;
        }
        if milestone == Milestone::ConnoteProcessed
            && let Some(failure) = other_test(retailer, fact, probe)
        {
            recorded.refused.push(failure);
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
                let hint = format!("{} states it anew", replace(retailer, milestone, fact));
                recorded.refused.push(Failure { hint: Some(hint), ..failure });
            }
            Err(failure) => recorded.refused.push(failure),
        }
    }
    Ok(recorded)
}

/// Refuses a hub's work on another return than the one that the file states.
fn other_test(retailer: &Retailer, fact: &Fact, probe: Option<&Probe>) -> Option<Failure> {
    let stated = retailer.milestones.get(&Milestone::TestReturn)?.connote.as_deref()?;
    let processed = fact.connote.as_deref().filter(|processed| *processed != stated)?;
    let otherwise = probe.map(|probe| probe.otherwise(retailer)).unwrap_or_default();
    let commands: Vec<String> =
        otherwise.iter().map(|(milestone, fact)| replace(retailer, *milestone, fact)).collect();
    Some(Failure::failed(
        format!(
            "{} states the test return {stated}, and what a hub has processed is {processed}",
            retailer.file
        ),
        format!("state the newer test first with {}, then run this again", commands.join(" and ")),
    ))
}

/// The command that states a milestone in place of what is stated.
fn replace(retailer: &Retailer, milestone: Milestone, fact: &Fact) -> String {
    let Fact { on, by: _, connote } = fact;
    let connote = connote.as_deref().map(|connote| format!(" --connote {}", word(connote)));
    let (slug, connote) = (&retailer.slug, connote.unwrap_or_default());
    format!("`reconcile attest {slug} {milestone} --on {on}{connote} --replace`")
}

impl Recorded {
    /// Says whether a milestone was refused.
    pub(super) fn has_failed(&self) -> bool {
        !self.refused.is_empty()
    }

    /// Shows the change of the file.
    pub(super) fn show(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.written {
            Some((before, after)) => show::wrote(&self.file, &self.name, before, after, out),
            None => Ok(()),
        }
    }

    /// Tells on stderr what was refused, and what is worth a look.
    pub(super) fn tell(&self, global: &Global) -> Result<(), Failure> {
        self.refused.iter().for_each(session::tell);
        session::tell_report(global, &self.warnings)
    }
}
