//! Combines the problems of each file to one report.

use super::finding::{Place, Problem};
use super::fleet::FleetFinding;
use super::tree::Node;
use super::{Ignored, mask};
use crate::diagnostic::{Diagnostic, Diagnostics, SourceFile, Span, first_line};
use std::cell::OnceCell;
use std::ops::Range;

/// What the report needs of a file.
pub(super) struct File<'a> {
    pub path: &'a str,
    /// The text, or the displayable part of bytes that are not text.
    pub text: Result<&'a str, String>,
    pub problems: Vec<Problem>,
    /// Built at most once, and only for files that the report points into.
    tree: OnceCell<Option<Node>>,
}

impl<'a> File<'a> {
    pub(super) fn new(
        path: &'a str,
        text: Result<&'a str, String>,
        problems: Vec<Problem>,
    ) -> File<'a> {
        File { path, text, problems, tree: OnceCell::new() }
    }

    /// Returns the warning about an ignored file that looks like a retailer file.
    pub(super) fn ignored(path: &'a str, why: Ignored) -> File<'a> {
        let (message, hint) = match why {
            Ignored::Ending => (
                "this file is not read, because its name does not end in `.yaml` or `.yml`",
                "rename it, or begin its name with `_` if it is kept on purpose",
            ),
            Ignored::ProjectFile => (
                "this file is not read: a project file is called `reconcile.yaml`",
                "rename it, or name it with --config",
            ),
            Ignored::LinkedFolder => (
                "this is a link to a folder, and what is in there is not read",
                "move the folder here, or begin the link's name with `_`",
            ),
        };
        File::new(path, Ok(""), vec![Problem::warning("unread-file", 0..0, message, hint)])
    }

    fn text(&self) -> &str {
        match &self.text {
            Ok(text) => text,
            Err(shown) => shown,
        }
    }

    fn tree(&self) -> Option<&Node> {
        self.tree.get_or_init(|| Node::read(self.text.as_ref().ok()?)).as_ref()
    }

    fn locate(&self, place: &Place) -> Range<usize> {
        let range = self.tree().map_or(0..0, |tree| tree.locate(place));
        first_line(self.text(), range)
    }
}

/// Builds the report of the retailer files, in the order of the findings' indexes, and of the
/// other files.
pub(super) fn report<'a>(
    mut files: Vec<File<'a>>,
    fleet: Vec<FleetFinding>,
    others: impl IntoIterator<Item = File<'a>>,
) -> Diagnostics {
    let span = |(file, place): (usize, Place)| Span { file, range: files[file].locate(&place) };
    let mut diagnostics: Vec<Diagnostic> = fleet.into_iter().map(|found| found.map(span)).collect();
    files.extend(others);
    for (file, from) in files.iter_mut().enumerate() {
        let problems = std::mem::take(&mut from.problems).into_iter();
        diagnostics.extend(problems.map(|found| found.map(|range| Span { file, range })));
    }

    let mut used: Vec<usize> =
        diagnostics.iter().flat_map(Diagnostic::places).map(|span| span.file).collect();
    used.sort_by_key(|file| (files[*file].path, *file));
    used.dedup();
    let mut position = vec![0; files.len()];
    for (index, file) in used.iter().enumerate() {
        position[*file] = index;
    }
    let moved = |span: Span| Span { file: position[span.file], ..span };
    let mut diagnostics: Vec<Diagnostic> =
        diagnostics.into_iter().map(|found| found.map(moved)).collect();
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    let sources = used
        .into_iter()
        .map(|file| {
            let file = &files[file];
            SourceFile { path: file.path.to_owned(), text: mask::mask(file.text(), file.tree()) }
        })
        .collect();
    Diagnostics { sources, diagnostics }
}

fn order(found: &Diagnostic) -> (usize, usize, &str, &str) {
    let Span { file, range } = &found.primary;
    (*file, range.start, found.code, &found.message)
}
