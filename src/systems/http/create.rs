//! Creates one record, and never a second one before the effect of a lost response is known.
//!
//! A response is accepted only for a record of the name that was sent (see [`super::matched`]).
//! A create whose response is about another record is in doubt, whatever a look-up finds.

use super::answer::{Answer, Reply};
use super::body;
use super::client::{Client, Request};
use super::error::CallError;
use super::matched::{ExpectedRecord, RecordMatched};
use super::write::{RecordUpdate, holds};
use crate::apply::{Outcome, WriteEffect, WriteFailure, Written};
use crate::model::contract::Create;
use crate::model::{Advice, Record, Setting, Value, ValueKind};
use crate::plan::{Action, Change};
use reqwest::header::HeaderValue;

/// What to do about a create that was answered with a record of another name.
const OTHER_NAME: &str = "look at that record: if it is the new one in another form of the name, \
     correct its name or pin its id before you apply again, which would create another; if not, \
     check what is between this tool and the system, such as a proxy";

/// What to do about a create that was answered with a record that is gone or renamed.
const REPEATED: &str = "look for the record in the admin screen: if it was renamed, correct its \
     name or pin its id; if it was deleted, the system repeats its first answer, so apply again \
     with `--fresh-idempotency-keys`";

impl Client {
    /// Creates a record, then sets what it does not hold yet.
    ///
    /// A create whose response was lost is looked up by name before it is resent.
    pub(crate) async fn create(&self, action: &Action, key: &str) -> Outcome {
        let name = &action.name;
        let Some(call) = &self.contract.create else {
            return Outcome::Failed(self.not_created(name, &CallError::NoCall("create")));
        };
        if let Some(outcome) = self.moved_company(&action.changes).await {
            return outcome;
        }
        self.declare(&action.changes);
        let carried: Vec<&Change> =
            action.changes.iter().filter(|change| call.carries.contains(&change.setting)).collect();
        let mut request = Request::new(call.method, &call.path);
        request.body = match body::create(&self.contract, call, name, &carried) {
            Ok(body) => Some(body),
            Err(error) => return Outcome::Failed(self.not_created(name, &error)),
        };
        request.reply = if call.record.is_some() { Reply::Required } else { Reply::Optional };
        if let Ok(key) = HeaderValue::from_str(key) {
            request.headers.insert(self.headers.idempotency.clone(), key);
        }
        let mut pauses = self.pauses();
        let mut effect = WriteEffect::None;
        let record = loop {
            let error = match self.send(&request).await {
                Ok(answer) => match self.created(call, action, &carried, &answer).await {
                    Ok(record) => break record,
                    Err(failure) => return Outcome::Failed(failure),
                },
                Err(error) => error.again(effect),
            };
            request.is_repeated = true;
            effect = effect.max(error.effect());
            let is_refused = matches!(error, CallError::Rejected(_) | CallError::Refused(_));
            if !effect.is_possible() && matches!(error, CallError::Rejected(_)) {
                return self.rejected(action, error).await;
            }
            let pause = pauses.next(&error).filter(|_| error.is_transient());
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            // After a lost answer, the record may have appeared during any pause.
            if error.is_lost() || (effect.is_possible() && (is_refused || pause.is_some())) {
                match self.made(action, &carried).await {
                    Ok(Some(record)) => break record,
                    Ok(None) => {}
                    Err(failure) => return Outcome::Failed(failure),
                }
            }
            if pause.is_none() {
                return Outcome::Failed(self.not_created(name, &error).with(effect));
            }
        };
        self.complete(&record, action).await
    }

