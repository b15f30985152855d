//! What `validate --format json` prints.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::FORMAT_VERSION;
use schemars::JsonSchema;
use serde::Serialize;

/// The problems of all files.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Validation<'a> {
    /// The version of this form. Minor versions add keys, major ones change them.
    format_version: &'static str,
    /// The number of files that were checked.
    files: usize,
    /// Every problem, by file, place and code.
    problems: Vec<Problem<'a>>,
}

/// One problem.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Problem<'a> {
    /// The kind of problem.
    code: &'a str,
    severity: Severity,
    /// What is wrong.
    message: &'a str,
    /// What to do about it.
    hint: &'a str,
    /// The file as found from the current folder.
    file: &'a str,
    /// From 1.
    line: usize,
    /// In characters, from 1.
    column: usize,
}

impl<'a> Validation<'a> {
    /// Returns what was found in so many files.
    pub(crate) fn new(files: usize, report: &'a Diagnostics) -> Validation<'a> {
        let problems = report.diagnostics.iter().map(|diagnostic| {
            let Diagnostic { code, severity, message, primary, related: _, hint } = diagnostic;
            let (line, column) = report.line_column(primary);
            Problem {
                code,
                severity: *severity,
                message,
                hint,
                file: report.path(primary),
                line,
                column,
            }
        });
        Validation { format_version: FORMAT_VERSION, files, problems: problems.collect() }
    }
}
