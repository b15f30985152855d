//! `reconcile validate`: every problem of every file, without any network.

use super::session::{Session, tell_report};
use crate::cli::{Global, ProblemFormat, ValidateArgs};
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure};
use crate::render;
use std::io::{self, Write};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    let files = session.files;
    if args.format == ProblemFormat::Text {
        tell_report(global, &report)?;
    }
    super::print(|out| match args.format {
        ProblemFormat::Text => counts(files, &report, out),
        ProblemFormat::Github => {
            render::github::report(&report, out)?;
            counts(files, &report, out)
        }
        ProblemFormat::Sarif => render::sarif::report(&report, out),
    })?;
    if report.has_errors() {
        return Ok(Exit::Invalid);
    }
    session.check_environment()?;
    session.check_scope()?;
    Ok(Exit::Done)
}

fn counts(files: usize, report: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = report.counts();
    writeln!(
        out,
        "{files} {} checked: {errors} {}, {warnings} {}",
        plural(files, "file"),
        plural(errors, "error"),
        plural(warnings, "warning")
    )
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.into() } else { format!("{word}s") }
}
