//! Remarks on a rollback, in addition to its plan.

use super::style::{BLOCKED, HELD, UPDATE, clean, styled};
use crate::rollback::{Reapplied, Remark, Rollback};
use crate::shell::{CommandOptions, word};
use std::io::{self, Write};
use std::path::Path;

/// Writes what cannot be undone, what is left unchanged, what the process will change again, and how
/// the plan, which may be saved in a file, is applied.
pub(crate) fn remarks(
    rollback: &Rollback,
    saved: Option<&Path>,
    options: &CommandOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Rollback { plan, lasting, left, reapplied } = rollback;
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
    if plan.actions().next().is_none() {
        return Ok(());
    }
    let path = saved.map_or_else(|| "FILE".to_owned(), |path| path.display().to_string());
    let apply = options.add_to(&format!("reconcile apply {}", word(&clean(&path))));
    match saved {
        Some(_) => writeln!(out, "next: {apply}"),
        None => writeln!(
            out,
            "next: nothing was changed; save this plan with `--out FILE`, then run `{apply}`"
        ),
    }
}
