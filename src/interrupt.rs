//! Ctrl-C, SIGTERM and SIGHUP during an apply or a verification: no new action starts, and
//! those under way finish. A second signal ends the program at once.

use crate::apply::{ApplyEvent, EventSink, Outcome, Stop};
use crate::exit::{Exit, Failure};
use crate::model::listed;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Watches for signals to stop the run.
pub(crate) struct Interrupt(Arc<Run>);

/// The run that is watched.
struct Run {
    is_stop_requested: AtomicBool,
    notify: Notify,
    open: Mutex<Open>,
}

/// The number of actions that are not done yet, by retailer.
type Open = BTreeMap<String, usize>;

impl Interrupt {
    /// Starts watching. From now on a first Ctrl-C does not end the program, and a second
    /// one ends it with this code. `actions` has the retailer of each action to do.
    pub(crate) fn watch<'a>(exit: Exit, actions: impl Iterator<Item = &'a str>) -> Interrupt {
        let mut open = Open::new();
        actions.for_each(|retailer| *open.entry(retailer.to_owned()).or_default() += 1);
        let (is_stop_requested, open) = (AtomicBool::new(false), Mutex::new(open));
        let run = Arc::new(Run { is_stop_requested, notify: Notify::new(), open });
        let watched = Arc::clone(&run);
        tokio::spawn(async move {
            signal().await;
            watched.is_stop_requested.store(true, Ordering::SeqCst);
            watched.notify.notify_one();
            // Fails only if stderr is closed.
            let _ = writeln!(
                crate::console::stderr(),
                "stopping: finishing what is under way, starting nothing new; Ctrl-C again stops at \
                 once"
            );
            signal().await;
            crate::console::print_failure(&ended(&watched.open));
            std::process::exit(i32::from(exit.code()));
        });
        Interrupt(run)
    }

    /// Waits until the run is asked to stop.
    pub(crate) async fn until_stop_requested(&self) {
        self.0.notify.notified().await;
    }

    /// Returns whether the run was asked to stop.
    pub(crate) fn is_stop_requested(&self) -> bool {
        self.0.is_stop_requested.load(Ordering::SeqCst)
    }
}

impl EventSink for Interrupt {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        match event {
            ApplyEvent::ActionStarted { .. } if self.is_stop_requested() => {
                return Err(Stop { because: "the run was stopped before this action".into() });
            }
            ApplyEvent::ActionEnded {
                retailer,
                outcome: Outcome::Applied(_) | Outcome::Already(_),
                ..
            } => {
                let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(actions) = open.get_mut(&retailer.retailer) {
                    *actions -= 1;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Returns why the program ends at a second signal.
fn ended(open: &Mutex<Open>) -> Failure {
    let open = open.lock().unwrap_or_else(PoisonError::into_inner);
    let open = open.iter().filter(|(_, actions)| **actions > 0);
    let open: Vec<&str> = open.map(|(retailer, _)| retailer.as_str()).collect();
    let before = match open.as_slice() {
        [] => "its result was shown".to_owned(),
        open => format!("everything was done for {}", listed(open)),
    };
    let hint = "run the command again: it looks up what was under way";
    Failure::failed(format!("the run was stopped before {before}"), hint)
}

/// Waits for Ctrl-C, SIGTERM or the end of the terminal. Never returns if none of them can
/// be watched.
#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let watched = kinds.into_iter().filter_map(|kind| signal(kind).ok());
    let waiting = watched.map(|mut signal| Box::pin(async move { signal.recv().await }));
    let waiting: Vec<_> = waiting.collect();
    if waiting.is_empty() {
        std::future::pending::<()>().await;
    }
    futures_util::future::select_all(waiting).await;
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_run_names_the_retailers_that_are_not_done() {
        let ended = |open: &[(&str, usize)]| {
            let open = open.iter().map(|(name, actions)| ((*name).to_owned(), *actions)).collect();
            ended(&Mutex::new(open)).advice.unwrap().message
        };
        let open = [("Acme", 2), ("Bee", 0), ("Cay", 1)];
        assert_eq!(ended(&open), "the run was stopped before everything was done for Acme and Cay");
        assert_eq!(ended(&[("Bee", 0)]), "the run was stopped before its result was shown");
    }
}
