//! `reconcile doctor`: checks whether an environment is usable.

use crate::cli::{DoctorArgs, Global};
use crate::console::print_report;
use crate::exit::{Exit, Failure};
use crate::model::listed;
use crate::render::doctor::{self, DoctorReport, RunRecordsHealth};
use crate::session::{self, Mentioned, Session};
use crate::systems::Purpose;

/// Checks the files, the keys and all systems of an environment.
pub(super) async fn run(global: &Global, args: &DoctorArgs) -> Result<Exit, Failure> {
    let session = Session::load_without_retailers(global, Mentioned::default())?;
    let (name, environment) = session.environment()?;
    let store = session.store()?;
    let opened = session.open_for(environment, Purpose::Checks).await?;
    let company = &session.project.partner.company;
    let checks = opened.reader.check_health(company, session::today()).await;
    opened.close().await;
    let problem = session.check_records(name).await.err().and_then(|failure| failure.advice);
    let records = RunRecordsHealth::new(store.place(), store.is_shared(), problem);
    let report =
        DoctorReport::new((name, environment), &checks, &session.capabilities(name), &records);
    print_report(args.format, &report, |_, out| doctor::text(&report, out))?;
    let unhealthy = report.unhealthy();
    if unhealthy.is_empty() {
        return Ok(Exit::Done);
    }
    Err(Failure::failed(
        format!("the environment `{name}` cannot be used as it is: {}", listed(&unhealthy)),
        "the report shows why and what to do; run `reconcile doctor` again afterwards",
    ))
}
