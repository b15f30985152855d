//! The exit code of an apply, and its reason.

use super::{ActionReport, ApplyReport, ApplySummary, OutcomeKind, Warning, WriteEffect};
use crate::exit::{Exit, Failure};
use crate::model::{System, listed};
use crate::plan::{Kind, Plan};
use std::collections::BTreeSet;

/// Returns the exit code of an apply, or why it did not do everything. `detailed` requests
/// another code if something was applied.
pub(crate) fn exit_code(
    plan: &Plan,
    report: &ApplyReport,
    detailed: bool,
) -> Result<Exit, Failure> {
    let exit = exit(plan, report, detailed);
    reason(exit, plan, report).map_or(Ok(exit), |reason| Err(Failure { exit, ..reason }))
}

/// Returns the exit code of a completed run. Actions that were not done and systems that could not
/// be read are failures; blocked entries are work for people.
fn exit(plan: &Plan, report: &ApplyReport, detailed: bool) -> Exit {
    let summary = &report.summary;
    let failed = summary.not_done() + report.warnings.len() + failed_systems(plan, report).len();
    match (failed, report.has_written()) {
        (0, _) if blocked(plan).next().is_some() => Exit::Blocked,
        (0, _) if detailed && summary.applied > 0 => Exit::Changes,
        (0, _) => Exit::Done,
        (_, true) => Exit::Partly,
        (_, false) => Exit::Failed,
    }
}

/// Returns the systems that could not be read, for the plan or for the run.
fn failed_systems(plan: &Plan, report: &ApplyReport) -> BTreeSet<System> {
    plan.failed_systems().chain(report.failed_systems.iter().copied()).collect()
}

/// Returns the blocked retailers with the systems in which they are.
fn blocked(plan: &Plan) -> impl Iterator<Item = String> {
    let blocked = plan.retailers.iter().filter(|retailer| !retailer.blocked.is_empty());
    blocked.map(|retailer| {
        let mut systems: Vec<&str> = retailer.blocked.iter().map(|at| at.system.title()).collect();
        systems.dedup();
        format!("{} ({})", retailer.retailer, listed(&systems))
    })
}

/// Returns the names of the retailers with an action that was not done.
pub(crate) fn not_done(report: &ApplyReport) -> Vec<&str> {
    let not_done = report.actions.iter().filter(|action| !action.is_done());
    let mut not_done: Vec<&str> = not_done.map(|action| action.retailer.as_str()).collect();
    not_done.dedup();
    not_done
}

/// What to do about stale actions: the same plan stays stale.
const NEW_PLAN: &str = "make a new plan of the stale actions, review it, and apply that";

/// Returns why the exit code is not 0, with the retailers or systems that caused it.
fn reason(exit: Exit, plan: &Plan, report: &ApplyReport) -> Option<Failure> {
    let not_done = not_done(report);
    Some(match exit {
        Exit::Blocked => only_blocked(plan, report),
        Exit::Failed | Exit::Partly if !not_done.is_empty() => incomplete(report, &not_done),
        Exit::Failed | Exit::Partly if let Some(warning) = report.warnings.first() => {
            twins(plan, report, warning)
        }
        Exit::Failed | Exit::Partly => not_read(plan, report),
        Exit::Done | Exit::Changes | Exit::Invalid | Exit::Usage => return None,
    })
}

/// Returns the reason of an apply that did everything but what is blocked.
fn only_blocked(plan: &Plan, report: &ApplyReport) -> Failure {
    let blocked: Vec<String> = blocked(plan).collect();
    let is = if blocked.len() == 1 { "is" } else { "are" };
    let others = match report.actions.as_slice() {
        [] => "there is nothing else to apply",
        _ => "all other changes of the plan were applied",
    };
    Failure::failed(
        format!("{} {is} blocked; {others}", listed(&blocked)),
        "`reconcile plan` shows what blocks each and what to do about it",
    )
}

/// Returns the reason of an apply that did not do every action, for these retailers.
fn incomplete(report: &ApplyReport, not_done: &[&str]) -> Failure {
    let again = "run the command again once the cause of the others is removed";
    let what_to_do = match &report.summary {
        ApplySummary { stale: 0, .. } => {
            "run the command again once its cause is removed".to_owned()
        }
        ApplySummary { failed: 0, .. } => NEW_PLAN.to_owned(),
        _ => format!("{NEW_PLAN}; {again}"),
    };
    let names: BTreeSet<&str> = not_done.iter().copied().collect();
    let of_these = report.actions.iter().filter(|of| names.contains(of.retailer.as_str()));
    let has = |is: fn(&ActionReport) -> bool| of_these.clone().any(is);
    let what = if has(|action| action.is_done() || action.effect == WriteEffect::Partial) {
        "not everything was"
    } else if has(|action| action.effect.is_possible()) {
        "it is unknown whether anything was"
    } else {
        "nothing was"
    };
    Failure::failed(
        format!("{what} applied for {}", listed(not_done)),
        format!("the report names each action that was not done; {what_to_do}"),
    )
}

