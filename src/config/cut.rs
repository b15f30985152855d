//! Texts that a comment cuts short: YAML takes white space and `#` for the start of one, and people
//! mean a number.

use super::finding::Problem;
use super::tree::{Kind, Node};

/// A path to texts, in which `*` is any key or item.
pub(super) type Texts = &'static [&'static str];

/// The names and addresses of a retailer file.
pub(super) const OF_RETAILER: &[Texts] = &[
    &["retailer"],
    &["account_manager"],
    &["omnireturns", "name"],
    &["omnireturns_access", "by"],
    &["hub_addresses", "*", "name"],
    &["hub_addresses", "*", "lines", "*"],
    &["milestones", "*", "by"],
    &["settings", "omnireturns.name", "value"],
    &["settings", "omnireturns.company", "value"],
];

/// Those of the project file.
pub(super) const OF_PROJECT: &[Texts] = &[
    &["partner", "name"],
    &["partner", "company"],
    &["partner", "name_suffix"],
    &["partner", "hub_addresses", "*", "name"],
    &["partner", "hub_addresses", "*", "lines", "*"],
    &["people", "*"],
];

/// The texts of a label file.
pub(super) const OF_LABEL: &[Texts] = &[&["*"], &["*", "*"], &["*", "*", "*"]];

/// Reports texts that end at white space and `#` although text follows directly.
pub(super) fn problems(text: &str, of: &[Texts]) -> Vec<Problem> {
    let is_text = |at: usize| {
        text[..at].ends_with([' ', '\t']) && text[at + 1..].starts_with(char::is_alphanumeric)
    };
    if !text.match_indices('#').any(|(at, _)| is_text(at)) {
        return Vec::new();
    }
    let Some(tree) = Node::read(text) else { return Vec::new() };
    let texts = of.iter().flat_map(|path| tree.all_at(path));
    let cut = texts.filter(|node| matches!(node.kind, Kind::Text(_))).filter_map(|node| {
        let end = node.range.end;
        let line = text[end..].lines().next()?;
        let at = end + line.find('#').filter(|at| line[..*at].trim().is_empty())?;
        is_text(at).then(|| {
            Problem::warning(
                "comment-in-name",
                at..end + line.len(),
                "the text ends before ` #`: what follows is a comment",
                "if this belongs to the text, put the whole text in quotes; otherwise write `# ` before it",
            )
        })
    });
    cut.collect()
}
