//! Whether the returns of the retailers in scope still arrive.

use super::{Session, today};
use crate::exit::Failure;
use crate::model::{Live, listed};
use crate::progress::while_reading;
use crate::runs::test_run::test_runs;
use crate::systems::Reader;
use crate::uploads::{FleetUploads, count, first_days, subjects};

impl Session {
    /// Reads and counts the returns of the retailers in scope, whose OmniRPS records were read.
    pub(crate) async fn count_uploads(
        &self,
        reader: &Reader,
        live: &Live,
        silent_after: u32,
    ) -> Result<FleetUploads, Failure> {
        let (name, environment) = self.environment()?;
        if !reader.can_read_uploads() {
            return Err(Failure::failed(
                format!("the environment `{name}` has no way to read uploads"),
                "add `uploads` to OmniRPS in the contract file, or to its `sql` in the project file",
            ));
        }
        let partner = &self.project.partner;
        let subjects = subjects(&self.fleet, partner, live, |retailer| self.in_scope(retailer));
        let concurrency = environment.limits.concurrency as usize;
        let first_days = first_days(&subjects);
        let reading = reader.uploads_of(&first_days, concurrency);
        let read = while_reading(reading, self.global.quiet).await;
        let store = self.store()?;
        let runs = test_runs(&*store, name).await?;
        Ok(count(name, subjects, &read, &runs, silent_after, today()))
    }
}

/// Returns a failure that names the retailers whose returns could not be read, if any. `reason`
/// says where the reason is shown.
pub(crate) fn unread_uploads(uploads: &FleetUploads, reason: &str) -> Option<Failure> {
    let unknown = uploads.retailers.iter().filter(|of| of.error.is_some());
    let names: Vec<&str> = unknown.map(|of| of.retailer.as_str()).collect();
    (!names.is_empty()).then(|| {
        Failure::failed(
            format!("the returns of {} could not be read", listed(&names)),
            format!("{reason}; run the command again once the cause is removed"),
        )
    })
}
