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
