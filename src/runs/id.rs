//! Ids of runs and of attempts.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The form of the time in a run's id, which sorts as text.
const FORM: &str = "%Y%m%dT%H%M%S%.3fZ";

/// Returns an id for a run that sorts after `last`, the id of the last run, even if this
/// machine's clock is behind.
pub(crate) fn run_id(now: Timestamp, last: Option<&str>) -> String {
    let after = last.and_then(time).and_then(|last| last.checked_add(1.millisecond()).ok());
    let at = after.map_or(now, |after| after.max(now));
    format!("{}-{}", at.strftime(FORM), random(4))
}

fn time(run_id: &str) -> Option<Timestamp> {
    let (time, _) = run_id.split_once('-')?;
    let at = DateTime::strptime("%Y%m%dT%H%M%S%.fZ", time).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// Returns a random id for one attempt to write.
pub(crate) fn attempt() -> String {
    random(16)
}

/// Returns random bytes in hexadecimal digits.
fn random(bytes: usize) -> String {
    let mut filled = vec![0; bytes];
    getrandom::fill(&mut filled).expect("the system gives random bytes");
    filled.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_random_and_sort_behind_the_last_one() {
        let now: Timestamp = "2026-11-26T10:15:00.250Z".parse().unwrap();
        let first = run_id(now, None);
        assert!(first.starts_with("20261126T101500.250Z-"), "{first}");
        assert_ne!(first, run_id(now, None));
        let behind = now.checked_sub(1.hour()).unwrap();
        let second = run_id(behind, Some(&first));
        assert!(second > first && second.starts_with("20261126T101500.251Z-"), "{second}");
        assert!(run_id(now, Some("no time")).starts_with("20261126T101500.250Z-"));
    }
}
