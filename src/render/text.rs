//! A plan as text.

use super::entry::{PLAIN, Row, decision, is_decision};
use super::people::PeopleOf;
use super::status::undeclared as undeclared_names;
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, UPDATE, clean, styled};
use super::{alerts, wording};
use crate::model::{BlockerCode, System};
use crate::plan::{
    Action, Blocker, Entry, Held, Kind, Manual, Plan, PlanWarning, RetailerPlan, Summary,
    Undeclared,
};
use crate::process::Precondition;
use crate::shell;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

/// The display options of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlanText<'a> {
    /// Who has which role, if known.
    pub people: Option<PeopleOf<'a>>,
    /// The file of the plan, if it is a saved one.
    pub saved: Option<&'a Path>,
    /// Whether a large fleet also lists retailers with held changes.
    pub lists_held: bool,
    /// Whether a large fleet also lists retailers with manual steps.
    pub lists_manual: bool,
    /// The retailers without an entry, if they are to be listed.
    pub unchanged: Option<Vec<&'a str>>,
    /// The undeclared retailers, if they are to be named, in any format.
    pub undeclared: Option<&'a [Undeclared]>,
}

/// The maximum number of waiting retailers that are listed rather than counted: each has about
/// three lines, so these fill two screens.
const MAX_WAITING: usize = 20;

/// Writes a plan. In a large fleet, what can be done comes first and the rest is counted. The
/// last line always has the counts.
pub(crate) fn plan(plan: &Plan, with: &PlanText, out: &mut dyn Write) -> io::Result<()> {
    alerts::text(plan.alerts(), with.people.as_ref().map(|people| people.roles), out)?;
    let down = Down::of(&plan.retailers);
    down.write(out)?;
    let listed = plan.retailers.iter().filter(|retailer| retailer.has_entries());
    let retailers: Vec<_> = listed.filter_map(|retailer| down.without(retailer)).collect();
    let (waiting, first): (Vec<_>, Vec<_>) = retailers.iter().partition(|of| only_waits(of));
    let is_large = waiting.len() > MAX_WAITING;
    let is_listed = |of: &&Cow<RetailerPlan>| {
        !is_large
            || with.lists_held && !of.held.is_empty()
            || with.lists_manual && !of.manual.is_empty()
    };
    let (rest, counted): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_listed);
    let listed = if is_large {
        first.into_iter().chain(rest).collect()
    } else {
        retailers.iter().collect::<Vec<_>>()
    };
    for retailer in listed {
        self::retailer(retailer, with.people.as_ref(), out)?;
        writeln!(out)?;
    }
    left_out(&counted, with.saved, out)?;
    if let Some(unchanged) = &with.unchanged {
        let not_checked: BTreeSet<&str> = plan.not_checked.iter().map(String::as_str).collect();
        let is_checked = |name: &&&str| !not_checked.contains(**name);
        let names: Vec<String> =
            unchanged.iter().filter(is_checked).map(|name| clean(name)).collect();
        let names = if names.is_empty() { "none".into() } else { names.join(", ") };
        writeln!(out, "{} {names}\n", styled(HEADING, "Unchanged:"))?;
        if !plan.not_checked.is_empty() {
            let names: Vec<String> = plan.not_checked.iter().map(|name| clean(name)).collect();
            writeln!(out, "{} {}\n", styled(HEADING, "Not checked:"), names.join(", "))?;
        }
    }
    if let Some(names) = undeclared_names(with.undeclared) {
        writeln!(out, "{names}\n")?;
    }
    writeln!(out, "{}", counts(plan))
}

/// Returns whether nothing can be applied to a retailer until people act.
fn only_waits(retailer: &RetailerPlan) -> bool {
    let RetailerPlan { actions, blocked, observed, alerts, .. } = retailer;
    actions.is_empty()
        && blocked.is_empty()
        && observed.is_empty()
        && alerts.is_empty()
        && retailer.warning().is_none()
}

/// Writes the number of unlisted retailers, with the command that lists them.
fn left_out(
    counted: &[&Cow<RetailerPlan>],
    saved: Option<&Path>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if counted.is_empty() {
        return Ok(());
    }
    let manual = counted.iter().filter(|of| !of.manual.is_empty()).count();
    let held = counted.len() - manual;
    let kinds =
        [(manual, "with manual steps", "manual"), (held, "with changes that are held", "held")];
    let nonzero: Vec<_> = kinds.iter().filter(|(count, ..)| *count > 0).collect();
    let counts: Vec<String> = nonzero
        .iter()
        .map(|(count, what, _)| format!("{} {what}", wording::counted(*count, "retailer")))
        .collect();
    let words: Vec<&str> = nonzero.iter().map(|(.., word)| *word).collect();
    let saved = saved.map(|path| shell::word(&path.to_string_lossy()).into_owned());
    let saved = saved.map(|path| format!(" --show {}", clean(&path))).unwrap_or_default();
    writeln!(
        out,
        "{} {}. `reconcile plan{saved} --show {}` lists them.\n",
        styled(HEADING, "Not listed:"),
        counts.join(", "),
        words.join(",")
    )
}

