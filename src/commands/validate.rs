//! `reconcile validate`: reports all problems of all files, without network access.

use crate::cli::{Global, ValidateArgs};
use crate::exit::{Exit, Failure};
use crate::output::Problems;
use crate::session::{Mentioned, Session};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    Problems { sources: &session.sources, files: session.files, report: &report }.publish(
        global,
        args.format,
        &args.report,
    )?;
    if report.has_errors() {
        session.check_usage(&report, Mentioned::default())?;
        return Ok(Exit::Invalid);
    }
    session.check_environment()?;
    session.check_scope()?;
    Ok(Exit::Done)
}
