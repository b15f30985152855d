//! The status as a table for a wiki or an issue, or as one retailer's checklist.

use super::escape::{prose, sentences};
use super::{BUDGET, code, notices, undeclared_names};
use crate::model::Roles;
use crate::render::status as words;
use crate::status::{RetailerStatus, Status, StepStatus, TaskState, WaitingFor};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The bytes reserved for the table headings and the count line: there are two journeys.
const REST: usize = 1_000;

/// Writes a table for each journey. Retailers that do not fit into a comment or an issue are
/// omitted, those that are blocked or get no credits last, and the text gives their number.
pub(crate) fn table(status: &Status, roles: Roles<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Status { environment, as_of, summary, .. } = status;
    let totals = words::totals(status);
    let mut top = Vec::new();
    writeln!(top, "### Status of {} on {as_of}: {totals}\n", prose(environment))?;
    head(status, &mut top)?;
    let waits = words::waits(summary, roles, prose);
    if !waits.is_empty() {
        writeln!(top, "Waiting for {}.\n", waits.join(", "))?;
    }
    let undeclared = undeclared_names(status.undeclared.as_deref());
    for text in [undeclared, words::silent(status, prose)].into_iter().flatten() {
        writeln!(top, "{text}\n")?;
    }
    out.write_all(&top)?;
    let mut room = BUDGET.saturating_sub(top.len() + REST);
    let all = status.retailers.len();
    let mut rows: Vec<(usize, &RetailerStatus)> = status.retailers.iter().enumerate().collect();
    rows.sort_by_key(|(_, of)| !(of.has_no_credits() || of.open.blocked > 0));
    let fitting = rows.into_iter().filter_map(|(at, of)| {
        let row = row(of, status.live_read, roles);
        room = room.checked_sub(row.len())?;
        Some((at, row))
    });
    let fitting: BTreeMap<usize, String> = fitting.collect();
    let mut end = 0;
    for of_journey in status.retailers.chunk_by(|a, b| a.journey == b.journey) {
        writeln!(out, "**{}**\n", of_journey[0].journey.words())?;
        writeln!(out, "| retailer | stage | waits for | since | open |\n|---|---|---|---|---|")?;
        let start = end;
        end += of_journey.len();
        fitting.range(start..end).try_for_each(|(_, row)| out.write_all(row.as_bytes()))?;
        writeln!(out)?;
    }
    let left_out = all - fitting.len();
    if left_out > 0 {
        writeln!(
            out,
            "**{left_out} of {all} retailers are left out**, because a comment has a size limit. \
             `reconcile status` prints them all."
        )?;
    }
    Ok(())
}

fn row(retailer: &RetailerStatus, live_read: bool, roles: Roles<'_>) -> String {
    let mark = if retailer.has_no_credits() { "**no credits** " } else { "" };
    let own = retailer.account_manager.as_deref();
    format!(
        "| {mark}{} | {} | {} | {} | {} |\n",
        prose(&retailer.retailer),
        words::stage(retailer),
        prose(&words::waits_for(retailer, live_read, |role| roles.short_for(role, own))),
        words::age(retailer).unwrap_or_default(),
        words::open_and_silent(retailer)
    )
}

/// Writes one retailer's checklist and next steps.
pub(crate) fn checklist(
    status: &Status,
    retailer: &RetailerStatus,
    roles: Roles<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (name, file) = (prose(&retailer.retailer), code(&retailer.file));
    writeln!(out, "### {name} ({file}) on {}\n", status.as_of)?;
    head(status, out)?;
    writeln!(out, "{}\n", words::place(retailer, prose))?;
    if let Some(of) = &retailer.uploads {
        writeln!(out, "{}\n", prose(&words::arrivals(of)))?;
    }
    for step in &retailer.steps {
        let StepStatus { step: of, who, asks, state, .. } = step;
        let mark = if *state == TaskState::Done { "x" } else { " " };
        let state = match state {
            TaskState::Done => String::new(),
            TaskState::Next => format!(", **{}**", state.words()),
            _ => format!(", {}", state.words()),
        };
        let notes: String =
            words::evidence(step).iter().map(|note| format!("<br>{}", sentences(note))).collect();
        let who = prose(&roles.titles_for(who, retailer.account_manager.as_deref()));
        writeln!(out, "- [{mark}] {of} {asks} ({who}){state}{notes}")?;
    }
    if retailer.waiting_for.is_empty() {
        return writeln!(out, "\nNext: {}.", words::nothing_next(retailer, status.live_read));
    }
    writeln!(out, "\n**Next**\n")?;
    for waiting in &retailer.waiting_for {
        let WaitingFor { who, to_do, commands, is_choice, .. } = waiting;
        let commands = commands.iter().enumerate().map(|(at, command)| {
            let or = if *is_choice && at == 1 { "or " } else { "" };
            format!("<br>{or}{}", code(command))
        });
        let commands: String = commands.collect();
        let steps = words::steps_and_age(waiting);
        writeln!(out, "- {} ({steps}): {}{commands}", prose(who), sentences(to_do))?;
    }
    Ok(())
}

fn head(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(notices(status.alerts.iter().map(|of| &of.alert)).as_bytes())?;
    match words::unread(status) {
        Some(unread) => writeln!(out, "> **{unread}**\n"),
        None => Ok(()),
    }
}
