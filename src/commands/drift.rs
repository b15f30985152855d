//! `reconcile drift`: reports live changes that are not declared, for scheduled runs.

use super::plan::check_complete;
use crate::cli::{DriftArgs, Global, PlanFormat, paths};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::model::Retailer;
use crate::output::PlanOutput;
use crate::plan::origin::{Drift, alone, beside, blocked};
use crate::session::{Base, Mentioned, Selection, Session};
use secrecy::ExposeSecret;
use std::collections::BTreeSet;

/// Compares live with the files at the base.
pub(super) async fn run(global: &Global, args: &DriftArgs) -> Result<Exit, Failure> {
    let mentioned = Mentioned {
        selection: Selection::DeclaredOrAtBase,
        base: args.base.as_deref(),
        outs: paths(&args.report).collect(),
        ..Mentioned::default()
    };
    let session = Session::load(global, mentioned)?;
    let base = session.drift_base(args.base.as_deref())?;
    base.iter().for_each(|base| base.warn_if_empty(session));
    session.check_drift_scope(base.as_ref(), &global.only)?;
    let (name, environment) = session.environment()?;
    let scopes = session.needed_scopes_beside(base.as_ref());
    let warning = session.warn_if_store_is_unreachable(name);
    let live = session.read_live_beside(environment, &scopes, warning).await?;
    let now = session.plan(name, live, None);
    let in_scope = |retailer: &Retailer| session.in_scope(retailer);
    let (capabilities, is_whole) = (session.capabilities(name), global.only.is_empty());
    let declared =
        base.as_ref().map(|base| base.plan(name, &in_scope, live, &capabilities, is_whole));
    let blocked = blocked(declared.as_ref().unwrap_or(&now));
    let fleets = session.fleet.iter().chain(base.iter().flat_map(Base::fleet));
    let names = fleets.filter(|retailer| in_scope(retailer)).map(|retailer| &retailer.name);
    let retailers = names.collect::<BTreeSet<_>>().len();
    let plan = match declared {
        Some(declared) => beside(declared, now, retailers),
        // Without a base, or if nothing differs from it, the current files are the declaration.
        None => alone(now),
    };
    let invalid = base.iter().flat_map(|base| base.report.invalid()).map(str::to_owned).collect();
    let removed = base.as_ref().map(|base| removed(session, base)).unwrap_or_default();
    let drift = Drift::of(&plan, &blocked, removed, invalid);
    if let Some(base) = base.as_ref().filter(|_| !drift.invalid.is_empty()) {
        super::print_failure(&Failure::failed(
            format!("files are invalid at {}, so what they declared is unknown", base.reference),
            "commit the correction, then run this again",
        ));
        let errors = Global { quiet: true, ..global.clone() };
        super::print_diagnostics(&errors, &base.report);
    }
    let format = if args.json { PlanFormat::Json } else { args.format };
    let (sources, subjects) = (Some(&session.sources), session.subjects(None));
    let text = session.plan_text(&plan);
    let output = PlanOutput { plan: &plan, drift: Some(&drift), sources, subjects, text };
    output.publish(format, &args.report)?;
    // CI passes an unset secret as an empty one.
    if let Some(url) = args.notify.as_ref().filter(|url| !url.expose_secret().is_empty()) {
        let failed: Vec<_> = live.failed().map(|(system, _)| system).collect();
        // Why it cannot be opened was a warning.
        let store = session.store().ok();
        let scope = (name, session.global.only.as_slice());
        let sent = crate::notify::notify(url, scope, &drift, &failed, store.as_deref()).await?;
        if let Some(why) = sent {
            let message = format!("the same message about drift may be sent again: {why}");
            warn(&session.global, &message);
        }
    }
    check_complete(&plan)?;
    Ok(if !drift.invalid.is_empty() {
        Exit::Failed
    } else if drift.is_drift() {
        Exit::Changes
    } else {
        Exit::Done
    })
}

/// Returns the paths of the files in scope that were removed.
fn removed(session: &Session, base: &Base) -> Vec<String> {
    let is_in_scope = |path: &&String| {
        let of_path = base.fleet().find(|retailer| retailer.file == **path);
        session.global.only.is_empty() || of_path.is_some_and(|retailer| session.in_scope(retailer))
    };
    base.removed.iter().filter(is_in_scope).cloned().collect()
}
