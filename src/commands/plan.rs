//! `reconcile plan`: what would bring live to desired.

use super::base::Base;
use super::session::Session;
use crate::cli::{Global, PlanArgs, PlanFormat};
use crate::exit::{Exit, Failure};
use crate::model::Retailer;
use crate::plan::{Plan, origin};

/// Makes and shows the plan. It holds a reader only, so it cannot write.
pub(super) async fn run(global: &Global, args: &PlanArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    args.out.iter().try_for_each(|out| session.check_out(out))?;
    let base = args.base.as_deref().map(|base| Base::merged(&session, base)).transpose()?;
    base.iter().for_each(|base| base.name_removed(global));
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let live = opened.reader.read_what(&session.needs(base.as_ref())).await;
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
    let format = if args.json { PlanFormat::Json } else { args.format };
    super::print(|out| session.show(&plan, format, out))?;
    Ok(exit(&plan, args.detailed_exitcode))
}

/// An incomplete read is never a success, whatever else is in the plan.
fn exit(plan: &Plan, detailed: bool) -> Exit {
    if plan.is_incomplete() {
        Exit::Failed
    } else if detailed && plan.has_actions() {
        Exit::Changes
    } else {
        Exit::Done
    }
}
