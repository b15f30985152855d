//! `reconcile attest`: writes a milestone that people confirm into a retailer's file. No
//! system is asked, and none is changed.

use super::session::{self, Session};
use crate::attest::{Stated, entry, state};
use crate::cli::{AttestArgs, Global};
use crate::config;
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure};
use crate::model::{Fact, Retailer, types};
use crate::render::attest as show;
use crate::scope;

/// States one milestone of one retailer.
pub(super) fn run(global: &Global, args: &AttestArgs) -> Result<Exit, Failure> {
    for (option, text) in [("--by", &args.by), ("--connote", &args.connote)] {
        if let Some((what, hint)) = text.as_deref().and_then(types::misstated) {
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
    match state(&mut sources, retailer, *milestone, &fact, *replace, session::today())? {
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
    if session.sources.retailers.is_empty() {
        session::tell_report(&session.global, report)?;
        return Err(Failure::printed(Exit::Invalid));
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
