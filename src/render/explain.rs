//! An explanation as text.

use super::alerts;
use super::people::PeopleOf;
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, UPDATE, clean, styled, value};
use super::text::{blocked, held, waiting};
use crate::codes::{self, Code, FoundIn};
use crate::exit::Failure;
use crate::explain::{Explanation, Found, Row, State};
use crate::model::name::closest_name;
use crate::model::{Advice, Journey, Milestone, Setting};
use crate::plan::ID_OF_NEW;
use crate::process::journey;
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{self, Write};

/// The output of `explain --format json`.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Explained<'a> {
    Retailer(&'a Explanation),
    Code(&'a Code),
}

/// Writes the alerts, the desired settings of a retailer by system, compared with live, and the
/// decision that is open.
pub(crate) fn explain(
    explanation: &Explanation,
    people: &PeopleOf,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Explanation {
        retailer,
        file,
        journey,
        environment,
        systems,
        settings,
        undecided,
        blocked: problems,
        alerts,
    } = explanation;
    alerts::text(alerts.iter(), Some(people.roles), out)?;
    writeln!(out, "{}  {}", styled(HEADING, clean(retailer)), styled(FAINT, clean(file)))?;
    writeln!(out, "journey {journey}, compared with {environment}")?;
    for Found { system, id, name, note } in systems {
        writeln!(out)?;
        let problems: Vec<_> = problems.iter().filter(|of| of.system == *system).collect();
        match (id, name) {
            (Some(id), Some(name)) => {
                writeln!(out, "{}: {} (id {})", styled(HEADING, system), clean(name), clean(id))?;
            }
            _ if problems.is_empty() => {
                writeln!(out, "{}: {}", styled(HEADING, system), clean(note))?;
            }
            // The problem says what the note does.
            _ => writeln!(out, "{}", styled(HEADING, system))?,
        }
        problems.iter().try_for_each(|problem| blocked(problem, out))?;
        for row in settings.iter().filter(|row| row.setting.system() == *system) {
            self::row(row, out)?;
        }
    }
    if let Some(undecided) = undecided {
        writeln!(out)?;
        held(std::slice::from_ref(undecided), |waiting| people.stating(waiting, file), out)?;
    }
    Ok(())
}

/// Writes what a code means, and how to fix it.
pub(crate) fn code(code: &Code, out: &mut dyn Write) -> io::Result<()> {
    let (page, anchor) = code.paragraph();
    let address = code.url().unwrap_or_else(|| format!("{page}#{anchor}"));
    let Code { code, found_in, meaning, remedy } = code;
    let found_in = match found_in {
        FoundIn::Files => "a problem in a file",
        FoundIn::Plan => "an entry of a plan that is blocked",
        FoundIn::Alerts => "an alert: customers are harmed, now or once they use the partner",
        FoundIn::Apply => "a finding of an apply",
    };
    writeln!(out, "{}: {found_in}", styled(HEADING, code))?;
    writeln!(out, "  means:      {meaning}")?;
    writeln!(out, "  what to do: {remedy}")?;
    writeln!(out, "  reference:  {address}")
}

/// Returns the failure for a word that is neither a retailer nor a code, with a hint if it is
/// something else that a plan or a status shows.
pub(crate) fn unknown(word: &str, failure: Failure) -> Failure {
    let is_step = || {
        let mut steps = [Journey::New, Journey::EXISTING].into_iter().flat_map(journey::tasks);
        steps.any(|task| {
            task.step.id == word || word.strip_prefix(task.step.id).is_some_and(is_below)
        })
    };
    let hint = if Setting::ALL.iter().any(|known| known.key() == word) {
        "it is a setting; docs/reference/settings.md describes it".to_owned()
    } else if Milestone::ALL.iter().any(|known| known.key() == word) {
        "it is a milestone; docs/reference/milestones.md describes it".to_owned()
    } else if is_step() {
        "it is a step; docs/onboarding.md and docs/reference/settings.md describe it".to_owned()
    } else if let Some(code) = closest_name(codes::CODES.iter().map(|known| known.code), word) {
        format!("did you mean `{code}`?")
    } else {
        return failure;
    };
    match failure.advice {
        Some(advice) if !advice.hint.starts_with("did you mean") => {
            Failure { advice: Some(Advice { hint, ..advice }), ..failure }
        }
        advice => Failure { advice, ..failure },
    }
}

/// Returns whether the rest of a step makes it one below that step, as `.2.1` does.
fn is_below(rest: &str) -> bool {
    rest.starts_with('.')
}

fn row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let style = match row.state {
        State::InSync => CREATE,
        State::Apply => UPDATE,
        State::Held => HELD,
        State::Manual | State::Observed => MANUAL,
        State::Blocked | State::Unknown => BLOCKED,
        State::NotManaged => FAINT,
    };
    let Row { setting, live, step, asks, state, waiting_for, consequence, .. } = row;
    writeln!(out, "  {setting}: {}", styled(style, state.words()))?;
    let shown = |side: &Option<crate::model::Value>, none: &str| {
        side.as_ref().map_or_else(|| none.to_owned(), value)
    };
    let no_value = match state {
        State::NotManaged => "(not managed)",
        _ => "(not known)",
    };
    let desired = &row.desired;
    let remark = match (live, desired) {
        (Some(live), Some(desired)) => live.remark(desired),
        _ => "",
    };
    let desired = if row.is_id_of_new { ID_OF_NEW.to_owned() } else { shown(desired, no_value) };
    writeln!(out, "      desired {desired}")?;
    writeln!(out, "      live    {}{remark}", shown(live, "(not known)"))?;
    writeln!(out, "      {}", styled(FAINT, format!("{step}: {asks}, otherwise {consequence}")))?;
    if row.desired.is_some() && row.state == State::NotManaged {
        writeln!(out, "      set with the account, and not managed afterwards")?;
    }
    if let Some(reason) = &row.override_reason {
        writeln!(out, "      overridden in the file: {}", clean(reason))?;
    }
    if !waiting_for.is_empty() {
        writeln!(out, "      waits until {}", waiting(waiting_for))?;
    }
    Ok(())
}
