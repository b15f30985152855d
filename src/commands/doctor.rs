//! `reconcile doctor`: whether an environment is fit to be used.

use super::session::Session;
use crate::cli::{DoctorArgs, Global, ReportFormat};
use crate::exit::{Exit, Failure};
use crate::model::Health;
use crate::render::{self, doctor::Checked};

/// Checks the files, the keys and every system of an environment.
pub(super) async fn run(global: &Global, args: &DoctorArgs) -> Result<Exit, Failure> {
    let session = Session::load_without_retailers(global)?;
    session.check_scope()?;
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let checkups = opened.reader.look().await;
    opened.close().await;
    let capabilities = session.capabilities(name);
    super::print(|out| match args.format {
        ReportFormat::Text => render::doctor::checkups(name, &checkups, &capabilities, out),
        ReportFormat::Json => {
            render::json::write(&Checked::new(name, &checkups, &capabilities), out)
        }
    })?;
    let mut looks = checkups.iter().flat_map(|checkup| &checkup.looks);
    let well = looks.all(|look| matches!(look.found, Health::Healthy { .. }));
    Ok(if well { Exit::Done } else { Exit::Failed })
}
