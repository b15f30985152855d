//! `reconcile validate`: reports all problems of all files, without network access.

use crate::cli::{Global, ProblemFormat, ValidateArgs, paths};
use crate::exit::{Exit, Failure};
use crate::model::listed;
use crate::output::Problems;
use crate::session::{Mentioned, Session};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    let outs = paths(&args.report).collect();
    session.check_usage(&report, &Mentioned { outs, ..Mentioned::default() })?;
    Problems { sources: &session.sources, files: session.files, report: &report }.publish(
        global,
        args.format,
        &args.report,
    )?;
    if report.has_errors() {
        if args.format == ProblemFormat::Text {
            return Ok(Exit::Invalid);
        }
        let invalid: Vec<&str> = report.invalid().into_iter().collect();
        let message = format!("not valid: {}", listed(&invalid));
        let failure = Failure::failed(message, "correct what the output lists");
        return Err(Failure { exit: Exit::Invalid, ..failure });
    }
    Ok(Exit::Done)
}
