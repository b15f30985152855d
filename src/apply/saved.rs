//! Determines the outcomes of a saved plan's actions that are known before any is sent.
//!
//! A saved plan may be older than the files and than live, and an earlier apply may have
//! executed part of it. Enters: the plan, live for records that the plan creates, and the actions
//! that do not count any more. Leaves: the outcomes of the actions that are already done or must
//! not be written. Pure.

use super::{Outcome, WriteFailure};
use crate::model::name::{self, LookAlikes};
use crate::model::{Advice, Live, Record, System, Value};
use crate::plan::{self, Action, Kind, Outdated, Plan};
use std::cell::LazyCell;
use std::collections::BTreeMap;

/// The outcomes that are known before a run, by action id.
pub(crate) type Settled = BTreeMap<String, Outcome>;

/// Determines the known outcomes of a saved plan's actions.
///
/// `suffix` is the partner's, and `outdated` has the actions that do not count any more, by id.
pub(crate) fn settle(
    plan: &Plan,
    live: &Live,
    suffix: &str,
    outdated: &BTreeMap<String, Outdated>,
) -> Settled {
    let mut settled = Settled::new();
    // Folded once, and only if a plan creates accounts.
    let accounts = LazyCell::new(|| {
        let accounts = live.records(System::Omnireturns).iter();
        LookAlikes::new(accounts.map(|record| (record.name.as_str(), record)))
    });
    let with_suffix =
        |name: &str| accounts.of(&name::with_suffix(name, suffix)).first().map(|record| **record);
    for (_, action) in plan.actions() {
        let existing = || match action.kind {
            Kind::Create => existing(action, live, with_suffix, &settled),
            Kind::Update => None,
        };
        let may_be_done = |id: &String| matches!(settled.get(id), None | Some(Outcome::Already(_)));
        let outcome = match outdated.get(&action.id) {
            Some(Outdated::File(file)) => {
                Some(stale(format!("{file} has changed since the plan was made")))
            }
            Some(Outdated::Undeclared(file)) => Some(Outcome::Stale(Advice::new(
                format!("no file declares the retailer any more; the plan was made from {file}"),
                "if the file was removed by mistake, put it back; otherwise its changes are not wanted",
            ))),
            // It is skipped.
            Some(_) if !action.depends_on.iter().all(may_be_done) => existing(),
            Some(Outdated::Decision(why)) => existing().or_else(|| Some(stale(why.clone()))),
            Some(Outdated::Unread(system, advice)) => existing()
                .or_else(|| Some(failed_read(&format!("{system} could not be read"), advice))),
            None => existing(),
        };
        settled.extend(outcome.map(|outcome| (action.id.clone(), outcome)));
    }
    settled
}

/// Returns a plan without the actions of the retailers for which all is done.
pub(crate) fn remaining(plan: &Plan, live: &Live, settled: &Settled) -> Plan {
    let done = plan::done(plan, live, |create| match settled.get(create) {
        Some(Outcome::Already(id)) => Some(id.as_str()),
        _ => None,
    });
    let is_done = |action: &Action| {
        done.contains(action.id.as_str())
            || matches!(settled.get(&action.id), Some(Outcome::Already(_)))
    };
    let mut retailers = plan.retailers.clone();
    for retailer in retailers.iter_mut().filter(|of| of.actions.iter().all(is_done)) {
        retailer.actions.clear();
    }
    let rest = plan.with_entries(retailers, plan.summary.unchanged);
    Plan { not_checked: plan.not_checked.clone(), ..rest }
}

/// Returns the outcome of an action that the plan can no longer decide.
fn stale(message: String) -> Outcome {
    Outcome::Stale(Advice::new(message, "review a new plan of this retailer, then apply that"))
}

/// Returns the outcome of an action that cannot be decided because a system could not be read.
fn failed_read(what: &str, Advice { message, hint }: &Advice) -> Outcome {
    let hint = format!("{hint}, then apply the plan again");
    Outcome::Failed(WriteFailure::new(format!("{what}: {message}"), hint))
}

