//! Checks of names: what a name must not be or contain.

use super::Subject;
use crate::config::finding::{Finding, Place, path, value};
use crate::config::mask::has_identity;
use crate::model::types::{hidden, shown};
use crate::model::{Setting, System, ValueKind};
use email_address::{EmailAddress, Options};

/// The longest name, in bytes: what a database column for names commonly takes.
const MAX_NAME: usize = 255;

/// Names have no e-mail address in them, and nothing that cannot be seen.
pub(super) fn plain_names(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let file = subject.file;
    let mut names: Vec<(Place, &str)> = Vec::new();
    if let Some(name) = &file.retailer {
        names.push((value(["retailer"]), &name.0));
    }
    if let Some(name) = &file.omnireturns.0.name {
        names.push((value(["omnireturns", "name"]), &name.0));
    }
    for (key, entry) in &file.settings.0 {
        let takes_text =
            Setting::from_key(key).is_some_and(|setting| setting.info().kind == ValueKind::Text);
        if let (true, Some(text)) = (takes_text, entry.0.value_text()) {
            names.push((value(["settings", key, "value"]), text));
        }
    }
    for (place, name) in names {
        if name.len() > MAX_NAME {
            findings.push(Finding::error(
                "wrong-value",
                place,
                format!("the name is longer than {MAX_NAME} bytes"),
                "write the name alone, and keep remarks in `notes`",
            ));
            continue;
        }
        if has_email(name) {
            findings.push(Finding::error(
                "email-in-name",
                place.clone(),
                format!("{} is or contains an e-mail address", shown(name)),
                "write the name alone; in OmniReturns an address would create a user account",
            ));
        }
        findings.extend(white_space(place, name));
    }
    for system in System::ALL {
        if let Some(id) = file.ids.0.get(system) {
            findings.extend(white_space(value(["ids", system.key()]), &id.0));
        }
    }
}

/// Returns a finding where a name or id has white space at its ends or invisible
/// characters in it: names are compared byte for byte.
pub(super) fn white_space(place: Place, name: &str) -> Option<Finding> {
    let (what, hint) = hidden(name)?;
    Some(Finding::error("name-white-space", place, format!("{} {what}", shown(name)), hint))
}

/// Says what is wrong with what somebody states of a milestone, and what to do about it. A
/// secret key is not repeated.
pub(crate) fn misstated(text: &str) -> Option<(String, &'static str)> {
    if text.trim().is_empty() {
        return Some(("is empty".to_owned(), "leave it out"));
    }
    if has_identity(text) {
        return Some((
            "holds a secret key".to_owned(),
            "have a new pair made, and keep its secret key out of files and commands",
        ));
    }
    hidden(text).map(|(what, hint)| (format!("{} {what}", shown(text)), hint))
}

/// What a wrong encoding makes of letters with accents and of quotes.
const MOJIBAKE: [&str; 4] = ["Ã", "Â", "â€", "ï¿½"];

/// Names are sent in a header, and nothing in them is what a program made of it by mistake.
pub(super) fn odd(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let file = subject.file;
    let retailer = file.retailer.as_ref().map(|name| (value(["retailer"]), &name.0));
    let returns = file.omnireturns.0.name.as_ref();
    let returns = returns.map(|name| (value(["omnireturns", "name"]), &name.0));
    for (place, name) in retailer.iter().chain(&returns) {
        if hidden(name).is_none()
            && let Some((message, hint)) = misspelt(name)
        {
            let message = format!("{} {message}", shown(name));
            findings.push(Finding::error("odd-name", place.clone(), message, hint).warning());
        }
    }
    let Some((place, name)) = retailer else { return };
    // Header fields are Latin-1 at most (RFC 9110, section 5.5).
    if let Some(c) = name.chars().find(|c| u32::from(*c) > 0xff)
        && hidden(name).is_none()
    {
        let code = u32::from(c);
        let finding = Finding::error(
            "name-not-sendable",
            place,
            format!(
                "{} has the character `{c}` (U+{code:04X}), which no header carries",
                shown(name)
            ),
            "enter the name in OmniRPS with plain letters, because Loop's uploads send it in a \
             header and nothing can be renamed there later",
        );
        findings.push(finding.warning());
    }
}

fn misspelt(name: &str) -> Option<(&'static str, &'static str)> {
    let entity = name.split_once('&').and_then(|(_, rest)| rest.split_once(';'));
    let is_entity = entity.is_some_and(|(word, _)| {
        let word = word.strip_prefix('#').unwrap_or(word);
        !word.is_empty() && word.len() <= 8 && word.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if name.contains(['\u{a0}', '\u{202f}']) {
        Some(("contains a no-break space", "type an ordinary space, unless OmniRPS has this one"))
    } else if name.contains('\u{fffd}') {
        Some(("contains the replacement character U+FFFD", "type the character that was lost"))
    } else if is_entity {
        Some((
            "contains an HTML entity",
            "write the character itself, unless OmniRPS has this text",
        ))
    } else if MOJIBAKE.iter().any(|wrong| name.contains(wrong)) {
        Some(("looks like text in a wrong encoding", "type the name anew"))
    } else {
        None
    }
}

fn has_email(name: &str) -> bool {
    let options = Options::default().with_required_tld();
    name.split(|c: char| c.is_whitespace() || "<>()[],;\"'".contains(c))
        .map(|word| word.trim_end_matches('.'))
        .any(|word| word.contains('@') && EmailAddress::parse_with_options(word, options).is_ok())
}

/// The base name is what the process adds the suffix to (step E7.1).
pub(super) fn no_suffix(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let suffix = subject.suffix;
    // Whatever stands before it: a base name must be none that looks done already.
    let ends_in_suffix = |name: &str| name.ends_with(suffix);
    let file = subject.file;
    if let Some(name) = &file.omnireturns.0.name {
        if ends_in_suffix(&name.0) {
            findings.push(Finding::error(
                "suffix-in-name",
                value(["omnireturns", "name"]),
                format!("{} already ends in the suffix `{suffix}`", shown(&name.0)),
                "write the name without the suffix; it is added when the process says so (E7.1)",
            ));
        }
    } else if let Some(name) = &file.retailer
        && ends_in_suffix(&name.0)
    {
        findings.push(
            Finding::error(
                "suffix-in-name",
                value(["retailer"]),
                format!(
                    "{} ends in the suffix `{suffix}`, so its base name in OmniReturns would be \
                     a guess",
                    shown(&name.0)
                ),
                "add `omnireturns: {name: …}` with the OmniReturns name without the suffix",
            )
            .for_absent(vec![path(["omnireturns", "name"])]),
        );
    }
}
