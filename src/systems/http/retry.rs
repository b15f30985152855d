//! When a call is made again after a transient error: an interrupted connection, a 5xx, a 408 or a
//! 429. A `Retry-After` sets the pause.

use super::error::CallError;
use crate::model::System;
use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// The first pause before a retry; it doubles each time, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two attempts, and the longest `Retry-After` that is honoured:
/// a person who watches a plan gives up after about as long.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The pauses of a call.
pub(super) struct Pauses<'a> {
    system: System,
    left: ExponentialBackoff,
    /// How often a system may put the call off while it answers others.
    put_off: u32,
    /// The number of answered requests of the same kind: reads or writes.
    answered: &'a AtomicU32,
    /// That number at the last pause.
    answered_before: u32,
}

impl<'a> Pauses<'a> {
    /// Returns the pauses of a call that is yet to be made.
    pub(super) fn new(system: System, retries: u32, answered: &'a AtomicU32) -> Pauses<'a> {
        let left = pauses(retries).with_jitter().build();
        let answered_before = answered.load(Ordering::Relaxed);
        Pauses { system, left, put_off: retries, answered, answered_before }
    }

    /// Returns the pause after an error, or `None` if no retry is left. A system that puts the call off,
    /// and answers others, gets to it in time; so as many pauses as there are retries do not count.
    pub(super) fn next(&mut self, error: &CallError) -> Option<Duration> {
        let answered = self.answered.load(Ordering::Relaxed);
        let has_answered = answered != std::mem::replace(&mut self.answered_before, answered);
        let own = if error.is_put_off() && has_answered && self.put_off > 0 {
            self.put_off -= 1;
            Some(FIRST_PAUSE)
        } else {
            self.left.next()
        };
        own.map(|own| pause_after(error, own))
    }
}

/// Returns how long a call with all its retries pauses at most, unless a system asks for more.
pub(super) fn longest(retries: u32) -> Duration {
    // The jitter adds as much again.
    2 * pauses(retries).build().sum::<Duration>()
}

fn pauses(retries: u32) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(MAX_PAUSE)
        .with_max_times(retries as usize)
}

/// Makes a call that reads, and repeats it after transient errors.
pub(super) async fn repeated<T, F: Future<Output = Result<T, CallError>>>(
    mut pauses: Pauses<'_>,
    mut call: impl FnMut() -> F,
) -> Result<T, CallError> {
    loop {
        let error = match call().await {
            Err(error) if error.is_transient() => error,
            done => return done,
        };
        let Some(pause) = pauses.next(&error) else { return Err(error) };
        let system = pauses.system.key();
        tracing::info!(system, %error, ?pause, "trying again");
        tokio::time::sleep(pause).await;
    }
}

/// Returns the pause after an error: at least the tool's own, because a system may round the one
/// that it asks for down to nothing.
fn pause_after(error: &CallError, pause: Duration) -> Duration {
    error.retry_after().map_or(pause, |asked| asked.max(pause))
}

/// Parses `Retry-After`: seconds, or an HTTP date, which is by the system's own clock if the
/// response shows that.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let there = headers.get(DATE).and_then(|now| date(now.to_str().ok()?));
    let now = there.unwrap_or_else(SystemTime::now);
    Some(date(text)?.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", text.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(read("3"), Some(Duration::from_secs(3)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("99999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(read(&later).is_some_and(|wait| wait.as_secs() > 90));
    }

    #[test]
    fn a_date_is_by_the_clock_of_the_system() {
        let mut headers = HeaderMap::new();
        for (name, date) in [("date", "07:28:00"), ("retry-after", "07:28:02")] {
            headers.insert(name, format!("Wed, 21 Oct 2015 {date} GMT").parse().unwrap());
        }
        assert_eq!(retry_after(&headers), Some(Duration::from_secs(2)));
    }

    #[test]
    fn a_call_that_is_put_off_while_others_are_answered_is_tried_twice_as_often() {
        let error =
            |status| CallError::Server { status, excerpt: String::new(), retry_after: None };
        for (retries, status, are_answered, expected) in
            [(2, 429, true, 4), (2, 429, false, 2), (2, 503, true, 2), (0, 429, true, 0)]
        {
            let answered = AtomicU32::new(0);
            let mut pauses = Pauses::new(System::Omnirps, retries, &answered);
            let next = || {
                answered.fetch_add(u32::from(are_answered), Ordering::Relaxed);
                pauses.next(&error(status))
            };
            let tries = std::iter::from_fn(next).count();
            assert_eq!(tries, expected, "{status} with {retries}");
        }
    }

    #[test]
    fn a_pause_is_never_shorter_than_the_tools_own() {
        let own = Duration::from_secs(3);
        for (asked, expected) in [(None, 3), (Some(0), 3), (Some(2), 3), (Some(5), 5)] {
            let retry_after = asked.map(Duration::from_secs);
            let error = CallError::Server { status: 429, excerpt: String::new(), retry_after };
            assert_eq!(pause_after(&error, own), Duration::from_secs(expected), "{asked:?}");
        }
    }
}
