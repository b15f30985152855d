//! A plan as a unified diff of each record, live against desired, as YAML. What is not a change
//! of this tool comes before the first diff, where programs ignore it.

use super::alerts;
use super::drift::{self, section};
use super::entry::{PLAIN, Row};
use super::status;
use super::style::clean;
use crate::model::Value;
use crate::plan::origin::Drift;
use crate::plan::{Action, Blocker, Kind, Origin, Plan, PlanWarning, RetailerPlan, Undeclared};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes a diff for each record that the plan changes.
pub(crate) fn plan(
    plan: &Plan,
    undeclared: Option<&[Undeclared]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    lead(plan, out)?;
    if let Some(names) = status::undeclared(undeclared) {
        writeln!(out, "! {names}")?;
    }
    notices(&plan.retailers, out)?;
    diffs(&plan.retailers, out)
}

/// Writes a diff for each record that drifted, then for each with pending changes.
pub(crate) fn drift(plan: &Plan, drift: &Drift, out: &mut dyn Write) -> io::Result<()> {
    lead(plan, out)?;
    for (title, names) in drift::notices(drift) {
        writeln!(out, "! {}", drift::listed(title, names, usize::MAX))?;
    }
    let [drifted, pending] =
        [Origin::Drift, Origin::Pending].map(|origin| section(plan, drift, origin));
    notices(&drifted, out)?;
    diffs(&drifted, out)?;
    if !pending.is_empty() {
        writeln!(out, "! pending: the files have changed since")?;
        notices(&pending, out)?;
        diffs(&pending, out)?;
    }
    Ok(())
}

/// Writes the alerts and warnings.
fn lead(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    alerts::text(plan.alerts(), None, out)?;
    for PlanWarning { code, retailer, message } in &plan.warnings {
        writeln!(out, "! warning[{code}] {}: {}", clean(retailer), clean(message))?;
    }
    Ok(())
}

/// Writes a line for each entry that blocks a system or is only observed.
fn notices(retailers: &[RetailerPlan], out: &mut dyn Write) -> io::Result<()> {
    for RetailerPlan { retailer, blocked, observed, .. } in retailers {
        let retailer = clean(retailer);
        for Blocker { code, system, message, .. } in blocked {
            let code = code.key();
            writeln!(out, "! blocked in {system} [{code}] {retailer}: {}", clean(message))?;
        }
        for of in observed {
            let difference = Row::of_entry(of, PLAIN).difference();
            writeln!(out, "! observed, not changed {retailer}: {difference}")?;
        }
    }
    Ok(())
}

fn diffs(retailers: &[RetailerPlan], out: &mut dyn Write) -> io::Result<()> {
    for action in retailers.iter().flat_map(|of| &of.actions) {
        let path = action.id.rsplit_once('/').map_or(action.id.as_str(), |(record, _)| record);
        let live = match action.kind {
            Kind::Create => "/dev/null".to_owned(),
            Kind::Update => format!("live/{}.yaml", clean(path)),
        };
        let (before, after) = (before(action), after(action));
        let diff = TextDiff::from_lines(&before, &after);
        let mut unified = diff.unified_diff();
        let desired = format!("desired/{}.yaml", clean(path));
        write!(out, "{}", unified.header(&live, &desired))?;
    }
    Ok(())
}

fn before(action: &Action) -> String {
    match action.kind {
        Kind::Create => String::new(),
        Kind::Update => yaml(action.changes.iter().map(|change| {
            let before = match change.before.remark(&change.after) {
                "" => change.before.clone(),
                remark => Value::text(format!("{}{remark}", change.before)),
            };
            (change.setting.key(), before)
        })),
    }
}

fn after(action: &Action) -> String {
    yaml(action.changes.iter().map(|change| {
        let after = match &change.after_from {
            Some(created) => Value::text(format!("(the id that {created} gets)")),
            None => change.after.clone(),
        };
        (change.setting.key(), after)
    }))
}

fn yaml<'a>(values: impl Iterator<Item = (&'a str, Value)>) -> String {
    let shown = |value| match value {
        Value::Text(text) => Value::text(clean(&text)),
        Value::List(texts) => Value::List(texts.iter().map(|text| clean(text)).collect()),
        Value::Unset | Value::Flag(_) => value,
    };
    let values: BTreeMap<&str, Value> = values.map(|(key, value)| (key, shown(value))).collect();
    // Keys and values are plain, so YAML can represent them all.
    serde_yaml::to_string(&values).unwrap_or_default()
}
