//! `reconcile apply`: plan, ask, apply; or apply a saved plan.

use super::output::write_reports;
use super::recorded;
use crate::apply::saved::{Settled, settle};
use crate::apply::{ApplyReport, StopOnError, apply_settled};
use crate::cli::{ApplyArgs, Global, OnError, ReportFormat};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::matching::ReadScope;
use crate::model::Backend;
use crate::plan::fingerprint::{fingerprint, sha256};
use crate::plan::wave::{self, Wave};
use crate::plan::{Plan, RetailerPlan, safety};
use crate::progress::Progress;
use crate::render;
use crate::render::names::listed;
use crate::runs::RunStore;
use crate::runs::journal::{JournalEvent, RunEnded, UnresolvedAction};
use crate::runs::lease::Lease;
use crate::session::Base;
use crate::session::{Connection, Session, refuse_only};
use crate::systems::Writer;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

/// Applies what a plan says.
pub(super) async fn run(global: &Global, args: &ApplyArgs) -> Result<Exit, Failure> {
    let session = match args.plan_file {
        None => Session::load(global)?,
        Some(_) => Session::load_without_retailers(global)?,
    };
    refuse_only(global, args.plan_file.is_some(), "a plan file")?;
    session.check_scope()?;
    let (name, environment) = session.environment()?;
    let saved = args.plan_file.as_deref().map(|path| load(path, name)).transpose()?;
    let base = args.base.as_deref().map(|base| Base::merged(&session, base)).transpose()?;
    base.iter().for_each(|base| base.name_changes(global));
    let store = session.store()?;
    if environment.backend != Backend::Embedded {
        recorded::warn_of_lone_runs(&session);
    }
    let lease = recorded::lease(&session, &store, name).await?;
    let applied = under_lease(&session, base.as_ref(), saved, &store, &lease, args).await;
    lease.release().await;
    applied
}

async fn under_lease(
    session: &Session,
    base: Option<&Base<'_>>,
    saved: Option<Plan>,
    store: &Arc<dyn RunStore>,
    lease: &Lease,
    args: &ApplyArgs,
) -> Result<Exit, Failure> {
    let (name, environment) = session.environment()?;
    let open = recorded::in_doubt(session, &**store, name).await?;
    let opened = session.open(environment).await?;
    // What is in doubt may belong to a retailer outside the scope.
    let scope = match &saved {
        _ if !open.is_empty() => ReadScope::everything(),
        Some(plan) => plan.scope_of_creates(),
        None => session.needs(base),
    };
    let live = opened.read_scopes(&scope).await;
    let found = recorded::look(&session.global, &open, &live);
    let (plan, settled) = match saved {
        Some(plan) => {
            let settled = settle(&plan, &live, has_changed(session));
            (plan, settled)
        }
        None => {
            super::tell_unknown(&live);
            (session.plan(name, &live, base), Settled::new())
        }
    };
    let run = Run { session, opened: &opened, whole: &plan, settled: &settled, args, store, lease };
    let exit = execute(run, found).await;
    opened.close().await;
    exit
}

/// What one run of an apply is about.
struct Run<'a> {
    session: &'a Session,
    opened: &'a Connection,
    whole: &'a Plan,
    /// The outcomes that are known before anything is sent.
    settled: &'a Settled,
    args: &'a ApplyArgs,
    store: &'a Arc<dyn RunStore>,
    lease: &'a Lease,
}

/// Returns a test of whether a retailer's file is not the one that a saved plan was made from.
/// Where no files are at hand, there is nothing to compare.
fn has_changed(session: &Session) -> impl Fn(&RetailerPlan) -> bool {
    let by_name: BTreeMap<&str, Option<&[u8]>> = session
        .fleet
        .iter()
        .map(|retailer| (retailer.name.as_str(), session.bytes_of(&retailer.file)))
        .collect();
    move |planned| {
        let Some(source) = &planned.source else { return false };
        match by_name.get(planned.retailer.as_str()).copied().flatten() {
            Some(bytes) => sha256(bytes) != *source,
            None => !by_name.is_empty(),
        }
    }
}

