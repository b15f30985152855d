//! What a change does to the files that all retailers share: the project file, and the contract
//! and label files that it names. Two sets of files go in; the names of what differs come out,
//! and never a value.

use super::parse::{FileKind, parse};
use super::source::{SharedFiles, Source};
use super::text;
use crate::model::ProjectFile;
use crate::model::types::shown;
use std::collections::BTreeSet;

/// Returns the keys of the project file, and the files that it names, which differ. An
/// environment is named with its keys, `partner` too, and any other section as a whole.
pub(crate) fn shared_changes(before: &SharedFiles, after: &SharedFiles) -> Vec<String> {
    if before == after {
        return Vec::new();
    }
    let (old, new) = (project(before.project.as_ref()), project(after.project.as_ref()));
    let mut changes = Vec::new();
    for section in old.differing(&new) {
        match section {
            "partner" => {
                let keys = old.partner.differing(&new.partner);
                changes.extend(keys.iter().map(|key| format!("{section}.{key}")));
            }
            "environments" => {
                let names = old.environments.keys().chain(new.environments.keys());
                for name in names.collect::<BTreeSet<_>>() {
                    match (old.environments.get(name), new.environments.get(name)) {
                        (Some(old), Some(new)) => {
                            let keys = old.differing(new);
                            changes
                                .extend(keys.iter().map(|key| format!("{section}.{name}.{key}")));
                        }
                        _ => changes.push(format!("{section}.{name}")),
                    }
                }
            }
            _ => changes.push(section.to_owned()),
        }
    }
    let named = [(&before.contracts, &after.contracts), (&before.labels, &after.labels)];
    for (before, after) in named {
        let both = before.iter().filter_map(|(path, file)| Some((path, file, after.get(path)?)));
        let differs = both.filter(|(_, before, after)| {
            before.bytes != after.bytes || before.unread.is_some() != after.unread.is_some()
        });
        changes.extend(differs.map(|(path, ..)| path.clone()));
    }
    changes
}

/// Returns all changes in one line. None is left out, so that none can hide behind others.
pub(crate) fn in_one_line(changes: &[String]) -> String {
    changes.iter().map(|change| shown(change)).collect::<Vec<_>>().join(", ")
}

/// Returns a project file, as far as it can be understood; its problems are reported when it is
/// checked.
pub(super) fn project(source: Option<&Source>) -> ProjectFile {
    source
        .and_then(|source| text::decode(&source.bytes).ok())
        .and_then(|text| parse::<ProjectFile>(text, FileKind::Shared, |_| Vec::new()).value)
        .unwrap_or_default()
}
