//! Run records as text.

use super::columns::{self, Column, FIXED};
use super::entry::{PLAIN, Row};
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, clean, styled};
use super::wording::counted;
use crate::runs::journal::{
    ActionStarted, ActionView, FORMAT_VERSION, OutcomeKind, RunRow, RunStarted, RunState, RunView,
    Totals, UnresolvedAction,
};
use anstyle::Style;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The output of `history --format json`.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct History<'a> {
    /// The version of this format. Minor versions add keys, major versions change them.
    format_version: &'static str,
    /// All runs, if none was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<&'a [RunRow]>,
    /// The requested run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a RunView>,
}

impl<'a> History<'a> {
    /// Returns the output of a list of runs.
    pub(crate) fn of_runs(runs: &'a [RunRow]) -> History<'a> {
        History { format_version: FORMAT_VERSION, runs: Some(runs), run: None }
    }

    /// Returns the output of one run.
    pub(crate) fn of_run(run: &'a RunView) -> History<'a> {
        History { format_version: FORMAT_VERSION, runs: None, run: Some(run) }
    }
}

/// In a narrow terminal the time goes before the run, whose id begins with it.
const COLUMNS: [Column; 8] = [
    FIXED,
    Column { drop: 3, ..FIXED },
    Column { least: 8, drop: 5 },
    Column { least: 8, drop: 4 },
    Column { drop: 2, ..FIXED },
    Column { least: 10, ..FIXED },
    FIXED,
    Column { least: 12, drop: 1 },
];

/// Writes a table with one line per run; `narrowed` if a filter omitted some.
pub(crate) fn list(
    runs: &[RunRow],
    narrowed: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if runs.is_empty() {
        let matching = if narrowed { "matching " } else { "" };
        return writeln!(out, "There are no {matching}runs.");
    }
    let head = ["RUN", "WHEN", "ENVIRONMENT", "WHO", "COMMIT", "ACTIONS", "STATE", "WHERE"];
    let mut rows = vec![(head.map(str::to_owned), FAINT)];
    for run in runs {
        let RunRow {
            run_id,
            started_at,
            environment,
            who,
            commit,
            host,
            job,
            totals,
            state,
            broken,
        } = run;
        let or_unknown = |text: Option<&str>| text.map_or_else(unknown, clean);
        let line = broken.as_ref().map_or_else(String::new, |at| format!(" at line {}", at.line));
        let cells = [
            clean(run_id),
            when(*started_at),
            or_unknown(environment.as_deref()),
            or_unknown(who.as_deref()),
            or_unknown(commit.as_ref().map(|commit| commit.id.get(..8).unwrap_or(&commit.id))),
            counts(totals),
            format!("{}{line}", state.words()),
            or_unknown(job.as_deref().or(host.as_deref())),
        ];
        let is_complete = *state == RunState::Complete;
        rows.push((cells, if is_complete { Style::new() } else { style(*state) }));
    }
    columns::write(&rows, &COLUMNS, width, out)
}

/// Writes one run with its actions. The last line states whether the chain of records is
/// intact.
pub(crate) fn run(run: &RunView, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}  {}",
        styled(HEADING, format!("Run {}", clean(&run.run_id))),
        styled(style(run.state), run.state.words())
    )?;
    if let Some(started) = &run.started {
        self::started(run, started, out)?;
    }
    if !run.in_doubt_before.is_empty() {
        writeln!(out)?;
        in_doubt(&run.in_doubt_before, out)?;
    }
    if !run.actions.is_empty() {
        writeln!(out)?;
    }
    for action in &run.actions {
        self::action(action, out)?;
    }
    writeln!(out)?;
    writeln!(out, "{}.", counts(&run.totals))?;
    match &run.broken {
        None => writeln!(out, "The hash chain of {} lines is intact.", run.lines),
        Some(broken) => {
            let what = format!("The chain is broken at line {}", broken.line);
            writeln!(out, "{}: {}.", styled(BLOCKED, what), clean(&broken.why))
        }
    }
}

