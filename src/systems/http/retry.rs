//! Repeats reads after transient errors: an interrupted connection, a 5xx, or a 429. A
//! `Retry-After` sets the pause.

use super::error::CallError;
use crate::model::System;
use backon::{ExponentialBuilder, Retryable};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The first pause before a retry; it doubles each time, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause between two attempts, and the longest `Retry-After` that is honoured:
/// a person who watches a plan gives up after about as long.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(60);

/// Returns the pauses between the attempts of a call.
pub(super) fn pauses(retries: u32) -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(MAX_PAUSE)
        .with_max_times(retries as usize)
        .with_jitter()
}

/// Makes a call that reads, and repeats it after transient errors.
pub(super) async fn repeated<T, F: Future<Output = Result<T, CallError>>>(
    system: System,
    retries: u32,
    call: impl FnMut() -> F,
) -> Result<T, CallError> {
    call.retry(pauses(retries))
        .when(CallError::is_transient)
        .adjust(|error, pause| pause.map(|pause| pause_after(error, pause)))
        .notify(|error, pause| {
            tracing::info!(system = system.key(), %error, ?pause, "trying again");
        })
        .await
}

/// Waits before a write is attempted again.
pub(super) async fn wait(error: &CallError, pause: Duration) {
    tokio::time::sleep(pause_after(error, pause)).await;
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
    fn a_pause_is_never_shorter_than_the_tools_own() {
        let own = Duration::from_secs(3);
        for (asked, expected) in [(None, 3), (Some(0), 3), (Some(2), 3), (Some(5), 5)] {
            let retry_after = asked.map(Duration::from_secs);
            let error = CallError::Server { status: 429, excerpt: String::new(), retry_after };
            assert_eq!(pause_after(&error, own), Duration::from_secs(expected), "{asked:?}");
        }
    }
}
