//! `reconcile doctor`: whether an environment is fit to be used.

use super::session::Session;
use crate::cli::Global;
use crate::exit::{Exit, Failure};
use crate::model::Health;
use crate::render;

/// Checks the files, the keys and every system of an environment.
pub(super) async fn run(global: &Global) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    session.check_scope()?;
    let (name, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let checkups = opened.reader.look().await;
    opened.close().await;
    super::print(|out| {
        render::doctor::checkups(name, &checkups, &session.capabilities(name), out)
    })?;
    let mut looks = checkups.iter().flat_map(|checkup| &checkup.looks);
    let well = looks.all(|look| matches!(look.found, Health::Healthy { .. }));
    Ok(if well { Exit::Done } else { Exit::Failed })
}
