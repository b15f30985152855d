//! Diagnostics about files: what a check found, where, and what to do about it.
//!
//! Plain values. `config` creates them, `render::diagnostics` shows them.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
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

/// A problem of a report.
pub(crate) type Diagnostic = Problem<Span>;

/// A problem, with its places as a `P`: keys of a file, a range of its text, or a span of a
/// report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem<P> {
    /// One of [`crate::codes::CODES`].
    pub code: &'static str,
    pub severity: Severity,
    /// The problem: a fragment that begins in lower case and ends without a period.
    pub message: String,
    pub primary: P,
    /// Other places related to the problem, each with a description.
    pub related: Vec<(P, String)>,
    /// What to do about it.
    pub hint: String,
}

impl<P> Problem<P> {
    pub(crate) fn error(
        code: &'static str,
        primary: P,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem<P> {
        let (message, hint) = (message.into(), hint.into());
        Problem { code, severity: Severity::Error, message, primary, related: Vec::new(), hint }
    }

    pub(crate) fn warning(
        code: &'static str,
        primary: P,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem<P> {
        Problem { severity: Severity::Warning, ..Problem::error(code, primary, message, hint) }
    }

    /// Adds a related place.
    pub(crate) fn with(mut self, place: P, text: impl Into<String>) -> Problem<P> {
        self.related.push((place, text.into()));
        self
    }

    /// Converts the places.
    pub(crate) fn map<Q>(self, convert: impl Fn(P) -> Q) -> Problem<Q> {
        let Problem { code, severity, message, primary, related, hint } = self;
        let related = related.into_iter().map(|(place, text)| (convert(place), text)).collect();
        Problem { code, severity, message, primary: convert(primary), related, hint }
    }

    /// Returns all places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &P> {
        std::iter::once(&self.primary).chain(self.related.iter().map(|(place, _)| place))
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
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
        self.errors().next().is_some()
    }

    /// Adds the diagnostics of another report.
    pub(crate) fn extend(&mut self, other: Diagnostics) {
        let by = self.sources.len();
        self.sources.extend(other.sources);
        let shifted = |span: Span| Span { file: span.file + by, ..span };
        self.diagnostics.extend(other.diagnostics.into_iter().map(|found| found.map(shifted)));
    }

    /// Returns the diagnostics with a place in one file.
    pub(crate) fn about(&self, path: &str) -> Diagnostics {
        let is_in = |span: &Span| self.sources.get(span.file).is_some_and(|it| it.path == path);
        let concerns = |found: &&Diagnostic| found.places().any(is_in);
        Diagnostics {
            sources: self.sources.clone(),
            diagnostics: self.diagnostics.iter().filter(concerns).cloned().collect(),
        }
    }

    /// Returns the paths of the files that have errors.
    pub(crate) fn invalid(&self) -> BTreeSet<&str> {
        self.errors().map(|found| self.path(&found.primary)).collect()
    }

    /// Returns the paths of the files that have errors, or that errors refer to.
    pub(crate) fn with_errors(&self) -> BTreeSet<&str> {
        self.errors().flat_map(Diagnostic::places).map(|span| self.path(span)).collect()
    }

    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|found| found.is_error())
    }

    /// Returns the number of errors and the number of warnings.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let errors = self.errors().count();
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

/// Returns whether a character moves or hides others, or shows nothing, instead of being visible
/// itself. Joiners and variation selectors are not among them: scripts and emoji need them.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
                | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
