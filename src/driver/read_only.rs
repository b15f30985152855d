//! Executes the steps of a verification that must not send anything.
//!
//! It is given returns that were already read, and no connection, so it cannot send.

use crate::model::{Advice, Upload};
use crate::runs::test_run::TestRunStore;
use crate::verify::{Answer, Step, Verification};

/// Executes steps until the verification has finished. `listed` are the retailer's returns; they
/// begin before the first day that a step can ask for.
pub(super) async fn drive_read_only(
    verification: &mut Verification<'_>,
    store: &TestRunStore,
    listed: Option<&Result<Vec<Upload>, Advice>>,
) {
    let mut step = verification.start();
    loop {
        let answer = match step {
            Step::Finished => return,
            Step::Record(run) => Answer::Recorded(store.replace(run.as_ref()).await),
            Step::ListUploads { since, .. } => {
                let mut listed = listed.cloned().unwrap_or_else(|| Ok(Vec::new()));
                if let Ok(uploads) = &mut listed {
                    uploads.retain(|upload| *upload.received_at >= *since.to_string());
                }
                Answer::Listed(listed)
            }
            Step::Wait { .. } => Answer::Waited { is_over: true },
            // A check without requests has none of these steps.
            Step::FetchKey { .. } | Step::MakeLabel { .. } | Step::Upload { .. } => {
                debug_assert!(false, "a look would send");
                return;
            }
        };
        step = verification.answered(answer);
    }
}
