//! `reconcile validate`: every problem of every file, without any network.

use super::session::{check, check_environment, check_scope, tell_report};
use crate::cli::{Global, ProblemFormat, ValidateArgs};
use crate::config::Checked;
use crate::exit::{Exit, Failure};
use crate::render;
use std::io::{self, Write};

/// Checks all files.
pub(super) fn run(global: &Global, args: &ValidateArgs) -> Result<Exit, Failure> {
    let (_, checked) = check(global)?;
    let report = &checked.report;
    if args.format == ProblemFormat::Text {
        tell_report(global, report)?;
    }
    super::print(|out| match args.format {
        ProblemFormat::Text => counts(&checked, out),
        ProblemFormat::Github => {
            render::github::report(report, out)?;
            counts(&checked, out)
        }
        ProblemFormat::Sarif => render::sarif::report(report, out),
    })?;
    if report.has_errors() {
        return Ok(Exit::Invalid);
    }
    check_environment(global, &checked.project)?;
    check_scope(global, &checked.retailers)?;
    Ok(Exit::Done)
}

fn counts(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    let files = checked.files;
    let (errors, warnings) = checked.report.counts();
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
