//! Waits until a hub has processed a return.

use crate::commands::interrupt::Interrupt;
use crate::model::{ReadFailure, Upload};
use crate::progress::Waiting;
use crate::systems::Reader;
use jiff::civil::Date;
use std::time::{Duration, Instant};

/// The first pause between two looks; doubled each time. A rehearsal does not wait longer.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause: a hub takes minutes, and nobody minds half a one more.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The return that is waited for.
pub(super) struct Awaited<'a> {
    /// The retailer's id in OmniRPS.
    pub id: &'a str,
    pub connote: &'a str,
    /// The first day on which it can have arrived.
    pub since: Date,
    /// Whether it can still arrive where it is not listed.
    pub may_arrive: bool,
}

/// How the waiting ended.
#[derive(Debug)]
pub(super) enum Waited {
    Processed(Upload),
    /// The time was up, somebody stopped it, or there is nothing to wait for; whether the
    /// return was listed at all.
    NotYet {
        is_listed: bool,
    },
    ReadFailure(ReadFailure),
}

/// Looks for a return until it is processed, it cannot come, the time is up or somebody stops
/// it. It looks at least once; a look is tried again as often as any other read. `begin` shows
/// that it waits, once it does.
pub(super) async fn processed(
    reader: &Reader,
    awaited: &Awaited<'_>,
    longest: Duration,
    interrupt: &Interrupt,
    begin: impl Fn() -> Waiting,
) -> Waited {
    let started = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut shown = None;
    let waited = loop {
        let uploads = match reader.uploads(awaited.id, awaited.since).await {
            Ok(uploads) => uploads,
            Err(unread) => break Waited::ReadFailure(unread),
        };
        let found = uploads.into_iter().find(|upload| upload.connote == awaited.connote);
        let is_listed = found.is_some();
        if let Some(upload) = found.filter(|upload| upload.processed_at.is_some()) {
            break Waited::Processed(upload);
        }
        let left = longest.saturating_sub(started.elapsed());
        let is_vain = !is_listed && !awaited.may_arrive;
        if is_vain || left.is_zero() || interrupt.was_asked() {
            break Waited::NotYet { is_listed };
        }
        shown.get_or_insert_with(&begin);
        tokio::select! {
            () = tokio::time::sleep(pause.min(left)) => {}
            () = interrupt.asked() => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    if let Some(shown) = shown {
        Waiting::end(shown);
    }
    waited
}
