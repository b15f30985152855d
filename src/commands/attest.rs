//! `reconcile attest`: writes a milestone that people confirm into a retailer's file. No
//! system is asked, and none is changed.

use super::session::{self, Session};
use crate::cli::{AttestArgs, Global};
use crate::config::edit::{self, ByHand};
use crate::config::{self, Sources};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::exit::{Exit, Failure};
use crate::files;
use crate::model::{Fact, Milestone, Retailer};
use crate::process::milestones::{stage, stages};
use crate::render::attest as show;
use crate::scope;
use std::io;
use std::path::Path;

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// The file says so already.
    Already,
    Written {
        before: String,
        after: String,
        /// What is worth a look in the file as it is now.
        warnings: Diagnostics,
    },
}

/// States one milestone of one retailer.
pub(super) fn run(global: &Global, args: &AttestArgs) -> Result<Exit, Failure> {
    for (option, text) in [("--by", &args.by), ("--connote", &args.connote)] {
        if let Some((what, hint)) = text.as_deref().and_then(config::misstated) {
            return Err(Failure::usage(format!("{option} {what}"), hint));
        }
    }
    let (session, report) = Session::read(global)?;
    if session.is_project_valid(&report) {
        session.check_environment()?;
    }
    for name in &global.only {
        find(&session, &report, name)?;
    }
    let retailer = find(&session, &report, &args.retailer)?;
    session.check_in_scope(retailer)?;
    let mut sources = session.sources.clone();
    let AttestArgs { retailer: _, milestone, on, by, connote, replace } = args;
    let on = on.unwrap_or_else(session::today);
    let fact = Fact { on, by: by.clone(), connote: connote.clone() };
    let (file, name) = (&retailer.file, &retailer.name);
    match state(&mut sources, retailer, *milestone, &fact, *replace)? {
        Stated::Already => {
            let says = entry(*milestone, &fact);
            super::print(|out| show::unchanged(file, name, &says, out))?;
        }
        Stated::Written { before, after, warnings } => {
            super::print(|out| show::wrote(file, name, &before, &after, out))?;
            session::tell_report(global, &warnings)?;
        }
    }
    Ok(Exit::Done)
}

/// Finds the retailer. Problems of its file go to stderr, those of other files do not.
fn find<'a>(
    session: &'a Session,
    report: &Diagnostics,
    name: &str,
) -> Result<&'a Retailer, Failure> {
    let found = scope::find(&session.fleet, name);
    if found.is_ok() {
        return found;
    }
    let mut files = session.sources.retailers.iter();
    let Some(invalid) = files
        .find(|source| report.about(&source.path).has_errors() && config::is_called(source, name))
    else {
        return found;
    };
    session::tell_report(&session.global, &report.about(&invalid.path))?;
    Err(Failure::printed(Exit::Invalid))
}

/// Writes a milestone into a retailer's file, unless a rule of the process or the file's
/// layout is against it. The sources then hold the file as it was written.
pub(super) fn state(
    sources: &mut Sources,
    retailer: &Retailer,
    milestone: Milestone,
    fact: &Fact,
    replace: bool,
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

    let report = config::check(&edited, session::today()).report.about(file);
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
fn entry(milestone: Milestone, fact: &Fact) -> String {
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
