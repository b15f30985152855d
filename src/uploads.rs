//! Determines whether returns still arrive from the retailers whose customers use the partner.
//!
//! Pure. Enters: the retailers in scope that are in use, and the uploads of each. Leaves: a
//! [`FleetUploads`], which all outputs of `reconcile uploads` show. The tool's own tests are
//! not counted.

use crate::identity::Identity;
use crate::matching::{MatchResult, match_each};
use crate::model::{Advice, Live, Partner, Retailer, System, Upload};
use crate::process::in_use_since;
use crate::verify::{TestRun, day, distinct};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON format. Consumers may rely on the major number.
const FORMAT_VERSION: &str = "1.0";

/// The number of returns by retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FleetUploads {
    /// The version of this format. Minor versions add keys, major versions change them.
    pub format_version: &'static str,
    pub environment: String,
    /// The day to which days are counted.
    pub as_of: Date,
    /// A retailer is silent if it has no returns for more days than this.
    pub silent_after: u32,
    pub summary: UploadsSummary,
    /// Sorted by name, without those whose customers do not use the partner yet.
    pub retailers: Vec<RetailerUploads>,
}

impl FleetUploads {
    /// Returns the slugs of the retailers from which returns have arrived, not counting the tool's
    /// own tests.
    pub(crate) fn arrived(&self) -> impl Iterator<Item = &String> {
        let arrived = self.retailers.iter().filter(|of| of.arrivals.uploads > Some(0));
        arrived.map(|of| &of.slug)
    }
}

/// The numbers of retailers and uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct UploadsSummary {
    pub retailers: usize,
    pub uploads: usize,
    pub silent: usize,
    /// Retailers whose uploads could not be read.
    pub unknown: usize,
}

impl UploadsSummary {
    /// Summarizes the returns of retailers.
    pub(crate) fn of<'a>(found: impl Iterator<Item = &'a Arrivals>) -> UploadsSummary {
        let mut sum = UploadsSummary::default();
        for Arrivals { uploads, silent, .. } in found {
            sum.retailers += 1;
            sum.uploads += uploads.unwrap_or(0);
            sum.silent += usize::from(*silent == Some(true));
            sum.unknown += usize::from(silent.is_none());
        }
        sum
    }
}

/// The returns of one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct RetailerUploads {
    /// The name as entered in OmniRPS.
    pub retailer: String,
    pub slug: String,
    /// The path of the retailer's file from the current folder.
    pub file: String,
    /// The id in OmniRPS; null if the record is unknown.
    pub omnirps_id: Option<String>,
    #[serde(flatten)]
    pub arrivals: Arrivals,
    /// Why the returns could not be read, and what to do.
    pub error: Option<Advice>,
}

/// How many returns have arrived, and when the last one did: the part that a status has, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Arrivals {
    /// The day of the switch-over, or of the go-live.
    pub since: Date,
    /// The number of returns since that day; null if they could not be read.
    pub uploads: Option<usize>,
    /// The time of the last one, as the system wrote it; null if there is none.
    pub last: Option<String>,
    /// The days without a return: since the last one, or since the switch-over.
    pub days: Option<i32>,
    /// Whether that exceeds the limit; null if unknown.
    pub silent: Option<bool>,
}

impl Arrivals {
    /// Returns the days without a return, if they exceed the limit.
    pub(crate) fn silent_days(&self) -> Option<i32> {
        self.days.filter(|_| self.silent == Some(true))
    }
}

/// A retailer whose customers use the partner.
pub(crate) struct Subject<'a> {
    retailer: &'a Retailer,
    since: Date,
    id: Result<String, Advice>,
}

/// Returns the retailers in scope that are in use, with their OmniRPS ids.
pub(crate) fn subjects<'a>(
    fleet: &'a [Retailer],
    partner: &Partner,
    live: &'a Live,
    in_scope: impl Fn(&Retailer) -> bool,
) -> Vec<Subject<'a>> {
    let seen: Vec<BTreeMap<System, MatchResult>> = match_each(fleet, partner, live);
    let of = |(retailer, seen): (&'a Retailer, BTreeMap<System, MatchResult<'a>>)| {
        let since = in_use_since(retailer).filter(|_| in_scope(retailer))?;
        let identity = Identity::seen(retailer, live, seen);
        let id = identity.record(System::Omnirps).map(|record| record.id.to_string());
        Some(Subject { retailer, since, id })
    };
    let mut subjects: Vec<Subject> = fleet.iter().zip(seen).filter_map(of).collect();
    subjects.sort_by_key(|subject| &subject.retailer.name);
    subjects
}

