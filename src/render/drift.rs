//! Drift as text, as Markdown, and as a chat message.

use super::people::PeopleOf;
use super::style::{BLOCKED, HEADING, clean, styled};
use super::text::Down;
use super::wording::{counted, first, nonzero};
use super::{alerts, markdown, text};
use crate::model::System;
use crate::plan::origin::Drift;
use crate::plan::{Origin, Plan, RetailerPlan};
use std::io::{self, Write};

/// Writes what has drifted, then the pending changes of the files, then who has open tasks,
/// then the counts. Webhooks that switched themselves off come first, because customers get no
/// credits until then.
pub(crate) fn text(
    plan: &Plan,
    drift: &Drift,
    people: Option<&PeopleOf>,
    out: &mut dyn Write,
) -> io::Result<()> {
    alerts::text(plan.alerts(), people.map(|people| people.roles), out)?;
    let down = Down::of(&plan.retailers);
    down.write(out)?;
    for (title, names) in notices(drift) {
        writeln!(out, "{}\n", styled(BLOCKED, listed(title, names, usize::MAX)))?;
    }
    let drifted = if drift.is_unknown() {
        "Not known: whether live is as declared"
    } else {
        "Drift: live is not as declared"
    };
    for (title, origin) in
        [(drifted, Origin::Drift), ("Pending: the files have changed since", Origin::Pending)]
    {
        let retailers = section(plan, drift, origin);
        let retailers: Vec<_> = retailers.iter().filter_map(|of| down.without(of)).collect();
        let removed = if origin == Origin::Pending { drift.removed.as_slice() } else { &[] };
        if retailers.is_empty() && removed.is_empty() {
            continue;
        }
        writeln!(out, "{}\n", styled(HEADING, title))?;
        for path in removed {
            writeln!(out, "{} was removed\n", clean(path))?;
        }
        for retailer in &retailers {
            text::retailer(retailer, people, out)?;
            writeln!(out)?;
        }
    }
    let waiting: Vec<String> = plan.retailers.iter().filter_map(waiting).collect();
    if !waiting.is_empty() {
        let title = "Waiting for people, as `reconcile plan --show held,manual` lists:";
        writeln!(out, "{} {}\n", styled(HEADING, title), crate::model::listed(&waiting))?;
    }
    writeln!(out, "{}.", totals(plan, drift))
}

/// Writes what has drifted as Markdown, for an issue. Pending and held changes are left to
/// `plan`, which does not show a file that was removed.
pub(crate) fn markdown(plan: &Plan, drift: &Drift, out: &mut dyn Write) -> io::Result<()> {
    let mut before = markdown::notices(plan.alerts());
    for (title, names) in notices_and_removed(drift) {
        before.push_str(&format!("**{title}** {}\n\n", markdown::names(names)));
    }
    let drifted = section(plan, drift, Origin::Drift);
    before.push_str(&format!("### {}\n\n", markdown::prose(&totals(plan, drift))));
    let plan = plan.with_entries(drifted, drift.in_sync);
    markdown::entries(&before, &plan, markdown::WHOLE_DRIFT, "", out)
}

/// Returns the changes with one origin, and the blocked entries with that origin.
pub(super) fn section(plan: &Plan, drift: &Drift, origin: Origin) -> Vec<RetailerPlan> {
    let picked = plan.retailers.iter().map(|retailer| {
        let mut picked = RetailerPlan {
            held: Vec::new(),
            manual: Vec::new(),
            // Alerts are written before all sections.
            alerts: Vec::new(),
            ..retailer.clone()
        };
        for action in &mut picked.actions {
            action.changes.retain(|change| change.origin == Some(origin));
            // The title of the section states the origin.
            action.changes.iter_mut().for_each(|change| change.origin = None);
        }
        picked.actions.retain(|action| !action.changes.is_empty());
        picked.observed.retain(|entry| entry.origin == Some(origin));
        picked.observed.iter_mut().for_each(|entry| entry.origin = None);
        let name = &retailer.retailer;
        picked.blocked.retain(|problem| {
            let is_now = drift.blocked_now.contains(&(name.clone(), problem.system));
            is_now == (origin == Origin::Pending)
        });
        picked
    });
    picked.filter(|retailer| !retailer.is_empty()).collect()
}