/// Unavailable systems that block several retailers; each is reported once.
pub(super) struct Down<'a>(BTreeMap<System, (&'a Blocker, usize)>);

impl<'a> Down<'a> {
    pub(super) fn of(retailers: &'a [RetailerPlan]) -> Down<'a> {
        let mut down: BTreeMap<System, (&Blocker, usize)> = BTreeMap::new();
        for problem in retailers.iter().flat_map(|of| &of.blocked) {
            if problem.code == BlockerCode::SystemUnknown {
                let (first, count) = down.entry(problem.system).or_insert((problem, 0));
                *count += 1;
                // Some messages also name what else waits for the system.
                if problem.message.len() < first.message.len() {
                    *first = problem;
                }
            }
        }
        down.retain(|_, (_, count)| *count > 1);
        Down(down)
    }

    /// Writes each system with the number of retailers that it blocks.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (Blocker { code, system, message, hint, line: _ }, count) in self.0.values() {
            let head = styled(BLOCKED, format!("! blocked in {system} [{}]", code.key()));
            writeln!(out, "{head}: {}; it stops {count} retailers", clean(message))?;
            writeln!(out, "    hint: {}\n", clean(hint))?;
        }
        Ok(())
    }

    /// Returns whether a retailer has more entries than those that wait for people, or for a system
    /// that blocks several retailers.
    fn comes_first(&self, retailer: &RetailerPlan) -> bool {
        self.without(retailer).is_some_and(|rest| !only_waits(&rest))
    }

    /// Returns the retailer's other entries, if any.
    pub(super) fn without<'b>(&self, retailer: &'b RetailerPlan) -> Option<Cow<'b, RetailerPlan>> {
        let is_shared = |problem: &Blocker| {
            problem.code == BlockerCode::SystemUnknown && self.0.contains_key(&problem.system)
        };
        if !retailer.blocked.iter().any(is_shared) {
            return Some(Cow::Borrowed(retailer));
        }
        let mut rest = retailer.clone();
        rest.blocked.retain(|problem| !is_shared(problem));
        rest.has_entries().then_some(Cow::Owned(rest))
    }
}

/// Returns the texts of the retailers that fit into a room, and a note if some do not, for which
/// `left_out` is given their number. If not all fit, those that only wait are tried last.
pub(super) fn fitting(
    retailers: &[RetailerPlan],
    text: impl Fn(&RetailerPlan) -> String,
    size: fn(&str) -> usize,
    left_out: impl Fn(usize) -> String,
    room: usize,
) -> (String, String) {
    let mut room = room.saturating_sub(size(&left_out(retailers.len())));
    let listed = retailers.iter().filter(|retailer| retailer.has_entries());
    let mut listed: Vec<&RetailerPlan> = listed.collect();
    let rest = |room: usize, of: &&RetailerPlan| room.checked_sub(size(&text(of)));
    if listed.iter().try_fold(room, rest).is_none() {
        let down = Down::of(retailers);
        listed.sort_by_cached_key(|retailer| !down.comes_first(retailer));
    }
    let (mut shown, mut more) = (String::new(), 0);
    for text in listed.into_iter().map(text) {
        match room.checked_sub(size(&text)) {
            Some(rest) => {
                room = rest;
                shown.push_str(&text);
            }
            None => more += 1,
        }
    }
    (shown, if more > 0 { left_out(more) } else { String::new() })
}

/// Returns the count line of a plan.
pub(crate) fn counts(plan: &Plan) -> String {
    format!("Plan for {}: {}.", clean(&plan.environment), totals(plan))
}

/// Returns the number of undeclared retailers, as the end of the count line.
pub(crate) fn undeclared(plan: &Plan) -> String {
    match plan.undeclared.as_ref().map_or(0, Vec::len) {
        0 => String::new(),
        count => format!("; {count} undeclared in OmniRPS"),
    }
}

/// Returns the number of retailers of which people alone see something, as the end of a list of
/// counts.
pub(super) fn not_checked(count: usize, unread: &[System]) -> String {
    if count == 0 { String::new() } else { format!(", {count} {}", because_unread(unread)) }
}

/// Says what was not checked, and which systems are deliberately not read.
pub(super) fn because_unread(unread: &[System]) -> String {
    match unread {
        [] => "not checked".to_owned(),
        unread => format!("not checked (not read: {})", titles(unread)),
    }
}

/// Lists systems by their titles.
pub(super) fn titles<'a>(systems: impl IntoIterator<Item = &'a System>) -> String {
    let titles: Vec<&str> = systems.into_iter().map(|system| system.title()).collect();
    titles.join(", ")
}

/// Returns the counts in words.
pub(crate) fn totals(plan: &Plan) -> String {
    let Summary { create, update, manual, held, blocked, unchanged, observed } = &plan.summary;
    let undeclared = undeclared(plan);
    let unchanged = unchanged.saturating_sub(plan.not_checked.len());
    let not_checked = not_checked(plan.not_checked.len(), &plan.unread_systems);
    let observed = match observed {
        0 => String::new(),
        count => format!("{count} observed, "),
    };
    format!(
        "{create} to create, {update} to update, {manual} manual, {held} held, {blocked} \
         blocked, {observed}{unchanged} unchanged{not_checked}{undeclared}"
    )
}

