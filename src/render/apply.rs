//! The result of an apply as text.

use super::style::{BLOCKED, clean, styled};
use crate::apply::{ActionReport, ApplyReport, ApplySummary, Warning};
use std::io::{self, Write};

/// Writes each action that was not done, with its hint, then a count line.
pub(crate) fn report(report: &ApplyReport, out: &mut dyn Write) -> io::Result<()> {
    for action in report.actions.iter().filter(|action| !action.is_done()) {
        let ActionReport { id, retailer, system, kind: _, outcome, message, hint, .. } = action;
        let head = styled(BLOCKED, format!("! {}", outcome.key()));
        writeln!(
            out,
            "{head} {} in {system} ({}): {}",
            clean(retailer),
            clean(id),
            clean(message)
        )?;
        if !hint.is_empty() {
            writeln!(out, "  hint: {}", clean(hint))?;
        }
    }
    for Warning { code, system: _, message, hint, names: _ } in &report.warnings {
        writeln!(out, "{} {}", styled(BLOCKED, format!("! {code}:")), clean(message))?;
        writeln!(out, "  hint: {}", clean(hint))?;
    }
    let ApplySummary { applied, already, failed, skipped, stale } = report.summary;
    writeln!(
        out,
        "Applied to {}: {applied} applied, {already} already so, {failed} failed, {skipped} \
         skipped, {stale} stale.",
        report.environment
    )
}
