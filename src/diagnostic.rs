//! Diagnostics about files: what a check found, where, and what to do about it.
//!
//! Plain values. `config` creates them, `render::diagnostics` shows them.

use schemars::JsonSchema;
use serde::Serialize;
use std::ops::Range;

/// The severity of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The files cannot be used as they are.
    Error,
    /// The files are used, but should be reviewed.
    Warning,
}

/// A place in one of a report's sources.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The index into [`Diagnostics::sources`].
    pub file: usize,
    /// A byte range in [`SourceFile::text`].
    pub range: Range<usize>,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// One of [`crate::codes::CODES`].
    pub code: &'static str,
    pub severity: Severity,
    /// The problem: a fragment that begins in lower case and ends without a period.
    pub message: String,
    pub primary: Span,
    /// Other places related to the problem, each with a description.
    pub related: Vec<(Span, String)>,
    /// What to do about it.
    pub hint: String,
}

/// A problem with its place in the text of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: &'static str,
    pub severity: Severity,
    pub range: Range<usize>,
    pub message: String,
    pub hint: String,
    /// Places in the same file.
    pub related: Vec<(Range<usize>, String)>,
}

impl Problem {
    pub(crate) fn error(
        code: &'static str,
        range: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        Problem {
            code,
            severity: Severity::Error,
            range,
            message: message.into(),
            hint: hint.into(),
            related: Vec::new(),
        }
    }

    pub(crate) fn warning(self) -> Problem {
        Problem { severity: Severity::Warning, ..self }
    }
}

/// A file that a diagnostic refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path relative to the current folder, with `/` as the separator.
    pub path: String,
    /// The text without a byte order mark and with literal secrets masked.
    pub text: String,
}

/// All problems of a run, sorted by path, position and code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// The files that the diagnostics refer to, sorted by path.
    pub sources: Vec<SourceFile>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Returns whether any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Adds the diagnostics of another report.
    pub(crate) fn extend(&mut self, other: Diagnostics) {
        let by = self.sources.len();
        self.sources.extend(other.sources);
        self.diagnostics.extend(other.diagnostics.into_iter().map(|mut found| {
            found.primary.file += by;
            found.related.iter_mut().for_each(|(span, _)| span.file += by);
            found
        }));
    }

    /// Returns the diagnostics with a place in one file.
    pub(crate) fn about(&self, path: &str) -> Diagnostics {
        let is_in = |span: &Span| self.sources.get(span.file).is_some_and(|it| it.path == path);
        let concerns = |found: &&Diagnostic| {
            is_in(&found.primary) || found.related.iter().any(|(span, _)| is_in(span))
        };
        Diagnostics {
            sources: self.sources.clone(),
            diagnostics: self.diagnostics.iter().filter(concerns).cloned().collect(),
        }
    }

    /// Returns the number of errors and the number of warnings.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let errors = self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        (errors, self.diagnostics.len() - errors)
    }

    /// Returns the path of the file that a span is in.
    pub(crate) fn path(&self, span: &Span) -> &str {
        self.sources.get(span.file).map_or("", |source| &source.path)
    }

    /// Returns the start of a span: line and column in characters, both from 1.
    pub(crate) fn line_column(&self, span: &Span) -> (usize, usize) {
        let text = self.sources.get(span.file).map_or("", |source| source.text.as_str());
        line_column(text, span.range.start)
    }
}

/// Cuts a range at the end of its first line, so that it marks one line.
pub(crate) fn first_line(text: &str, range: Range<usize>) -> Range<usize> {
    let end = text[range.clone()].find(['\n', '\r']).map_or(range.end, |at| range.start + at);
    range.start..end
}

/// Returns the line and the column, in characters and both from 1, of a byte of a text.
pub(crate) fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// Returns whether a character moves or hides others instead of being visible itself.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}
