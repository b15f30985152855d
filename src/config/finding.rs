//! The results of checks: findings addressed by path, and problems with a position in a text.

use crate::diagnostic;
use std::ops::Range;

/// A problem with its place in the text of one file.
pub(super) type Problem = diagnostic::Problem<Range<usize>>;

/// The keys from the top of the file to a value.
pub(super) type Path = Vec<String>;

/// Builds a path from its keys.
pub(super) fn path<const N: usize>(keys: [&str; N]) -> Path {
    keys.into_iter().map(str::to_owned).collect()
}

/// The key of an entry, or its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Key,
    Value,
}

/// A place in a file, named by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub path: Path,
    pub part: Part,
}

/// Refers to the key at the end of a path.
pub(super) fn key<const N: usize>(keys: [&str; N]) -> Place {
    Place { path: path(keys), part: Part::Key }
}

/// Refers to the value at the end of a path.
pub(super) fn value<const N: usize>(keys: [&str; N]) -> Place {
    Place { path: path(keys), part: Part::Value }
}

/// A finding of a check in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub problem: diagnostic::Problem<Place>,
    /// The paths whose absence is the problem. The finding is dropped if one of them exists but
    /// could not be read, because that is already reported.
    pub absent: Vec<Path>,
}

impl Finding {
    pub(super) fn error(
        code: &'static str,
        at: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let problem = diagnostic::Problem::error(code, at, message, hint);
        Finding { problem, absent: Vec::new() }
    }

    pub(super) fn warning(
        code: &'static str,
        at: Place,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let problem = diagnostic::Problem::warning(code, at, message, hint);
        Finding { problem, absent: Vec::new() }
    }

    pub(super) fn with(self, place: Place, text: impl Into<String>) -> Finding {
        Finding { problem: self.problem.with(place, text), ..self }
    }

    pub(super) fn for_absent(self, absent: Vec<Path>) -> Finding {
        Finding { absent, ..self }
    }
}
