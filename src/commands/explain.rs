//! `reconcile explain`: explains the desired values of a retailer's settings.

use super::plan::incomplete;
use crate::cli::{ExplainArgs, Global, ReportFormat};
use crate::codes;
use crate::config;
use crate::console::print_report;
use crate::exit::{Exit, Failure};
use crate::explain::explain;
use crate::matching::Match;
use crate::plan::{PlanInput, decide_fleet};
use crate::render::{self, explain::Explained};
use crate::session::{Mentioned, Session};

/// Explains one retailer, or a code if no retailer has this name. A code does not require valid
/// files: they may be what it is about.
pub(super) async fn run(global: &Global, args: &ExplainArgs) -> Result<Exit, Failure> {
    let word = &args.retailer;
    if let Some(code) = codes::find(word).filter(|_| !is_declared(global, word)) {
        let explained = Explained::Code(code);
        print_report(args.format, &explained, |_, out| render::explain::code(code, out))?;
        return Ok(Exit::Done);
    }
    let mentioned = Mentioned { retailer: Some(word), ..Mentioned::default() };
    let session = Session::load(global, mentioned)?;
    let retailer = session.find(word).map_err(|why| render::explain::unknown(word, why))?;
    let (name, environment) = session.environment()?;
    let live = session.read_live(environment).await?;
    let (explanations, _) = decide_fleet(
        &PlanInput {
            environment: name,
            partner: &session.project.partner,
            fleet: session.fleet.iter().collect(),
            in_scope: &|other| other.slug == retailer.slug,
            live,
            capabilities: &session.capabilities(name),
            is_whole: true,
        },
        |decided| {
            let mut matches = decided.matches.iter();
            let has_failed = matches.any(|(_, found)| matches!(found, Match::Failed(_)));
            (explain(&decided, name), has_failed)
        },
    );
    let people = session.people(std::iter::once(retailer));
    super::print_text(args.format == ReportFormat::Text, |_, out| {
        explanations.iter().try_for_each(|(explanation, _)| match args.format {
            ReportFormat::Text => render::explain::explain(explanation, &people, out),
            ReportFormat::Json => render::json::write(&Explained::Retailer(explanation), out),
        })
    })?;
    if explanations.iter().any(|(_, has_failed)| *has_failed) {
        return Err(incomplete("the explanation", &[&retailer.name]));
    }
    Ok(Exit::Done)
}

/// Returns whether a file, valid or not, declares a retailer of this name.
fn is_declared(global: &Global, word: &str) -> bool {
    Session::read_without_retailers(global).is_ok_and(|(session, _)| {
        session.sources.retailers.iter().any(|source| config::is_called(source, word))
    })
}
