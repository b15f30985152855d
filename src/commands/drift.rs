//! `reconcile drift`: what is live and not as declared, for schedules.

use super::base::Base;
use super::output::PlanOutput;
use super::session::Session;
use crate::cli::{DriftArgs, Global, PlanFormat};
use crate::exit::{Exit, Failure};
use crate::files;
use crate::plan::origin::{Drift, mark};

/// Compares live with what the files declared at the base.
pub(super) async fn run(global: &Global, args: &DriftArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    args.report.iter().try_for_each(|report| session.check_out(&report.path))?;
    let base = match &args.base {
        Some(reference) => Some(Base::read(&session, reference)?),
        None => Base::head(&session)?,
    };
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let live = opened.reader.read_what(&session.needs(None)).await;
    opened.close().await;
    super::tell_unknown(&live);
    let mut plan = session.plan(name, &live, None);
    // Without a base, all that the files declare counts as declared.
    let declared = base
        .map_or_else(|| plan.clone(), |base| base.plan(name, &live, &session.capabilities(name)));
    mark(&mut plan, &declared);
    let drift = Drift::of(&plan, &declared);
    let format = if args.json { PlanFormat::Json } else { args.format };
    let (sources, subjects) = (Some(&session.sources), session.subjects(None));
    let output = PlanOutput { plan: &plan, drift: Some(&drift), sources, subjects };
    output.publish(format, &args.report)?;
    if let Some(url) = &args.notify {
        let unread: Vec<_> = live.failed().map(|(system, _)| system).collect();
        let state = files::of_environment(&session.state_folder(), "drift", name);
        let state = state.with_extension("json");
        super::notify::notify(url, name, &drift, &unread, &state).await?;
    }
    Ok(if plan.is_incomplete() {
        Exit::Failed
    } else if drift.is_drift() {
        Exit::Changes
    } else {
        Exit::Done
    })
}
