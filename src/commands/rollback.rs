//! `reconcile rollback`: plans to revert the changes of one run.

use super::plan::check_complete;
use crate::cli::{Global, RollbackArgs};
use crate::exit::{Exit, Failure};
use crate::output::PlanOutput;
use crate::plan_file;
use crate::render;
use crate::rollback::{RollbackInput, rollback};
use crate::runs::journal::{Journals, RunView, UnresolvedAction};
use crate::scope;
use crate::session::{Mentioned, Selection, Session};

/// Builds and prints the plan. It only has a reader, so it cannot write.
pub(super) async fn run(global: &Global, args: &RollbackArgs) -> Result<Exit, Failure> {
    let (selection, outs) = (Selection::Others, args.out.as_deref().into_iter().collect());
    let mentioned = Mentioned { selection, outs, ..Mentioned::default() };
    let session = Session::load_without_retailers(global, mentioned)?;
    let (run, found) = past_run(session, &args.run).await?;
    // A run is rolled back in its own environment.
    let made_in = run.environment().cloned();
    if let (Some(asked), Some(made_in)) = (&global.environment, &made_in)
        && asked != made_in
    {
        return Err(Failure::usage(
            format!(
                "the run {} was made in the environment `{made_in}`, not in `{asked}`",
                run.run_id
            ),
            "leave --environment out",
        ));
    }
    session.global.environment = made_in;
    let (name, environment) = session.environment()?;
    let live = session.read_live(environment).await?;
    let rollback = rollback(&RollbackInput {
        environment: name,
        partner: &session.project.partner,
        fleet: &session.fleet,
        in_scope: &|retailer| session.in_scope(retailer),
        run: &run,
        found: &found,
        live,
        capabilities: &session.capabilities(name),
    });
    let plan = &rollback.plan;
    if let Some(path) = &args.out {
        plan_file::save(plan, path)?;
    }
    let (sources, subjects) = (Some(&session.sources), session.subjects(None));
    let text = session.plan_text(plan);
    PlanOutput { plan, drift: None, sources, subjects, text }.publish(args.format, &[])?;
    if !global.quiet {
        let (saved, options) = (args.out.as_deref(), session.command_options());
        let _ = render::rollback::remarks(&rollback, saved, &options, &mut super::stderr());
    }
    check_complete(plan)?;
    Ok(Exit::Done)
}

/// Reads the run, which must be complete and unmodified, and what later runs found of it.
async fn past_run(
    session: &Session,
    name: &str,
) -> Result<(RunView, Vec<UnresolvedAction>), Failure> {
    let store = session.store()?;
    let journals = Journals::open(&*store).await?;
    let past = super::history::read_run(session, &journals, name).await?;
    let mut run = RunView::new(&past);
    if let Some(broken) = &run.broken {
        return Err(broken.failure(&past.place));
    }
    journals.check_ended(&run)?;
    let only = &session.global.only;
    if !only.is_empty() {
        // They need no file any more.
        for name in only.iter().filter(|name| !run.has(|of, slug| scope::covers(name, of, slug))) {
            scope::check(&session.fleet, std::slice::from_ref(name))?;
        }
        super::history::narrow(&session.global, &mut run);
        if run.actions.is_empty() {
            return Err(Failure::usage(
                format!("the run {} changed nothing for {}", run.run_id, only.join(", ")),
                "`reconcile history RUN` shows what it did",
            ));
        }
    }
    let found = journals.found_later(&run).await?;
    Ok((run, found))
}