fn waiting(retailer: &RetailerPlan) -> Option<String> {
    let counts = nonzero(&[(retailer.held.len(), "held"), (retailer.manual.len(), "manual")]);
    (!counts.is_empty()).then(|| format!("{} ({counts})", clean(&retailer.retailer)))
}

/// Returns what comes before the changes: the retailers whose webhook switched itself off, and
/// the files that are invalid at the base, each with a title.
pub(super) fn notices(drift: &Drift) -> impl Iterator<Item = (&'static str, &[String])> {
    let notices = [
        ("Tracking webhook off, so customers get no credits:", &*drift.webhooks_off),
        ("Invalid at the base, so what they declared is unknown:", &*drift.invalid),
    ];
    notices.into_iter().filter(|(_, names)| !names.is_empty())
}

/// Returns the notices and the files that were removed since the base, for formats that have no
/// section of pending changes.
pub(super) fn notices_and_removed(
    drift: &Drift,
) -> impl Iterator<Item = (&'static str, &[String])> {
    let removed = ("Removed since the base (pending):", &*drift.removed);
    notices(drift).chain(Some(removed).filter(|(_, files)| !files.is_empty()))
}

pub(super) fn listed(title: &str, names: &[String], most: usize) -> String {
    format!("{title} {}", first(names.iter().map(String::as_str), most))
}

/// Returns the counts of a drift, with those of undeclared retailers.
pub(super) fn totals(plan: &Plan, drift: &Drift) -> String {
    format!("{}{}", counts(&plan.environment, drift), text::undeclared(plan))
}

fn counts(environment: &str, drift: &Drift) -> String {
    let Drift {
        entries, unknown, failed_systems, retailers, pending, manual, held, in_sync, ..
    } = drift;
    let not_checked = text::not_checked(drift.not_checked, &drift.unread_systems);
    let word = if drift.is_unknown() { "not known" } else { "drifted" };
    let systems = text::titles(failed_systems);
    let why = match *unknown {
        0 => String::new(),
        _ if drift.is_unknown() => format!(" (not read: {systems})"),
        of => format!(", {of} of them not known (not read: {systems})"),
    };
    format!(
        "Drift in {environment}: {} {word} in {}{why}; {pending} pending, {manual} manual, {held} \
         held, {in_sync} in sync{not_checked}",
        entries.len(),
        counted(*retailers, "retailer")
    )
}

/// The maximum number of alerts, entries and webhooks in a chat message: about what chats show
/// unfolded.
const MAX_ENTRIES: usize = 10;

/// Returns a compact text for a chat, whose first lines are what harms customers. Names cannot
/// mention anyone: the three characters that chats parse as markup are escaped.
pub(crate) fn message(environment: &str, drift: &Drift, failed_systems: &[System]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let few = |all: &[String], mark: &str| {
        let most = all.iter().take(MAX_ENTRIES).map(|text| format!("{mark} {}", clean(text)));
        let left = all.len().saturating_sub(MAX_ENTRIES);
        most.chain((left > 0).then(|| format!("and {left} more"))).collect::<Vec<_>>()
    };
    lines.extend(few(&drift.alerts, "!!"));
    lines.extend(notices(drift).map(|(title, names)| listed(title, names, MAX_ENTRIES)));
    if !failed_systems.is_empty() {
        let names: Vec<&str> = failed_systems.iter().map(|system| system.title()).collect();
        lines.push(format!("Could not be read: {}", names.join(", ")));
    }
    lines.push(format!("{}.", counts(environment, drift)));
    // The others only repeat which system could not be read.
    lines.extend(few(&drift.entries[..drift.entries.len() - drift.unknown], "-"));
    lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
