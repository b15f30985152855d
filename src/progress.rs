//! Shows an apply's progress on stderr: a bar on a terminal, lines elsewhere.

use crate::apply::{Event, EventSink, Outcome, Stop};
use crate::model::System;
use crate::plan::Plan;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};

/// Follows one apply.
pub struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
}

impl Progress {
    /// Returns a follower for a plan; a quiet one shows nothing.
    pub fn new(plan: &Plan, quiet: bool) -> Progress {
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
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}

impl EventSink for Progress {
    async fn event(&self, event: Event<'_>) -> Result<(), Stop> {
        match event {
            Event::ActionStarted { retailer, .. } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(retailer.retailer.clone());
                }
            }
            Event::ActionEnded { retailer, action, outcome } => {
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
            let _ = writeln!(anstream::stderr(), "{word}: {name} in {system}");
        }
    }
}
