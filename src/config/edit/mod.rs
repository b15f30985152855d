//! States a milestone in a retailer file's text, and changes nothing else of it.
//!
//! Enters: a file's bytes, and what people state. Leaves: the new text, of which every
//! line but those of the milestone is as it was; or the line for people to write by hand.
//! What the new text means has been read again: the old meaning, and the milestone.

mod put;
#[cfg(test)]
mod tests;

pub use put::put;

use super::text::decode;
use super::tree::{Kind, Node};
use super::yaml;
use crate::model::{Fact, Journey, Milestone};
use crate::process::milestones::stages;
use thiserror::Error;

/// A file that cannot be edited without touching more than the milestone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{milestone}` cannot be stated without touching other lines of the file")]
pub struct ByHand {
    pub milestone: Milestone,
    /// The entry of `milestones` to write.
    pub line: String,
}

/// Returns the text of a file that states a milestone so, whatever it has said of it.
pub fn state(
    bytes: &[u8],
    journey: Journey,
    milestone: Milestone,
    fact: &Fact,
) -> Result<String, ByHand> {
    let by_hand = ByHand { milestone, line: format!("{milestone}: {}", shown(fact)) };
    let text = decode(bytes).map_err(|_| by_hand.clone())?;
    let mark = if bytes.len() > text.len() { "\u{feff}" } else { "" };
    let order: Vec<&str> = stages(journey).iter().map(|stage| stage.milestone.key()).collect();
    let edited = edit(text, milestone, fact, &order).ok_or(by_hand)?;
    Ok(format!("{mark}{edited}"))
}

/// Returns a fact as YAML on one line: a bare date, or a mapping where more is known.
pub(crate) fn shown(fact: &Fact) -> String {
    let Fact { on, by, connote } = fact;
    let told: String = [("by", by), ("connote", connote)]
        .into_iter()
        .filter_map(|(key, said)| Some(format!(", {key}: {}", yaml::text(said.as_ref()?))))
        .collect();
    if told.is_empty() { on.to_string() } else { format!("{{on: {on}{told}}}") }
}

fn edit(text: &str, milestone: Milestone, fact: &Fact, order: &[&str]) -> Option<String> {
    let path = ["milestones", milestone.key()];
    let keys = path.map(str::to_owned);
    let said = Node::read(text)?.entry_at(&keys).map(|entry| entry.value.clone());
    match said {
        // What is written on lines of its own stays so.
        Some(told) if matches!(told.kind, Kind::Mapping(_)) && !is_one_line(text, &told) => {
            edit_told(text, path, &told, fact)
        }
        _ => put(text, &path, &shown(fact), order),
    }
}

fn is_one_line(text: &str, mapping: &Node) -> bool {
    let text = &text[mapping.range.clone()];
    text.starts_with('{') && !text.contains('\n')
}

/// Edits the keys of a milestone one by one, and only those that say otherwise.
fn edit_told(text: &str, path: [&str; 2], told: &Node, fact: &Fact) -> Option<String> {
    let Fact { on, by, connote } = fact;
    let wanted = [("on", &Some(on.to_string())), ("by", by), ("connote", connote)];
    let mut text = text.to_owned();
    for (key, wanted) in wanted {
        let said = told.entries().iter().find(|entry| entry.key.as_deref() == Some(key));
        let path = [path[0], path[1], key];
        text = match (said, wanted) {
            (None, None) => continue,
            (Some(entry), Some(wanted)) if entry.value.kind == Kind::Text(wanted.clone()) => {
                continue;
            }
            (_, Some(wanted)) => {
                let value = if key == "on" { wanted.clone() } else { yaml::text(wanted) };
                put(&text, &path, &value, &["on", "by", "connote"])?
            }
            (Some(_), None) => put::take(&text, &path)?,
        };
    }
    Some(text)
}
