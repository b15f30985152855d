//! Why a lease was not acquired: which run holds it, who started that run, where, and until
//! when.

use super::StoreError;
use super::lease::LeaseRecord;
use crate::model::Advice;
use jiff::Timestamp;

/// Why a lease was not acquired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Another run holds it; in a store that is not shared, until its process ends.
    Held {
        record: Box<LeaseRecord>,
        until: Option<Timestamp>,
    },
    /// Another process of this machine is applying, with this run if it is known.
    Busy {
        run_id: Option<String>,
    },
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Refused {
        Refused::Store(error)
    }
}

impl Refused {
    /// Returns the message about the lease of an environment.
    pub(crate) fn advice(&self, environment: &str) -> Advice {
        const WAIT: &str = "wait until it has ended, then run this one again";
        let here =
            |run: &str| Advice::new(format!("another apply is running here, the run {run}"), WAIT);
        match self {
            Refused::Busy { run_id: None } => Advice::new("another apply is running here", WAIT),
            Refused::Busy { run_id: Some(run_id) } => here(run_id),
            Refused::Held { record, until: None } => here(&record.holder()),
            Refused::Held { record, until: Some(until) } => Advice::new(
                format!(
                    "another run holds `{environment}`, the run {}; its lease ends at {until:.0} \
                     unless it is renewed",
                    record.holder()
                ),
                format!(
                    "{WAIT}; if that run is known to be dead, end its lease with `reconcile unlock \
                     {}`",
                    record.run_id
                ),
            ),
            Refused::Store(error) => Advice::because(error, error.hint()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_only_if_it_is_known() {
        let message = |run_id| Refused::Busy { run_id }.advice("production").message;
        assert_eq!(message(Some("r".into())), "another apply is running here, the run r");
        assert_eq!(message(None), "another apply is running here");
    }
}
