//! The status as a table for a wiki or an issue, or as one retailer's checklist.

use super::escape::{prose, sentences};
use super::{BUDGET, code, first, notices};
use crate::model::Roles;
use crate::render::status as words;
use crate::render::wording::fitting;
use crate::status::{RetailerStatus, Status, StepStatus, TaskState, WaitingFor};
use std::io::{self, Write};

/// The bytes reserved for the table headings and the count line: there are two journeys.
const REST: usize = 1_000;

/// Writes a table for each journey. Retailers that do not fit into a comment or an issue are
/// omitted, and the text gives their number.
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
    let first = |names: &[&str], most| first(names, most, prose);
    let import = code("reconcile import");
    let undeclared = words::undeclared_as(status.undeclared.as_deref(), first, &import);
    for text in [undeclared, words::silent(status, prose)].into_iter().flatten() {
        writeln!(top, "{text}\n")?;
    }
    out.write_all(&top)?;
    let mut room = BUDGET.saturating_sub(top.len() + REST);
    let mut left_out = 0;
    for of_journey in status.retailers.chunk_by(|a, b| a.journey == b.journey) {
        writeln!(out, "**{}**\n", of_journey[0].journey.as_str())?;
        writeln!(out, "| retailer | stage | waits for | since | open |\n|---|---|---|---|---|")?;
        let rows = of_journey.iter().map(|retailer| {
            let mark = if retailer.has_no_credits() { "**no credits** " } else { "" };
            let own = retailer.account_manager.as_deref();
            let since = words::age(retailer);
            format!(
                "| {mark}{} | {} | {} | {} | {} |\n",
                prose(&retailer.retailer),
                words::stage(retailer),
                prose(&words::waits_for(retailer, status.live_read, |role| roles
                    .short_for(role, own))),
                since.unwrap_or_default(),
                words::open_and_silent(retailer)
            )
        });
        let (shown, more) = fitting(rows, str::len, &mut room);
        left_out += more;
        writeln!(out, "{shown}")?;
    }
    if left_out > 0 {
        let all = status.retailers.len();
        writeln!(
            out,
            "**{left_out} of {all} retailers are left out**, because a comment has a size limit. \
             `reconcile status` prints them all."
        )?;
    }
    Ok(())
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
            TaskState::Next => format!(", **{}**", state.as_str()),
            _ => format!(", {}", state.as_str()),
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
