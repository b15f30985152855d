//! The checks of a whole fleet, during which nothing may be sent.

use super::finding::FORMAT_VERSION;
use super::machine::LOOK_BACK_DAYS;
use super::{Finding, Outcome, Proof, Report, TestRun, next};
use crate::model::Retailer;
use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// The findings about a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FleetReport {
    /// The version of this form. Minor versions add keys, major ones change them.
    pub format_version: &'static str,
    pub environment: String,
    pub summary: FleetSummary,
    /// Sorted by name, without retailers that have nothing to check.
    pub retailers: Vec<Report>,
}

/// The number of retailers by their worst outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FleetSummary {
    pub proven: usize,
    pub waiting: usize,
    pub failed: usize,
    pub left_to_people: usize,
    pub not_called_for: usize,
    /// Retailers in scope with nothing to check: their test has not begun, or the next step
    /// cannot be proven.
    pub nothing_to_look_at: usize,
}

/// The output of `verify --format json`: one retailer or a fleet.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "each is written by itself; this is the schema of both")]
pub(crate) enum VerifyOutput {
    One(Report),
    Fleet(FleetReport),
}

impl FleetReport {
    /// Combines reports; `all` is the number of retailers in scope.
    pub(crate) fn new(environment: &str, retailers: Vec<Report>, all: usize) -> FleetReport {
        let worst = |outcome| retailers.iter().filter(|of| of.worst() == Some(outcome)).count();
        let summary = FleetSummary {
            proven: worst(Outcome::Proven),
            waiting: worst(Outcome::Waiting),
            failed: worst(Outcome::Failed),
            left_to_people: worst(Outcome::LeftToPeople),
            not_called_for: worst(Outcome::NotCalledFor),
            nothing_to_look_at: all - retailers.len(),
        };
        FleetReport {
            format_version: FORMAT_VERSION,
            environment: environment.into(),
            summary,
            retailers,
        }
    }
}

impl Report {
    /// Returns the worst outcome, or `None` if nothing was checked.
    pub(crate) fn worst(&self) -> Option<Outcome> {
        let order = [
            Outcome::Failed,
            Outcome::Waiting,
            Outcome::LeftToPeople,
            Outcome::Proven,
            Outcome::NotCalledFor,
        ];
        let is_there = |outcome: &Outcome| self.of(*outcome).next().is_some();
        order.into_iter().find(is_there)
    }

    /// Returns the findings with an outcome.
    pub(crate) fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |found| found.outcome == outcome)
    }
}

/// Returns what to check of the next proofs that a journey asks for: the parts of a test
/// only if there is one, recorded or stated.
pub(crate) fn provable(retailer: &Retailer, run: Option<&TestRun>) -> Vec<Proof> {
    let mut proofs = next(retailer);
    proofs.retain(|proof| run.is_some() || !proof.is_of_test());
    proofs
}

/// Returns the first day from which a retailer's returns are needed for these checks;
/// `since` is the day from which its uploads count.
pub(crate) fn reads_since(run: Option<&TestRun>, since: Option<Date>, today: Date) -> Date {
    let label = run.map(|run| run.label_day().saturating_sub(1.day()));
    let usual = today.saturating_sub(LOOK_BACK_DAYS.days());
    [since, label].into_iter().flatten().fold(usual, Date::min)
}
