//! The maximum number of requests that start in a second.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// In no second do more requests start than the limit. A token bucket that is full at the start
/// would let twice as many start in the first one.
pub(super) struct RateLimit {
    limit: usize,
    /// When the requests of the last second started, and those that wait will start.
    starts: Mutex<VecDeque<Instant>>,
}

impl RateLimit {
    pub(super) fn per_second(limit: NonZeroU32) -> RateLimit {
        RateLimit { limit: limit.get() as usize, starts: Mutex::default() }
    }

    /// Waits until a request may start.
    pub(super) async fn wait(&self) {
        let now = Instant::now();
        let start = self.next_start(now);
        if start > now {
            tokio::time::sleep_until(start.into()).await;
        }
    }

    fn next_start(&self, now: Instant) -> Instant {
        const SECOND: Duration = Duration::from_secs(1);
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        while starts.front().is_some_and(|start| *start + SECOND <= now) {
            starts.pop_front();
        }
        let earlier = starts.len().checked_sub(self.limit).map(|at| starts[at]);
        let start = earlier.map_or(now, |earlier| earlier + SECOND);
        starts.push_back(start);
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_has_more_starts_than_the_limit() {
        let rate = RateLimit::per_second(NonZeroU32::new(3).unwrap());
        let first = Instant::now();
        let mut start = |milliseconds| {
            let start = rate.next_start(first + Duration::from_millis(milliseconds));
            start.duration_since(first).as_millis()
        };
        let starts = [0, 100, 100, 100, 100, 200, 200, 5000].map(&mut start);
        assert_eq!(starts, [0, 100, 100, 1000, 1100, 1100, 2000, 5000]);
    }
}
