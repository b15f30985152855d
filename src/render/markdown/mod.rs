//! A plan as a comment on a pull request, which also serves as the checklist for people.

mod escape;
pub(crate) mod status;

use super::alerts::groups;
use super::entry::{self, Row, Writing};
use super::status::undeclared_as;
use super::text::{fitting, totals};
use super::wording::nonzero;
use crate::model::Value;
use crate::plan::{
    Action, Alert, Blocker, Entry, Held, Kind, Manual, Origin, Plan, RetailerPlan, Undeclared,
};
pub(super) use escape::prose;
use escape::{code, code_list, sentences};
use std::io::{self, Write};

/// The maximum size of a comment, in bytes. GitHub rejects more than 65,536 characters; the
/// rest is for what a workflow adds, such as a marker and a link.
const BUDGET: usize = 60_000;

/// Writes the plan. Retailers that do not fit are omitted, those that only wait before others, and
/// the comment gives their number.
pub(crate) fn plan(
    plan: &Plan,
    undeclared: Option<&[Undeclared]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let names = undeclared_names(undeclared).map(|names| format!("{names}\n\n"));
    let title = format!(
        "### Plan for {}: {}\n\n{}",
        prose(&plan.environment),
        totals(plan),
        names.unwrap_or_default()
    );
    let foot = format!("Fingerprint: {}\n", code(&plan.fingerprint));
    entries(&title, plan, WHOLE_PLAN, &foot, out)
}

/// Where the whole of a plan is, if a comment has only a part of it.
const WHOLE_PLAN: &str = "The whole plan is what `reconcile plan --show held,manual` prints, and in \
    the plan file if one was saved.";

/// The same of a drift.
pub(super) const WHOLE_DRIFT: &str = "The whole drift is what `reconcile drift` prints.";

/// Writes the entries of a plan between a text, which uses part of the budget, and a last line.
/// If some do not fit, `whole` says where all are.
pub(super) fn entries(
    before: &str,
    plan: &Plan,
    whole: &str,
    foot: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = format!("{before}{}", head(plan));
    let count = plan.retailers.len();
    let left_out = |retailers| {
        format!(
            "> **{retailers} of {count} retailers are left out**, because a comment has a size \
             limit. {whole}\n\n"
        )
    };
    let room = BUDGET.saturating_sub(head.len() + foot.len());
    let (shown, more) = fitting(&plan.retailers, fold, str::len, left_out, room);
    write!(out, "{head}{more}{shown}{foot}")
}

/// Returns what applies to the whole plan.
fn head(plan: &Plan) -> String {
    let unknown = plan.failed_systems().map(|system| {
        format!(
            "> **{system} could not be read.** Nothing is planned for it or for what depends on \
             it. Plan again once it responds.\n\n"
        )
    });
    let unknown: String = unknown.collect();
    format!("{}{unknown}{}", notices(plan.alerts()), legend(plan))
}

/// Explains the origins of differences, if a plan has any.
pub(super) fn legend(plan: &Plan) -> &'static str {
    if plan.retailers.iter().flat_map(origins).next().is_none() {
        return "";
    }
    "*pending*: caused by the changed files. *drift*: live already differs from what the files \
     declared before.\n\n"
}

/// The part of a comment that alerts may use, in bytes: the rest is for the changes.
const ALERTS_BUDGET: usize = BUDGET / 2;

/// The part of a comment that a list of names may use, in bytes.
const NAMES_BUDGET: usize = BUDGET / 8;

/// Lists as many names as fit.
pub(crate) fn names(names: &[String]) -> String {
    first(names, usize::MAX, code)
}

/// Lists the first undeclared retailers, and counts all of them.
fn undeclared_names(undeclared: Option<&[Undeclared]>) -> Option<String> {
    let first = |names: &[&str], most| first(names, most, prose);
    undeclared_as(undeclared, first, &code("reconcile import"))
}

/// Lists the first names, as many as fit, and counts the others.
fn first(names: &[impl AsRef<str>], most: usize, escape: fn(&str) -> String) -> String {
    let mut listed = String::new();
    for (at, name) in names.iter().enumerate() {
        let name = escape(name.as_ref());
        if at == most || listed.len() + name.len() > NAMES_BUDGET {
            return format!("{listed} and {} more", names.len() - at);
        }
        let comma = if at == 0 { "" } else { ", " };
        listed.push_str(comma);
        listed.push_str(&name);
    }
    listed
}

/// Returns as many alerts as fit, as quotes.
pub(super) fn notices<'a>(alerts: impl Iterator<Item = &'a Alert>) -> String {
    let mut notices = String::new();
    for (hint, alerts) in groups(alerts) {
        notices.push_str("> ");
        let mut shown = 0;
        for Alert { code, message, hint: _ } in &alerts {
            let notice = format!("**{}.** ({})<br>", sentences(message), self::code(code.key()));
            if notices.len() + notice.len() > ALERTS_BUDGET {
                break;
            }
            notices.push_str(&notice);
            shown += 1;
        }
        if shown < alerts.len() {
            notices.push_str(&format!("**and {} more**<br>", alerts.len() - shown));
        }
        notices.push_str(&format!("What to do: {}.\n\n", sentences(hint)));
    }
    notices
}

/// Returns the known origins of a retailer's differences.
fn origins(retailer: &RetailerPlan) -> impl Iterator<Item = Origin> {
    let changes = retailer.changes();
    let changes = changes.filter_map(|change| change.origin);
    let held = retailer.held.iter().filter_map(|entry| entry.origin);
    let observed = retailer.observed.iter().filter_map(|entry| entry.origin);
    let manual = retailer.manual.iter().filter_map(|entry| entry.origin);
    changes.chain(held).chain(manual).chain(observed)
}