fn started(run: &RunView, started: &RunStarted, out: &mut dyn Write) -> io::Result<()> {
    let RunStarted {
        format_version: _,
        run_id: _,
        environment,
        fingerprint,
        tool_version,
        commit,
        who,
        token: _,
        host,
        job,
        retailers,
        actions,
    } = started;
    writeln!(out, "  started  {}", when(run.started_at))?;
    writeln!(out, "  ended    {}", when(run.ended_at))?;
    writeln!(out, "  by       {}", who.as_deref().map_or_else(unknown, clean))?;
    if let Some(place) = job.as_ref().or(host.as_ref()) {
        writeln!(out, "  on       {}", clean(place))?;
    }
    if let Some(commit) = commit {
        let dirty = if commit.dirty { ", with changes that were not committed" } else { "" };
        writeln!(out, "  commit   {}{dirty}", clean(&commit.id))?;
    }
    writeln!(
        out,
        "  plan     {} of {} for {}, fingerprint {}",
        counted(*actions, "action"),
        counted(*retailers, "retailer"),
        clean(environment),
        clean(fingerprint)
    )?;
    writeln!(out, "  version  {}", clean(tool_version))
}

fn action(action: &ActionView, out: &mut dyn Write) -> io::Result<()> {
    let ActionView { id, retailer, system, outcome, message, hint, record_id, write, already_so } =
        action;
    let style = match outcome {
        OutcomeKind::Applied | OutcomeKind::Already => CREATE,
        OutcomeKind::InDoubt => HELD,
        OutcomeKind::Failed | OutcomeKind::Skipped | OutcomeKind::Stale => BLOCKED,
    };
    let what = match write {
        Some(write) => format!("{} in {system}", write.kind.key()),
        None => format!("in {system}"),
    };
    let record = record_id.as_ref().map_or_else(String::new, |id| format!(" (id {})", clean(id)));
    let head = styled(style, outcome.words());
    let id = styled(FAINT, clean(id));
    writeln!(out, "{head}: {} {what}{record}  {id}", clean(retailer))?;
    if !message.is_empty() {
        writeln!(out, "      {}", clean(message))?;
    }
    if !hint.is_empty() {
        writeln!(out, "      hint: {}", clean(hint))?;
    }
    for change in action.changes() {
        let is_written = !already_so.contains(&change.setting);
        let mark = if is_written { "" } else { " (was already so, not written)" };
        writeln!(out, "      {}{mark}", Row::of_change(change, PLAIN).difference())?;
    }
    Ok(())
}

/// Writes the unresolved actions of earlier runs, with the live state of each.
pub(crate) fn in_doubt(found: &[UnresolvedAction], out: &mut dyn Write) -> io::Result<()> {
    for UnresolvedAction { run_id, action, found, detail, .. } in found {
        let ActionStarted { id, retailer, system, kind, .. } = action;
        writeln!(
            out,
            "in doubt since run {}: {} {} in {system} ({}): {}: {}",
            clean(run_id),
            clean(retailer),
            kind.key(),
            clean(id),
            found.words(),
            clean(detail)
        )?;
    }
    Ok(())
}

fn counts(totals: &Totals) -> String {
    let Totals { applied, already, failed, in_doubt, skipped, stale } = *totals;
    let counts = [applied, already, failed, in_doubt, skipped, stale];
    let shown: Vec<String> = counts
        .iter()
        .zip(OutcomeKind::ALL)
        .filter(|(count, outcome)| **count > 0 || *outcome == OutcomeKind::Applied)
        .map(|(count, outcome)| format!("{count} {}", outcome.words()))
        .collect();
    shown.join(", ")
}

fn style(state: RunState) -> Style {
    match state {
        RunState::Complete => CREATE,
        RunState::Interrupted | RunState::Running => HELD,
        RunState::Crashed | RunState::Broken => BLOCKED,
    }
}

/// Formats a time, rounded to seconds.
fn when(at: Option<impl std::fmt::Display>) -> String {
    at.map_or_else(unknown, |at| format!("{at:.0}"))
}

fn unknown() -> String {
    "-".into()
}
