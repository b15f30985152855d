//! The status of retailers as text.

use super::alerts;
use super::attest;
use super::columns::{self, Column, FIXED, fit, pad};
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, UPDATE, clean, styled};
use super::wording::{self, days};
use super::wrap::wrapped_at;
use crate::model::{Role, Roles, listed};
use crate::plan::Undeclared;
use crate::status::{
    Open, RetailerStatus, Status, StatusSummary, StatusUploads, StepStatus, TaskState, WaitingFor,
};
use crate::uploads::Arrivals;
use anstyle::Style;
use jiff::civil::Date;
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// The maximum width of a name in the table: names of one brand often share a prefix.
const WIDEST_NAME: usize = 40;

/// In a narrow terminal, the open entries are dropped before the age, and names and stages are
/// shortened.
const COLUMNS: [Column; 5] = [
    Column { least: 16, ..FIXED },
    Column { least: 16, ..FIXED },
    Column { least: 14, ..FIXED },
    Column { drop: 2, ..FIXED },
    Column { least: 8, drop: 1 },
];

/// Writes a table for each journey. The last line always has the counts.
pub(crate) fn table(
    status: &Status,
    roles: Roles<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    head(status, roles, out)?;
    let journeys = status.retailers.chunk_by(|a, b| a.journey == b.journey);
    let tables: Vec<Vec<([String; 5], Style)>> =
        journeys.clone().map(|of_journey| lines(of_journey, roles, status.live_read)).collect();
    let cells: Vec<&[String; 5]> = tables.iter().flatten().map(|(cells, _)| cells).collect();
    let widths = columns::widths(&cells, &COLUMNS, width);
    for (table, of_journey) in tables.iter().zip(journeys) {
        let title = of_journey.first().map_or("", |retailer| retailer.journey.words());
        writeln!(out, "{}", styled(HEADING, title))?;
        for (cells, style) in table {
            columns::line(cells, &widths, *style, out)?;
        }
        writeln!(out)?;
    }
    let waits = waits(&status.summary, roles, clean);
    if !waits.is_empty() {
        writeln!(out, "Waiting for {}.", waits.join(", "))?;
    }
    if let Some(undeclared) = undeclared(status.undeclared.as_deref()) {
        writeln!(out, "{undeclared}")?;
    }
    if let Some(silent) = silent(status, clean) {
        writeln!(out, "{}", styled(BLOCKED, silent))?;
    }
    writeln!(out, "{}", counts(status))
}

/// Lists the silent retailers, longest first.
pub(crate) fn silent(status: &Status, escape: impl Fn(&str) -> String) -> Option<String> {
    let uploads = status.uploads.filter(|uploads| uploads.silent > 0)?;
    let retailers = status.retailers.iter();
    let mut silent: Vec<(i32, &str)> =
        retailers.filter_map(|of| Some((of.silent_days()?, of.retailer.as_str()))).collect();
    silent.sort_by_key(|(days, name)| (-days, *name));
    let names: Vec<String> = silent
        .iter()
        .map(|(silent, name)| format!("{} ({})", escape(name), days(*silent)))
        .collect();
    let days = wording::counted(uploads.silent_after as usize, "day");
    Some(format!("Silent for more than {days}: {}.", listed(&names)))
}

/// Lists the first undeclared live retailers, and counts all of them.
pub(crate) fn undeclared(undeclared: Option<&[Undeclared]>) -> Option<String> {
    let first = |names: &[&str], most| wording::first(names.iter().copied(), most);
    undeclared_as(undeclared, first, "`reconcile import`")
}

/// Like [`undeclared`], in another format. `first` lists this many names, and counts the others.
pub(super) fn undeclared_as(
    undeclared: Option<&[Undeclared]>,
    first: impl Fn(&[&str], usize) -> String,
    import: &str,
) -> Option<String> {
    /// The JSON format has all of them; more names do not help in a table.
    const MAX_SHOWN: usize = 20;
    let undeclared = undeclared.filter(|undeclared| !undeclared.is_empty())?;
    let names: Vec<&str> = undeclared.iter().map(|retailer| retailer.name.as_str()).collect();
    Some(format!(
        "Undeclared in OmniRPS ({}): {}. {import} writes their files.",
        names.len(),
        first(&names, MAX_SHOWN)
    ))
}

