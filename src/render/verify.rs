//! The result of a verification as text.

use super::causes::{Cause, Causes};
use super::columns::{self, Column, FIXED};
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, clean, styled};
use crate::model::Retailer;
use crate::verify::{Finding, FleetReport, FleetSummary, Outcome, Report};
use anstyle::Style;
use std::io::{self, Write};

/// Writes each proof with what it covers and what it does not.
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
    let (style, sign, word) = outcome_word(*outcome);
    let title = styled(style, format!("{sign} {proof} ({word})"));
    writeln!(out, "  {title}: {}", clean(message))?;
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

/// Returns how an outcome is shown: its style, its sign and its word.
fn outcome_word(outcome: Outcome) -> (Style, &'static str, &'static str) {
    match outcome {
        Outcome::Proven => (CREATE, "✓", "proven"),
        Outcome::Waiting => (HELD, "⏸", "waiting"),
        Outcome::Failed => (BLOCKED, "!", "not proven"),
        Outcome::LeftToPeople => (MANUAL, "☐", "manual"),
        Outcome::NotCalledFor => (FAINT, "-", "not required"),
    }
}

/// Writes a line per retailer with its worst finding, and a count line.
pub(crate) fn fleet(fleet: &FleetReport, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let causes = Causes::of(fleet.retailers.iter().filter_map(cause));
    let rows: Vec<([String; 3], Style)> =
        fleet.retailers.iter().filter_map(|of| row(of, &causes)).collect();
    if !rows.is_empty() {
        let columns = [Column { least: 16, ..FIXED }, FIXED, Column { least: 16, ..FIXED }];
        columns::write(&rows, &columns, width, out)?;
        writeln!(out)?;
    }
    causes.write(out)?;
    let FleetSummary {
        proven,
        waiting,
        failed,
        left_to_people,
        not_called_for,
        nothing_to_look_at,
    } = fleet.summary;
    writeln!(
        out,
        "Verified in {}: {proven} proven, {waiting} waiting, {failed} not proven, {left_to_people} \
         manual, {not_called_for} not required; nothing to check for {nothing_to_look_at}.",
        clean(&fleet.environment)
    )?;
    if waiting + failed + left_to_people > 0 {
        writeln!(out, "`reconcile verify RETAILER` shows what to do for one.")?;
    }
    Ok(())
}

fn row(of: &Report, causes: &Causes) -> Option<([String; 3], Style)> {
    let outcome = of.worst()?;
    let (style, sign, word) = outcome_word(outcome);
    let proofs: Vec<&str> = of.of(outcome).map(|found| found.proof.key()).collect();
    let own = cause(of).filter(|cause| !causes.is_shared(*cause));
    let own = own.map(|(message, _)| format!(": {}", clean(message))).unwrap_or_default();
    let details = format!("{}{own}", proofs.join(", "));
    Some(([clean(&of.retailer), format!("{sign} {word}"), details], style))
}

/// Returns the first blocking problem and its hint.
fn cause(of: &Report) -> Option<Cause<'_>> {
    let outcome = of.worst()?;
    let is_open = !matches!(outcome, Outcome::Proven | Outcome::NotCalledFor);
    let first = of.of(outcome).next().filter(|_| is_open)?;
    Some((&first.message, first.hint.as_deref().unwrap_or_default()))
}

/// Writes that no proof is needed before the next milestone.
pub(crate) fn nothing(retailer: &Retailer, out: &mut dyn Write) -> io::Result<()> {
    let Retailer { name, file, slug, .. } = retailer;
    writeln!(
        out,
        "nothing to prove for {} now: {} states its test, and what comes next waits for \
         switched_to_loop",
        clean(name),
        clean(file)
    )?;
    writeln!(out, "name a proof to run it anyway, as in `reconcile verify {slug} webhook`")
}
