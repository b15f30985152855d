//! Writes milestones that people confirm, or that a verification has proven, into a
//! retailer's file.
//!
//! Enters: the files as they were read, a milestone and what is stated of it. Leaves: the
//! edited file, or why the process or the file's layout does not allow it. No system is asked.

mod verified;

pub(crate) use verified::{Verified, record_verified};

use crate::config::edit::{self, ByHand};
use crate::config::{self, Sources};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::exit::Failure;
use crate::files;
use crate::model::{Fact, Milestone, Retailer};
use crate::process::milestones::{stage, stages};
use jiff::civil::Date;
use std::io;
use std::path::Path;

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    /// The file says so already.
    Already,
    Written {
        before: String,
        after: String,
        /// What is worth a look in the file as it is now.
        warnings: Diagnostics,
    },
}

/// Writes a milestone into a retailer's file, unless a rule of the process or the file's
/// layout is against it. The sources then hold the file as it was written.
pub(crate) fn state(
    sources: &mut Sources,
    retailer: &Retailer,
    milestone: Milestone,
    fact: &Fact,
    replace: bool,
    today: Date,
) -> Result<Stated, Failure> {
    let file = &retailer.file;
    let mut edited = sources.clone();
    let Some(source) = edited.retailers.iter_mut().find(|source| source.path == *file) else {
        return Err(Failure::failed(format!("{file} was not read"), "run this again"));
    };
    match retailer.milestones.get(&milestone) {
        Some(said) if said == fact => return Ok(Stated::Already),
        Some(said) if !replace => {
            let line = config::line(source, &["milestones", milestone.key()]);
            let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
            return Err(Failure::failed(
                format!("{place} states otherwise: {}", entry(milestone, said)),
                format!("--replace makes it {}", entry(milestone, fact)),
            ));
        }
        _ => {}
    }
    let after = edit::state(&source.bytes, retailer.journey, milestone, fact)
        .map_err(|by_hand| by_hand_only(file, &by_hand))?;
    let before = std::mem::replace(&mut source.bytes, after.clone().into_bytes());

    let report = config::check(&edited, today).report.about(file);
    let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
    if let Some(found) = report.diagnostics.iter().find(is_error) {
        return Err(refused(found, retailer, milestone, fact));
    }
    files::replace(Path::new(file), &before, &after).map_err(|error| cannot(file, &error))?;
    *sources = edited;
    let before = String::from_utf8_lossy(&before).into_owned();
    Ok(Stated::Written { before, after, warnings: report })
}

/// Returns the line of a file that states a milestone so.
pub(crate) fn entry(milestone: Milestone, fact: &Fact) -> String {
    format!("`{milestone}: {}`", edit::shown(fact))
}

/// Refuses what a check of the edited file is against.
fn refused(found: &Diagnostic, retailer: &Retailer, milestone: Milestone, fact: &Fact) -> Failure {
    let Retailer { slug, file, journey, .. } = retailer;
    let mut message =
        format!("{} does not fit into {file}: {}", entry(milestone, fact), found.message);
    let hint = match (found.code, stage(*journey, milestone)) {
        ("missing-milestone", Some(stage)) => {
            let first: Vec<String> = stage
                .missing(|needed| retailer.reached(needed))
                .map(|missing| format!("`reconcile attest {slug} {missing}`"))
                .collect();
            format!("state first what it needs: {}", first.join(", "))
        }
        ("foreign-milestone", _) => {
            let known: Vec<&str> =
                stages(*journey).iter().map(|stage| stage.milestone.key()).collect();
            format!("choose one of {}", known.join(", "))
        }
        ("milestone-order", _) => {
            message.extend(found.related.iter().map(|(_, label)| format!(": {label}")));
            "give the right day with --on, or correct the other milestone first, with --replace"
                .into()
        }
        _ => found.hint.clone(),
    };
    Failure::failed(message, hint)
}

fn by_hand_only(file: &str, by_hand: &ByHand) -> Failure {
    Failure::failed(
        format!("{file} was left as it is: {by_hand}"),
        format!("write it by hand, below `milestones:`, as `{}`", by_hand.line),
    )
}

fn cannot(file: &str, error: &io::Error) -> Failure {
    Failure::failed(
        format!("{file} cannot be written: {error}"),
        "check the folder and the file, then attest again",
    )
}
