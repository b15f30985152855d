//! Annotations on lines of files, as GitHub workflow commands: plan entries that need people,
//! and diagnostics.
//!
//! The format is
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use super::drift::{self, section};
use super::entry::{self, PLAIN, Row};
use super::inert::inert;
use super::status;
use super::style::{clean, shorten};
use super::text::{counts, waiting};
use crate::diagnostic::{Diagnostics, Severity};
use crate::plan::origin::Drift;
use crate::plan::{
    Alert, Blocker, Held, Manual, Origin, Plan, PlanWarning, RetailerPlan, Undeclared,
};
use std::io::{self, Write};

/// The maximum length of a title, in characters: the limit of GitHub's API for annotations.
const MAX_TITLE: usize = 255;

/// The part of a title that the retailer's name may use, so that the rest fits.
const MAX_NAME: usize = 100;

/// The maximum length of a message, in characters: GitHub's limit is 64 KB, and a character has
/// up to four bytes.
const MAX_MESSAGE: usize = 16_000;

/// Writes an annotation for each entry that needs people, then the count line.
pub(crate) fn plan(
    plan: &Plan,
    undeclared: Option<&[Undeclared]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    lead(plan, out)?;
    if let Some(names) = status::undeclared(undeclared) {
        annotate("error", None, "undeclared retailers", &names, out)?;
    }
    for retailer in &plan.retailers {
        self::retailer(retailer, out)?;
    }
    writeln!(out, "{}", inert(&counts(plan)))
}

/// Annotates alerts and unavailable systems.
fn lead(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    for retailer in &plan.retailers {
        for Alert { code, message, hint } in &retailer.alerts {
            let message = format!("{}\nhint: {}", clean(message), clean(hint));
            annotate("error", Some((&retailer.file, None, None)), code.key(), &message, out)?;
        }
    }
    for system in plan.failed_systems() {
        let title = format!("{system} could not be read");
        let message = "nothing is planned for it, nor anything that depends on it\n\
                       hint: plan again once it answers";
        annotate("error", None, &title, message, out)?;
    }
    Ok(())
}

/// Writes an annotation for each retailer that drifted in a system, then the count line.
pub(crate) fn drift(plan: &Plan, drift: &Drift, out: &mut dyn Write) -> io::Result<()> {
    lead(plan, out)?;
    for path in &drift.invalid {
        let message = "what the file declared there is unknown\n\
                       hint: commit the correction, then run this again";
        annotate("error", Some((path, None, None)), "invalid at the base", message, out)?;
    }
    for path in &drift.removed {
        let message = "the removal is pending: what the file declares at the base still counts\n\
                       hint: commit the removal, or restore the file";
        annotate("notice", Some((path, None, None)), "removed since the base", message, out)?;
    }
    for retailer in &section(plan, drift, Origin::Drift) {
        for action in &retailer.actions {
            let name = shorten(&clean(&retailer.retailer), MAX_NAME);
            let changes = action.changes.iter().map(|of| line(&Row::of_change(of, PLAIN)));
            let title = format!("{name}: drift in {}", action.system);
            let message = changes.collect::<Vec<_>>().join("\n");
            annotate("error", Some((&retailer.file, None, None)), &title, &message, out)?;
        }
        self::retailer(retailer, out)?;
    }
    writeln!(out, "{}", inert(&drift::totals(plan, drift)))
}

/// Writes an annotation for each diagnostic, at its exact position.
pub(crate) fn report(report: &Diagnostics, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        let (line, column) = report.line_column(&diagnostic.primary);
        let mut message = clean(&diagnostic.message);
        for (span, label) in &diagnostic.related {
            let (line, column) = report.line_column(span);
            let path = clean(report.path(span));
            message.push_str(&format!("\n{path}:{line}:{column}: {}", clean(label)));
        }
        message.push_str(&format!("\nhint: {}", clean(&diagnostic.hint)));
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = Some((report.path(&diagnostic.primary), Some(line), Some(column)));
        annotate(level, place, diagnostic.code, &message, out)?;
    }
    Ok(())
}

fn retailer(plan: &RetailerPlan, out: &mut dyn Write) -> io::Result<()> {
    let RetailerPlan { retailer, file, actions: _, held, manual, blocked, observed, .. } = plan;
    let name = shorten(&clean(retailer), MAX_NAME);
    let write = |level, line, title: &str, message: &str, out: &mut dyn Write| {
        annotate(level, Some((file, line, None)), &format!("{name}: {title}"), message, out)
    };
    for problem in blocked {
        let Blocker { code, system, message, hint, line } = problem;
        let title = format!("blocked in {system} [{}]", code.key());
        let message = format!("{}\nhint: {}", clean(message), clean(hint));
        write("error", *line, &title, &message, out)?;
    }
    if let Some(PlanWarning { code, message, .. }) = plan.warning() {
        write("warning", None, &code, &clean(&message), out)?;
    }
    for entry in manual {
        let Manual { entry: _, instruction, note, unseen: _, line } = entry;
        let change = self::line(&Row::of_manual(entry, PLAIN));
        let note = note.as_ref().map(|note| format!("\nmanual because {}", clean(note)));
        let message = format!("{}{}\n{change}", clean(instruction), note.unwrap_or_default());
        write("warning", *line, "manual step", &message, out)?;
    }
    for entry in observed {
        let change = line(&Row::of_entry(entry, PLAIN));
        write("warning", None, "observed, not changed", &change, out)?;
    }
    // GitHub shows only the first ten of a kind, so entries with the same precondition share
    // one.
    for entries in held.chunk_by(|a, b| (&a.waiting_for, a.line) == (&b.waiting_for, b.line)) {
        let Some(first) = entries.first() else { continue };
        let title = format!("held until {}", waiting(&first.waiting_for));
        let settings: Vec<String> = entries.iter().map(self::held).collect();
        write("notice", first.line, &title, &settings.join("\n"), out)?;
    }
    Ok(())
}

fn held(held: &Held) -> String {
    if entry::is_decision(held) {
        let (what, why) = entry::decision(held);
        return format!("{what}  {why}");
    }
    line(&Row::of_entry(&held.entry, PLAIN))
}

fn line(row: &Row) -> String {
    let Row { origin, step, reason, .. } = row;
    format!("{}{}  {step}{reason}", row.difference(), entry::origin(*origin))
}

/// A file, with the line and column if known.
type Place<'a> = (&'a str, Option<usize>, Option<usize>);

/// Writes a workflow command. Its texts are clean except for line ends in the message.
fn annotate(
    level: &str,
    place: Option<Place>,
    title: &str,
    message: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    write!(out, "::{level} ")?;
    if let Some((file, line, column)) = place {
        write!(out, "file={},", property(&clean(file)))?;
        for (name, number) in [("line", line), ("col", column)] {
            if let Some(number) = number {
                write!(out, "{name}={number},")?;
            }
        }
    }
    let title = shorten(title, MAX_TITLE);
    let message = shorten(message, MAX_MESSAGE);
    writeln!(out, "title={}::{}", property(&title), data(&message))
}

fn data(text: &str) -> String {
    inert(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
