//! Updates one record with guards: never over a value that the plan did not see, and never
//! again before the effect of a lost response is known. `create` creates records.
//!
//! A response is accepted only for the intended record (see [`super::matched`]). An update
//! whose response is about another record is in doubt, whatever a look-up finds.

use super::answer::{Answer, Reply};
use super::body;
use super::client::{Client, Request};
use super::error::CallError;
use super::matched::{ExpectedRecord, RecordMatched};
use super::read::{FoundRecord, with_id};
use crate::apply::{Outcome, WriteEffect, WriteFailure, Written};
use crate::model::contract::Update;
use crate::model::{Advice, Id, Record, Setting, Value, ValueKind};
use crate::plan::Change;
use reqwest::header::{HeaderValue, IF_MATCH};

impl Client {
    /// Updates a record that the plan saw under a name.
    ///
    /// Each attempt starts by reading the record, so a write whose response was lost is
    /// looked up before it is resent.
    pub(crate) async fn update(&self, id: &str, seen: &str, changes: &[Change]) -> Outcome {
        self.update_after(id, seen, changes, false).await
    }

    /// Updates a record; `is_repeated` if the action has written before.
    pub(super) async fn update_after(
        &self,
        id: &str,
        seen: &str,
        changes: &[Change],
        mut is_repeated: bool,
    ) -> Outcome {
        let mut update = RecordUpdate { id, seen, changes, already_so: Vec::new() };
        let Some(call) = &self.contract.update else {
            let error = CallError::NoCall("update");
            return self.not_updated(&update, &error, WriteEffect::None).await;
        };
        self.declare(changes);
        let mut pauses = self.pauses();
        // The version that the system rejected last.
        let mut rejected = None;
        // The effect of all attempts so far.
        let mut effect = WriteEffect::None;
        let outcome = loop {
            let found = match self.record(id).await {
                Ok(found) => found,
                Err(CallError::NotFound) => break stale(gone(id), effect),
                Err(error) => {
                    let failure = self.failure(format!("reading record {id}"), &error);
                    break Outcome::Failed(failure.with(effect));
                }
            };
            if !effect.is_possible() {
                let held = changes.iter().filter(|change| holds(&found.record, change));
                update.already_so = held.map(|change| change.setting).collect();
            }
            let shown = update.shown(&found.record, effect);
            if let Some(advice) = renamed(&found.record, seen, changes) {
                break stale(advice, shown);
            }
            let missing = match compare(&found.record, changes) {
                Ok(missing) => missing,
                Err(advice) => break stale(advice, shown),
            };
            if missing.is_empty() {
                let id = found.record.id.clone();
                let has_written = effect.is_possible();
                break if has_written { Outcome::Applied(id.into()) } else { Outcome::Already(id) };
            }
            if let Some(outcome) = self.moved_company(&missing).await {
                break outcome;
            }
            let error = match self.send_update(call, &found, &missing, is_repeated).await {
                Ok(answer) => break self.updated(call, &update, &answer).await,
                Err(error) => error.again(effect),
            };
            is_repeated = true;
            // A record that changed since it was read is compared again.
            let again = error.is_transient() || error == CallError::PreconditionFailed;
            effect = effect.max(error.effect());
            match pauses.next(&error) {
                Some(pause) if again => {
                    if error == CallError::PreconditionFailed {
                        rejected = found.etag;
                    }
                    tokio::time::sleep(pause).await;
                }
                _ if error == CallError::PreconditionFailed => {
                    let is_same = found.etag.is_some() && found.etag == rejected;
                    break stale(if is_same { refuses_own(id) } else { moving(id) }, shown);
                }
                _ => break self.not_updated(&update, &error, effect).await,
            }
        };
        let RecordUpdate { already_so, .. } = update;
        match outcome {
            Outcome::Applied(written) => Outcome::Applied(Written { already_so, ..written }),
            Outcome::Failed(failure) => Outcome::Failed(WriteFailure { already_so, ..failure }),
            outcome => outcome,
        }
    }

