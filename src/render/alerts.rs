//! Alerts, which lead every output, grouped by hint: an outage of the partner affects hundreds
//! of retailers at a time.

use super::people;
use super::style::{BLOCKED, clean, styled};
use crate::model::Roles;
use crate::plan::AlertCode;
use std::io::{self, Write};

/// Alerts with the same hint: the code and the message of each.
pub(super) struct Group<'a> {
    pub hint: &'a str,
    pub alerts: Vec<(AlertCode, &'a str)>,
}

/// Groups alerts by hint.
pub(super) fn groups<'a>(
    alerts: impl Iterator<Item = (&'a str, (AlertCode, &'a str))>,
) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for (hint, alert) in alerts {
        match groups.iter_mut().find(|group| group.hint == hint) {
            Some(group) => group.alerts.push(alert),
            None => groups.push(Group { hint, alerts: vec![alert] }),
        }
    }
    groups
}

/// Writes alerts as text.
pub(super) fn text(groups: &[Group], roles: Option<Roles>, out: &mut dyn Write) -> io::Result<()> {
    for Group { hint, alerts } in groups {
        for (code, message) in alerts {
            let head = styled(BLOCKED, format!("!! [{}]", code.as_str()));
            writeln!(out, "{head}: {}", clean(message))?;
        }
        writeln!(out, "   hint: {}", clean(hint))?;
        let code = alerts.first().map(|(code, _)| *code);
        if let Some(who) = code.zip(roles).and_then(|(code, roles)| people::to_ask(code, roles)) {
            writeln!(out, "   ask: {who}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
