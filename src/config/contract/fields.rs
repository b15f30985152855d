//! Checks of the fields of a contract: settings of the right system, each told in a way
//! that fits its values.

use super::Look;
use super::checks::{inside, pointer};
use super::schema::{RawContract, RawField};
use crate::config::scalar::Section;
use crate::config::words::{instead_of, one_of, shown};
use crate::model::{Setting, System, ValueKind};

/// Says whether a setting has two sides that a system may have its own words for.
pub(crate) fn is_two_sided(setting: Setting) -> bool {
    matches!(setting.info().kind, ValueKind::Flag | ValueKind::Switch { .. })
}

/// Says whether a setting is a list.
pub(crate) fn is_listed(setting: Setting) -> bool {
    setting.info().kind == ValueKind::Empty
}

/// Says whether a setting is written as an id.
pub(crate) fn is_written_by_id(setting: Setting) -> bool {
    setting == Setting::OmnireturnsCompany || setting.info().kind == ValueKind::Id
}

/// The settings that are fields of a system's records.
fn settings(system: System) -> Vec<&'static str> {
    Setting::ALL
        .into_iter()
        .filter(|setting| setting.system() == system && *setting != Setting::presence(system))
        .map(Setting::key)
        .collect()
}

/// Says why a name is no field of a system's records, and what to do.
fn strange(system: System, name: &str) -> Option<(String, String)> {
    let known = settings(system);
    if known.contains(&name) {
        return None;
    }
    let hint = || match known.as_slice() {
        [] => format!("{system} has no settings to map; take it out"),
        known => format!("the settings of {system} are {}", one_of(known)),
    };
    Some(match Setting::from_key(name) {
        None => ("is no setting".to_owned(), instead_of(name, &known, hint)),
        Some(setting) if setting.system() == system => {
            let message = "has no field: a record that is there is present".to_owned();
            (message, "take it out".to_owned())
        }
        Some(setting) => (format!("is a setting of {}", setting.system()), hint()),
    })
}

/// Checks the fields.
pub(super) fn fields(look: &mut Look<'_>, said: &RawContract) {
    let mut look = look.below("fields");
    for (name, Section(field)) in &said.fields.0 {
        match strange(look.system, name) {
            Some((message, hint)) => look.strange("unknown-setting", name, &message, hint),
            None => {
                if let Some(setting) = Setting::from_key(name) {
                    self::field(&mut look.below(name), setting, field);
                }
            }
        }
    }
}

fn field(look: &mut Look<'_>, setting: Setting, said: &RawField) {
    let RawField { at, write_at, on, off, each } = said;
    match at {
        None => look.missing("at", "add `at:` with a pointer into the record"),
        Some(at) => inside(look, "at", Some(at)),
    }
    inside(look, "write_at", write_at.as_ref());
    if write_at.is_some() && !is_written_by_id(setting) {
        let message = format!("has no use: {} is not written as an id", shown(setting.key()));
        look.strange("wrong-value", "write_at", &message, "take it out");
    }
    match (on, off) {
        (None, None) => {}
        _ if !is_two_sided(setting) => {
            let key = if on.is_some() { "on" } else { "off" };
            let message = format!("has no use: {} has no two sides", shown(setting.key()));
            look.strange("wrong-value", key, &message, "take `on` and `off` out");
        }
        (Some(_), None) => look.missing("off", "add `off:` with the system's word for it"),
        (None, Some(_)) => look.missing("on", "add `on:` with the system's word for it"),
        (Some(on), Some(off)) if on.0.trim().eq_ignore_ascii_case(off.0.trim()) => {
            let message = "is the same word as `on`";
            look.wrong("wrong-value", "off", message, "write the system's word for either side");
        }
        (Some(_), Some(_)) => {}
    }
    pointer(look, "each", each.as_ref());
    if each.is_some() && !is_listed(setting) {
        let message = format!("has no use: {} is no list", shown(setting.key()));
        look.strange("wrong-value", "each", &message, "take it out");
    }
}

/// Checks what the call that creates a record takes along.
pub(super) fn carried(look: &mut Look<'_>, said: &RawContract) {
    let Some(Section(create)) = &said.create else { return };
    let mut look = look.below("create");
    for name in &create.carries.0 {
        let wrong = strange(look.system, name);
        let is_mapped = said.fields.0.contains_key(name) || name == Setting::OmnireturnsName.key();
        let (code, message, hint) = match wrong {
            Some((message, hint)) => ("unknown-setting", message, hint),
            None if is_mapped => continue,
            None => {
                let hint = "map it in `fields`, or take it out of `carries`".to_owned();
                ("wrong-value", "is not in `fields`".to_owned(), hint)
            }
        };
        let message = format!("lists {}, which {message}", shown(name));
        look.wrong(code, "carries", &message, hint);
    }
}