/// Writes the entries of one retailer.
pub(crate) fn retailer(
    retailer: &RetailerPlan,
    people: Option<&PeopleOf>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let RetailerPlan { retailer: name, file, actions, held, manual, blocked, observed, .. } =
        retailer;
    writeln!(out, "{}  {}", styled(HEADING, clean(name)), styled(FAINT, clean(file)))?;
    for problem in blocked {
        self::blocked(problem, out)?;
    }
    for action in actions {
        self::action(action, out)?;
    }
    if let Some(PlanWarning { code, message, .. }) = retailer.warning() {
        let head = styled(UPDATE, format!("! warning[{code}]"));
        writeln!(out, "  {head}: {}", clean(&message))?;
    }
    for entry in manual {
        let instruction = people.map(|people| people.instruction(entry, file));
        self::manual(entry, &instruction.unwrap_or_else(|| entry.instruction.clone()), out)?;
    }
    self::observed(observed, out)?;
    let stating = |waiting: &[Precondition]| people.and_then(|of| of.stating(waiting, file));
    self::held(held, stating, out)
}

/// Returns the entries of one retailer without colours and people, for other formats.
pub(super) fn plain(retailer: &RetailerPlan) -> String {
    let mut bytes = Vec::new();
    self::retailer(retailer, None, &mut bytes).expect("a vector takes every byte");
    anstream::adapter::strip_str(&String::from_utf8_lossy(&bytes)).to_string()
}

fn action(action: &Action, out: &mut dyn Write) -> io::Result<()> {
    let name = clean(&action.name);
    let system = action.system;
    let id = clean(action.target_id.as_deref().unwrap_or_default());
    let (style, what) = match action.kind {
        Kind::Create => (CREATE, format!("+ create in {system}: \"{name}\"")),
        Kind::Update => (UPDATE, format!("~ update in {system}: {name} (id {id})")),
    };
    writeln!(out, "  {}", styled(style, what))?;
    for change in &action.changes {
        let row = Row::of_change(change, PLAIN);
        let row = match &change.rollback_of {
            Some(run) => {
                let step = format!("{} of run {}", row.step, clean(run));
                Row { step, origin: None, reason: String::new(), ..row }
            }
            None => row,
        };
        line(&row, out)?;
    }
    Ok(())
}

fn line(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let Row { origin, step, reason, .. } = row;
    let origin = origin.map(|origin| format!(", {}", origin.key())).unwrap_or_default();
    let why = styled(FAINT, format!("{step}{origin}{reason}"));
    writeln!(out, "      {}  {why}", row.difference())
}

fn manual(entry: &Manual, instruction: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", styled(MANUAL, "☐ manual step"))?;
    line(&Row::of_manual(entry, PLAIN), out)?;
    writeln!(out, "      {}", clean(instruction))?;
    match &entry.note {
        Some(note) => writeln!(out, "      manual because {}", clean(note)),
        None => Ok(()),
    }
}

fn observed(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    if !entries.is_empty() {
        writeln!(out, "  {}", styled(MANUAL, "≠ observed, not changed"))?;
    }
    entries.iter().try_for_each(|entry| line(&Row::of_entry(entry, PLAIN), out))
}

/// Writes held entries, grouped by what they wait for.
pub(super) fn held(
    entries: &[Held],
    stating: impl Fn(&[Precondition]) -> Option<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for entries in entries.chunk_by(|a, b| a.waiting_for == b.waiting_for) {
        let waiting_for = &entries[0].waiting_for;
        let who = stating(waiting_for).map(|who| format!(" ({who})")).unwrap_or_default();
        let waits = format!("⏸ held until {}{who}", waiting(waiting_for));
        writeln!(out, "  {}", styled(HELD, waits))?;
        for entry in entries {
            if is_decision(entry) {
                let (what, why) = decision(entry);
                writeln!(out, "      {what}  {}", styled(FAINT, why))?;
            } else {
                line(&Row::of_entry(&entry.entry, PLAIN), out)?;
            }
        }
    }
    Ok(())
}

/// Describes what must be stated first.
pub(crate) fn waiting(waiting: &[Precondition]) -> String {
    let parts: Vec<String> = waiting
        .iter()
        .map(|waiting| match waiting {
            Precondition::Milestone(milestone) => format!("the milestone {milestone} is stated"),
            Precondition::OmnireturnsAccess => "omnireturns_access is decided".into(),
            Precondition::Setting(setting) => format!("{setting} is right"),
        })
        .collect();
    parts.join(" and ")
}

pub(super) fn blocked(problem: &Blocker, out: &mut dyn Write) -> io::Result<()> {
    let Blocker { code, system, message, hint, line: _ } = problem;
    let head = format!("! blocked in {system} [{}]", code.key());
    writeln!(out, "  {}: {}", styled(BLOCKED, head), clean(message))?;
    writeln!(out, "      hint: {}", clean(hint))
}