/// Writes what precedes the tables: alerts and unavailable systems.
fn head(status: &Status, roles: Roles<'_>, out: &mut dyn Write) -> io::Result<()> {
    alerts::text(status.alerts.iter().map(|of| &of.alert), Some(roles), out)?;
    if let Some(unread) = unread(status) {
        let stops = match status.unknown().count() {
            count if count > 1 && status.live_read => format!(" It stops {count} retailers."),
            _ => String::new(),
        };
        writeln!(out, "{}\n", styled(UPDATE, unread + &stops))?;
    }
    Ok(())
}

/// Describes what is unknown about live, if anything.
pub(crate) fn unread(status: &Status) -> Option<String> {
    let systems: Vec<&str> = status.unknown_systems.iter().map(|system| system.title()).collect();
    match (status.live_read, systems.as_slice()) {
        (false, _) => Some("No system was read: this is what people have stated.".into()),
        (true, []) => None,
        (true, systems) => {
            Some(format!("Not read: {}. What it holds is not known.", systems.join(", ")))
        }
    }
}

fn lines(
    of_journey: &[RetailerStatus],
    roles: Roles<'_>,
    live_read: bool,
) -> Vec<([String; 5], Style)> {
    let head = ["retailer", "stage", "waits for", "since", "open"].map(String::from);
    let rows = of_journey.iter().map(|retailer| {
        let style = if retailer.has_no_credits() { BLOCKED } else { Style::new() };
        (row(retailer, roles, live_read), style)
    });
    [(head, FAINT)].into_iter().chain(rows).collect()
}

fn row(retailer: &RetailerStatus, roles: Roles<'_>, live_read: bool) -> [String; 5] {
    let mark = if retailer.has_no_credits() { "!! " } else { "" };
    [
        fit(&format!("{mark}{}", clean(&retailer.retailer)), WIDEST_NAME),
        stage(retailer),
        // The checklists have the names: they would make the table too wide for a terminal.
        waits_for(retailer, live_read, |role| roles.short(role).into()),
        short_since(retailer),
        open_and_silent(retailer),
    ]
}

/// Returns the open entries and how long the retailer has been silent.
pub(crate) fn open_and_silent(retailer: &RetailerStatus) -> String {
    let Open { to_apply, manual, held: _, blocked, observed } = retailer.open;
    let counts =
        [("apply", to_apply), ("manual", manual), ("blocked", blocked), ("observed", observed)];
    let open = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = open.map(|(word, count)| format!("{word} {count}")).collect();
    parts.extend(retailer.silent_days().map(|silent| format!("silent for {}", days(silent))));
    parts.join(", ")
}

/// Returns the number of arrived returns as a sentence.
pub(crate) fn arrivals(of: &Arrivals) -> String {
    let Arrivals { since, uploads, last, days: _, silent: _ } = of;
    let Some(uploads) = uploads else {
        return format!("returns since {since}: not known, they could not be read");
    };
    let last = last.as_deref().map(|at| at.get(..10).unwrap_or(at));
    let last = last.map(|at| format!(", the last on {}", clean(at))).unwrap_or_default();
    let silent = of.silent_days().map(|silent| format!("; silent for {}", days(silent)));
    let silent = silent.unwrap_or_default();
    format!("{} since {since}{last}{silent}", wording::counted(*uploads, "return"))
}

fn short_since(retailer: &RetailerStatus) -> String {
    let Some((on, days)) = retailer.since() else { return String::new() };
    let overdue = retailer.overdue_days.map(|days| format!(", {days} d overdue"));
    format!("{on}, {days} d{}", overdue.unwrap_or_default())
}

/// Returns the step and title of a stage.
pub(crate) fn stage(retailer: &RetailerStatus) -> String {
    let stage = &retailer.stage;
    match stage.step {
        Some(step) => format!("{step} {}", stage.title.to_lowercase()),
        None => stage.title.to_lowercase(),
    }
}

