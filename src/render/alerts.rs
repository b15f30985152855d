//! What harms customers already, which leads every output. What is to be done is said once
//! for all with the same to do: an outage of the partner reaches hundreds at a time.

use super::style::{BLOCKED, clean, styled};
use crate::plan::AlertCode;
use std::io::{self, Write};

/// Alerts with the same thing to do.
pub struct Group<'a> {
    pub hint: &'a str,
    /// Each with what is wrong.
    pub alerts: Vec<(AlertCode, &'a str)>,
}

/// Puts alerts together: their code, what is wrong, what to do.
pub fn groups<'a>(alerts: impl Iterator<Item = (AlertCode, &'a str, &'a str)>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    for (code, message, hint) in alerts {
        match groups.iter_mut().find(|group| group.hint == hint) {
            Some(group) => group.alerts.push((code, message)),
            None => groups.push(Group { hint, alerts: vec![(code, message)] }),
        }
    }
    groups
}

/// Writes alerts for people.
pub fn text(groups: &[Group], out: &mut dyn Write) -> io::Result<()> {
    for Group { hint, alerts } in groups {
        for (code, message) in alerts {
            let head = styled(BLOCKED, format!("!! [{}]", code.as_str()));
            writeln!(out, "{head}: {}", clean(message))?;
        }
        writeln!(out, "   hint: {}\n", clean(hint))?;
    }
    Ok(())
}