/// Returns what to read: the ids, each with its first day.
pub(crate) fn first_days(subjects: &[Subject<'_>]) -> BTreeMap<String, Date> {
    subjects.iter().filter_map(|of| Some((of.id.clone().ok()?, of.since))).collect()
}

/// Counts the returns.
pub(crate) fn count(
    environment: &str,
    subjects: Vec<Subject<'_>>,
    read: &BTreeMap<String, Result<Vec<Upload>, Advice>>,
    test_runs: &BTreeMap<String, TestRun>,
    silent_after: u32,
    today: Date,
) -> FleetUploads {
    let of = |subject| of_retailer(subject, read, test_runs, silent_after, today);
    let retailers: Vec<RetailerUploads> = subjects.into_iter().map(of).collect();
    let summary = UploadsSummary::of(retailers.iter().map(|of| &of.arrivals));
    FleetUploads {
        format_version: FORMAT_VERSION,
        environment: environment.into(),
        as_of: today,
        silent_after,
        summary,
        retailers,
    }
}

fn of_retailer(
    Subject { retailer, since, id }: Subject<'_>,
    read: &BTreeMap<String, Result<Vec<Upload>, Advice>>,
    test_runs: &BTreeMap<String, TestRun>,
    silent_after: u32,
    today: Date,
) -> RetailerUploads {
    let omnirps_id = id.as_ref().ok().cloned();
    let read = match id.map(|id| read.get(&id)) {
        Err(advice) => Err(advice),
        Ok(Some(Err(Advice { message, hint }))) => {
            let message = format!("the returns of {} could not be read: {message}", retailer.name);
            Err(Advice::new(message, hint))
        }
        Ok(Some(Ok(uploads))) => Ok(uploads.as_slice()),
        Ok(None) => Ok(&[][..]),
    };
    let (arrivals, error) = match read {
        Err(error) => {
            (Arrivals { since, uploads: None, last: None, days: None, silent: None }, Some(error))
        }
        Ok(uploads) => {
            let is_test = TestRun::test_filter(retailer, test_runs.get(&retailer.slug));
            let arrived: Vec<&Upload> = uploads.iter().filter(|upload| !is_test(upload)).collect();
            let last = arrived.last().map(|upload| upload.received_at.clone());
            let last_day = last.as_deref().and_then(day);
            let days = (today - last_day.map_or(since, |last| last.max(since))).get_days().max(0);
            let silent = Some(days > i32::try_from(silent_after).unwrap_or(i32::MAX));
            let uploads = Some(distinct(arrived));
            (Arrivals { since, uploads, last, days: Some(days), silent }, None)
        }
    };
    RetailerUploads {
        retailer: retailer.name.clone(),
        slug: retailer.slug.clone(),
        file: retailer.file.clone(),
        omnirps_id,
        arrivals,
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fleet, live};
    use jiff::civil::date;

    fn upload(connote: &str, order: &str, at: &str) -> Upload {
        Upload {
            connote: connote.into(),
            order: Some(order.into()),
            source: None,
            received_at: at.into(),
            processed_at: None,
        }
    }

    const FLEET: &str = "retailer: Acme\njourney: existing\nomnireturns_access: required\n\
        milestones: {test_label: {on: 2026-10-01, connote: TK100000001NZ}, \
        switched_to_loop: 2026-10-02}\n---\n\
        retailer: Birch\njourney: existing\nmilestones: {keys_requested: 2026-10-01}\n---\n\
        retailer: Cedar\njourney: existing\nomnireturns_access: required\n\
        milestones: {switched_to_loop: 2026-10-20}\n";

    fn counted(read: &[(&str, Vec<Upload>)], silent_after: u32) -> FleetUploads {
        let fleet = fleet(FLEET);
        let live =
            live("omnirps: [{id: 7, name: Acme}, {id: 8, name: Birch}, {id: 9, name: Cedar}]");
        let subjects = subjects(&fleet, &Partner::default(), &live, |_| true);
        assert_eq!(first_days(&subjects).into_keys().collect::<Vec<_>>(), ["7", "9"]);
        let read = read.iter().map(|(id, uploads)| ((*id).to_owned(), Ok(uploads.clone())));
        let today = date(2026, 10, 27);
        count("sandbox", subjects, &read.collect(), &BTreeMap::new(), silent_after, today)
    }

    #[test]
    fn tests_of_the_tool_and_those_that_the_file_states_are_not_counted() {
        let acme = vec![
            upload("TK100000001NZ", "1", "2026-10-03T01:00:00Z"),
            upload("TK200000001NZ", "2", "2026-10-04T01:00:00Z"),
            upload("TK300000001NZ", "RECONCILE-acme-1", "2026-10-05T01:00:00Z"),
        ];
        let counted = counted(&[("7", acme)], 7);
        let acme = &counted.retailers[0];
        assert_eq!(acme.arrivals.uploads, Some(1), "{acme:?}");
        assert_eq!(acme.arrivals.last.as_deref(), Some("2026-10-04T01:00:00Z"));
        assert_eq!((acme.arrivals.days, acme.arrivals.silent), (Some(23), Some(true)));
    }

    #[test]
    fn a_return_that_is_listed_for_each_line_item_is_counted_once() {
        let acme = ["TK200000001NZ", "TK200000001NZ", "TK200000002NZ", "tk100000001nz"];
        let mut acme = acme.map(|connote| upload(connote, "2", "2026-10-04T01:00:00Z")).to_vec();
        acme.push(upload("TK300000001NZ", "reconcile-acme-1", "2026-10-05T01:00:00Z"));
        let acme = &counted(&[("7", acme)], 7).retailers[0].arrivals;
        assert_eq!(acme.uploads, Some(2), "{acme:?}");
        assert_eq!(acme.last.as_deref(), Some("2026-10-04T01:00:00Z"));
    }

    #[test]
    fn silence_is_longer_than_the_limit_and_begins_with_the_switch_over() {
        for (limit, is_silent) in [(6, true), (7, false)] {
            let counted = counted(&[], limit);
            let cedar = &counted.retailers[1].arrivals;
            assert_eq!(
                (cedar.uploads, cedar.days, cedar.silent),
                (Some(0), Some(7), Some(is_silent))
            );
        }
    }
}