    /// Sets what a newly created record does not hold: what the create could not contain,
    /// and what the system ignored.
    async fn complete(&self, record: &RecordMatched, action: &Action) -> Outcome {
        let can_follow = |change: &Change| {
            self.contract.update.is_some()
                && self.contract.fields.contains_key(&change.setting)
                && !self.on_create_only.contains(&change.setting)
        };
        let (changes, left): (Vec<Change>, Vec<Change>) = action
            .changes
            .iter()
            .cloned()
            .partition(|change| can_follow(change) || holds(record, change));
        let (id, seen) = (record.id.as_str(), record.name.as_str());
        let outcome = if changes.iter().any(|change| !holds(record, change)) {
            let with_before = |mut change: Change| {
                change.before = record.value(change.setting).unwrap_or(Value::Unset);
                change
            };
            let changes: Vec<Change> = changes.into_iter().map(with_before).collect();
            self.update_after(id, seen, &changes, true).await
        } else {
            Outcome::Already(record.id.clone())
        };
        let left = RecordUpdate { id, seen, changes: &left, already_so: Vec::new() };
        match (outcome, left.settled(record)) {
            // What the record held already is from the create.
            (Outcome::Already(id) | Outcome::Applied(Written { id, .. }), Ok(_)) => {
                Outcome::Applied(id.into())
            }
            // The record exists, whatever happened to the rest.
            (Outcome::Failed(WriteFailure { message, hint, .. }), _)
            | (Outcome::Stale(Advice { message, hint }), _)
            | (
                Outcome::Already(_) | Outcome::Applied(_),
                Err(WriteFailure { message, hint, .. }),
            ) => {
                let message = format!("created with id {}, but then {message}", record.id);
                Outcome::Failed(WriteFailure::new(message, hint).with(WriteEffect::Partial))
            }
            (skipped @ Outcome::Skipped { .. }, _) => skipped,
        }
    }

    /// Returns the created record: the one in the response if a look-up finds it, otherwise
    /// the one with its name.
    async fn created(
        &self,
        call: &Create,
        action: &Action,
        carried: &[&Change],
        answer: &Answer,
    ) -> Result<RecordMatched, WriteFailure> {
        let name = &action.name;
        let Some(pointer) = &call.record else {
            return self.made(action, carried).await?.ok_or_else(|| self.not_there(name));
        };
        match self.record_in(answer, pointer, ExpectedRecord::Name(name)) {
            Ok(record) => {
                let record = self.confirmed(record.id.as_str(), name).await?;
                not_made(&record, &action.changes, &[]).map_or(Ok(record), Err)
            }
            Err(error @ CallError::OtherRecord { .. }) => {
                let (found, effect) = self.found_by_name(name).await;
                let message = format!("{}; {found}", self.not_created(name, &error).message);
                Err(WriteFailure::new(message, OTHER_NAME).with(effect))
            }
            Err(error) => {
                self.made(action, carried).await?.ok_or_else(|| self.not_created(name, &error))
            }
        }
    }

    /// Finds the record that a create made whose response does not show it, by its name.
    async fn made(
        &self,
        action: &Action,
        carried: &[&Change],
    ) -> Result<Option<RecordMatched>, WriteFailure> {
        let Some(record) = self.one_named(&action.name).await? else { return Ok(None) };
        not_made(&record, &action.changes, carried).map_or(Ok(Some(record)), Err)
    }

    /// Returns the failure for a create that failed, or whose answer was lost and for which a
    /// look-up found no record.
    fn not_created(&self, name: &str, error: &CallError) -> WriteFailure {
        let failure = self.failure(format!("creating \"{name}\""), error);
        let found = if error.is_lost() { "; a look-up finds no record of that name" } else { "" };
        WriteFailure { message: failure.message + found, ..failure }
    }

    /// Describes what a look-up by name finds after a create that may have taken effect, and
    /// returns which effect that shows.
    async fn found_by_name(&self, name: &str) -> (String, WriteEffect) {
        let possible = |found: &str| (found.to_owned(), WriteEffect::Possible);
        let found = match self.named(name).await.as_deref() {
            Ok([]) => return possible("a look-up finds no record of that name"),
            Ok([record]) => format!("a look-up finds record {} of that name", record.id),
            Ok(records) => format!("a look-up finds {} of that name", records.len()),
            Err(_) => return possible("a look-up failed"),
        };
        (found, WriteEffect::Partial)
    }

    /// Looks up the record in the response to a create.
    async fn confirmed(&self, id: &str, name: &str) -> Result<RecordMatched, WriteFailure> {
        let found = match self.record(id).await {
            Ok(found) => RecordMatched::of(found.record.into_record(), ExpectedRecord::Name(name)),
            Err(error) => Err(error),
        };
        match found {
            Ok(record) => Ok(record),
            Err(CallError::NotFound) => {
                let (found, effect) = self.found_by_name(name).await;
                let message = format!(
                    "{} answered the create of \"{name}\" with id {id}, which no record has; {found}",
                    self.system
                );
                Err(WriteFailure::new(message, REPEATED).with(effect))
            }
            Err(error @ CallError::OtherRecord { .. }) => {
                Err(WriteFailure { hint: REPEATED.into(), ..self.not_looked_up(name, error) })
            }
            Err(error) => Err(self.not_looked_up(name, error)),
        }
    }

