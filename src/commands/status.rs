//! `reconcile status`: the status of each retailer, and who must do what next.

use super::plan::incomplete;
use crate::cli::{Global, StatusArgs};
use crate::console::warn_if_unsought;
use crate::exit::{Exit, Failure};
use crate::model::Live;
use crate::output::{Evidence, StatusOutput};
use crate::session::{self, Mentioned, Session};
use crate::status::{Filter, Status, StatusInput, role, status};
use crate::systems::Purpose;
use crate::uploads::FleetUploads;
use std::mem::ManuallyDrop;
use std::path::Path;

/// Prints the status. It only has a reader, so it cannot write to a system.
pub(super) async fn run(global: &Global, args: &StatusArgs) -> Result<Exit, Failure> {
    let StatusArgs { names, retailer, format, out, mine, waits_for, stage, sort, fail_on, .. } =
        args;
    session::reject_only(global, retailer.is_some(), "--retailer")?;
    let is_one = retailer.is_some() || names.len() == 1 && global.only.len() == 1;
    let (mut session, report) = Session::read(global)?;
    session.print_problems(&report, None);
    let is_invalid = report.has_errors();
    session.global.only.extend(retailer.clone());
    let out = out.as_deref().filter(|out| *out != Path::new("-"));
    let outs = out.into_iter().collect();
    let checked = session.check_usage(&report, &Mentioned { outs, ..Mentioned::default() });
    if checked.as_ref().is_err_and(|failure| failure.exit == Exit::Usage) {
        return checked.map(|()| Exit::Done);
    }
    let mut filter = Filter { mine: mine.clone(), waits_for: None, stage: stage.clone() };
    filter.check_stage()?;
    if !session.is_project_valid(&report) {
        return Err(Failure::printed(Exit::Invalid));
    }
    let roles = session.project.roles();
    filter.waits_for = waits_for.as_deref().map(|word| role(word, roles)).transpose()?;
    if is_invalid && !session.fleet.iter().any(|retailer| session.in_scope(retailer)) {
        return Err(Failure::printed(Exit::Invalid));
    }
    filter.check_person(&session.fleet, roles)?;
    checked?;
    let read = if args.offline { Ok((None, None)) } else { read(&session, args).await };
    let (live, uploads) = match read {
        Ok(read) => read,
        // The valid files are shown all the same.
        Err(failure) if is_invalid => {
            super::print_failure(&failure);
            (None, None)
        }
        Err(failure) => return Err(failure),
    };
    let (environment, _) = session.environment()?;
    let mut records = session.journey_records(environment).await;
    if let Some(Ok(uploads)) = &uploads {
        records.loop_uploads.extend(uploads.arrived().cloned());
    }
    // It is not freed: for a large fleet that takes long, and the program ends.
    let mut status = ManuallyDrop::new(status(&StatusInput {
        environment,
        options: &session.command_options(),
        partner: &session.project.partner,
        people: &session.project.people,
        due_days: &session.project.due_days,
        fleet: &session.fleet,
        in_scope: &|retailer| session.in_scope(retailer),
        live: live.as_ref(),
        // What an invalid file declares is not known.
        is_whole: session.global.only.is_empty() && !is_invalid,
        capabilities: &session.capabilities(environment),
        records: &records,
        today: session::today(),
    }));
    let is_complete = complete(&mut status, live.as_ref(), uploads);
    status.narrow(&filter, *sort);
    // With a name, print one checklist; the scope then has only that retailer.
    let one = status.retailers.first().filter(|_| is_one && status.retailers.len() == 1);
    let evidence = Evidence { live: live.as_ref(), handoffs: &records.handoffs };
    StatusOutput { session: &session, status: &status, evidence, one }.publish(*format, out)?;
    if !is_invalid && is_complete {
        let is_sought = status.undeclared.is_some();
        warn_if_unsought(global, fail_on, &status.unknown_systems, is_sought);
    }
    Ok(match (is_invalid, is_complete) {
        (true, _) => Exit::Invalid,
        (false, false) => Exit::Failed,
        (false, true) if fail_on.iter().any(|what| status.has(*what)) => Exit::Changes,
        (false, true) => Exit::Done,
    })
}

/// Adds the returns to the status, and prints what could not be read; the status is printed
/// anyway. Returns whether everything was read.
fn complete(
    status: &mut Status,
    live: Option<&Live>,
    uploads: Option<Result<FleetUploads, Failure>>,
) -> bool {
    let mut missing = Vec::new();
    if live.is_some_and(|live| live.failed().next().is_some()) {
        missing.push(incomplete("the status", &status.unknown().collect::<Vec<_>>()));
    }
    match uploads {
        None => {}
        Some(Ok(uploads)) => {
            missing.extend(session::unread_uploads(&uploads, "`reconcile uploads` shows why"));
            status.add_uploads(uploads);
        }
        Some(Err(failure)) => missing.push(failure),
    }
    missing.iter().for_each(super::print_failure);
    missing.is_empty()
}

/// Reads live for the retailers in scope, like `plan`, and their returns if requested.
async fn read(session: &Session, args: &StatusArgs) -> Result<Read, Failure> {
    let (_, environment) = session.environment()?;
    let purpose = if args.uploads { Purpose::Probes } else { Purpose::Settings };
    let opened = session.open_for(environment, purpose).await?;
    let live = opened.read_scopes(&session.needed_scopes(None)).await;
    super::print_failed_reads(&live);
    let uploads = if args.uploads {
        Some(session.count_uploads(&opened.reader, &live, args.silent_after).await)
    } else {
        None
    };
    opened.close().await;
    Ok((Some(live), uploads))
}

/// Live and the returns, as far as read.
type Read = (Option<Live>, Option<Result<FleetUploads, Failure>>);