/// Describes where a retailer is in its journey, and who looks after it.
pub(crate) fn place(retailer: &RetailerStatus, escape: impl Fn(&str) -> String) -> String {
    let manager = match &retailer.account_manager {
        Some(name) => format!("account manager {}", escape(name)),
        None => "no account manager named".into(),
    };
    format!("{}, {manager}, at {}", retailer.journey.words(), stage(retailer))
}

/// Describes who is waited for.
pub(crate) fn waits_for(
    retailer: &RetailerStatus,
    live_read: bool,
    word: impl Fn(Role) -> String,
) -> String {
    let roles: Vec<String> = retailer.roles().into_iter().map(|role| clean(&word(role))).collect();
    match (roles.is_empty(), live_read && retailer.done && retailer.silent_days().is_none()) {
        (false, _) => roles.join(", "),
        (true, true) if retailer.is_unseen => "nobody, closed by people, not checked".into(),
        (true, true) => "nobody, all is right".into(),
        (true, false) => "nobody".into(),
    }
}

/// Returns the steps that someone is waited for, since when, and by how much they are overdue.
pub(crate) fn steps_and_age(waiting: &WaitingFor) -> String {
    let since = waiting.since().map(|age| format!(", since {}", since(age)));
    let overdue = overdue(waiting.overdue_days);
    format!("{}{}{overdue}", waiting.steps.join(", "), since.unwrap_or_default())
}

/// Formats a day with its age.
pub(crate) fn since((on, age): (Date, i32)) -> String {
    format!("{on}, {}", days(age))
}

/// Returns the day since which the step waits, and whether it is overdue.
pub(crate) fn age(retailer: &RetailerStatus) -> Option<String> {
    Some(format!("{}{}", since(retailer.since()?), overdue(retailer.overdue_days)))
}

/// Returns by how many days something is overdue, if it is.
fn overdue(overdue: Option<i32>) -> String {
    overdue.map(|over| format!(", {} overdue", days(over))).unwrap_or_default()
}

/// Returns the number of waiting retailers per role.
pub(crate) fn waits(
    summary: &StatusSummary,
    roles: Roles<'_>,
    escape: impl Fn(&str) -> String,
) -> Vec<String> {
    let count = |role: Role| summary.waiting_for.get(role.key()).copied().unwrap_or(0);
    let nonzero = Role::ALL.into_iter().filter(|role| count(*role) > 0);
    nonzero.map(|role| format!("{}: {}", escape(&roles.title(role)), count(role))).collect()
}

/// Returns the count line.
pub(crate) fn counts(status: &Status) -> String {
    format!("Status of {} on {}: {}.", clean(&status.environment), status.as_of, totals(status))
}

/// Returns the counts in words.
pub(crate) fn totals(status: &Status) -> String {
    let StatusSummary {
        retailers,
        done,
        no_credits,
        drift,
        to_apply,
        manual,
        held,
        blocked,
        overdue,
        waiting_for: _,
    } = &status.summary;
    let retailers = wording::counted(*retailers, "retailer");
    let overdue = if *overdue == 0 { String::new() } else { format!(", {overdue} overdue") };
    let silent = match status.uploads {
        None => String::new(),
        Some(StatusUploads { silent, unknown: 0, .. }) => format!(", {silent} silent"),
        Some(StatusUploads { silent, unknown, .. }) => {
            format!(", {silent} silent ({unknown} not known)")
        }
    };
    if !status.live_read {
        return format!("{retailers}, {done} live{overdue}; their settings are not known");
    }
    let credits = no_credits.map_or_else(
        || "credits not known".to_owned(),
        |no_credits| format!("{no_credits} without credits"),
    );
    format!(
        "{retailers}, {done} done, {credits}, {drift} drifted{overdue}{silent}; {to_apply} to \
         apply, {manual} manual, {held} held, {blocked} blocked"
    )
}

