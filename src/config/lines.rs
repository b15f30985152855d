//! The positions of keys in the text of a file.

use super::finding::{Part, Place, path};
use super::text::decode;
use super::tree::{Kind, Node};
use super::{Source, slug};
use crate::diagnostic::line_column;

/// Returns the line of the key at the end of a path.
pub(crate) fn line(source: &Source, path: &[&str]) -> Option<usize> {
    Lines::read(&source.bytes)?.first(&[path])
}

/// Returns whether a file, which may be invalid, has this name or declares a retailer of this
/// name.
pub(crate) fn is_called(source: &Source, name: &str) -> bool {
    slug(&source.path) == name || declared_name(source).is_some_and(|declared| declared == name)
}

/// Returns the name of the retailer that a file declares, even if the file is invalid.
pub(crate) fn declared_name(source: &Source) -> Option<String> {
    match &Lines::read(&source.bytes)?.tree.entry("retailer")?.value.kind {
        Kind::Text(name) => Some(name.clone()),
        _ => None,
    }
}

/// Returns the line and column of a key of a list item, or of its nearest existing ancestor.
pub(crate) fn place_of_item(text: &str, list: &str, index: usize, key: &str) -> (usize, usize) {
    let place = Place::new(path([list, &index.to_string(), key]), Part::Key);
    let start = Node::parse(text).map_or(0, |tree| tree.locate(&place).start);
    line_column(text, start)
}

/// A file for position look-ups.
pub(crate) struct Lines<'a> {
    text: &'a str,
    tree: Node,
}

impl<'a> Lines<'a> {
    /// Parses a file, or returns `None` if it is not a single YAML document.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Lines<'a>> {
        let text = decode(bytes).ok()?;
        Some(Lines { text, tree: Node::read(text)? })
    }

    /// Returns the line of the first of these keys that the file has.
    pub(crate) fn first(&self, paths: &[&[&str]]) -> Option<usize> {
        paths.iter().find_map(|path| {
            let start = self.tree.entry_at(path)?.key_range.start;
            Some(line_column(self.text, start).0)
        })
    }
}
