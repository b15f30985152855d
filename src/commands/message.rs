//! `reconcile message`: prints the text for a retailer's next step.

use crate::cli::{Global, MessageArgs};
use crate::exit::{Exit, Failure};
use crate::message::MessageKind;
use crate::session::Session;

/// Prints a message; sends nothing.
pub(super) fn run(global: &Global, args: &MessageArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    if session.sources.retailers.is_empty() || !session.is_project_valid(&report) {
        super::print_diagnostics(global, &report)?;
        return Err(Failure::printed(Exit::Invalid));
    }
    session.check_environment()?;
    let retailer = session.find_valid(&report, &args.retailer)?;
    session.check_in_scope(retailer)?;
    let Some(kind) = args.kind.or_else(|| MessageKind::next(retailer)) else {
        return Err(Failure::failed(
            format!("the next step of {} needs no message", retailer.name),
            "choose one with --kind; `reconcile status` shows what comes next",
        ));
    };
    let text = session.message(retailer, kind, &session.template(kind)?)?;
    super::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}