    /// Returns the outcome of an update that failed. One that may have taken effect is looked
    /// up: after a lost answer, a record that holds everything is done. One that was refused may
    /// have been made in part. `effect` is that of all attempts.
    async fn not_updated(
        &self,
        update: &RecordUpdate<'_>,
        error: &CallError,
        effect: WriteEffect,
    ) -> Outcome {
        let doing = format!("updating record {}", update.id);
        let failure = self.failure(doing, error).with(effect);
        let (is_lost, is_refused) =
            (effect.is_possible(), matches!(error, CallError::Refused(_) | CallError::Rejected(_)));
        if !is_lost && !is_refused {
            return Outcome::Failed(failure);
        }
        let (found, effect) = match self.record(update.id).await {
            Ok(found) => {
                let shown = update.shown(&found.record, effect);
                match update.settled(&found.record) {
                    Ok(id) if is_lost && !matches!(error, CallError::OtherRecord { .. }) => {
                        return Outcome::Applied(id.into());
                    }
                    Ok(_) => ("a look-up shows all changes", shown),
                    Err(_) if renamed(&found.record, update.seen, update.changes).is_some() => {
                        ("a look-up shows the record under another name", shown)
                    }
                    Err(_) => ("a look-up does not show all changes", shown),
                }
            }
            Err(_) if update.sent().count() > 1 => {
                ("a look-up failed", effect.max(WriteEffect::Possible))
            }
            Err(_) => ("a look-up failed", effect),
        };
        if !effect.is_possible() {
            return Outcome::Failed(failure);
        }
        let message = format!("{}; {found}", failure.message);
        Outcome::Failed(WriteFailure { message, effect, ..failure })
    }

    /// Declares the addresses to be written, so that they are read back unmasked.
    pub(super) fn declare(&self, changes: &[Change]) {
        for change in changes.iter().filter(|change| change.setting.info().kind == ValueKind::Url) {
            if let Value::Text(address) = &change.after {
                self.addresses.declare(address);
            }
        }
    }

    async fn send_update(
        &self,
        call: &Update,
        found: &FoundRecord,
        changes: &[&Change],
        is_repeated: bool,
    ) -> Result<Answer, CallError> {
        let path = with_id(&call.path, found.record.id.as_str());
        let mut request = Request::new(call.method, &path);
        let live = (&found.record.id, &found.raw);
        let body = body::update(&self.contract, call, live, changes);
        request.body = Some(body.map_err(|error| match error {
            CallError::Inexact(number) => CallError::Inexact(self.redactor.message(&number)),
            error => error,
        })?);
        let etag = found.etag.as_deref().and_then(|etag| HeaderValue::from_str(etag).ok());
        request.headers.extend(etag.map(|etag| (IF_MATCH, etag)));
        request.is_repeated = is_repeated;
        request.reply = if call.record.is_some() { Reply::Required } else { Reply::Optional };
        self.send(&request).await
    }

    /// Checks the result of an update. A record in the response that does not hold everything may
    /// be the one before the update, so it is looked up.
    async fn updated(&self, call: &Update, update: &RecordUpdate<'_>, answer: &Answer) -> Outcome {
        let id = update.id;
        let (mut effect, mut shown) = (WriteEffect::Possible, None);
        if let Some(pointer) = &call.record {
            match self.record_in(answer, pointer, ExpectedRecord::Id(id)) {
                Ok(record) => match update.settled(&record) {
                    Ok(id) => return Outcome::Applied(id.into()),
                    Err(failure) => (effect, shown) = (failure.effect, Some(failure)),
                },
                Err(error) => return self.not_updated(update, &error, effect).await,
            }
        }
        let found = self.record(id).await.map(|found| update.settled(&found.record));
        let failure = match (found, shown) {
            (Ok(Ok(id)), _) => return Outcome::Applied(id.into()),
            (Ok(Err(failure)), _) | (Err(_), Some(failure)) => failure,
            (Err(error), None) => {
                self.failure(format!("reading record {id} after its update"), &error)
            }
        };
        let effect = effect.max(failure.effect);
        Outcome::Failed(failure.with(effect))
    }

    pub(crate) fn failure(&self, doing: String, error: &CallError) -> WriteFailure {
        WriteFailure {
            message: format!("{doing} in {} failed: {error}", self.system),
            hint: error.hint().into(),
            effect: error.effect(),
            already_so: Vec::new(),
        }
    }
}

/// An update of a record that the plan saw under a name.
pub(super) struct RecordUpdate<'a> {
    pub id: &'a str,
    pub seen: &'a str,
    pub changes: &'a [Change],
    /// The settings that the record held before the first attempt.
    pub already_so: Vec<Setting>,
}

