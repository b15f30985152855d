//! Checks of names beyond their format.

use super::Subject;
use crate::config::finding::{Finding, Place, path, value};
use crate::model::name::{SETTLE_SENDING, not_sendable, without_mojibake};
use crate::model::types::shown;
use crate::model::{Journey, Milestone, Partner, ProjectFile, Setting, Value};

/// Reports an encoding error of a name.
fn check(name: &str, place: impl FnOnce() -> Place, findings: &mut Vec<Finding>) {
    if let Some((message, hint)) = misspelt(name) {
        let message = format!("{} {message}", shown(name));
        findings.push(Finding::warning("odd-name", place(), message, hint));
    }
}

/// The partner's names contain no encoding errors.
pub(super) fn of_partner(file: &ProjectFile, findings: &mut Vec<Finding>) {
    let Partner { name, company, name_suffix, .. } = &file.partner;
    for (key, name) in [("name", name), ("company", company), ("name_suffix", name_suffix)] {
        check(name, || value(["partner", key]), findings);
    }
}

/// Names can be sent in a header, and contain no encoding errors.
pub(super) fn odd(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let file = subject.file;
    if let Some(name) = &file.retailer {
        check(name, || value(["retailer"]), findings);
    }
    if let Some(name) = &file.omnireturns.name {
        check(name, || value(["omnireturns", "name"]), findings);
    }
    for setting in [Setting::OmnireturnsName, Setting::OmnireturnsCompany].map(Setting::key) {
        let entry = file.settings.get(setting);
        if let Some(Value::Text(name)) = entry.and_then(|entry| entry.value.as_ref()) {
            check(name, || value(["settings", setting, "value"]), findings);
        }
    }
    let Some(name) = &file.retailer else { return };
    if let Some(c) = not_sendable(name) {
        let name_shown = shown(name);
        // Keys are supplied for the accounts of a new retailer once they exist.
        let is_entered = file.journey == Some(Journey::EXISTING)
            || file.milestones.contains_key(&Milestone::KeysSupplied);
        let character = format!("`{c}` (U+{:04X})", u32::from(c));
        let (message, hint) = if is_in_curly_quotes(name) {
            (
                format!(
                    "the quotes of {name_shown} are part of the name, and {character} cannot be \
                     sent in a header"
                ),
                "remove the quotes, or write straight ones, unless the name in OmniRPS has them: \
                 nothing can be renamed there later",
            )
        } else {
            (
                format!(
                    "{name_shown} has the character {character}, which cannot be sent in a header"
                ),
                if is_entered {
                    SETTLE_SENDING
                } else {
                    "enter the name in OmniRPS with plain letters, because Loop's uploads send it \
                     in a header and nothing can be renamed there later"
                },
            )
        };
        findings.push(Finding::warning("name-not-sendable", value(["retailer"]), message, hint));
    }
}

/// Returns whether a name has quotes around it that YAML does not take for quotes, such as those
/// that a word processor types.
fn is_in_curly_quotes(name: &str) -> bool {
    const QUOTES: [char; 6] = ['“', '”', '„', '‘', '’', '‚'];
    name.starts_with(QUOTES) && name.ends_with(QUOTES)
}

const ENTITY: (&str, &str) =
    ("contains an HTML entity", "write the character itself, unless OmniRPS has this text");

fn misspelt(name: &str) -> Option<(&'static str, &'static str)> {
    let entity = name.split_once('&').and_then(|(_, rest)| rest.split_once(';'));
    let is_entity = entity.is_some_and(|(word, _)| {
        let word = word.strip_prefix('#').unwrap_or(word);
        !word.is_empty() && word.len() <= 8 && word.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if name.is_ascii() {
        return is_entity.then_some(ENTITY);
    }
    if name.contains(['\u{a0}', '\u{202f}']) {
        Some(("contains a no-break space", "type an ordinary space, unless OmniRPS has this one"))
    } else if name.contains('\u{fffd}') {
        Some(("contains the replacement character U+FFFD", "type the character that was lost"))
    } else if is_entity {
        Some(ENTITY)
    } else if name.contains('\u{ad}') {
        Some(("contains a soft hyphen, which is invisible", "remove it, unless OmniRPS has it"))
    } else if is_mojibake(name) {
        Some(("looks like text in a wrong encoding", "type the name again"))
    } else {
        None
    }
}

/// Returns whether a part of a text is UTF-8 that was read as Windows-1252.
fn is_mojibake(text: &str) -> bool {
    without_mojibake(text).is_some() || text.contains("â€")
}

/// The process adds the suffix to the base name (step E7.1).
pub(super) fn no_suffix(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let suffix = subject.suffix;
    // Regardless of what precedes it: a base name must not look suffixed already.
    let ends_in_suffix = |name: &str| name.ends_with(suffix);
    let file = subject.file;
    if let Some(name) = &file.omnireturns.name {
        if ends_in_suffix(name) {
            let message = format!("{} already ends in the suffix `{suffix}`", shown(name));
            let hint = "write the name without the suffix; the process adds it (E7.1)";
            let place = value(["omnireturns", "name"]);
            findings.push(Finding::error("suffix-in-name", place, message, hint));
        }
    } else if let Some(name) = &file.retailer
        && ends_in_suffix(name)
    {
        let message = format!(
            "{} ends in the suffix `{suffix}`, so its base name in OmniReturns would be a guess",
            shown(name)
        );
        let hint = "remove the suffix if OmniRPS has the name without it; otherwise add \
                    `omnireturns: {name: …}` with the OmniReturns name without the suffix";
        let finding = Finding::error("suffix-in-name", value(["retailer"]), message, hint);
        findings.push(finding.for_absent(vec![path(["omnireturns", "name"])]));
    }
}
