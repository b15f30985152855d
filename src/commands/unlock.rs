//! `reconcile unlock`: releases the lease of a run that is known to be dead.

use crate::cli::{Global, UnlockArgs};
use crate::exit::{Exit, Failure};
use crate::runs::journal::origin;
use crate::runs::lease::{self, LeaseRecord};
use crate::session::Session;

/// Releases the lease. Invalid retailer files are accepted.
pub(super) async fn run(global: &Global, args: &UnlockArgs) -> Result<Exit, Failure> {
    let session = Session::load_project(global)?;
    session.check_environment()?;
    session.check_scope()?;
    let store = session.store()?;
    let by = origin::who(&session.project.root).unwrap_or_else(|| "someone".into());
    let by = format!("{by} on {}", origin::host());
    let ended = lease::unlock(&*store, &args.run, &by).await;
    let Some(record) = ended? else {
        let (held, _) = lease::all(&*store).await?;
        let held = held.into_iter().map(|found| found.record).filter(|record| record.is_held);
        let held: Vec<String> = held.map(|record| record.holder()).collect();
        return Err(Failure::failed(
            format!("no run `{}` holds a lease", args.run),
            match held.as_slice() {
                [] => "no run holds a lease; `reconcile history` lists the runs".into(),
                held => format!("leases are held by: {}", held.join("; ")),
            },
        ));
    };
    let LeaseRecord { environment, since, .. } = &record;
    super::print(|out| {
        writeln!(
            out,
            "Released the lease of {environment}, held since {since:.0} by the run {}, which can \
             start nothing more.",
            record.holder()
        )
    })?;
    Ok(Exit::Done)
}
