//! What a verification found, for people to read.

use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, clean, styled};
use crate::model::Retailer;
use crate::verify::{Finding, Outcome, Report};
use std::io::{self, Write};

/// Writes each proof with what it says and what it does not.
pub(crate) fn report(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Report { format_version: _, environment, retailer, file, reference, findings, recorded: _ } =
        report;
    writeln!(out, "{}  {}", styled(HEADING, clean(retailer)), styled(FAINT, clean(file)))?;
    let reference = reference.as_ref().map(|reference| format!(", reference {}", clean(reference)));
    writeln!(out, "verified in {}{}", clean(environment), reference.unwrap_or_default())?;
    findings.iter().try_for_each(|finding| self::finding(finding, out))
}

fn finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let Finding { proof, outcome, message, hint, connote: _, proves, does_not_prove, proven: _ } =
        finding;
    let (style, word) = match outcome {
        Outcome::Proven => (CREATE, "✓ proven"),
        Outcome::Waiting => (HELD, "⏸ waiting"),
        Outcome::Failed => (BLOCKED, "! not proven"),
        Outcome::LeftToPeople => (MANUAL, "☐ left to people"),
        Outcome::NotCalledFor => (FAINT, "- not called for"),
    };
    writeln!(out, "  {} {proof}: {}", styled(style, word), clean(message))?;
    if let Some(hint) = hint {
        writeln!(out, "      hint: {}", clean(hint))?;
    }
    if *outcome == Outcome::NotCalledFor {
        return Ok(());
    }
    let would = if *outcome == Outcome::Proven { "proves" } else { "would prove" };
    writeln!(out, "      {}", styled(FAINT, format!("{would} that {proves}")))?;
    let not = if *outcome == Outcome::Proven { "does not prove" } else { "would not prove" };
    writeln!(out, "      {}", styled(FAINT, format!("{not} {does_not_prove}")))
}

/// Writes that nothing is to be proven before the next milestone.
pub(crate) fn nothing(retailer: &Retailer, out: &mut dyn Write) -> io::Result<()> {
    let Retailer { name, file, slug, .. } = retailer;
    writeln!(
        out,
        "nothing to prove for {} now: {} states its test, and what comes next waits for \
         switched_to_loop",
        clean(name),
        clean(file)
    )?;
    writeln!(out, "name what to prove all the same, as in `reconcile verify {slug} webhook`")
}
