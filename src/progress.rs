//! Shows progress on stderr. For an apply: a bar on a terminal, otherwise lines. For a slow
//! reading of the systems: a spinner on a terminal.

use crate::apply::{ApplyEvent, EventSink, Stop};
use crate::console::stderr;
use crate::plan::{Action, Plan};
use crate::render::style::clean;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// The interval of a spinner's steps: fast enough to look alive.
const SPIN: Duration = Duration::from_millis(120);

/// The delay before a terminal shows that reading is in progress, to avoid flicker.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// Waits for a reading of the systems. A terminal shows a spinner with the elapsed time, unless
/// `quiet`.
pub(crate) async fn while_reading<T>(reading: impl Future<Output = T>, quiet: bool) -> T {
    let mut reading = std::pin::pin!(reading);
    tokio::select! {
        read = &mut reading => return read,
        () = tokio::time::sleep(SHOWN_AFTER) => {}
    }
    let spinner = styled(spinner("reading the systems", quiet), "{spinner} {msg} ({elapsed})")
        .with_elapsed(SHOWN_AFTER);
    let read = reading.await;
    spinner.finish_and_clear();
    read
}

/// Returns a spinner with a message, which nothing shows without a terminal or if `quiet`.
fn spinner(message: &str, quiet: bool) -> ProgressBar {
    let spinner = if quiet { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    spinner.set_message(message.to_owned());
    if !spinner.is_hidden() {
        spinner.enable_steady_tick(SPIN);
    }
    spinner
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Shows that the program is waiting: a spinner on a terminal, which is returned, otherwise one
/// line; nothing if `quiet`.
pub(crate) fn waiting(message: &str, quiet: bool) -> ProgressBar {
    let message = clean(message);
    let spinner = spinner(&message, quiet);
    if spinner.is_hidden() && !quiet {
        // Fails only if stderr is closed.
        let _ = writeln!(stderr(), "{message}");
    }
    spinner
}

/// Shows the progress of one apply.
pub(crate) struct Progress {
    bar: ProgressBar,
    lines: bool,
}

impl Progress {
    /// Returns the progress display of a plan; shows nothing if `quiet`.
    pub(crate) fn new(plan: &Plan, quiet: bool) -> Progress {
        let bar = if quiet || !plan.has_actions() {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(plan.actions().count() as u64)
        };
        let bar = styled(bar, "{bar:30} {pos}/{len} {msg}");
        Progress { lines: bar.is_hidden() && !quiet, bar }
    }

    /// Removes the bar.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl EventSink for Progress {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        match event {
            ApplyEvent::ActionStarted { retailer, .. } => {
                self.bar.set_message(clean(&retailer.retailer));
            }
            ApplyEvent::ActionEnded { retailer, action: Action { system, .. }, outcome } => {
                self.bar.inc(1);
                if self.lines {
                    let word = outcome.kind().words();
                    let name = clean(&retailer.retailer);
                    // Fails only if stderr is closed.
                    let _ = writeln!(stderr(), "{word}: {name} in {system}");
                }
            }
        }
        Ok(())
    }
}
