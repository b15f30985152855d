//! A plan as a unified diff of each record, live against desired, as YAML. Alerts and warnings
//! come before the first diff, where programs ignore them.

use super::style::clean;
use super::text;
use crate::model::Value;
use crate::plan::{Action, Kind, Plan, PlanWarning};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes a diff for each record that the plan changes.
pub(crate) fn plan(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    text::lead(plan, None, out)?;
    for PlanWarning { code, retailer, message } in &plan.warnings {
        writeln!(out, "! warning[{code}] {}: {}", clean(retailer), clean(message))?;
    }
    for (_, action) in plan.actions() {
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
    let values: BTreeMap<&str, Value> = values.collect();
    // Keys and values are plain, so YAML can represent them all.
    serde_yaml::to_string(&values).unwrap_or_default()
}