async fn execute(run: Run<'_>, found: Vec<UnresolvedAction>) -> Result<Exit, Failure> {
    let Run { session, opened, whole, settled, args, store, lease } = run;
    let wave = args.wave.or(args.limit.map(Wave::Retailers));
    let (plan, left) = match wave {
        Some(wave) => &wave::first(whole, wave),
        None => &(whole.clone(), 0),
    };
    if args.format == ReportFormat::Text {
        let text = session.plan_text();
        super::print_text(true, |_, out| render::text::plan(plan, &text, out))?;
    }
    check_digest(whole, args)?;
    // No plan is for more retailers than there are, whatever a file says.
    let in_scope = whole.retailers_in_scope().min(session.fleet.len());
    check_safety(session, plan, in_scope, args)?;
    if plan.has_actions() {
        confirm(plan, args)?;
    }
    let run_id = lease.run().run_id.as_str();
    let permit = lease.permit();
    let interrupt = Interrupt::watch(Exit::Partly);
    let (report, kept) = if plan.has_actions() || !found.is_empty() {
        let journal = match recorded::begin(session, plan, store, lease, found).await {
            Ok(journal) => journal,
            Err(_) if permit.is_lost() => return Ok(lost(lease).await),
            Err(failure) => return Err(failure),
        };
        let progress = Progress::new(plan, session.global.quiet);
        let permitted = permit.clone();
        let writer =
            Writer::new(&opened.reader, &plan.environment).with_permit(move || permitted.check());
        let on_error = StopOnError::new(args.on_error == OnError::Abort);
        let sinks = (&interrupt, (&on_error, (&journal, &progress)));
        let concurrency = opened.limits.concurrency as usize;
        let report = apply_settled(plan, settled, run_id, &writer, &sinks, concurrency).await;
        progress.finish();
        let ended = RunEnded { summary: report.summary, interrupted: interrupt.was_asked() };
        (report, journal.append(JournalEvent::RunEnded(ended)).await)
    } else {
        (ApplyReport::new(plan, run_id, std::iter::empty()), Ok(()))
    };
    let show = |format, out: &mut dyn Write| match format {
        ReportFormat::Text => render::report::report(&report, out),
        ReportFormat::Json => render::json::write(&report, out),
    };
    write_reports(&args.report, show)?;
    super::print_text(args.format == ReportFormat::Text, |_, out| show(args.format, out))?;
    if *left > 0 {
        let left =
            format!("left for later waves: {left} retailers; run the command again to go on");
        warn(&session.global, &left);
    }
    if let Err(error) = kept {
        super::tell(&recorded::incomplete(&error));
        return Ok(if report.summary.succeeded() > 0 { Exit::Partly } else { Exit::Failed });
    }
    if report.summary.not_done() > 0 && permit.check().is_err() {
        return Ok(lost(lease).await);
    }
    let exit = if interrupt.was_asked() && report.summary.not_done() > 0 {
        Exit::Partly
    } else {
        exit(plan, &report, args.detailed_exitcode)
    };
    if let Some(reason) = reason(exit, plan, &report) {
        super::tell(&reason);
    }
    Ok(exit)
}

/// Says whose the lease is that the run has lost.
async fn lost(lease: &Lease) -> Exit {
    super::tell(&Failure::failed(lease.whose().await, "what was not done is left to the next run"));
    Exit::Partly
}

/// What was not done, and systems that could not be read, are failures; blocked entries are
/// work for people.
fn exit(plan: &Plan, report: &ApplyReport, detailed: bool) -> Exit {
    let summary = &report.summary;
    let failed = summary.not_done() + report.warnings.len() + plan.failed_systems().count();
    match (failed, summary.succeeded()) {
        (0, _) if is_blocked(plan).next().is_some() => Exit::Blocked,
        (0, _) if detailed && summary.applied > 0 => Exit::Changes,
        (0, _) => Exit::Done,
        (_, 0) => Exit::Failed,
        _ => Exit::Partly,
    }
}

fn is_blocked(plan: &Plan) -> impl Iterator<Item = &str> {
    let blocked = plan.retailers.iter().filter(|retailer| !retailer.blocked.is_empty());
    blocked.map(|retailer| retailer.retailer.as_str())
}

