//! `reconcile apply`: plan, ask, apply; or apply a saved plan.

use crate::apply::saved::{Settled, remaining, settle};
use crate::cli::{ApplyArgs, Global, ReportFormat, paths};
use crate::console::{confirm_apply, warn};
use crate::driver::ApplyRun;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::matching::ReadScope;
use crate::model::Live;
use crate::output::publish_applied;
use crate::plan::Plan;
use crate::plan::safety::check_limits;
use crate::plan::wave::{self, Wave};
use crate::plan_file;
use crate::render;
use crate::runs::RunStore;
use crate::runs::journal::{Commit, UnresolvedAction, origin};
use crate::runs::lease::Lease;
use crate::session::{Base, Connection, Mentioned, Session, check_plan_is_kept, reject_plan_file};
use std::sync::Arc;

/// Applies a new plan or a saved one.
pub(super) async fn run(global: &Global, args: &ApplyArgs) -> Result<Exit, Failure> {
    let plan_file = args.plan_file.as_deref();
    reject_plan_file(global, plan_file)?;
    plan_file.map_or(Ok(()), |path| check_plan_is_kept(path, paths(&args.report)))?;
    let (base, outs) = (args.base.as_deref(), paths(&args.report).collect());
    let mentioned = Mentioned { base, outs, ..Mentioned::default() };
    let session = match plan_file {
        None => Session::load(global, mentioned)?,
        Some(_) => Session::load_without_retailers(global, mentioned)?,
    };
    let (name, environment) = session.environment()?;
    let saved = plan_file.map(|path| {
        plan_file::read_for(path, name).map_err(|failure| {
            session.named_instead(("a saved plan", path), "apply --only", failure)
        })
    });
    let saved = saved.transpose()?;
    let base = base.map(|base| Base::merged(session, base)).transpose()?;
    let store = session.store()?;
    let consequence = "another job can apply at the same time without noticing this one";
    session.warn_if_records_are_local(environment, consequence);
    let interrupt = Interrupt::watch(Exit::Partly);
    let lease = session.lease(&store, name).await?;
    let run = (&store, &lease, &interrupt);
    let applied = under_lease(session, base.as_ref(), saved, run, args).await;
    lease.release().await;
    applied
}

async fn under_lease(
    session: &Session,
    base: Option<&Base<'_>>,
    saved: Option<Plan>,
    (store, lease, interrupt): (&Arc<dyn RunStore>, &Lease, &Interrupt),
    args: &ApplyArgs,
) -> Result<Exit, Failure> {
    let (name, environment) = session.environment()?;
    let read = async {
        let open = session.unresolved(&**store, name).await?;
        let opened = session.open(environment).await?;
        // What is in doubt may belong to a retailer outside the scope.
        let scope = match &saved {
            _ if !open.is_empty() => ReadScope::everything(),
            Some(plan) => session.scopes_of(plan),
            None => session.needed_scopes(base),
        };
        // Git runs while the systems are read.
        let root = session.project.root.clone();
        let commit = tokio::task::spawn_blocking(move || origin::commit(&root));
        let live = opened.read_scopes(&scope).await;
        Ok::<_, Failure>((open, opened, live, commit.await.ok().flatten()))
    };
    let (open, opened, live, commit) = interrupt.unless_stopped(read).await??;
    let found = session.resolve(&open, &live);
    super::print_failed_reads(&live);
    let (plan, settled) = match saved {
        Some(plan) => {
            let suffix = &session.project.partner.name_suffix;
            let settled = settle(&plan, &live, suffix, &session.outdated(&plan, &live));
            (plan, settled)
        }
        None => (session.plan(name, &live, base), Settled::new()),
    };
    let run = (lease, interrupt, commit.as_ref());
    let exit = execute(session, &opened, (&plan, &settled), (&live, found), run, args).await;
    opened.close().await;
    exit
}

/// Shows the plan, executes what may be executed of it, and reports.
async fn execute(
    session: &Session,
    opened: &Connection,
    (whole, settled): (&Plan, &Settled),
    (live, found): (&Live, Vec<UnresolvedAction>),
    (lease, interrupt, commit): (&Lease, &Interrupt, Option<&Commit>),
    args: &ApplyArgs,
) -> Result<Exit, Failure> {
    let (plan, left) = match args.wave.or(args.limit.map(Wave::Retailers)) {
        Some(wave) => &wave::first(&remaining(whole, live, settled), wave),
        None => &(whole.clone(), 0),
    };
    if args.format == ReportFormat::Text {
        let saved = args.plan_file.as_deref();
        let text = render::text::PlanText { saved, ..session.plan_text(plan) };
        super::print_text(true, |_, out| render::text::plan(plan, &text, out))?;
    }
    plan_file::check_reviewed(whole, args.expect_digest.as_deref())?;
    // A saved plan may claim more retailers than there are; without files, nothing else is known.
    let known = Some(session.fleet.len()).filter(|files| *files > 0).unwrap_or(usize::MAX);
    let in_scope = whole.retailers_in_scope().min(known.max(whole.retailers.len()));
    check_limits(plan, in_scope, &session.project.safety, args.force)?
        .iter()
        .for_each(|warning| warn(&session.global, warning));
    if plan.has_actions() && !args.yes {
        interrupt.unless_stopped(confirm_apply(plan.environment.clone())).await??;
    }
    let run = ApplyRun {
        commit,
        plan,
        settled,
        reader: &opened.reader,
        concurrency: opened.limits.concurrency as usize,
        lease,
        interrupt,
        on_error: args.on_error,
        has_fresh_keys: args.fresh_idempotency_keys,
        quiet: session.global.quiet,
    };
    let executed = run.execute(found, live).await?;
    let shown = publish_applied(&executed.report, args.format, &args.report);
    if *left > 0 {
        let left = format!("retailers that remain: {left}; run the command again to continue");
        warn(&session.global, &left);
    }
    let exit = run.exit_code(&executed, args.detailed_exitcode).await;
    let Err(failure) = shown else { return exit };
    // What could not be shown was done all the same.
    exit.err().iter().for_each(super::print_failure);
    Err(if executed.report.has_written() {
        Failure { exit: Exit::Partly, ..failure }
    } else {
        failure
    })
}