/// Returns the outcome of a create whose name is in use: the record already exists, or a
/// different one has its name. `with_suffix` finds the account in OmniReturns that has a name with
/// the suffix, and `settled` has the outcomes of the actions before it.
fn existing<'a>(
    action: &Action,
    live: &'a Live,
    with_suffix: impl Fn(&str) -> Option<&'a Record>,
    settled: &Settled,
) -> Option<Outcome> {
    let Action { system, name, changes, .. } = action;
    let records = match live.reading(*system).state() {
        Ok(state) => &state.records,
        Err(advice) => {
            let name = name::escaped(name);
            let what = format!("{system} could not be read, so \"{name}\" may exist already");
            return Some(failed_read(&what, &advice));
        }
    };
    let named: Vec<&Record> = records.iter().filter(|record| record.name == *name).collect();
    match named.as_slice() {
        [] => {
            // In OmniReturns the account of a retailer may have the suffix already.
            let record = (*system == System::Omnireturns).then(|| with_suffix(name)).flatten();
            record.map(|record| {
                stale(format!(
                    "a record \"{}\" (id {}) exists already, so \"{}\" is not created",
                    name::escaped(&record.name),
                    record.id,
                    name::escaped(name)
                ))
            })
        }
        [record] => {
            let differs = changes.iter().find(|change| {
                let from = change.after_from.as_ref();
                record.value(change.setting).is_some_and(|live| match from {
                    None => live != change.after,
                    // A record that does not exist yet has no id that this one could hold.
                    Some(from) => match settled.get(from) {
                        Some(Outcome::Already(id)) => !live.is_text(id.as_str()),
                        _ => true,
                    },
                })
            });
            match differs {
                None => Some(Outcome::Already(record.id.clone())),
                Some(change) => {
                    let after = match &change.after_from {
                        None => change.after.to_string(),
                        Some(_) => "the id that the plan creates".to_owned(),
                    };
                    Some(stale(format!(
                        "a record \"{}\" (id {}) exists already, and its `{}` is {}, not {after}",
                        name::escaped(name),
                        record.id,
                        change.setting,
                        record.value(change.setting).unwrap_or(Value::Unset),
                    )))
                }
            }
        }
        _ => {
            let ids: Vec<String> = named.iter().map(|record| format!("id {}", record.id)).collect();
            Some(stale(format!(
                "more than one record is called \"{}\": {}",
                name::escaped(name),
                ids.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{live, plan};

    const NEW: &str =
        "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    const WEBHOOK: &str = "tracking_webhook.url: \
        'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true";

    /// Returns the outcomes against a live state, as text by system.
    fn words(now: &str, has_changed: bool) -> Vec<String> {
        let plan = plan(NEW, "");
        let changed = plan.retailers[0].all_outdated(&Outdated::File(String::new()));
        let changed = changed.into_iter().filter(|_| has_changed).collect();
        let settled = settle(&plan, &live(now), "- Loop", &changed);
        let word = |outcome: &Outcome| match outcome {
            Outcome::Already(id) => format!("already {id}"),
            Outcome::Stale(_) => "stale".into(),
            Outcome::Failed(_) => "failed".into(),
            other => panic!("{other:?}"),
        };
        let of = |(id, outcome): (&String, &Outcome)| format!("{id}: {}", word(outcome));
        settled.iter().map(of).collect()
    }

    #[test]
    fn a_create_whose_record_is_there_as_planned_is_done() {
        assert_eq!(words("", false), Vec::<String>::new());
        let there = format!("omnirps: [{{id: 77, name: Acme, {WEBHOOK}}}]");
        assert_eq!(words(&there, false), ["acme/omnirps/create: already 77"]);
    }

    #[test]
    fn a_create_whose_record_is_another_is_stale() {
        let off = "omnirps: [{id: 77, name: Acme}]";
        assert_eq!(words(off, false), ["acme/omnirps/create: stale"]);
        let published = "omnireturns: [{id: 9, name: Acme, company: Loop, portal: published}]";
        assert_eq!(words(published, false), ["acme/omnireturns/create: stale"]);
        let two = format!(
            "omnirps: [{{id: 7, name: Acme, {WEBHOOK}}}, {{id: 8, name: Acme, {WEBHOOK}}}]"
        );
        assert_eq!(words(&two, false), ["acme/omnirps/create: stale"]);
        let alike = "omnirps: [{id: 77, name: ACME}]";
        assert_eq!(words(alike, false), Vec::<String>::new(), "only that very name");
    }

    #[test]
    fn an_account_that_has_the_suffix_is_stale() {
        for name in ["Acme - Loop", "ACME – Loop"] {
            let there = format!("omnireturns: [{{id: 9, name: {name}}}]");
            assert_eq!(words(&there, false), ["acme/omnireturns/create: stale"], "{name}");
        }
        assert_eq!(words("omnirps: [{id: 9, name: Acme - Loop}]", false), Vec::<String>::new());
    }

    #[test]
    fn a_record_that_names_another_retailer_is_stale() {
        let omnireturns = |id: &str| {
            format!(
                "omnireturns: [{{id: 9, name: Acme, company: Loop, portal: unpublished, \
                 omnirps_retailer_id: '{id}'}}]"
            )
        };
        let stale = "acme/omnireturns/create: stale";
        assert_eq!(words(&omnireturns("99"), false), [stale], "the OmniRPS retailer is missing");
        let omnirps = format!("omnirps: [{{id: 77, name: Acme, {WEBHOOK}}}]");
        let both = |id| words(&format!("{}\n{omnirps}", omnireturns(id)), false);
        let already = "acme/omnirps/create: already 77";
        assert_eq!(both("77"), ["acme/omnireturns/create: already 9", already]);
        assert_eq!(both("99"), [stale, already]);
        assert_eq!(both(""), [stale, already]);
    }

    #[test]
    fn nothing_is_created_in_an_unread_system() {
        assert_eq!(words("unknown: [omnirps]", false), ["acme/omnirps/create: failed"]);
    }

    #[test]
    fn a_retailer_whose_file_changed_is_stale_as_a_whole() {
        let all = ["acme/omniparcel/create", "acme/omnireturns/create", "acme/omnirps/create"];
        assert_eq!(words("", true), all.map(|id| format!("{id}: stale")));
    }
}
