//! States or withdraws a fact in a retailer file's text, without other changes.
//!
//! Enters: a file's bytes, and a fact. Leaves: the new text, in which only the lines of the
//! fact and of the notes that it settles ([`mod@todo`]) differ; or the line to write by hand.
//! The new text was parsed again: it has the old meaning plus the fact.

mod put;
mod take;
#[cfg(test)]
mod tests;
pub(crate) mod todo;

pub use put::put;

use super::text::decode;
use super::tree::{Kind, Node};
use super::yaml;
use crate::model::{Access, Attribution, Fact, Journey, Milestone};
use crate::process::milestones::milestone_rules;
use thiserror::Error;

/// A file that cannot be edited without changing more than the fact.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{key}` cannot be changed without touching other lines of the file")]
pub struct NotEditable {
    pub key: &'static str,
    /// What to do in an editor.
    pub to_do: String,
}

/// The key of the decision of step E5.
const ACCESS: &str = "omnireturns_access";

/// Sets a milestone in the text of a file, replacing an earlier statement.
pub fn state(
    bytes: &[u8],
    journey: Journey,
    milestone: Milestone,
    fact: &Fact,
) -> Result<String, NotEditable> {
    let parts = parts(fact);
    let line = line(&parts);
    let by_hand = NotEditable {
        key: milestone.key(),
        to_do: format!("write it by hand, below `milestones:`, as `{milestone}: {line}`"),
    };
    let order: Vec<&str> =
        milestone_rules(journey).iter().map(|rule| rule.milestone.key()).collect();
    let path = ["milestones", milestone.key()];
    edited(bytes, |text| edit(text, &path, &parts, &order)).ok_or(by_hand)
}

/// Removes a milestone from the text of a file.
pub(crate) fn withdraw(bytes: &[u8], milestone: Milestone) -> Result<String, NotEditable> {
    let by_hand = NotEditable {
        key: milestone.key(),
        to_do: format!("delete `{milestone}` below `milestones:` by hand"),
    };
    edited(bytes, |text| take::take(text, &["milestones", milestone.key()])).ok_or(by_hand)
}

/// Sets the decision on OmniReturns access in the text of a file.
pub(crate) fn decide(
    bytes: &[u8],
    access: Access,
    decided: &Attribution,
) -> Result<String, NotEditable> {
    let parts = parts_of_decision(access, decided);
    let line = line(&parts);
    let by_hand =
        NotEditable { key: ACCESS, to_do: format!("write it by hand, as `{ACCESS}: {line}`") };
    edited(bytes, |text| edit(text, &[ACCESS], &parts, put::KEYS)).ok_or(by_hand)
}

/// Removes the decision from the text of a file.
pub(crate) fn undecide(bytes: &[u8]) -> Result<String, NotEditable> {
    let by_hand = NotEditable { key: ACCESS, to_do: format!("delete `{ACCESS}` by hand") };
    edited(bytes, |text| take::take(text, &[ACCESS])).ok_or(by_hand)
}

/// Adds the account manager to the text of a file that names none.
pub(crate) fn name_account_manager(bytes: &[u8], name: &str) -> Option<String> {
    edited(bytes, |text| put(text, &["account_manager"], &yaml::text(name), put::KEYS))
}

/// Edits a text after its byte order mark.
fn edited(bytes: &[u8], edit: impl Fn(&str) -> Option<String>) -> Option<String> {
    let text = decode(bytes).ok()?;
    let mark = if bytes.len() > text.len() { "\u{feff}" } else { "" };
    Some(format!("{mark}{}", todo::settle(edit(text)?)))
}

/// The keys of a fact's mapping in order, with their values as YAML. The first has one.
type Parts = [(&'static str, Option<String>); 3];

fn parts(fact: &Fact) -> Parts {
    let Fact { on, by, connote } = fact;
    [
        ("on", Some(on.to_string())),
        ("by", by.as_deref().map(yaml::text)),
        ("connote", connote.as_deref().map(yaml::text)),
    ]
}

fn parts_of_decision(access: Access, decided: &Attribution) -> Parts {
    let Attribution { on, by } = decided;
    [
        ("value", Some(access.key().to_owned())),
        ("on", on.map(|on| on.to_string())),
        ("by", by.as_deref().map(yaml::text)),
    ]
}

/// Formats a fact on one line: its first value alone, or a mapping with more details.
fn line(parts: &Parts) -> String {
    let stated: Vec<(&str, &String)> =
        parts.iter().filter_map(|(key, value)| Some((*key, value.as_ref()?))).collect();
    match stated.as_slice() {
        [(_, only)] => (*only).clone(),
        stated => {
            let entries: Vec<String> =
                stated.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// Formats a fact as YAML on one line.
pub(crate) fn shown(fact: &Fact) -> String {
    line(&parts(fact))
}

/// Formats a decision as YAML on one line.
pub(crate) fn shown_decision(access: Access, decided: &Attribution) -> String {
    line(&parts_of_decision(access, decided))
}

fn edit(text: &str, path: &[&str], parts: &Parts, order: &[&str]) -> Option<String> {
    let declared = Node::read(text)?.entry_at(path).map(|entry| entry.value.clone());
    match declared {
        // A mapping on several lines stays so.
        Some(stated) if matches!(stated.kind, Kind::Mapping(_)) && !is_one_line(text, &stated) => {
            edit_in_place(text, path, &stated, parts)
        }
        _ => put(text, path, &line(parts), order),
    }
}

fn is_one_line(text: &str, mapping: &Node) -> bool {
    let text = &text[mapping.range.clone()];
    text.starts_with('{') && !text.contains('\n')
}

/// Edits the keys of a fact one by one, and only those that differ.
fn edit_in_place(text: &str, path: &[&str], stated: &Node, parts: &Parts) -> Option<String> {
    let order: Vec<&str> = parts.iter().map(|(key, _)| *key).collect();
    let mut text = text.to_owned();
    for (key, wanted) in parts {
        let path: Vec<&str> = path.iter().chain([key]).copied().collect();
        text = match wanted {
            Some(wanted) => put(&text, &path, wanted, &order)?,
            None if stated.entry(key).is_some() => take::take_plain(&text, &path)?,
            None => continue,
        };
    }
    Some(text)
}
