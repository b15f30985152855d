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
    /// `None` before the first action.
    open: Mutex<Option<Open>>,
}

/// The number of actions that are not done yet, by retailer.
type Open = BTreeMap<String, usize>;

impl Interrupt {
    /// Starts watching. From now on a first Ctrl-C does not end the program, and a second
    /// one ends it, with this code once actions have begun.
    pub(crate) fn watch(exit: Exit) -> Interrupt {
        let run = Arc::new(Run {
            is_stop_requested: AtomicBool::new(false),
            notify: Notify::new(),
            open: Mutex::new(None),
        });
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
            let open = watched.open.lock().unwrap_or_else(PoisonError::into_inner);
            crate::console::print_failure(&open.as_ref().map_or_else(stopped, ended));
            let exit = if open.is_some() { exit } else { Exit::Failed };
            std::process::exit(i32::from(exit.code()));
        });
        Interrupt(run)
    }

    /// Begins the actions; `actions` has the retailer of each.
    pub(crate) fn begin<'a>(&self, actions: impl Iterator<Item = &'a str>) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let open = open.get_or_insert_default();
        actions.for_each(|retailer| *open.entry(retailer.to_owned()).or_default() += 1);
    }

    /// Does what comes before the actions, unless the run is asked to stop.
    pub(crate) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = self.until_stop_requested() => Err(stopped()),
            done = work => Ok(done),
        }
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
                let open = open.as_mut().and_then(|open| open.get_mut(&retailer.retailer));
                if let Some(actions) = open {
                    *actions -= 1;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Returns why a run ends that was stopped before its first action.
fn stopped() -> Failure {
    let message = "the run was stopped before anything was written";
    Failure::failed(message, "run the command again")
}

/// Returns why the program ends at a second signal.
fn ended(open: &Open) -> Failure {
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
            ended(&open).advice.unwrap().message
        };
        let open = [("Acme", 2), ("Bee", 0), ("Cay", 1)];
        assert_eq!(ended(&open), "the run was stopped before everything was done for Acme and Cay");
        assert_eq!(ended(&[("Bee", 0)]), "the run was stopped before its result was shown");
    }
}
