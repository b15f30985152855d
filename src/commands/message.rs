//! `reconcile message`: prints the text for a retailer's next step.

use crate::cli::{Global, MessageArgs};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::message::{ExactNames, MessageKind, Recipient};
use crate::session::{self, Mentioned, Session};
use crate::shell::CommandOptions;
use crate::status::of_one;

/// Prints a message; sends nothing. Systems are read only if the file does not show whether the
/// message fits, or if it states the name that OmniRPS has.
pub(super) async fn run(global: &Global, args: &MessageArgs) -> Result<Exit, Failure> {
    let (mut session, report) = Session::read(global)?;
    let is_project_valid = session.is_project_valid(&report);
    if is_project_valid {
        session.check_environment()?;
    }
    if session.sources.retailers.is_empty() || !is_project_valid {
        let retailer = Some(args.retailer.as_str());
        session.check_usage(&report, &Mentioned { retailer, ..Mentioned::default() })?;
        super::print_diagnostics(global, &report);
        return Err(Failure::printed(Exit::Invalid));
    }
    let retailer = &session.find_valid(&report, &args.retailer)?.clone();
    session.check_in_scope(retailer)?;
    let name = session.environment()?.0.to_owned();
    let records = session.journey_records(&name).await;
    let handoff = records.handoffs.get(&retailer.slug);
    let today = session::today();
    let capabilities = session.capabilities(&name);
    // A text shows no commands, so they need no options.
    let options = CommandOptions::default();
    let status =
        |project, live| of_one(retailer, project, &options, &records, (live, &capabilities), today);
    let by_file = status(&session.project, None);
    let recipient = Recipient { retailer, status: &by_file, handoff };
    let kind = args.kind.or_else(|| recipient.next());
    let needs_status = kind.is_some_and(|kind| recipient.needs_live(kind));
    let needs_name = kind.is_some_and(MessageKind::states_exact_name);
    let mut live = None;
    if (needs_status || needs_name) && report.has_errors() {
        warn(
            global,
            "the systems are not read while files are invalid; `reconcile validate` shows them",
        );
    } else if needs_status || needs_name {
        session.global.only = vec![retailer.slug.clone()];
        live = session.try_read_live().await;
    }
    let whole = live.as_ref().filter(|live| needs_status && live.failed().next().is_none());
    let by_live = whole.map(|live| status(&session.project, Some(live)));
    let recipient = Recipient { status: by_live.as_ref().unwrap_or(&by_file), ..recipient };
    let kind = args.kind.or_else(|| recipient.next()).ok_or_else(|| recipient.without())?;
    let partner = &session.project.partner;
    let mut warnings = recipient.warnings(kind, partner, &capabilities);
    if kind.states_exact_name() {
        let names = ExactNames::new(&session.fleet, partner, live.as_ref());
        warnings.extend(names.check(retailer)?);
    }
    warnings.iter().for_each(|warning| warn(global, warning));
    session.warn_of_unused_templates();
    let text = session.message(recipient, kind, &session.template(kind)?)?;
    super::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}
