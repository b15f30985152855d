//! Checks of overrides: known settings, one statement each, values of the right kind.

use super::Subject;
use super::journey::parse_date;
use crate::config::finding::{Finding, Part, Path, Place, key, path, value};
use crate::config::scalar::{AnyText, DateText, Loose, Section};
use crate::config::schema::{RawAcknowledge, RawOverride};
use crate::model::secret::is_whole;
use crate::model::types::{Address, TRACKING_WEBHOOK, WEBHOOK_MEMBERS, address};
use crate::model::types::{instead_of, one_of, shown};
use crate::model::{Setting, Value, ValueKind};

impl RawOverride {
    /// Returns the value where it is a text.
    pub(crate) fn value_text(&self) -> Option<&str> {
        match &self.value {
            Some(Loose::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// Only what is managed can be overridden.
pub(super) fn known(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut keys: Vec<&str> = Setting::ALL.iter().map(|setting| setting.key()).collect();
    keys.push(TRACKING_WEBHOOK);
    for name in subject.file.settings.0.keys() {
        if !keys.contains(&name.as_str()) {
            findings.push(Finding::error(
                "unknown-setting",
                key(["settings", name]),
                format!("unknown setting {}", shown(name)),
                instead_of(name, &keys, || format!("the settings are {}", one_of(&keys))),
            ));
        }
    }
}

/// An override has a value or `manage: false`, and says why.
pub(super) fn overrides(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let settings = &subject.file.settings.0;
    for (name, entry) in settings {
        let entry = &entry.0;
        let conflict = |place, message: &str, hint: &str| {
            Finding::error("override-conflict", place, format!("{} {message}", shown(name)), hint)
        };
        let said = [
            ("value", entry.value.is_some()),
            ("manage", entry.manage.is_some()),
            ("acknowledge", entry.acknowledge.is_some()),
        ];
        let said: Vec<&str> = said.iter().filter(|(_, is)| *is).map(|(what, _)| *what).collect();
        match said.as_slice() {
            [] => findings.push(
                conflict(
                    key(["settings", name]),
                    "has neither `value` nor `manage: false` nor `acknowledge`",
                    "add `value:` to set it, or `manage: false` to leave it as it is",
                )
                .for_absent(
                    ["value", "manage", "acknowledge"]
                        .map(|last| path(["settings", name, last]))
                        .to_vec(),
                ),
            ),
            ["manage"] if entry.manage.is_some_and(|flag| flag.0) => findings.push(conflict(
                value(["settings", name, "manage"]),
                "has `manage: true`, which is so without an override",
                "write `manage: false`, or take the override out",
            )),
            [_] => {}
            [first, second, ..] => findings.push(conflict(
                key(["settings", name, second]),
                &format!("has both `{first}` and `{second}`"),
                "keep one: `value` to set it, `manage: false` to leave it as it is, `acknowledge` \
                 to leave it for a while",
            )),
        }
        match &entry.acknowledge {
            None => findings.extend(reason(
                entry.reason.as_ref(),
                name,
                path(["settings", name, "reason"]),
            )),
            Some(acknowledge) => {
                let Section(RawAcknowledge { until, reason: why }) = acknowledge;
                findings.extend(reason(
                    why.as_ref(),
                    name,
                    path(["settings", name, "acknowledge", "reason"]),
                ));
                findings.extend(until_date(until.as_ref(), name));
            }
        }
    }
    if settings.contains_key(TRACKING_WEBHOOK) {
        for member in WEBHOOK_MEMBERS.iter().filter(|member| settings.contains_key(member.key())) {
            findings.push(
                Finding::error(
                    "override-conflict",
                    key(["settings", member.key()]),
                    format!("`{member}` is part of `{TRACKING_WEBHOOK}`, which is overridden too"),
                    "keep one of the two overrides",
                )
                .with(key(["settings", TRACKING_WEBHOOK]), "the whole webhook"),
            );
        }
    }
}

/// A statement that differs from the process says why.
fn reason(said: Option<&AnyText>, name: &str, at: Path) -> Option<Finding> {
    if said.is_some_and(|reason| !reason.0.trim().is_empty()) {
        return None;
    }
    let place = match said {
        Some(_) => Place { path: at.clone(), part: Part::Value },
        None => key(["settings", name]),
    };
    let finding = Finding::error(
        "missing-reason",
        place,
        format!("the override of {} has no reason", shown(name)),
        "add `reason:` with why this retailer differs; plans show it",
    );
    Some(finding.for_absent(vec![at]))
}

/// An acknowledgement ends on a day.
fn until_date(said: Option<&DateText>, name: &str) -> Option<Finding> {
    let at = ["settings", name, "acknowledge", "until"];
    let Some(DateText(text)) = said else {
        let finding = Finding::error(
            "missing-key",
            key(["settings", name, "acknowledge"]),
            format!("the acknowledgement of {} has no end", shown(name)),
            "add `until:` with the last day, as in `2026-12-31`",
        );
        return Some(finding.for_absent(vec![path(at)]));
    };
    if parse_date(text).is_some() {
        return None;
    }
    Some(Finding::error(
        "bad-date",
        value(at),
        format!("{} is no date", shown(text)),
        "write the day as YYYY-MM-DD, as in `2026-12-31`",
    ))
}

/// An override's value is one that the setting takes.
pub(super) fn values(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (name, entry) in &subject.file.settings.0 {
        let Some(wanted) = &entry.0.value else { continue };
        let place = value(["settings", name, "value"]);
        if name == TRACKING_WEBHOOK {
            findings.push(Finding::error(
                "wrong-value",
                place,
                format!("`{TRACKING_WEBHOOK}` takes no value"),
                format!(
                    "write `manage: false`, or override {}",
                    one_of(&WEBHOOK_MEMBERS.map(Setting::key))
                ),
            ));
            continue;
        }
        let Some(setting) = Setting::from_key(name) else { continue };
        match setting_value(setting, wanted) {
            Ok(_) => {}
            Err(Refusal::Kind) => findings.push(Finding::error(
                "wrong-value",
                place,
                format!("`{setting}` cannot be {}", describe(wanted)),
                format!("write {}", allowed(setting.info().kind)),
            )),
            Err(Refusal::NotHttps) => findings.push(Finding::error(
                "webhook-not-https",
                place,
                format!("`{setting}` is not an https URL"),
                "write an address that begins with `https://`",
            )),
            Err(Refusal::Credentials) => findings.push(credentials(place, name)),
            Err(Refusal::Secret) => findings.push(secret(place, name)),
        }
    }
}

/// Returns the finding for a URL with a user or password in it.
pub(super) fn credentials(place: crate::config::finding::Place, name: &str) -> Finding {
    Finding::error(
        "literal-key",
        place,
        format!("{} holds a user name or password", shown(name)),
        "take it out, and have a new one issued: Git keeps the old one",
    )
}

fn describe(wanted: &Loose) -> String {
    match wanted {
        Loose::Flag(flag) => format!("`{flag}`"),
        Loose::Number(_) => "a number".to_owned(),
        Loose::Text(text) if text.trim().is_empty() => "empty".to_owned(),
        Loose::Text(text) => shown(text),
        Loose::Other(what) => (*what).to_owned(),
    }
}

fn allowed(kind: ValueKind) -> String {
    match kind {
        ValueKind::Present => "`present`".to_owned(),
        ValueKind::Empty => "`none`".to_owned(),
        ValueKind::Flag => "`true` or `false`, without quotes".to_owned(),
        ValueKind::Switch { on, off } => one_of(&[on, off]),
        ValueKind::Text => "a text, in quotes where it looks like a number".to_owned(),
        ValueKind::Url => "an https URL".to_owned(),
        ValueKind::Id => "the id as a whole number, or in quotes".to_owned(),
    }
}

/// Returns the finding for a webhook's URL with a key in it, or with what is shown instead.
pub(super) fn secret(place: crate::config::finding::Place, name: &str) -> Finding {
    Finding::error(
        "literal-key",
        place,
        format!("{} holds a key or token, or the stars that hide one", shown(name)),
        "take it out; where the address needs one, set it by hand and write `manage: false`",
    )
}

/// Why a setting does not take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Kind,
    NotHttps,
    Credentials,
    Secret,
}

/// Returns the value of an override in the words of the model.
pub(crate) fn setting_value(setting: Setting, wanted: &Loose) -> Result<Value, Refusal> {
    let word = |allowed: &str| match wanted {
        Loose::Text(text) if text == allowed => Ok(Value::text(text)),
        _ => Err(Refusal::Kind),
    };
    match (setting.info().kind, wanted) {
        (ValueKind::Present, _) => word("present"),
        (ValueKind::Empty, _) => word("none"),
        (ValueKind::Switch { on, off }, _) => word(on).or_else(|_| word(off)),
        (ValueKind::Flag, Loose::Flag(flag)) => Ok(Value::Flag(*flag)),
        (ValueKind::Id, Loose::Number(number)) => Ok(Value::text(number.to_string())),
        (ValueKind::Text | ValueKind::Id, Loose::Text(text)) if !text.trim().is_empty() => {
            Ok(Value::text(text))
        }
        (ValueKind::Url, Loose::Text(text)) => match address(text) {
            Address::Good(_) if !is_whole(text) => Err(Refusal::Secret),
            Address::Good(_) => Ok(Value::text(text)),
            Address::HasCredentials => Err(Refusal::Credentials),
            Address::NoUrl | Address::NotHttps => Err(Refusal::NotHttps),
        },
        _ => Err(Refusal::Kind),
    }
}