/// Writes a retailer's checklist and next steps.
pub(crate) fn checklist(
    status: &Status,
    retailer: &RetailerStatus,
    roles: Roles<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    head(status, roles, out)?;
    writeln!(
        out,
        "{}  {}",
        styled(HEADING, clean(&retailer.retailer)),
        styled(FAINT, clean(&retailer.file))
    )?;
    writeln!(out, "{}", place(retailer, clean))?;
    if let Some(of) = &retailer.uploads {
        let style = if of.silent_days().is_some() { BLOCKED } else { Style::new() };
        writeln!(out, "{}", styled(style, arrivals(of)))?;
    }
    writeln!(out)?;
    let id = retailer.steps.iter().map(|step| step.step.width()).max().unwrap_or(0);
    let asks = retailer.steps.iter().map(|step| step.asks.width()).max().unwrap_or(0);
    for step in &retailer.steps {
        let StepStatus { step: of, who, asks: what, state, .. } = step;
        let who = clean(&roles.titles_for(who, retailer.account_manager.as_deref()));
        let head = format!("  {} {} ", state.mark(), pad(of, id));
        let indent = head.width();
        let is_beside = indent + asks + 2 + who.width() <= width;
        let what = if is_beside { pad(what, asks) } else { (*what).into() };
        let line = styled(style(*state), head + &what);
        let who = styled(FAINT, who);
        if is_beside {
            writeln!(out, "{line}  {who}")?;
        } else {
            writeln!(out, "{}", wrapped_at(&line, width, indent))?;
            writeln!(out, "{:indent$}{who}", "")?;
        }
        for note in evidence(step) {
            writeln!(out, "{:indent$}{}", "", styled(FAINT, clean(&note)))?;
        }
    }
    writeln!(out)?;
    if retailer.waiting_for.is_empty() {
        return writeln!(out, "Next: {}.", nothing_next(retailer, status.live_read));
    }
    writeln!(out, "{}", styled(HEADING, "Next"))?;
    for waiting in &retailer.waiting_for {
        self::waiting(waiting, out)?;
    }
    Ok(())
}

/// Explains why nobody is waited for.
pub(crate) fn nothing_next(retailer: &RetailerStatus, live_read: bool) -> &'static str {
    match (retailer.done, live_read) {
        (true, true) if retailer.silent_days().is_some() && retailer.is_unseen => {
            "no returns arrive, and the settings were closed by people, not checked: find out from \
             the partner why"
        }
        (true, true) if retailer.silent_days().is_some() => {
            "every setting is right, but no returns arrive: find out from the partner why"
        }
        (true, true) if retailer.is_unseen => {
            "nothing, the retailer is live; its settings were closed by people, not checked"
        }
        (true, true) => "nothing, the retailer is live and every setting is right",
        (true, false) => "no milestone is due; the settings were not read",
        (false, true) if is_only_observed(retailer) => "nothing: all differences are only observed",
        (false, _) => "nothing known",
    }
}

/// Returns whether the whole journey is done, but for differences that nobody corrects.
fn is_only_observed(RetailerStatus { open, stage, .. }: &RetailerStatus) -> bool {
    open.observed > 0 && open.held == 0 && stage.step.is_none()
}

fn waiting(waiting: &WaitingFor, out: &mut dyn Write) -> io::Result<()> {
    let WaitingFor { who, to_do, commands, is_choice, .. } = waiting;
    let head = format!("{} ({})", clean(who), steps_and_age(waiting));
    writeln!(out, "  {}", styled(MANUAL, head))?;
    writeln!(out, "      {}", clean(to_do))?;
    attest::commands(commands, *is_choice, out)
}

fn style(state: TaskState) -> Style {
    match state {
        TaskState::Done => CREATE,
        TaskState::Next | TaskState::Observed => UPDATE,
        TaskState::Waiting => HELD,
        TaskState::NotNeeded | TaskState::NotStated | TaskState::Unknown => FAINT,
    }
}

/// Returns the notes on a task, one per line.
pub(crate) fn evidence(step: &StepStatus) -> Vec<String> {
    let StepStatus { state, on, by, connote, notes, .. } = step;
    let mut lines = Vec::new();
    if let Some(on) = on {
        let by = by.as_ref().map(|by| format!(", by {by}")).unwrap_or_default();
        let connote = connote.as_ref().map(|no| format!(", connote {no}")).unwrap_or_default();
        lines.push(format!("{on}{by}{connote}"));
    }
    if *state == TaskState::NotStated {
        lines.push("not stated, but a later step is".into());
    }
    lines.extend(notes.iter().cloned());
    lines
}
