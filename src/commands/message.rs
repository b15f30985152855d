//! `reconcile message`: prints the text for a retailer's next step.

use crate::cli::{Global, MessageArgs};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::message::Recipient;
use crate::model::Retailer;
use crate::session::{self, Session};
use crate::status::of_one;

/// Prints a message; sends nothing. Systems are read only if the file does not show whether the
/// message fits.
pub(super) async fn run(global: &Global, args: &MessageArgs) -> Result<Exit, Failure> {
    let (mut session, report) = Session::read(global)?;
    let is_project_valid = session.is_project_valid(&report);
    if is_project_valid {
        session.check_environment()?;
    }
    if session.sources.retailers.is_empty() || !is_project_valid {
        super::print_diagnostics(global, &report);
        return Err(Failure::printed(Exit::Invalid));
    }
    let retailer = &session.find_valid(&report, &args.retailer)?.clone();
    session.check_in_scope(retailer)?;
    let name = session.environment()?.0.to_owned();
    let records = session.handoffs_and_uploads(&name).await;
    let is_handed_over = records.0.contains_key(&retailer.slug);
    let today = session::today();
    let by_file = of_one(retailer, &session.project, &records, None, today);
    let recipient = Recipient { retailer, status: &by_file, is_handed_over };
    let mut by_live = None;
    let kind = args.kind.or_else(|| recipient.next());
    let needs_live = kind.is_some_and(|kind| recipient.needs_live(kind));
    if needs_live && report.has_errors() {
        warn(
            global,
            "the systems are not read while files are invalid; `reconcile validate` shows them",
        );
    } else if needs_live {
        session.global.only = vec![retailer.slug.clone()];
        let capabilities = session.capabilities(&name);
        by_live = session.try_read_live().await.map(|live| {
            of_one(retailer, &session.project, &records, Some((&live, &capabilities)), today)
        });
    }
    let recipient = Recipient { status: by_live.as_ref().unwrap_or(&by_file), ..recipient };
    let Some(kind) = args.kind.or_else(|| recipient.next()) else {
        let Retailer { name, slug, .. } = retailer;
        let (why, next) = match recipient.status.waiting_for.is_empty() {
            true => (format!("no step of {name} is next"), String::new()),
            false => (
                format!("the next step of {name} needs no message"),
                format!("; `reconcile status {slug}` shows what comes next"),
            ),
        };
        let hint = "choose one with --kind, as `reconcile message --help` lists them";
        return Err(Failure::failed(why, format!("{hint}{next}")));
    };
    let warnings = recipient.warnings(kind, &session.project.partner);
    warnings.iter().for_each(|warning| warn(global, warning));
    session.warn_of_unused_templates();
    let text = session.message(recipient, kind, &session.template(kind)?)?;
    super::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}