/// Says why the exit code is not 0, and which retailers are concerned.
fn reason(exit: Exit, plan: &Plan, report: &ApplyReport) -> Option<Failure> {
    let not_done = report.actions.iter().filter(|action| !action.is_done());
    let mut not_done: Vec<&str> = not_done.map(|action| action.retailer.as_str()).collect();
    not_done.dedup();
    match exit {
        Exit::Blocked => {
            let blocked: Vec<&str> = is_blocked(plan).collect();
            let is = if blocked.len() == 1 { "is" } else { "are" };
            Some(Failure::failed(
                format!("{} {is} blocked, and nothing was applied to what is", listed(&blocked)),
                "`reconcile plan` shows what blocks each and what to do about it",
            ))
        }
        Exit::Failed | Exit::Partly if !not_done.is_empty() => Some(Failure::failed(
            format!("not everything was applied for {}", listed(&not_done)),
            "the report names each action that was not done; run the command again once its cause \
             is removed",
        )),
        Exit::Failed | Exit::Partly => {
            let systems: Vec<String> = plan.failed_systems().map(|s| s.to_string()).collect();
            Some(Failure::failed(
                format!("{} could not be read, so its part was left out", systems.join(" and ")),
                "run the command again once it can be read; `reconcile doctor` looks at it",
            ))
        }
        Exit::Done | Exit::Changes | Exit::Invalid | Exit::Usage => None,
    }
}

/// Reads a saved plan and refuses one for another environment.
fn load(path: &Path, environment: &str) -> Result<Plan, Failure> {
    let plan = read(path)?;
    if plan.environment != environment {
        return Err(Failure::failed(
            format!(
                "`{}` is a plan for the environment `{}`, not for `{environment}`",
                path.display(),
                plan.environment
            ),
            format!("apply it with --environment {}", plan.environment),
        ));
    }
    Ok(plan)
}

/// Reads a saved plan and refuses one that is not what was reviewed.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let shown = path.display();
    let text = super::read_text(path)?;
    let version = serde_json::from_str::<serde_json::Value>(&text)
        .ok()
        .and_then(|plan| plan.get("format_version")?.as_str().map(str::to_owned));
    let again = "save the plan again with `reconcile plan --out FILE`";
    if let Some(version) = version
        && version.split('.').next() != crate::plan::FORMAT_VERSION.split('.').next()
    {
        return Err(Failure::failed(
            format!("`{shown}` is a plan of format {version}, which this version does not support"),
            "apply it with the version of reconcile that made it, or plan again",
        ));
    }
    let plan: Plan = serde_json::from_str(&text).map_err(|error| {
        Failure::failed(format!("`{shown}` is not a saved plan: {error}"), again)
    })?;
    if plan.fingerprint != fingerprint(&plan) {
        return Err(Failure::failed(
            format!("`{shown}` was edited after it was made: its fingerprint does not fit"),
            again,
        ));
    }
    Ok(plan)
}

/// Refuses any plan but the one that somebody has reviewed.
fn check_digest(plan: &Plan, args: &ApplyArgs) -> Result<(), Failure> {
    match &args.expect_digest {
        Some(expected) if *expected != plan.fingerprint => Err(Failure::failed(
            format!(
                "the plan is not the one that was reviewed: its digest is {}, and `{expected}` was \
                 expected",
                plan.fingerprint
            ),
            "review the plan as it is now, then apply it with its digest",
        )),
        _ => Ok(()),
    }
}

fn check_safety(
    session: &Session,
    plan: &Plan,
    in_scope: usize,
    args: &ApplyArgs,
) -> Result<(), Failure> {
    let over = safety::check(plan, in_scope, &session.project.safety);
    if over.is_empty() {
        return Ok(());
    }
    let over: Vec<String> = over.iter().map(ToString::to_string).collect();
    if args.force {
        for over in over {
            warn(&session.global, &format!("{over}; --force goes past it"));
        }
        return Ok(());
    }
    Err(Failure::failed(
        over.join("; "),
        "review the plan; --force applies it anyway, --only applies a part",
    ))
}

fn confirm(plan: &Plan, args: &ApplyArgs) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::failed(
            "there is no terminal to ask on, so nothing was applied",
            "review the plan, then run apply with --yes",
        ));
    }
    let mut stderr = super::stderr();
    write!(stderr, "Apply this to {}? Only `yes` does: ", plan.environment)
        .and_then(|()| stderr.flush())
        .map_err(super::output)?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(super::output)?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::failed("nothing was applied", "answer `yes` to apply"))
}
