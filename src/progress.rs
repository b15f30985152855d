//! Shows progress on stderr. An apply: a bar on a terminal, lines elsewhere. Reading that takes
//! long: a spinner on a terminal.

use crate::apply::{ApplyEvent, EventSink, Outcome, Stop};
use crate::model::System;
use crate::plan::Plan;
use crate::render::inert::inert;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// How often a spinner turns: fast enough to look alive.
const SPIN: Duration = Duration::from_millis(120);

/// How long reading takes before a terminal shows that it goes on: what is over sooner would only
/// flicker.
const SHOWN_AFTER: Duration = Duration::from_secs(1);

/// Waits for a reading of the systems. A terminal shows that it goes on, and for how long it has,
/// unless it is to be quiet.
pub(crate) async fn while_reading<T>(reading: impl Future<Output = T>, quiet: bool) -> T {
    let mut reading = std::pin::pin!(reading);
    tokio::select! {
        read = &mut reading => return read,
        () = tokio::time::sleep(SHOWN_AFTER) => {}
    }
    let spinner = (std::io::stderr().is_terminal() && !quiet).then(|| {
        let spinner = ProgressBar::new_spinner().with_elapsed(SHOWN_AFTER);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            spinner.set_style(style);
        }
        spinner.set_message("reading the systems");
        spinner.enable_steady_tick(SPIN);
        spinner
    });
    let read = reading.await;
    spinner.inspect(ProgressBar::finish_and_clear);
    read
}

/// Shows that something is waited for: a spinner on a terminal, one line elsewhere.
pub(crate) struct Waiting {
    spinner: Option<ProgressBar>,
}

impl Waiting {
    /// Says what is waited for; a quiet one shows nothing.
    pub(crate) fn begin(message: &str, quiet: bool) -> Waiting {
        let message = crate::render::style::clean(message);
        let spinner = (std::io::stderr().is_terminal() && !quiet).then(|| {
            let spinner = ProgressBar::new_spinner();
            spinner.set_message(message.clone());
            spinner.enable_steady_tick(SPIN);
            spinner
        });
        if spinner.is_none() && !quiet {
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(anstream::stderr(), "{}", inert(&message));
        }
        Waiting { spinner }
    }

    /// Takes the spinner away.
    pub(crate) fn end(self) {
        if let Some(spinner) = self.spinner {
            spinner.finish_and_clear();
        }
    }
}

/// Follows one apply.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
}

impl Progress {
    /// Returns a follower for a plan; a quiet one shows nothing.
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

    /// Takes the bar away.
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
            let word = match outcome {
                Outcome::Applied(_) => "applied",
                Outcome::Already(_) => "already so",
                Outcome::Stale(_) => "stale",
                Outcome::Failed(_) => "failed",
                Outcome::Skipped { .. } => "skipped",
            };
            let name = crate::render::style::clean(retailer);
            // Nobody is left to tell when stderr is closed.
            let _ = writeln!(anstream::stderr(), "{word}: {} in {system}", inert(&name));
        }
    }
}
