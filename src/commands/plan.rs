//! `reconcile plan`: what would bring live to desired.

use super::apply;
use super::base::Base;
use super::output::PlanOutput;
use super::recorded;
use super::session::Session;
use crate::cli::{FailOn, Global, PlanArgs, PlanFormat};
use crate::exit::{Exit, Failure};
use crate::model::Retailer;
use crate::plan::{AlertCode, Plan, origin};

/// Makes and shows the plan. It holds a reader only, so it cannot write.
pub(super) async fn run(global: &Global, args: &PlanArgs) -> Result<Exit, Failure> {
    let format = if args.json { PlanFormat::Json } else { args.format };
    if let Some(path) = &args.show {
        let plan = apply::read(path)?;
        let output = PlanOutput { plan: &plan, drift: None, sources: None, subjects: Vec::new() };
        output.publish(format, &args.report)?;
        return Ok(exit(&plan, args));
    }
    let session = Session::load(global)?;
    session.check_scope()?;
    let reports = args.report.iter().map(|report| &report.path);
    args.out.iter().chain(reports).try_for_each(|out| session.check_out(out))?;
    let base = args.base.as_deref().map(|base| Base::merged(&session, base)).transpose()?;
    base.iter().for_each(|base| base.name_removed(global));
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let needs = session.needs(base.as_ref());
    let (live, ()) =
        tokio::join!(opened.reader.read_what(&needs), recorded::warn_of_lost_store(&session, name));
    opened.close().await;
    super::tell_unknown(&live);
    let mut plan = session.plan(name, &live, base.as_ref());
    if let Some(base) = &base {
        let in_scope = |retailer: &Retailer| session.is_covered(retailer, Some(base));
        let capabilities = session.capabilities(name);
        let declared = base.plan(name, &in_scope, &live, &capabilities);
        origin::mark(&mut plan, &declared);
    }
    if let Some(path) = &args.out {
        super::save(&plan, path)?;
    }
    let (sources, subjects) = (Some(&session.sources), session.subjects(base.as_ref()));
    PlanOutput { plan: &plan, drift: None, sources, subjects }.publish(format, &args.report)?;
    Ok(exit(&plan, args))
}

/// An incomplete read is never a success, whatever else is in the plan.
fn exit(plan: &Plan, args: &PlanArgs) -> Exit {
    let is_found = |what| match what {
        FailOn::NoCredits => plan.alerts().any(|alert| alert.code == AlertCode::NoCredits),
        FailOn::Blocked => plan.summary.blocked > 0,
        FailOn::Undeclared => plan.undeclared.as_ref().is_some_and(|found| !found.is_empty()),
    };
    if plan.is_incomplete() {
        Exit::Failed
    } else if args.detailed_exitcode && plan.has_actions()
        || FailOn::is_met(&args.fail_on, is_found)
    {
        Exit::Changes
    } else {
        Exit::Done
    }
}
