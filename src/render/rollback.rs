//! Remarks on a rollback, in addition to its plan.

use super::style::{BLOCKED, HELD, UPDATE, clean, styled};
use crate::rollback::{Reapplied, Remark, Rollback};
use std::io::{self, Write};

/// Writes what cannot be undone, what is left unchanged, and what the process will change
/// again.
pub(crate) fn remarks(rollback: &Rollback, out: &mut dyn Write) -> io::Result<()> {
    let Rollback { plan: _, lasting, left, reapplied } = rollback;
    for Remark { retailer, text } in lasting {
        let head = styled(BLOCKED, "cannot be undone");
        writeln!(out, "{head}: {}: {}", clean(retailer), clean(text))?;
    }
    for Remark { retailer, text } in left {
        writeln!(out, "{}: {}: {}", styled(HELD, "left unchanged"), clean(retailer), clean(text))?;
    }
    for Reapplied { retailer, file, settings, milestones } in reapplied {
        let milestones: Vec<String> = milestones.iter().map(ToString::to_string).collect();
        let milestones = match milestones.as_slice() {
            [] => String::new(),
            milestones => format!("remove {} or ", milestones.join(" and ")),
        };
        writeln!(
            out,
            "{}: {}: the process still requires this, so the next plan shows it as drift, unless \
             you {milestones}write in {}:",
            styled(UPDATE, "warning"),
            clean(retailer),
            clean(file)
        )?;
        writeln!(out, "  settings:")?;
        for setting in settings {
            writeln!(out, "    {}", clean(setting))?;
        }
    }
    Ok(())
}
