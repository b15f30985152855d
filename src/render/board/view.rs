//! The template's input.

use super::marks::{Mark, marks};
use super::people::{Person, PersonTask, capitalized, people, without};
use super::{BoardInput, CSS, JS, data, policy};
use crate::model::JourneyKind;
use crate::render::status as words;
use crate::render::style::clean;
use crate::render::wording;
use crate::status::{Status, StatusSummary};
use minijinja::value::Serde;
use minijinja::{Value, context};
use std::io;

/// The number of alarms that the page lists: the others are one click away.
const ALARMS_SHOWN: usize = 6;

/// Builds the template's input.
pub(super) fn view(input: &BoardInput<'_>) -> io::Result<Value> {
    let BoardInput { status, roles, at, .. } = *input;
    let people = people(status, roles);
    let (done, nobody) = without(status);
    let mut lists: Vec<(Option<&Person>, Vec<usize>)> = people
        .iter()
        .map(|person| (Some(person), person.tasks.iter().map(|task| task.at).collect()))
        .collect();
    let mut views: Vec<Value> = people.iter().map(|person| list(status, person)).collect();
    let title = Mark::Done.title(status.live_read);
    for (places, title, folded) in [(nobody, "Nobody", false), (done, title, true)] {
        if !places.is_empty() {
            let rows: Vec<Value> = places.iter().map(|at| row(status, *at, None)).collect();
            views.push(context! { title, folded, rows });
            lists.push((None, places));
        }
    }
    Ok(context! {
        policy => policy(),
        css => Value::from_safe_string(CSS.into()),
        js => Value::from_safe_string(JS.into()),
        data => Value::from_safe_string(data::json(input, &lists)?),
        environment => clean(&status.environment),
        partner => clean(roles.partner),
        as_of => status.as_of.to_string(),
        at => format!("{} UTC", at.strftime("%Y-%m-%d %H:%M")),
        at_iso => format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S")),
        commit => Serde(&input.commit),
        notice => words::unread(status),
        tiles => tiles(status),
        alarms => alarms(status),
        alarms_shown => ALARMS_SHOWN,
        journeys => JourneyKind::ALL.map(|of| label(of.key(), of.words())),
        lists => views,
        undeclared => words::undeclared(status.undeclared.as_deref()),
        counts => counts(status),
    })
}

/// Returns the counts of what is planned. The tiles count the retailers.
fn counts(status: &Status) -> String {
    let StatusSummary { to_apply, manual, held, blocked, .. } = &status.summary;
    if !status.live_read {
        return words::counts(status);
    }
    format!(
        "Status of {} on {}. The plans of these retailers have {} to apply, {}, {held} held, {blocked} blocked.",
        clean(&status.environment),
        status.as_of,
        wording::counted(*to_apply, "write"),
        wording::counted(*manual, "manual step"),
    )
}

/// Returns a journey or a mark.
fn label(key: &str, title: &str) -> Value {
    context! { key, title }
}

/// Returns the tiles; the key of that of all retailers is empty.
fn tiles(status: &Status) -> Vec<Value> {
    let count = |mark: Mark| {
        status.retailers.iter().filter(|retailer| marks(retailer).any(|of| of == mark)).count()
    };
    let tile = |key: &str, title: &str, count: usize| context! { key, title, count };
    let tiles = Mark::ALL.into_iter().map(|mark| (mark, count(mark)));
    let tiles = tiles.filter(|(mark, count)| mark.has_tile(status, *count));
    let tiles = tiles.map(|(mark, count)| tile(mark.key(), mark.title(status.live_read), count));
    [tile("", "retailers", status.retailers.len())].into_iter().chain(tiles).collect()
}

fn alarms(status: &Status) -> Vec<Value> {
    let harmed = status.retailers.iter().filter(|retailer| retailer.has_no_credits());
    harmed.map(|of| context! { name => clean(&of.retailer), slug => &of.slug }).collect()
}

fn list(status: &Status, Person { name, roles, tasks }: &Person<'_>) -> Value {
    let rows: Vec<Value> = tasks.iter().map(|task| row(status, task.at, Some(task))).collect();
    context! {
        title => name,
        roles,
        overdue => tasks.iter().filter(|task| task.overdue_days().is_some()).count(),
        rows,
    }
}

/// Returns the row of a retailer, with what someone has to do for it.
fn row(status: &Status, at: usize, task: Option<&PersonTask<'_>>) -> Value {
    let of = &status.retailers[at];
    let marks = marks(of).filter(|mark| mark.is_beside_name());
    let marks = marks.map(|mark| label(mark.key(), mark.title(status.live_read)));
    context! {
        name => clean(&of.retailer),
        slug => &of.slug,
        marks => marks.collect::<Vec<_>>(),
        to_do => task.map(|task| capitalized(&clean(&task.waiting[0].to_do).replace('`', ""))),
        more => task.map(|task| task.waiting.len() - 1),
        stage => words::stage(of),
        age => task.and_then(|task| Some(age(task.since()?.1, task.overdue_days()))),
    }
}

/// Returns an age, with its length in twelfths of the maximum.
fn age(days: i32, overdue: Option<i32>) -> Value {
    /// The age with the maximum length: more than two months is late by any measure.
    const MAX_DAYS: i32 = 60;
    let width = days.min(MAX_DAYS) * 12;
    context! {
        days => wording::days(days),
        overdue,
        // Rounded up, so that one day is visible.
        width => (width + MAX_DAYS - 1) / MAX_DAYS,
    }
}