/// Returns the section of a retailer. Blank lines separate HTML from Markdown.
fn fold(retailer: &RetailerPlan) -> String {
    let RetailerPlan { retailer: name, file, actions, held, manual, blocked, observed, .. } =
        retailer;
    let mut parts = vec![format!(
        "<details>\n<summary><b>{}</b> ({}): {}</summary>",
        prose(name),
        code(file),
        summary(retailer)
    )];
    parts.extend(actions.iter().map(action));
    parts.extend(
        retailer.warning().map(|warning| format!("**Warning:** {}", sentences(&warning.message))),
    );
    if !manual.is_empty() {
        let items: String = manual.iter().map(self::manual).collect();
        parts.push(format!("**Manual steps:**\n\n{}", items.trim_end()));
    }
    if !observed.is_empty() {
        parts.push(self::observed(observed));
    }
    parts.extend(held.chunk_by(|a, b| a.waiting_for == b.waiting_for).map(self::held));
    parts.extend(blocked.iter().map(self::blocked));
    parts.push("</details>\n\n".into());
    parts.join("\n\n")
}

/// Returns the summary line of a section.
fn summary(retailer: &RetailerPlan) -> String {
    let of = |kind| retailer.actions.iter().filter(|action| action.kind == kind).count();
    let counts = [
        (of(Kind::Create), "to create"),
        (of(Kind::Update), "to update"),
        (retailer.manual.len(), "manual"),
        (retailer.observed.len(), "observed"),
        (retailer.held.len(), "held"),
        (retailer.blocked.len(), "blocked"),
    ];
    nonzero(&counts)
}

fn action(action: &Action) -> String {
    let Action { kind, system, name, target_id, changes, .. } = action;
    let what = match kind {
        Kind::Create => "Create in",
        Kind::Update => "Update in",
    };
    let id = target_id.as_ref().map(|id| format!(" (id {})", code(id))).unwrap_or_default();
    let rows = changes.iter().map(|change| Row::of_change(change, MARKDOWN));
    format!("**{what} {system}:** {}{id}\n\n{}", prose(name), table(rows))
}

const MARKDOWN: Writing = Writing { value, text: prose };

/// Returns a table, with a column for the origin if any is known.
fn table(rows: impl Iterator<Item = Row>) -> String {
    let rows: Vec<Row> = rows.collect();
    let has_origin = rows.iter().any(|row| row.origin.is_some());
    let (head, rule) = if has_origin { (" origin |", "---|") } else { ("", "") };
    let mut table = format!("| setting | before | after |{head} why |\n|---|---|---|{rule}---|");
    for Row { setting, before, after, origin, step, reason } in rows {
        let setting = code(&setting);
        let origin = origin.map_or("", Origin::key);
        let origin = if has_origin { format!(" {origin} |") } else { String::new() };
        table.push_str(&format!("\n| {setting} | {before} | {after} |{origin} {step}{reason} |"));
    }
    table
}

fn value(value: &Value) -> String {
    match value {
        Value::Unset => value.to_string(),
        Value::Flag(_) | Value::Text(_) => code(&value.to_string()),
        Value::List(_) => code_list(&value.to_string()),
    }
}

/// Returns a checklist item.
fn manual(entry: &Manual) -> String {
    let Manual { instruction, note, .. } = entry;
    let Row { setting, before, after, origin, step, reason } = Row::of_manual(entry, MARKDOWN);
    let note = note.as_ref().map(|note| format!("<br>By hand because {}", sentences(note)));
    format!(
        "- [ ] {}{}<br>{}: {before} → {after}{}<br>Why: {step}{reason}\n",
        sentences(instruction),
        note.unwrap_or_default(),
        code(&setting),
        entry::origin(origin),
    )
}

/// Returns the differences that are only reported.
fn observed(entries: &[Entry]) -> String {
    format!(
        "**Observed, not changed:**\n\n{}",
        table(entries.iter().map(|entry| Row::of_entry(entry, MARKDOWN)))
    )
}

/// Returns the entries that wait for the same preconditions.
fn held(entries: &[Held]) -> String {
    let waiting = entries.first().map_or(&[][..], |entry| &entry.waiting_for);
    let keys: Vec<String> = waiting.iter().map(|waiting| code(waiting.key())).collect();
    let mut parts = vec![format!("**Held until the file states** {}", keys.join(" and "))];
    let (decisions, settings): (Vec<&Held>, Vec<&Held>) =
        entries.iter().partition(|held| entry::is_decision(held));
    if !settings.is_empty() {
        parts.push(table(settings.iter().map(|held| Row::of_entry(&held.entry, MARKDOWN))));
    }
    parts.extend(decisions.iter().map(|entry| {
        format!(
            "To decide ({}): {} or {}. What is changed depends on it.{}",
            prose(&entry.step),
            code(&format!("{}: required", entry.setting)),
            code(&format!("{}: not_required", entry.setting)),
            entry::origin(entry.origin)
        )
    }));
    parts.join("\n\n")
}

fn blocked(problem: &Blocker) -> String {
    let Blocker { code: kind, system, message, hint, line: _ } = problem;
    format!(
        "**Blocked in {system}:** {} ({})<br>What to do: {}",
        sentences(message),
        code(kind.key()),
        sentences(hint)
    )
}
