//! The actions that earlier runs left unresolved, and how live resolves them. Pure.
//!
//! An action is in doubt if its start is in a journal and its end is not, or if it failed in
//! a way that may have taken effect. The run that left it in doubt does not have to cooperate:
//! its journal is sufficient.

use super::event::{ActionStarted, Found, UnresolvedAction};
use super::view::RunView;
use crate::apply::OutcomeKind;
use crate::model::{Live, Record, Setting, Value};
use crate::plan::Kind;
use std::collections::BTreeSet;

/// An action that an earlier run left in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenAction {
    pub run_id: String,
    pub action: ActionStarted,
}

/// Collects the actions in doubt, from the newest run back.
#[derive(Debug, Default)]
pub(crate) struct UnresolvedSearch {
    pub open: Vec<OpenAction>,
    settled: BTreeSet<(String, String)>,
}

impl UnresolvedSearch {
    /// Adds the next older run. Returns whether older ones have to be searched: a run that
    /// ended or started to write has searched those itself.
    pub(crate) fn add_older_run(&mut self, run: &RunView) -> bool {
        for before in &run.in_doubt_before {
            let open = OpenAction { run_id: before.run_id.clone(), action: before.action.clone() };
            self.add(open, before.found == Found::Unknown);
        }
        for action in &run.actions {
            if let (OutcomeKind::InDoubt, Some(write)) = (action.outcome, &action.write) {
                let open = OpenAction { run_id: run.run_id.clone(), action: write.clone() };
                self.add(open, true);
            }
        }
        !run.has_resolved_earlier()
    }

    fn add(&mut self, open: OpenAction, in_doubt: bool) {
        let new = self.settled.insert((open.run_id.clone(), open.action.id.clone()));
        if new && in_doubt {
            self.open.push(open);
        }
    }
}

/// Determines from live whether an action took effect.
pub(crate) fn resolve(open: &OpenAction, live: &Live) -> UnresolvedAction {
    let (found, detail, not_written) = find(&open.action, live);
    let (run_id, action) = (open.run_id.clone(), open.action.clone());
    UnresolvedAction { run_id, action, found, detail, not_written }
}

/// Returns whether the action had not written a setting when a later run looked.
pub(crate) fn is_unwritten(found: &UnresolvedAction, setting: Setting) -> bool {
    match found.found {
        Found::Applied | Found::Unknown => false,
        Found::NotApplied => true,
        Found::Differs => found.not_written.contains(&setting),
    }
}

/// What became of an action, a description of it, and the settings without the value of the write.
type Finding = (Found, String, Vec<Setting>);

/// Finds out from live what became of an action.
pub(crate) fn find(action: &ActionStarted, live: &Live) -> Finding {
    let Ok(state) = live.reading(action.system).state() else {
        return (Found::Unknown, format!("{} could not be read", action.system), Vec::new());
    };
    let mut matching =
        state.records.iter().filter(|record| match (action.kind, &action.target_id) {
            (Kind::Update, Some(id)) => record.id.as_str() == id,
            _ => record.name == action.name,
        });
    match (action.kind, matching.next(), matching.next()) {
        (Kind::Create, None, _) => {
            (Found::NotApplied, "no record of that name exists".into(), Vec::new())
        }
        (Kind::Create, Some(a), Some(b)) => (
            Found::Differs,
            format!("more than one record of that name exists: ids {} and {}", a.id, b.id),
            Vec::new(),
        ),
        (Kind::Create, Some(record), None) => created(action, record),
        (Kind::Update, None, _) => (Found::Differs, "the record is gone".into(), Vec::new()),
        (Kind::Update, Some(record), _) => updated(action, record),
    }
}

fn created(action: &ActionStarted, record: &Record) -> Finding {
    let exists = format!("the record exists as id {}", record.id);
    let (not_written, others) = differing(action, record, |change| &change.after);
    match others.as_slice() {
        [] => (Found::Applied, exists, not_written),
        others => (Found::Differs, format!("{exists}, but {}", others.join(", ")), not_written),
    }
}

fn updated(action: &ActionStarted, record: &Record) -> Finding {
    let (not_written, others) = differing(action, record, |change| &change.after);
    if not_written.is_empty() {
        (Found::Applied, "the system holds what it wrote".into(), not_written)
    } else if differing(action, record, |change| &change.before).0.is_empty() {
        (Found::NotApplied, "the system is as it was before".into(), not_written)
    } else {
        (Found::Differs, others.join(", "), not_written)
    }
}

/// Returns and describes the settings whose live value differs from a value of their change.
fn differing(
    action: &ActionStarted,
    record: &Record,
    value: impl Fn(&crate::plan::Change) -> &Value,
) -> (Vec<Setting>, Vec<String>) {
    action
        .changes
        .iter()
        .filter(|change| !change.setting.is_presence())
        .filter_map(|change| {
            let live = record.value(change.setting);
            if live.as_ref() == Some(value(change)) {
                return None;
            }
            let live = live.map_or_else(|| "not returned".into(), |live| live.to_string());
            let described = format!("`{}` is {live} instead of {}", change.setting, change.after);
            Some((change.setting, described))
        })
        .unzip()
}
