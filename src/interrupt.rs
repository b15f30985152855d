//! Ctrl-C, SIGTERM and SIGHUP during an apply or a verification: no new action starts, and
//! those under way finish. A second signal ends the program at once.

use crate::apply::{ApplyEvent, EventSink, Stop};
use crate::exit::Exit;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Watches for signals to stop the run.
pub(crate) struct Interrupt {
    asked: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Interrupt {
    /// Starts watching. From now on a first Ctrl-C does not end the program, and a second
    /// one ends it with this code.
    pub(crate) fn watch(exit: Exit) -> Interrupt {
        let asked = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&asked);
        let notify = Arc::new(Notify::new());
        let notifier = Arc::clone(&notify);
        tokio::spawn(async move {
            signal().await;
            flag.store(true, Ordering::SeqCst);
            notifier.notify_one();
            // Fails only if stderr is closed.
            let _ = writeln!(
                crate::console::stderr(),
                "stopping: what is under way is finished, nothing new is started; once more ends \
                 at once"
            );
            signal().await;
            std::process::exit(i32::from(exit.code()));
        });
        Interrupt { asked, notify }
    }

    /// Waits until the run is asked to stop.
    pub(crate) async fn asked(&self) {
        self.notify.notified().await;
    }

    /// Returns whether the run was asked to stop.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }
}

impl EventSink for Interrupt {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        if matches!(event, ApplyEvent::ActionStarted { .. }) && self.was_asked() {
            return Err(Stop { because: "the run was asked to stop before it".into() });
        }
        Ok(())
    }
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
