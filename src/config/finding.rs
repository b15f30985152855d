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
    /// The paths whose absence is the problem here. The finding is dropped if one of them exists
    /// but could not be read, because that is already reported.
    pub absent: Vec<Path>,
}

impl Place {
    pub(super) fn new(path: Path, part: Part) -> Place {
        Place { path, part, absent: Vec::new() }
    }
}

/// Refers to the key at the end of a path.
pub(super) fn key<const N: usize>(keys: [&str; N]) -> Place {
    Place::new(path(keys), Part::Key)
}

/// Refers to the value at the end of a path.
pub(super) fn value<const N: usize>(keys: [&str; N]) -> Place {
    Place::new(path(keys), Part::Value)
}

/// A finding of a check in one file.
pub(super) type Finding = diagnostic::Problem<Place>;

impl Finding {
    pub(super) fn for_absent(mut self, absent: Vec<Path>) -> Finding {
        self.primary.absent = absent;
        self
    }
}
