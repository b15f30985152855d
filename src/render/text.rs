//! A plan for people to read.

use super::alerts;
use super::style::{BLOCKED, CREATE, FAINT, HEADING, HELD, MANUAL, UPDATE, clean, styled, value};
use crate::model::{Setting, Value};
use crate::plan::{
    Action, Alert, Blocker, Change, Entry, Held, Kind, Manual, Origin, Plan, PlanWarning,
    RetailerPlan, Summary,
};
use crate::process::Precondition;
use std::io::{self, Write};

/// Writes a plan. The last line always counts.
pub(crate) fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    lead(plan, out)?;
    for retailer in &plan.retailers {
        self::retailer(retailer, out)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", counts(plan))
}

/// Writes what harms customers already.
pub(crate) fn lead(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    alerts::text(&alerts::groups(plan.alerts().map(Alert::parts)), out)
}

/// Returns the line that counts a plan's entries.
pub(crate) fn counts(plan: &Plan) -> String {
    format!("Plan for {}: {}.", clean(&plan.environment), totals(plan))
}

/// Counts what no file declares, for the end of that line.
pub(crate) fn undeclared(plan: &Plan) -> String {
    match plan.undeclared.as_ref().map_or(0, Vec::len) {
        0 => String::new(),
        count => format!("; {count} undeclared in OmniRPS"),
    }
}

/// Returns the numbers of that line in words.
pub(crate) fn totals(plan: &Plan) -> String {
    let Summary { create, update, manual, held, blocked, unchanged, observed } = &plan.summary;
    let undeclared = undeclared(plan);
    let observed = match observed {
        0 => String::new(),
        count => format!("{count} observed, "),
    };
    format!(
        "{create} to create, {update} to update, {manual} manual, {held} held, {blocked} \
         blocked, {observed}{unchanged} unchanged{undeclared}"
    )
}

/// Writes the entries of one retailer.
pub(crate) fn retailer(retailer: &RetailerPlan, out: &mut dyn Write) -> io::Result<()> {
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
        self::manual(entry, out)?;
    }
    self::observed(observed, out)?;
    self::held(held, out)
}

fn action(action: &Action, out: &mut dyn Write) -> io::Result<()> {
    let name = clean(&action.name);
    let system = action.system;
    match (action.kind, &action.target_id) {
        (Kind::Create, _) => {
            writeln!(out, "  {}", styled(CREATE, format!("+ create in {system}: \"{name}\"")))?;
        }
        (Kind::Update, id) => {
            let id = clean(id.as_deref().unwrap_or_default());
            let what = format!("~ update in {system}: {name} (id {id})");
            writeln!(out, "  {}", styled(UPDATE, what))?;
        }
    }
    for change in &action.changes {
        let after = match &change.after_from {
            Some(_) => "(the id of the new OmniRPS retailer)".into(),
            None => value(&change.after),
        };
        let Change { entry, rollback_of, .. } = change;
        let Entry { setting, before, step, override_reason, origin, .. } = entry;
        let why = match rollback_of {
            Some(run) => format!("{step} of run {}", clean(run)),
            None => why(setting.key(), step, *origin, override_reason.as_deref()),
        };
        line(out, setting.key(), before, &after, &why)?;
    }
    Ok(())
}

/// Says which step asks for a change, where the difference comes from, and what happens
/// without the change or why it is another one.
fn why(key: &str, step: &str, origin: Option<Origin>, override_reason: Option<&str>) -> String {
    let origin = match origin {
        None => "",
        Some(Origin::Drift) => ", drift",
        Some(Origin::Pending) => ", pending",
    };
    match override_reason {
        Some(reason) => format!("{step}{origin}, overridden: {}", clean(reason)),
        None => {
            let info = Setting::from_key(key).map(Setting::info);
            let consequence = info.map_or("", |info| info.consequence);
            format!("{step}{origin}, otherwise {consequence}")
        }
    }
}

fn line(out: &mut dyn Write, key: &str, before: &Value, after: &str, why: &str) -> io::Result<()> {
    writeln!(out, "      {key}: {} → {after}  {}", value(before), styled(FAINT, why))
}

fn manual(entry: &Manual, out: &mut dyn Write) -> io::Result<()> {
    let Manual { entry, instruction, note, unseen, .. } = entry;
    let Entry { setting, before, after, step, override_reason, origin } = entry;
    writeln!(out, "  {}", styled(MANUAL, "☐ manual, for a person to do"))?;
    let why = why(setting.key(), step, *origin, override_reason.as_deref());
    let before = if *unseen { "(not known)".into() } else { value(before) };
    let change = format!("{}: {before} → {}", setting.key(), value(after));
    writeln!(out, "      {change}  {}", styled(FAINT, why))?;
    writeln!(out, "      {}", clean(instruction))?;
    match note {
        Some(note) => writeln!(out, "      by hand because {}", clean(note)),
        None => Ok(()),
    }
}

fn observed(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    if !entries.is_empty() {
        writeln!(out, "  {}", styled(MANUAL, "≠ observed, not changed"))?;
    }
    for Entry { setting, before, after, step, override_reason, origin } in entries {
        let why = why(setting.key(), step, *origin, override_reason.as_deref());
        line(out, setting.key(), before, &value(after), &why)?;
    }
    Ok(())
}

/// Entries that wait for the same are shown together.
fn held(entries: &[Held], out: &mut dyn Write) -> io::Result<()> {
    let mut shown: Option<&[Precondition]> = None;
    for entry in entries {
        if shown != Some(&entry.waiting_for) {
            shown = Some(&entry.waiting_for);
            let waits = waiting(&entry.waiting_for);
            writeln!(out, "  {}", styled(HELD, format!("⏸ held until {waits}")))?;
        }
        let Entry { setting, before, after, step, override_reason, .. } = &entry.entry;
        if Setting::from_key(setting).is_some() {
            let why = why(setting, step, None, override_reason.as_deref());
            line(out, setting, before, &value(after), &why)?;
        } else {
            let what = "omnireturns_access: required or not_required?";
            let why = styled(FAINT, format!("{step}, decides what is changed"));
            writeln!(out, "      {what}  {why}")?;
        }
    }
    Ok(())
}

/// Says in words what has to be stated first.
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

fn blocked(problem: &Blocker, out: &mut dyn Write) -> io::Result<()> {
    let Blocker { code, system, message, hint, line: _ } = problem;
    let head = format!("! blocked in {system} [{}]", code.as_str());
    writeln!(out, "  {}: {}", styled(BLOCKED, head), clean(message))?;
    writeln!(out, "      hint: {}", clean(hint))
}