/// Returns the reason of an apply whose creates may have made duplicates.
fn twins(plan: &Plan, report: &ApplyReport, warning: &Warning) -> Failure {
    let named = plan.actions().filter(|(_, action)| warning.names.contains(&action.name));
    let named: BTreeSet<&str> = named.map(|(_, action)| action.id.as_str()).collect();
    let created = report.actions.iter().filter(|action| {
        let is_create = action.kind == Kind::Create && action.outcome == OutcomeKind::Applied;
        is_create && action.system == warning.system && named.contains(action.id.as_str())
    });
    let created: Vec<&str> = created.map(|action| action.retailer.as_str()).collect();
    let message = format!("{}; created for {}", warning.message, listed(&created));
    Failure::failed(message, &warning.hint)
}

/// Returns the reason of an apply for which systems could not be read.
fn not_read(plan: &Plan, report: &ApplyReport) -> Failure {
    let systems: Vec<&str> = failed_systems(plan, report).into_iter().map(System::title).collect();
    let (its, it) = if systems.len() == 1 { ("its", "it") } else { ("their", "they") };
    let affected: Vec<&str> = plan.with_failed_reads().collect();
    let in_doubt: Vec<&str> = report.in_doubt.iter().map(String::as_str).collect();
    let left_out = match affected.as_slice() {
        [] if !in_doubt.is_empty() => {
            format!(", so an earlier change stays in doubt for {}", listed(&in_doubt))
        }
        [] => "; no retailer in scope is affected".to_owned(),
        affected => format!(", so {its} changes were left out for {}", listed(affected)),
    };
    Failure::failed(
        format!("{} could not be read{left_out}", listed(&systems)),
        format!("`reconcile doctor` shows why; run the command again once {it} can be read"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Outcome, WriteFailure};
    use crate::model::System;
    use crate::plan::{Action, RetailerPlan};

    #[test]
    fn a_twin_is_the_reason_of_its_exit_code() {
        let plan = crate::testing::plan("retailer: Acme\njourney: existing\n", "");
        let mut report = ApplyReport::new(&plan, "r", std::iter::empty());
        report.warnings.push(Warning {
            code: "twin-created",
            system: System::Omnirps,
            message: "OmniRPS has 2 records called \"Acme\"".into(),
            hint: "have one removed".into(),
            names: vec!["Acme".into()],
        });
        report.summary.applied = 1;
        let failure = exit_code(&plan, &report, false).unwrap_err();
        assert_eq!(failure.exit, Exit::Partly);
        let advice = failure.advice.unwrap();
        assert!(advice.message.starts_with("OmniRPS has 2 records called \"Acme\""));
        assert_eq!(advice.hint, "have one removed");
    }

    #[test]
    fn a_run_is_partly_done_only_if_it_has_written() {
        let plan = crate::testing::plan("retailer: Acme\njourney: new\n", "");
        let exit = |applied, already, stale| {
            let mut report = ApplyReport::new(&plan, "r", std::iter::empty());
            report.summary = ApplySummary { applied, already, stale, ..report.summary };
            exit(&plan, &report, false)
        };
        assert_eq!(exit(1, 0, 1), Exit::Partly);
        assert_eq!(exit(0, 2, 1), Exit::Failed, "what was done already was not written");
        assert_eq!(exit(0, 2, 0), Exit::Done);
    }

    #[test]
    fn an_action_that_failed_half_way_has_written() {
        let file = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-08-09}\n";
        let plan = crate::testing::plan(file, "");
        for (effect, expected, what) in [
            (WriteEffect::Partial, Exit::Partly, "not everything"),
            (WriteEffect::Possible, Exit::Failed, "it is unknown whether anything"),
        ] {
            let failure = WriteFailure::new("refused", "ask").with(effect);
            let failed = |(of, action): (&RetailerPlan, &Action)| {
                (of.retailer.clone(), (action.clone(), Outcome::Failed(failure.clone())))
            };
            let report = ApplyReport::new(&plan, "r", plan.actions().map(failed));
            assert!(report.summary.failed > 0);
            let failure = exit_code(&plan, &report, false).unwrap_err();
            assert_eq!(failure.exit, expected);
            let message = failure.advice.unwrap().message;
            assert_eq!(message, format!("{what} was applied for Acme"));
        }
    }

    #[test]
    fn an_unread_system_that_no_retailer_needs_is_named_alone() {
        let reason = |fleet: &str| {
            let plan = crate::testing::plan(fleet, "unknown: [omniparcel]");
            let report = ApplyReport::new(&plan, "r", std::iter::empty());
            exit_code(&plan, &report, false).unwrap_err().advice.unwrap().message
        };
        let needed = "OmniParcel could not be read, so its changes were left out for Acme";
        assert_eq!(reason("retailer: Acme\njourney: new\n"), needed);
        let alone = "OmniParcel could not be read; no retailer in scope is affected";
        assert_eq!(reason("retailer: Acme\njourney: existing\n"), alone);
    }
}
