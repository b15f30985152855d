//! When the requests to a system start: no more in a second than the limit, and none while the
//! system asks for a pause.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a request occupies its place after the answer. The system received it at some time
/// before that, so in no second does it receive more than the limit, however long each takes.
const SECOND: Duration = Duration::from_secs(1);

/// The same for a request that the system puts off: so the limit becomes the system's own, and
/// grows again when it may have changed.
const PUT_OFF: Duration = Duration::from_secs(10);

/// When requests may start.
pub(super) struct Pace {
    /// One place per request of a second; `None` without a limit.
    places: Option<Arc<Semaphore>>,
    /// The end of the pause that the system asked for last.
    paused_until: Mutex<Option<Instant>>,
}

/// The place of a request within the limit.
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    /// How long it stays occupied.
    stays: Duration,
}

impl Pace {
    pub(super) fn new(per_second: Option<NonZeroU32>) -> Pace {
        let places = per_second.map(|limit| Arc::new(Semaphore::new(limit.get() as usize)));
        Pace { places, paused_until: Mutex::default() }
    }

    /// Waits until a request may start, or the deadline has passed.
    pub(super) async fn start(&self, deadline: Instant) -> Place {
        let permit = match &self.places {
            // Never closed.
            Some(places) => Arc::clone(places).acquire_owned().await.ok(),
            None => None,
        };
        while let Some(until) = self.paused_until()
            && Instant::now() < deadline
        {
            tokio::time::sleep_until(until.min(deadline).into()).await;
        }
        Place { permit, stays: Duration::ZERO }
    }

    fn paused_until(&self) -> Option<Instant> {
        let until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > Instant::now())
    }

    /// Starts no request for a time.
    pub(super) fn pause(&self, pause: Duration) {
        let mut until = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(Some(Instant::now() + pause));
    }
}

impl Place {
    /// Notes that the request is about to be sent.
    pub(super) fn mark_sent(&mut self) {
        self.stays = SECOND;
    }

    /// Notes that the system puts the request off.
    pub(super) fn mark_put_off(&mut self) {
        self.stays = PUT_OFF;
    }
}

impl Drop for Place {
    /// Frees the place some time after the answer, or after nobody waits for it any more.
    fn drop(&mut self) {
        let (permit, stays) = (self.permit.take(), self.stays);
        if let Some(permit) = permit
            && !stays.is_zero()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(async move {
                tokio::time::sleep(stays).await;
                drop(permit);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn start(pace: &Pace) -> Place {
        let mut place = pace.start(Instant::now() + Duration::from_secs(60)).await;
        place.mark_sent();
        place
    }

    /// Returns whether some requests, which take as long, start after at least these tenths of a
    /// second each.
    async fn start_after(pace: &Pace, tenths: u64, least: &[u128]) -> bool {
        let first = Instant::now();
        let request = async |least: &u128| {
            let _place = start(pace).await;
            let started = first.elapsed().as_millis();
            tokio::time::sleep(Duration::from_millis(100 * tenths)).await;
            started >= 100 * least
        };
        futures_util::future::join_all(least.iter().map(request)).await.into_iter().all(|is| is)
    }

    #[tokio::test]
    async fn in_no_second_does_a_system_receive_more_than_the_limit() {
        let pace = || Pace::new(NonZeroU32::new(2));
        assert!(start_after(&pace(), 0, &[0, 0, 10, 10, 20]).await);
        assert!(start_after(&pace(), 5, &[0, 0, 15]).await);
        let pace = pace();
        start(&pace).await.mark_put_off();
        assert!(start_after(&pace, 0, &[0, 10, 20]).await, "one a second is what it takes");
    }

    #[tokio::test]
    async fn what_was_never_sent_takes_no_place() {
        let pace = Pace::new(NonZeroU32::new(1));
        let past = Instant::now();
        drop(pace.start(past).await);
        drop(start(&pace).await);
        assert!(past.elapsed() < SECOND);
    }

    #[tokio::test]
    async fn nothing_starts_while_a_system_asks_for_a_pause() {
        let pace = Pace::new(None);
        pace.pause(Duration::from_millis(300));
        pace.pause(Duration::from_millis(100));
        assert!(start_after(&pace, 0, &[3, 3]).await);
        assert!(pace.paused_until().is_none());
    }

    #[tokio::test]
    async fn a_pause_ends_with_the_deadline() {
        let pace = Pace::new(None);
        pace.pause(Duration::from_secs(60));
        let start = Instant::now();
        pace.start(start + Duration::from_millis(100)).await;
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}
