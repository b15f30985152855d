//! `reconcile plan`: the changes that would make the systems match the files.

use crate::cli::{Global, PlanArgs, PlanFormat, PlanPart, Show, paths};
use crate::config::{in_one_line, shared_changes};
use crate::console::{warn, warn_if_unsought};
use crate::exit::{Exit, Failure};
use crate::model::{Retailer, listed};
use crate::output::PlanOutput;
use crate::plan::{FailOn, Plan, Undeclared, origin};
use crate::plan_file;
use crate::render::text::PlanText;
use crate::session::{Base, Mentioned, Session, check_plan_is_kept};
use std::collections::BTreeSet;
use std::path::Path;

/// Builds and prints the plan. It only has a reader, so it cannot write.
pub(super) async fn run(global: &Global, args: &PlanArgs) -> Result<Exit, Failure> {
    let format = if args.json { PlanFormat::Json } else { args.format };
    let shows = |part| args.show.iter().any(|show| show.has(part));
    if let Some(path) = saved(global, args)? {
        check_plan_is_kept(path, paths(&args.report))?;
        let plan = plan_file::read(path).map_err(|failure| {
            let failure = hint_at_parts(failure, path);
            match Session::read(global) {
                Ok((session, _)) => session.named_instead(("a saved plan", path), "plan", failure),
                Err(_) => failure,
            }
        })?;
        let text = PlanText {
            saved: Some(path),
            lists_held: shows(PlanPart::Held),
            lists_manual: shows(PlanPart::Manual),
            undeclared: to_name(&plan, args),
            ..PlanText::default()
        };
        let (sources, subjects) = (None, Vec::new());
        let output = PlanOutput { plan: &plan, drift: None, sources, subjects, text };
        output.publish(format, &args.report)?;
        return exit(global, &plan, args);
    }
    let mentioned = Mentioned {
        base: args.base.as_deref(),
        partner_from: args.partner_from.as_deref(),
        outs: args.out.as_deref().into_iter().chain(paths(&args.report)).collect(),
        ..Mentioned::default()
    };
    let session = Session::load(global, mentioned)?;
    warn_of_proposed_changes(session);
    let base = args.base.as_deref().map(|base| Base::merged(session, base)).transpose()?;
    let (name, environment) = session.environment()?;
    let scopes = session.needed_scopes(base.as_ref());
    let warning = session.warn_if_store_is_unreachable(name);
    let live = session.read_live_beside(environment, &scopes, warning).await?;
    let mut plan = session.plan(name, live, base.as_ref());
    if let Some(base) = &base {
        let in_scope = |retailer: &Retailer| session.is_covered(retailer, Some(base));
        let capabilities = session.capabilities(name);
        let declared = base.plan(name, &in_scope, live, &capabilities, false);
        origin::mark(&mut plan, &declared);
    }
    if let Some(path) = &args.out {
        plan_file::save(&plan, path)?;
    }
    let (sources, subjects) = (Some(&session.sources), session.subjects(base.as_ref()));
    let mut text = session.plan_text(&plan);
    (text.lists_held, text.lists_manual) = (shows(PlanPart::Held), shows(PlanPart::Manual));
    text.undeclared = to_name(&plan, args);
    if shows(PlanPart::Unchanged) {
        let changed: BTreeSet<&str> = plan.retailers.iter().map(|of| &*of.retailer).collect();
        let mut names: Vec<&str> = subjects.iter().map(|(name, _)| *name).collect();
        names.retain(|name| !changed.contains(name));
        names.sort_unstable();
        text.unchanged = Some(names);
    }
    PlanOutput { plan: &plan, drift: None, sources, subjects, text }
        .publish(format, &args.report)?;
    exit(global, &plan, args)
}

/// Returns the undeclared retailers if they are what the exit code is about.
fn to_name<'a>(plan: &'a Plan, args: &PlanArgs) -> Option<&'a [Undeclared]> {
    plan.undeclared.as_deref().filter(|_| args.fail_on.contains(&FailOn::Undeclared))
}

/// Warns of what a proposed project file changes.
fn warn_of_proposed_changes(session: &Session) {
    let Some(proposed) = &session.sources.proposed else { return };
    let changes = shared_changes(&session.sources.shared, proposed);
    let is_used = |change: &String| change.starts_with("partner.");
    let (used, unused): (Vec<String>, Vec<String>) = changes.into_iter().partition(is_used);
    if !used.is_empty() {
        let message = format!("this plan is made with the proposed {}", in_one_line(&used));
        warn(&session.global, &message);
    }
    if !unused.is_empty() {
        let message =
            format!("{} would change as well; this plan ignores that", in_one_line(&unused));
        warn(&session.global, &message);
    }
}

/// Lists the parts of a plan in the hint if the word is not a file: it may be meant as a part.
fn hint_at_parts(mut failure: Failure, path: &Path) -> Failure {
    if let Some(advice) = failure.advice.as_mut().filter(|_| !path.exists()) {
        advice.hint = "check the path; or choose one of held, manual, unchanged".into();
    }
    failure
}

/// Returns the saved plan to show, if any.
fn saved<'a>(global: &Global, args: &'a PlanArgs) -> Result<Option<&'a Path>, Failure> {
    let mut files = args.show.iter().filter_map(|show| match show {
        Show::Saved(path) => Some(path.as_path()),
        Show::Parts(_) => None,
    });
    let Some(path) = files.next() else { return Ok(None) };
    let refused = if files.next().is_some() {
        "--show takes one saved plan"
    } else if args.base.is_some()
        || args.partner_from.is_some()
        || args.out.is_some()
        || global.environment.is_some()
        || !(args.names.is_empty() && global.only.is_empty())
    {
        "a saved plan is shown as it is: --base, --partner-from, --out, --environment and retailers \
         are for a new one"
    } else if args.show.iter().any(|show| show.has(PlanPart::Unchanged)) {
        "a saved plan does not name the retailers that it leaves unchanged"
    } else {
        return Ok(Some(path));
    };
    Err(Failure::usage(refused, "leave one of them out, or make a new plan without --show FILE"))
}

/// Chooses the exit code. An incomplete read is never a success.
fn exit(global: &Global, plan: &Plan, args: &PlanArgs) -> Result<Exit, Failure> {
    check_complete(plan)?;
    warn_if_unsought(global, &args.fail_on, &plan.unread_systems, plan.undeclared.is_some());
    let is_pending = args.detailed_exitcode && plan.has_actions();
    let is_found = args.fail_on.iter().any(|what| plan.has(*what));
    Ok(if is_pending || is_found { Exit::Changes } else { Exit::Done })
}

/// Fails with the retailers that could not be read completely.
pub(super) fn check_complete(plan: &Plan) -> Result<(), Failure> {
    if !plan.is_incomplete() {
        return Ok(());
    }
    Err(incomplete("the plan", &plan.with_failed_reads().collect::<Vec<_>>()))
}

/// Returns the failure to know everything about some retailers.
pub(super) fn incomplete(what: &str, retailers: &[&str]) -> Failure {
    let of = if retailers.is_empty() { "" } else { " for " };
    Failure::failed(
        format!("{what} is incomplete{of}{}", listed(retailers)),
        "run the command again once every system can be read",
    )
}
