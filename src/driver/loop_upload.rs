//! Records whose partner uploads returns itself, for `status`.

use crate::console::warn;
use crate::exit::Failure;
use crate::model::Retailer;
use crate::runs::loop_upload::{self, LoopUploads};
use crate::session::Session;
use crate::verify::Report;

/// Records the uploads that were found. What was found is true even if it cannot be recorded.
pub(super) async fn record<'a>(
    session: &Session,
    environment: &str,
    found: impl Iterator<Item = (&'a Retailer, &'a Report)>,
) {
    let found = found.filter_map(|(of, report)| Some((of.name.clone(), report.arrival()?.clone())));
    let found: LoopUploads = found.collect();
    if found.is_empty() {
        return;
    }
    let record = async {
        let store = session.store()?;
        Ok::<_, Failure>(loop_upload::add(&*store, environment, found).await?)
    };
    if let Err(Failure { advice: Some(why), .. }) = record.await {
        let message =
            format!("`status` does not show that the partner uploads itself: {}", why.message);
        warn(&session.global, &message);
    }
}
