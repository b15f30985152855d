//! What can be looked at of a whole fleet, where nothing may be sent.

use super::{Finding, Outcome, Proof, Report, TestRun, next};
use crate::model::Retailer;
use jiff::ToSpan;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the JSON form. Consumers may rely on the major number.
const FORMAT_VERSION: &str = "1.0";

/// How far back a return is looked for whose retailer states no day: as in a verification of one.
const LOOK_BACK_DAYS: i64 = 90;

/// What was found of a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FleetReport {
    /// The version of this form. Minor versions add keys, major ones change them.
    pub format_version: &'static str,
    pub environment: String,
    pub summary: FleetSummary,
    /// By name; those with nothing to look at are left out.
    pub retailers: Vec<Report>,
}

/// How many retailers there are, each counted by the worst that was found of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FleetSummary {
    pub proven: usize,
    pub waiting: usize,
    pub failed: usize,
    pub left_to_people: usize,
    pub not_called_for: usize,
    /// Retailers in scope of which nothing can be looked at: their test has not begun, or what
    /// comes next is nothing that can be proven.
    pub nothing_to_look_at: usize,
}

/// What `verify --format json` prints: of one retailer, or of a fleet.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "each is written by itself; this is the schema of both")]
pub(crate) enum Printed {
    One(Report),
    Fleet(FleetReport),
}

impl FleetReport {
    /// Puts the reports together; `all` is how many retailers are in scope.
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
    /// Returns the worst outcome; `None` where nothing was looked at.
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

    /// Returns what came out in one way.
    pub(crate) fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |found| found.outcome == outcome)
    }
}

/// Returns what can be looked at of what a journey asks for next: the parts of a test only where
/// there is one, kept or stated.
pub(crate) fn looks(retailer: &Retailer, run: Option<&TestRun>) -> Vec<Proof> {
    let mut proofs = next(retailer);
    proofs.retain(|proof| run.is_some() || !proof.is_of_test());
    proofs
}

/// Returns the day from which a retailer's returns have to be read for everything that can be
/// looked at; `since` is the day from which its uploads count.
pub(crate) fn looks_since(run: Option<&TestRun>, since: Option<Date>, today: Date) -> Date {
    let label = run.map(|run| run.label_day().saturating_sub(1.day()));
    let usual = today.saturating_sub(LOOK_BACK_DAYS.days());
    [since, label].into_iter().flatten().fold(usual, Date::min)
}
