//! The clock by which a lease is trusted: it is monotonic and includes the time during which
//! the machine or the process was asleep.

use std::sync::Arc;
use std::time::Duration;

/// Reads a clock that counts from an arbitrary moment; tests provide their own.
pub(crate) type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Returns this machine's clock.
pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

/// `Instant` is CLOCK_MONOTONIC on Linux, which stops while the machine sleeps
/// (<https://doc.rust-lang.org/std/time/struct.Instant.html>, seen 2026-11-26).
#[cfg(any(target_os = "linux", target_os = "android"))]
fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// On other systems only the system clock includes sleep. It may be set back.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn now() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_goes_on() {
        let clock = super::clock();
        let before = clock();
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(clock() >= before + std::time::Duration::from_millis(5));
    }
}
