//! Shows progress on stderr. For an apply: a bar on a terminal, otherwise lines. For a slow
//! reading of the systems: a spinner on a terminal.

use crate::apply::{ApplyEvent, EventSink, Outcome, Stop};
use crate::model::System;
use crate::plan::Plan;
use crate::render::inert::inert;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
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
    let spinner = spinner("reading the systems", quiet).map(|spinner| {
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            spinner.set_style(style);
        }
        spinner.with_elapsed(SHOWN_AFTER)
    });
    let read = reading.await;
    spinner.inspect(ProgressBar::finish_and_clear);
    read
}

/// Starts a spinner with a message on a terminal, unless `quiet`.
fn spinner(message: &str, quiet: bool) -> Option<ProgressBar> {
    (std::io::stderr().is_terminal() && !quiet).then(|| {
        let spinner = ProgressBar::new_spinner();
        spinner.set_message(message.to_owned());
        spinner.enable_steady_tick(SPIN);
        spinner
    })
}

/// Shows that the program is waiting: a spinner on a terminal, otherwise one line.
pub(crate) struct Waiting {
    spinner: Option<ProgressBar>,
}

impl Waiting {
    /// Shows a message; shows nothing if `quiet`.
    pub(crate) fn begin(message: &str, quiet: bool) -> Waiting {
        let message = crate::render::style::clean(message);
        let spinner = spinner(&message, quiet);
        if spinner.is_none() && !quiet {
            // Fails only if stderr is closed.
            let _ = writeln!(anstream::stderr(), "{}", inert(&message));
        }
        Waiting { spinner }
    }

    /// Removes the spinner.
    pub(crate) fn end(self) {
        if let Some(spinner) = self.spinner {
            spinner.finish_and_clear();
        }
    }
}

/// Shows the progress of one apply.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
}

impl Progress {
    /// Returns the progress display of a plan; shows nothing if `quiet`.
    pub(crate) fn new(plan: &Plan, quiet: bool) -> Progress {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !quiet && plan.has_actions()).then(|| {
            let bar = ProgressBar::new(plan.actions().count() as u64);
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        Progress { lines: bar.is_none() && !quiet, bar }
    }

    /// Removes the bar.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl EventSink for Progress {
    async fn event(&self, event: ApplyEvent<'_>) -> Result<(), Stop> {
        match event {
            ApplyEvent::ActionStarted { retailer, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(retailer.retailer.clone());
                }
            }
            ApplyEvent::ActionEnded { retailer, action, outcome } => {
                self.ended(&retailer.retailer, action.system, outcome);
            }
        }
        Ok(())
    }
}

impl Progress {
    fn ended(&self, retailer: &str, system: System, outcome: &Outcome) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if self.lines {
            let word = outcome.kind().as_str();
            let name = crate::render::style::clean(retailer);
            // Fails only if stderr is closed.
            let _ = writeln!(anstream::stderr(), "{word}: {} in {system}", inert(&name));
        }
    }
}
