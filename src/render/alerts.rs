//! Alerts, which lead every output, grouped by hint: an outage of the partner affects hundreds
//! of retailers at a time.

use super::people;
use super::style::{BLOCKED, clean, styled};
use crate::model::Roles;
use crate::plan::Alert;
use std::io::{self, Write};

/// A hint, and the alerts that have it.
pub(super) type Group<'a> = (&'a str, Vec<&'a Alert>);

/// Groups alerts by hint.
pub(super) fn groups<'a>(alerts: impl Iterator<Item = &'a Alert>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for alert in alerts {
        match groups.iter_mut().find(|(hint, _)| *hint == alert.hint) {
            Some((_, alerts)) => alerts.push(alert),
            None => groups.push((&alert.hint, vec![alert])),
        }
    }
    groups
}

/// Writes alerts as text.
pub(super) fn text<'a>(
    alerts: impl Iterator<Item = &'a Alert>,
    roles: Option<Roles>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (hint, alerts) in groups(alerts) {
        for Alert { code, message, hint: _ } in &alerts {
            let head = styled(BLOCKED, format!("!! [{}]", code.key()));
            writeln!(out, "{head}: {}", clean(message))?;
        }
        writeln!(out, "   hint: {}", clean(hint))?;
        let code = alerts.first().map(|alert| alert.code);
        if let Some(who) = code.zip(roles).and_then(|(code, roles)| people::to_ask(code, roles)) {
            writeln!(out, "   ask: {who}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
