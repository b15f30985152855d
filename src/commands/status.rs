//! `reconcile status`: the status of each retailer, and who must do what next.

use super::plan::incomplete;
use crate::cli::{FailOn, Global, StatusArgs};
use crate::exit::{Exit, Failure};
use crate::model::Live;
use crate::output::StatusOutput;
use crate::session::{self, Mentioned, Session};
use crate::shell;
use crate::status::{Filter, StatusInput, role, status};
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
    if is_invalid && (!session.is_project_valid(&report) || session.fleet.is_empty()) {
        return Err(Failure::printed(Exit::Invalid));
    }
    session.global.only.extend(retailer.clone());
    session.check_usage(&report, Mentioned::default())?;
    if is_invalid && !session.fleet.iter().any(|retailer| session.in_scope(retailer)) {
        return Err(Failure::printed(Exit::Invalid));
    }
    let out = out.as_deref().filter(|out| *out != Path::new("-"));
    session.check_outs(out)?;
    let roles = session.project.roles();
    let waits_for = waits_for.as_deref().map(|word| role(word, roles)).transpose()?;
    let filter = Filter { mine: mine.clone(), waits_for, stage: stage.clone() };
    filter.check(&session.fleet, roles)?;
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
    let option = if environment == session.project.default_environment {
        String::new()
    } else {
        format!(" --environment {}", shell::word(environment))
    };
    let (handoffs, mut loop_uploads) = session.handoffs_and_uploads(environment).await;
    if let Some(Ok(uploads)) = &uploads {
        // The tool's own tests are not counted.
        let arrived = uploads.retailers.iter().filter(|of| of.arrivals.uploads > Some(0));
        loop_uploads.extend(arrived.map(|of| of.slug.clone()));
    }
    // It is not freed: for a large fleet that takes long, and the program ends.
    let mut status = ManuallyDrop::new(status(&StatusInput {
        environment,
        option: &option,
        partner: &session.project.partner,
        people: &session.project.people,
        due_days: &session.project.due_days,
        fleet: &session.fleet,
        in_scope: &|retailer| session.in_scope(retailer),
        live: live.as_ref(),
        // What an invalid file declares is not known.
        is_whole: session.global.only.is_empty() && !is_invalid,
        capabilities: &session.capabilities(environment),
        handoffs: &handoffs,
        loop_uploads: &loop_uploads,
        today: session::today(),
    }));
    let mut is_incomplete = live.as_ref().is_some_and(|live| live.failed().next().is_some());
    if is_incomplete {
        super::print_failure(&incomplete("the status", &status.unknown().collect::<Vec<_>>()));
    }
    match uploads {
        None => {}
        Some(Ok(uploads)) => {
            let unread = session::unread_uploads(&uploads, "`reconcile uploads` shows why");
            is_incomplete |= unread.is_some();
            unread.iter().for_each(super::print_failure);
            status.add_uploads(uploads);
        }
        // The status is printed anyway.
        Some(Err(failure)) => {
            is_incomplete = true;
            super::print_failure(&failure);
        }
    }
    status.narrow(&filter, *sort);
    // With a name, print one checklist; the scope then has only that retailer.
    let one = status.retailers.first().filter(|_| is_one && status.retailers.len() == 1);
    StatusOutput { session: &session, status: &status, one, option: &option }
        .publish(*format, out)?;
    let is_found = |what| match what {
        FailOn::NoCredits => status.summary.no_credits.is_some_and(|count| count > 0),
        FailOn::Blocked => status.summary.blocked > 0,
        FailOn::Undeclared => status.undeclared.as_ref().is_some_and(|found| !found.is_empty()),
    };
    Ok(match (is_invalid, is_incomplete) {
        (true, _) => Exit::Invalid,
        (false, true) => Exit::Failed,
        (false, false) if fail_on.iter().copied().any(is_found) => Exit::Changes,
        (false, false) => Exit::Done,
    })
}

/// Reads live for the retailers in scope, like `plan`, and their returns if requested.
async fn read(session: &Session, args: &StatusArgs) -> Result<Read, Failure> {
    let (_, environment) = session.environment()?;
    let purpose = if args.uploads { Purpose::Probes } else { Purpose::Settings };
    let opened = session.open_for(environment, purpose).await?;
    let live = opened.read_scopes(&session.needed_scopes(None)).await;
    super::print_unread(&live);
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
