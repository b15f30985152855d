//! The template's input.

use super::marks::{Mark, marks};
use super::people::{Person, Turn, capitalized, people, without};
use super::{BoardCommit, BoardInput, CSS, JS, data, policy};
use crate::model::Journey;
use crate::process::journey::{Phase, phases};
use crate::render::status as words;
use crate::render::style::clean;
use crate::render::wording;
use crate::status::{RetailerStatus, Status, StatusSummary};
use minijinja::Value;
use serde::Serialize;
use std::io;

/// The whole input of the template.
#[derive(Serialize)]
pub(super) struct Board<'a> {
    policy: String,
    css: Value,
    js: Value,
    data: Value,
    environment: String,
    partner: String,
    as_of: String,
    at: String,
    at_iso: String,
    commit: Option<&'a BoardCommit>,
    notice: Option<String>,
    tiles: Vec<Tile>,
    alarms: Vec<Named>,
    /// The number of alarms that the page lists: the others are one click away.
    alarms_shown: usize,
    journeys: Vec<Label>,
    lists: Vec<ListView>,
    undeclared: Option<String>,
    counts: String,
}

#[derive(Serialize)]
struct Tile {
    /// Empty for the tile of all retailers.
    key: &'static str,
    title: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct Named {
    name: String,
    slug: String,
}

/// The list of a person, or of the retailers that wait for nobody.
#[derive(Serialize)]
struct ListView {
    title: String,
    /// Whether it is collapsed at first.
    folded: bool,
    /// The person's roles.
    roles: String,
    overdue: usize,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    slug: String,
    marks: Vec<Label>,
    to_do: String,
    /// The number of the person's other steps.
    more: usize,
    stage: String,
    age: Option<Age>,
}

/// A journey or a mark.
#[derive(Serialize)]
struct Label {
    key: &'static str,
    title: &'static str,
}

#[derive(Serialize)]
struct Age {
    days: String,
    overdue: Option<i32>,
    /// The length, in twelfths of the maximum.
    width: i32,
}

/// Builds the template's input.
pub(super) fn view<'a>(input: &'a BoardInput<'_>) -> io::Result<Board<'a>> {
    let BoardInput { status, roles, at, .. } = *input;
    let people = people(status, roles);
    let (done, nobody) = without(status);
    let mut lists: Vec<(Option<&Person>, Vec<usize>)> = people
        .iter()
        .map(|person| (Some(person), person.turns.iter().map(|turn| turn.at).collect()))
        .collect();
    let mut views: Vec<ListView> = people.iter().map(|person| list(status, person)).collect();
    let title = Mark::Done.title(status.live_read);
    for (places, title, folded) in [(nobody, "Nobody", false), (done, title, true)] {
        if !places.is_empty() {
            views.push(rest(status, title, folded, &places));
            lists.push((None, places));
        }
    }
    let phases: Vec<(&'static str, &'static Phase)> = Journey::ALL
        .into_iter()
        .flat_map(|of| phases(of).iter().map(move |phase| (of.key(), phase)))
        .collect();
    Ok(Board {
        policy: policy(),
        css: Value::from_safe_string(CSS.into()),
        js: Value::from_safe_string(JS.into()),
        data: Value::from_safe_string(data::json(input, &phases, &lists)?),
        environment: clean(&status.environment),
        partner: clean(roles.partner),
        as_of: status.as_of.to_string(),
        at: format!("{} UTC", at.strftime("%Y-%m-%d %H:%M")),
        at_iso: format!("{}Z", at.strftime("%Y-%m-%dT%H:%M:%S")),
        commit: input.commit.as_ref(),
        notice: words::unread(status),
        tiles: tiles(status),
        alarms: alarms(status),
        alarms_shown: 6,
        journeys: Journey::ALL.map(choice).into(),
        lists: views,
        undeclared: words::undeclared(status.undeclared.as_deref()),
        counts: counts(status),
    })
}

/// Returns the counts of what is planned. The tiles count the retailers.
fn counts(status: &Status) -> String {
    let StatusSummary { to_apply, manual, held, blocked, .. } = &status.summary;
    if !status.live_read {
        return words::counts(status);
    }
    format!(
        "Status of {} on {}. The plans of these retailers have {} to apply, {} to do by hand, \
         {held} held, {blocked} blocked.",
        clean(&status.environment),
        status.as_of,
        wording::counted(*to_apply, "write"),
        wording::counted(*manual, "step"),
    )
}

fn choice(journey: Journey) -> Label {
    let key = journey.key();
    Label { key, title: words::journey(key) }
}

fn tiles(status: &Status) -> Vec<Tile> {
    let all = Tile { key: "", title: "retailers", count: status.retailers.len() };
    let count = |mark: Mark| {
        status.retailers.iter().filter(|retailer| marks(retailer).any(|of| of == mark)).count()
    };
    let tiles = Mark::ALL.into_iter().map(|mark| (mark, count(mark)));
    let tiles = tiles.filter(|(mark, count)| mark.has_tile(status, *count));
    let tiles = tiles.map(|(mark, count)| Tile {
        key: mark.key(),
        title: mark.title(status.live_read),
        count,
    });
    [all].into_iter().chain(tiles).collect()
}

fn alarms(status: &Status) -> Vec<Named> {
    let harmed = status.retailers.iter().filter(|retailer| retailer.has_no_credits());
    harmed.map(|of| Named { name: clean(&of.retailer), slug: of.slug.clone() }).collect()
}

fn list(status: &Status, person: &Person<'_>) -> ListView {
    let Person { name, roles, turns } = person;
    ListView {
        title: name.clone(),
        folded: false,
        roles: roles.clone(),
        overdue: turns.iter().filter(|turn| turn.overdue_days().is_some()).count(),
        rows: turns.iter().map(|turn| row(status, turn)).collect(),
    }
}

fn row(status: &Status, turn: &Turn<'_>) -> Row {
    Row {
        to_do: capitalized(&clean(&turn.first.to_do).replace('`', "")),
        more: turn.more.len(),
        age: turn.since().map(|(_, days)| age(days, turn.overdue_days())),
        ..of_nobody(&status.retailers[turn.at], status.live_read)
    }
}

/// Returns the row of a retailer that waits for nobody.
fn of_nobody(of: &RetailerStatus, live_read: bool) -> Row {
    let marks = marks(of).filter(|mark| mark.is_beside_name());
    Row {
        name: clean(&of.retailer),
        slug: of.slug.clone(),
        marks: marks.map(|mark| Label { key: mark.key(), title: mark.title(live_read) }).collect(),
        to_do: String::new(),
        more: 0,
        stage: words::stage(of),
        age: None,
    }
}

/// Returns the list of retailers that wait for nobody.
fn rest(status: &Status, title: &str, folded: bool, places: &[usize]) -> ListView {
    let rows = places.iter().map(|at| of_nobody(&status.retailers[*at], status.live_read));
    let rows = rows.collect();
    ListView { title: title.to_owned(), folded, roles: String::new(), overdue: 0, rows }
}

fn age(days: i32, overdue: Option<i32>) -> Age {
    /// The age with the maximum length: more than two months is late by any measure.
    const LONGEST: i32 = 60;
    let width = days.min(LONGEST) * 12;
    Age {
        days: wording::days(days),
        overdue,
        // Rounded up, so that one day is visible.
        width: (width + LONGEST - 1) / LONGEST,
    }
}
