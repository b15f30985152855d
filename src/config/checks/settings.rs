//! Checks of overrides: each has one statement and a reason.

use super::Subject;
use crate::config::finding::{Finding, key, path};
use crate::model::types::{TRACKING_WEBHOOK, WEBHOOK_MEMBERS, shown};

/// An override has a value or `manage: false`, and a reason.
pub(super) fn overrides(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let settings = &subject.file.settings;
    for (name, entry) in settings {
        let conflict = |place, message: &str, hint: &str| {
            Finding::error("override-conflict", place, format!("{} {message}", shown(name)), hint)
        };
        let stated = [
            ("value", entry.value.is_some()),
            ("manage", entry.manage.is_some()),
            ("acknowledge", entry.acknowledge.is_some()),
        ];
        let mut stated = stated.iter().filter(|(_, is)| *is).map(|(what, _)| *what);
        match (stated.next(), stated.next()) {
            (None, _) => {
                let finding = conflict(
                    key(["settings", name]),
                    "has neither `value` nor `manage: false` nor `acknowledge`",
                    "add `value:` to set it, or `manage: false` to leave it as it is",
                );
                let absent = ["value", "manage", "acknowledge"];
                let absent = absent.map(|last| path(["settings", name, last]));
                findings.push(finding.for_absent(absent.to_vec()));
            }
            (Some(first), Some(second)) => findings.push(conflict(
                key(["settings", name, second]),
                &format!("has both `{first}` and `{second}`"),
                "keep one: `value` to set it, `manage: false` to leave it as it is, `acknowledge` \
                 to accept the difference until a day",
            )),
            (Some(_), None) => {}
        }
        if let Some(until) = entry.acknowledge.as_ref().map(|acknowledge| acknowledge.until)
            && until < subject.today
        {
            let place = key(["settings", name, "acknowledge", "until"]);
            let message = format!(
                "the acknowledgement of {} ended on {until}, and the setting is managed again",
                shown(name)
            );
            let hint = "remove it, or write a later day";
            findings.push(Finding::warning("acknowledgement-ended", place, message, hint));
        }
        let (reason, at) = match &entry.acknowledge {
            None => (&entry.reason, path(["settings", name, "reason"])),
            Some(acknowledge) => {
                (&acknowledge.reason, path(["settings", name, "acknowledge", "reason"]))
            }
        };
        if reason.is_none() {
            let message = format!("the override of {} has no reason", shown(name));
            let hint = "add `reason:` with why this retailer differs from the process";
            let finding = Finding::error("missing-reason", key(["settings", name]), message, hint);
            let acknowledge = path(["settings", name, "acknowledge"]);
            findings.push(finding.for_absent(vec![at, acknowledge]));
        }
    }
    if settings.contains_key(TRACKING_WEBHOOK) {
        for member in WEBHOOK_MEMBERS.iter().filter(|member| settings.contains_key(member.key())) {
            let finding = Finding::error(
                "override-conflict",
                key(["settings", member.key()]),
                format!("`{member}` is part of `{TRACKING_WEBHOOK}`, which is overridden too"),
                "keep one of the two overrides",
            );
            findings.push(finding.with(key(["settings", TRACKING_WEBHOOK]), "the whole webhook"));
        }
    }
}
