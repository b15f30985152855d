//! What harms customers already, which leads every output. What is to be done is said once
//! for all with the same to do: an outage of the partner reaches hundreds at a time.

use super::people;
use super::style::{BLOCKED, clean, styled};
use crate::model::Roles;
use crate::plan::AlertCode;
use std::io::{self, Write};

/// Alerts with the same thing to do.
pub(super) struct Group<'a, T> {
    pub hint: &'a str,
    pub alerts: Vec<T>,
}

/// An alert in words: its code, and what is wrong.
pub(super) type Words<'a> = (AlertCode, &'a str);

/// Puts alerts together, each of which comes after what to do.
pub(super) fn groups<'a, T>(alerts: impl Iterator<Item = (&'a str, T)>) -> Vec<Group<'a, T>> {
    let mut groups: Vec<Group<T>> = Vec::new();
    for (hint, alert) in alerts {
        match groups.iter_mut().find(|group| group.hint == hint) {
            Some(group) => group.alerts.push(alert),
            None => groups.push(Group { hint, alerts: vec![alert] }),
        }
    }
    groups
}

/// Writes alerts for people.
pub(super) fn text(
    groups: &[Group<Words>],
    roles: Option<Roles>,
    out: &mut dyn Write,
) -> io::Result<()> {
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
