//! `reconcile explain`: why a retailer's settings are to be as they are.

use super::session::Session;
use crate::cli::{ExplainArgs, Global, ReportFormat};
use crate::exit::{Exit, Failure};
use crate::explain::explain;
use crate::plan::{PlanInput, decide_fleet};
use crate::render;

/// Explains one retailer.
pub(super) async fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let retailer = session.find(&args.retailer)?;
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let live = opened.reader.read().await;
    opened.close().await;
    super::tell_unknown(&live);
    let (explanations, _) = decide_fleet(
        &PlanInput {
            environment: name,
            partner: &session.project.partner,
            fleet: session.fleet.iter().collect(),
            in_scope: &|other| other.slug == retailer.slug,
            live: &live,
            capabilities: &session.capabilities(name),
            is_whole: true,
        },
        |decided| explain(&decided, name),
    );
    super::print_text(args.format == ReportFormat::Text, |_, out| {
        explanations.iter().try_for_each(|explanation| match args.format {
            ReportFormat::Text => render::explain::explain(explanation, out),
            ReportFormat::Json => render::json::write(explanation, out),
        })
    })?;
    let unknown = live.failed().next().is_some();
    Ok(if unknown { Exit::Failed } else { Exit::Done })
}
