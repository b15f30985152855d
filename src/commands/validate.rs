//! `reconcile validate`: every problem of every file, without any network.

use super::session::check;
use crate::cli::Global;
use crate::exit::{Exit, Failure};
use crate::render;

/// Checks all files.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let (_, checked) = check(global)?;
    let report = &checked.report;
    render::diagnostics::render(report, &mut anstream::stderr(), true).map_err(super::output)?;
    let (errors, warnings) = report.counts();
    super::print(|out| {
        let files = checked.files;
        writeln!(
            out,
            "{files} {} checked: {errors} {}, {warnings} {}",
            plural(files, "file"),
            plural(errors, "error"),
            plural(warnings, "warning")
        )
    })?;
    Ok(if report.has_errors() { Exit::Invalid } else { Exit::Done })
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.into() } else { format!("{word}s") }
}
