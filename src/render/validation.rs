//! The output of `validate --format json`.

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::plan::FORMAT_VERSION;
use schemars::JsonSchema;
use serde::Serialize;

/// The problems of all files.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Validation<'a> {
    /// The version of this format. Minor versions add keys, major versions change them.
    format_version: &'static str,
    /// The number of checked files.
    files: usize,
    /// All problems, sorted by file, position and code.
    problems: Vec<Problem<'a>>,
}

/// A problem in a file.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Problem<'a> {
    /// The kind of problem.
    code: &'a str,
    severity: Severity,
    /// What is wrong.
    message: &'a str,
    /// How to fix it.
    hint: &'a str,
    /// The path of the file from the current folder.
    file: &'a str,
    /// The line, from 1.
    line: usize,
    /// The column in characters, from 1.
    column: usize,
}

impl<'a> Validation<'a> {
    /// Creates the output for a report on this number of files.
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
