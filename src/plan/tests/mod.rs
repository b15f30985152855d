//! What is decided about each setting, a line for each decision, and how a plan lists it.
//! Each rule has a case that fires and one beside it that does not; wording has its own file.

/// Checks rows of a rule, a fleet and live against the actions and the blockers.
macro_rules! table {
    ($($rule:expr, $fleet:expr, $live:expr => $expected:expr;)*) => {
        $(super::check($rule, &$fleet, &$live, $expected);)*
    };
}

mod entries;
mod journeys;
mod matching;
mod names;
mod recheck;
mod systems;
mod wording;

use super::{Blocker, Decision, Disposition, PlanInput, RetailerDecisions, decide_fleet};
use crate::diff::After;
use crate::model::{Capabilities, ChangedBy, Partner, Retailer, Setting, System};
use crate::process::{Precondition, Undecided};
use crate::testing::{plan, with_input};

/// A new retailer whose accounts may be created.
const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";

/// An existing retailer that has switched over and gives up OmniReturns (step E6).
const NOT_REQUIRED: &str = "retailer: Acme\njourney: existing\n\
    omnireturns_access: not_required\nmilestones: {switched_to_loop: 2026-10-12}\n";

/// An existing retailer that has switched over and keeps OmniReturns (step E7).
const REQUIRED: &str = "retailer: Acme\njourney: existing\n\
    omnireturns_access: required\nmilestones: {switched_to_loop: 2026-10-12}\n";

/// Live before the switch-over: no webhook, and everything else as SEKO serves it.
const BOTH: &str = "omnirps: [{id: 77, name: Acme}]\nomnireturns: [{id: 9, name: Acme}]\n";

/// Live with the partner's tracking webhook, and everything else as SEKO serves it.
const WEBHOOK_RIGHT: &str = "omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}]
omnireturns: [{id: 9, name: Acme}]
";

/// The OmniRPS records of Acme and Beta once step E7 is done.
const OMNIRPS_DONE: &str = "omnirps:
- {id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true, track_and_trace_emails: disabled}
- {id: 78, name: Beta, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true, track_and_trace_emails: disabled}
";

/// Returns the file with a milestone more.
fn stating(file: &str, milestone: &str) -> String {
    file.replace("milestones: {", &format!("milestones: {{{milestone}: 2026-10-13, "))
}

/// Returns the file with its milestones taken out.
fn stating_nothing(file: &str) -> String {
    file.lines().filter(|line| !line.starts_with("milestones")).map(|l| format!("{l}\n")).collect()
}

/// Returns capabilities in which these settings are not changed by the tool.
fn changed(by: &ChangedBy, settings: impl IntoIterator<Item = Setting>) -> Capabilities {
    let mut capabilities = Capabilities::default();
    capabilities.changes.extend(settings.into_iter().map(|setting| (setting, by.clone())));
    capabilities
}

/// Returns capabilities in which people change everything in these systems.
fn by_people(systems: &[System]) -> Capabilities {
    let there = Setting::ALL.into_iter().filter(|setting| systems.contains(&setting.system()));
    changed(&ChangedBy::Person { note: None }, there)
}

/// Returns what is decided where the tool changes everything.
fn decisions(fleet: &str, live: &str) -> String {
    decisions_by(&Capabilities::default(), fleet, live)
}

/// Returns the decisions, then whether E5 is undecided, the alerts and the blockers.
fn decisions_by(capabilities: &Capabilities, fleet: &str, live: &str) -> String {
    let lines = with_input(capabilities, fleet, live, |input| decide_fleet(&input, of_retailer).0);
    lines.concat().join("\n").replace(&Partner::default().tracking_webhook_url, "Loop's URL")
}

/// Returns the lines that begin with one of these.
fn only(begins: &[&str], decisions: String) -> String {
    let lines = decisions.lines().filter(|line| begins.iter().any(|it| line.starts_with(it)));
    lines.collect::<Vec<_>>().join("\n")
}

fn of_retailer(decided: RetailerDecisions) -> Vec<String> {
    let mut lines: Vec<String> = decided.decisions.iter().map(line).collect();
    let undecided = |it: &Undecided| format!("omnireturns_access held {}", until(&it.waiting_for));
    lines.extend(decided.desired.undecided.as_ref().map(undecided));
    lines.extend(decided.alerts.iter().map(|alert| format!("!! {}", alert.code.key())));
    lines.extend(decided.blocked.iter().map(|it| format!("! {} {}", it.system, it.code.key())));
    lines
}

/// Returns a decision as `setting  disposition  before → after  more`.
fn line(decision: &Decision) -> String {
    let before = decision.before.as_ref().map_or("?".into(), ToString::to_string);
    let after = match &decision.after {
        Some(After::IdOfNew(system)) => format!("id of new {system}"),
        Some(after) => after.value().to_string(),
        None => "?".into(),
    };
    let values = format!("{before} → {after}");
    let (disposition, more) = match &decision.disposition {
        Disposition::InSync => ("in-sync", before),
        Disposition::NotManaged => ("not-managed", before),
        Disposition::Observed => ("observed", values),
        Disposition::Blocked => ("blocked", values),
        Disposition::Unknown => ("unknown", values),
        Disposition::Apply { id: None, .. } => ("apply", values),
        Disposition::Apply { id: Some(id), .. } => ("apply", format!("{values} (id {id})")),
        Disposition::Held { waiting_for, listed } => {
            let unlisted = if *listed { "" } else { "  unlisted" };
            ("held", format!("{values}  {}{unlisted}", until(waiting_for)))
        }
        Disposition::Manual { instruction, unseen, note } => {
            let unseen = if *unseen { "  unseen" } else { "" };
            let noted = if note.is_some() { "  noted" } else { "" };
            ("manual", format!("{values}{}{unseen}{noted}", first(instruction)))
        }
    };
    format!("{:<33}{disposition:<12}{more}", decision.setting.key())
}

/// Returns what has to be right before a manual step, which its instruction alone says.
fn first(instruction: &str) -> String {
    let Some((_, first)) = instruction.split_once("but only once ") else { return String::new() };
    let keys = first.split(" right").next().unwrap().split('`').skip(1).step_by(2);
    format!("  after {}", keys.collect::<Vec<_>>().join(", "))
}

fn until(waiting_for: &[Precondition]) -> String {
    format!("until {}", waiting_for.iter().map(|it| it.key()).collect::<Vec<_>>().join(", "))
}

/// Checks which actions a plan has for each retailer, and what is blocked.
#[track_caller]
fn check(rule: &str, fleet: &str, live: &str, expected: &str) {
    let plan = plan(fleet, live);
    let retailers = plan.retailers.iter().filter_map(|it| {
        let actions = it.actions.iter().map(|action| action.id.split_once('/').unwrap().1.into());
        let blocker = |it: &Blocker| format!("{} {}", it.system.key(), it.code.key());
        let entries: Vec<String> = actions.chain(it.blocked.iter().map(blocker)).collect();
        (!entries.is_empty()).then(|| format!("{}: {}", it.retailer, entries.join(", ")))
    });
    assert_eq!(retailers.collect::<Vec<_>>().join("; "), expected, "{rule}");
    // A plan of one retailer alone is its part of the plan of all.
    for whole in &plan.retailers {
        let alone = with_input(&Capabilities::default(), fleet, live, |input| {
            let in_scope = &|retailer: &Retailer| retailer.name == whole.retailer;
            super::plan(&PlanInput { in_scope, is_whole: false, ..input })
        });
        assert_eq!(alone.retailers, std::slice::from_ref(whole), "{rule}");
    }
}