    /// Looks up a create that was rejected with 409 or 422: the record may exist from an earlier
    /// run whose response was lost.
    async fn rejected(&self, action: &Action, error: CallError) -> Outcome {
        let not_found = || Outcome::Failed(self.not_created(&action.name, &error));
        match self.named(&action.name).await {
            Ok(records) => self.find_existing(&records, action).unwrap_or_else(not_found),
            Err(error) => Outcome::Failed(self.not_looked_up(&action.name, error)),
        }
    }

    /// Returns the outcome of a create if records of its name or of one that looks like it exist
    /// already: one of its name that holds everything that the create would set is done, any
    /// other is stale.
    pub(crate) fn find_existing(&self, records: &[Record], action: &Action) -> Option<Outcome> {
        let (system, name) = (self.system, &action.name);
        let named: Vec<&Record> = records.iter().filter(|record| record.name == *name).collect();
        if let [record] = named.as_slice()
            && action.changes.iter().all(|change| holds(record, change))
        {
            return Some(Outcome::Already(record.id.clone()));
        }
        let message = if named.len() > 1 {
            format!("{system} now has {} records called \"{name}\"", named.len())
        } else {
            let record = named.first().copied().or(records.first())?;
            format!(
                "{system} now has \"{}\" (id {}), so \"{name}\" is not created",
                record.name, record.id
            )
        };
        let hint = "someone created it since the plan was made; plan again";
        Some(Outcome::Stale(Advice::new(message, hint)))
    }

    /// Finds the record with this name, after a create whose response was lost or
    /// incomplete. Two records with the same name are in doubt.
    async fn one_named(&self, name: &str) -> Result<Option<RecordMatched>, WriteFailure> {
        let mut records =
            self.named(name).await.map_err(|error| self.not_looked_up(name, error))?;
        if records.len() > 1 {
            let (system, count) = (self.system, records.len());
            let message =
                format!("{system} has {count} records called \"{name}\" after creating one");
            let hint = "check which one is right, and pin its id in the retailer's file";
            return Err(WriteFailure::new(message, hint).with(WriteEffect::Possible));
        }
        let record =
            records.pop().map(|record| RecordMatched::of(record, ExpectedRecord::Name(name)));
        record.transpose().map_err(|error| self.not_looked_up(name, error))
    }

    /// Returns the records that have exactly this name.
    async fn named(&self, name: &str) -> Result<Vec<Record>, CallError> {
        let mut records = self.records().await?;
        records.retain(|record| record.name == name);
        Ok(records)
    }

    fn not_there(&self, name: &str) -> WriteFailure {
        let message =
            format!("{} answered with success, but has no record called \"{name}\"", self.system);
        let hint = "look for the record in the admin screen, then plan again";
        WriteFailure::new(message, hint).with(WriteEffect::Possible)
    }

    /// Returns the failure for a create that may have taken effect while the look-up
    /// failed.
    fn not_looked_up(&self, name: &str, error: CallError) -> WriteFailure {
        let doing = format!("looking up \"{name}\" after creating it");
        self.failure(doing, &error).with(WriteEffect::Possible)
    }
}

/// Returns why a record cannot be the one that a create made, although it has the name: it has
/// e-mail addresses or hubs, or another address or id of another record than the create is for. If
/// the response did not show the record, no text in it may differ from what the create carried. A
/// flag or an empty value, such as an id of 0, does not count, because a system may ignore a field;
/// nor does a key, which may be issued with the record.
fn not_made(record: &Record, changes: &[Change], carried: &[&Change]) -> Option<WriteFailure> {
    let has_other = |change: &&Change| {
        let live = record.value(change.setting);
        matches!(live, Some(live @ Value::Text(_)) if live != change.after && !live.is_text("0"))
    };
    let is_of_one =
        |change: &&Change| matches!(change.setting.info().kind, ValueKind::Url | ValueKind::Id);
    let is_list = |(_, value): (&Setting, &Value)| matches!(value, Value::List(_));
    let what = if record.values.iter().any(is_list) {
        "already has e-mail addresses or hubs".to_owned()
    } else {
        let mut compared = carried.iter().copied().chain(changes.iter().filter(is_of_one));
        format!("has a different `{}`", compared.find(has_other)?.setting)
    };
    let message = format!(
        "after the create of \"{}\", record {}, which has this name, {what}: another user may have \
         created it",
        record.name, record.id
    );
    let hint = "check whose record it is, then plan again";
    Some(WriteFailure::new(message, hint).with(WriteEffect::Possible))
}