impl RecordUpdate<'_> {
    /// Returns the changes that were sent.
    fn sent(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !self.already_so.contains(&change.setting))
    }

    /// Returns the effect of attempts, as far as is known, that a record shows: a part if it holds
    /// a change that it did not hold before them.
    fn shown(&self, record: &Record, effect: WriteEffect) -> WriteEffect {
        match self.sent().any(|change| holds(record, change)) {
            true => WriteEffect::Partial,
            false => effect,
        }
    }

    /// Checks that a record holds what was written under a name that it may have, and returns its
    /// id. Otherwise the write is in doubt: at least a part of it was made if a value is no longer
    /// the one before, because a system may store another form of what was sent.
    pub(super) fn settled(&self, record: &RecordMatched) -> Result<Id, WriteFailure> {
        let live = |change: &Change| record.value(change.setting).unwrap_or(Value::Unset);
        let is_moved = |change: &Change| live(change) != change.before;
        let effect = match self.sent().any(is_moved) {
            true => WriteEffect::Partial,
            false => WriteEffect::Possible,
        };
        let mut changes = self.changes.iter().filter(|change| !change.setting.is_presence());
        let wrong = changes.find(|change| !holds(record, change));
        let (message, effect) = match (wrong, renamed(record, self.seen, self.changes)) {
            (None, None) => return Ok(record.id.clone()),
            (None, Some(advice)) => (format!("and {}", advice.message), WriteEffect::Partial),
            (Some(change), _) => {
                let (setting, id, after) = (change.setting, &record.id, &change.after);
                let live = live(change);
                (format!("but `{setting}` of record {id} is {live} instead of {after}"), effect)
            }
        };
        let message = format!("the system answered with success, {message}");
        let hint = "check the record in the admin screen, then plan again";
        Err(WriteFailure::new(message, hint).with(effect))
    }
}

/// Rejects a record whose name is neither the one that the plan saw nor the one that it
/// sets.
fn renamed(record: &Record, seen: &str, changes: &[Change]) -> Option<Advice> {
    let is_set = |change: &Change| {
        change.setting == Setting::OmnireturnsName && change.after.is_text(&record.name)
    };
    if record.name == seen || changes.iter().any(is_set) {
        return None;
    }
    Some(Advice::new(
        format!(
            "record {} is called \"{}\", but the plan was made for \"{seen}\"",
            record.id, record.name
        ),
        "check whose record it is; then plan again and review the new plan",
    ))
}

/// Returns the changes that are still to be made. Rejects the first field whose live value
/// is neither the one that the plan saw nor the desired one.
fn compare<'c>(record: &Record, changes: &'c [Change]) -> Result<Vec<&'c Change>, Advice> {
    let mut missing = Vec::new();
    for change in changes.iter().filter(|change| !holds(record, change)) {
        let live = record.value(change.setting).unwrap_or(Value::Unset);
        if live != change.before {
            return Err(differs(record, change, &live));
        }
        missing.push(change);
    }
    Ok(missing)
}

pub(super) fn holds(record: &Record, change: &Change) -> bool {
    record.value(change.setting).is_some_and(|live| live == change.after)
}

fn moving(id: &str) -> Advice {
    Advice::new(
        format!("record {id} keeps changing: the system rejected each attempt as out of date"),
        "plan again when nobody is editing the record",
    )
}

fn refuses_own(id: &str) -> Advice {
    Advice::new(
        format!(
            "the system rejects its own version of record {id} as out of date (HTTP 412), so it \
             cannot be updated"
        ),
        "check whether something between this tool and the system, such as a proxy that compresses, \
         changes the ETag of its responses",
    )
}

fn gone(id: &str) -> Advice {
    let hint = "someone removed it since the plan was made; plan again";
    Advice::new(format!("record {id} is gone"), hint)
}

/// Returns the outcome of an update whose record is not as the plan saw it, after attempts with
/// this effect.
fn stale(Advice { message, hint }: Advice, effect: WriteEffect) -> Outcome {
    if !effect.is_possible() {
        return Outcome::Stale(Advice { message, hint });
    }
    let message = format!("an attempt may have taken effect, and then {message}");
    Outcome::Failed(WriteFailure::new(message, hint).with(effect))
}

fn differs(record: &Record, change: &Change, found: &Value) -> Advice {
    Advice::new(
        format!(
            "`{}` of record {} is {found}, but the plan was made from {}",
            change.setting, record.id, change.before
        ),
        "someone changed it since; plan again and review the new plan",
    )
}
