//! Writes one record, guarded: never over a value that the plan did not see, and never
//! again before it is known what a lost answer left behind.

use super::body;
use super::client::{Answer, Client, Request};
use super::error::CallError;
use super::read::{Found, with_id};
use crate::apply::{Outcome, Refusal, Written};
use crate::model::contract::{Create, Update};
use crate::model::{Record, Setting, Value};
use crate::plan::{Action, Change};
use backon::BackoffBuilder;
use reqwest::header::{HeaderMap, HeaderValue};
use std::time::Duration;

impl Client {
    /// Brings a record's changes about.
    ///
    /// Each try starts by reading the record, so a write whose answer was lost is looked
    /// up before anything is sent again.
    pub(crate) async fn update(&self, id: &str, changes: &[Change]) -> Outcome {
        let Some(call) = &self.contract.update else {
            return Outcome::Failed(
                self.refuse(format!("updating record {id}"), CallError::NoCall("update")),
            );
        };
        let mut pauses = self.pauses().build();
        let mut sent = false;
        loop {
            let found = match self.record(id).await {
                Ok(found) => found,
                Err(CallError::NotFound) => return Outcome::Stale(gone(id)),
                Err(error) => {
                    let doing = format!("reading record {id}");
                    let refusal = self.refuse(doing, error);
                    return Outcome::Failed(Refusal { in_doubt: sent, ..refusal });
                }
            };
            let record = &found.record;
            let missing = match compare(record, changes) {
                Ok(missing) => missing,
                Err((change, live)) => {
                    return Outcome::Stale(stale(record, change, &live));
                }
            };
            if missing.is_empty() {
                let written = Written { id: found.record.id };
                return if sent { Outcome::Applied(written) } else { Outcome::Already(written) };
            }
            let error = match self.send_update(call, &found, &missing).await {
                Ok(answer) => return self.updated(call, id, &answer, changes).await,
                Err(error) => error,
            };
            // A record that changed since it was read is compared again like any other.
            let again = error.is_transient() || error == CallError::PreconditionFailed;
            sent |= error.may_have_happened();
            match pauses.next() {
                Some(pause) if again => wait(&error, pause).await,
                _ if error == CallError::PreconditionFailed => return Outcome::Stale(moving(id)),
                _ => return Outcome::Failed(self.refuse(format!("updating record {id}"), error)),
            }
        }
    }

    async fn send_update(
        &self,
        call: &Update,
        found: &Found,
        changes: &[&Change],
    ) -> Result<Answer, CallError> {
        let path = with_id(&call.path, found.record.id.as_str());
        let mut request = Request::new(call.method, &path);
        request.body = Some(body::update(&self.contract, call, found, changes));
        request.headers = if_match(found.etag.as_deref());
        request.wants_body = call.record.is_some();
        self.send(&request).await
    }

    /// Checks what an update left behind.
    async fn updated(
        &self,
        call: &Update,
        id: &str,
        answer: &Answer,
        changes: &[Change],
    ) -> Outcome {
        let Some(pointer) = &call.record else {
            return match self.record(id).await {
                Ok(found) => settled(&found.record, changes),
                Err(error) => {
                    let doing = format!("reading record {id} after its update");
                    Outcome::Failed(Refusal { in_doubt: true, ..self.refuse(doing, error) })
                }
            };
        };
        match self.record_in(answer, pointer) {
            Ok(record) => settled(&record, changes),
            Err(error) => Outcome::Failed(self.refuse(format!("updating record {id}"), error)),
        }
    }

    /// Creates a record, then sets what it does not hold yet.
    ///
    /// A create whose answer was lost is looked up by name before it is sent again.
    pub(crate) async fn create(&self, action: &Action, key: &str) -> Outcome {
        let what = format!("creating \"{}\"", action.name);
        let Some(call) = &self.contract.create else {
            return Outcome::Failed(self.refuse(what, CallError::NoCall("create")));
        };
        let carried: Vec<&Change> =
            action.changes.iter().filter(|change| call.carries.contains(&change.setting)).collect();
        let mut request = Request::new(call.method, &call.path);
        request.body = Some(body::create(&self.contract, call, &action.name, &carried));
        request.wants_body = call.record.is_some();
        if let Ok(key) = HeaderValue::from_str(key) {
            request.headers.insert(self.idempotency_header(), key);
        }
        let mut pauses = self.pauses().build();
        let record = loop {
            let error = match self.send(&request).await {
                Ok(answer) => match self.created(call, &action.name, &answer).await {
                    Ok(record) => break record,
                    Err(refusal) => return Outcome::Failed(refusal),
                },
                Err(error) => error,
            };
            match pauses.next() {
                Some(pause) if error.is_transient() => wait(&error, pause).await,
                _ => return Outcome::Failed(self.refuse(what, error)),
            }
            if !error.may_have_happened() {
                continue;
            }
            match self.named(&action.name).await {
                Ok(Some(record)) => break record,
                Ok(None) => {}
                Err(error) => return Outcome::Failed(self.not_looked_up(&action.name, error)),
            }
        };
        self.complete(&record, &action.changes).await
    }

    /// Sets what a record that has just been created does not hold: what the creating call
    /// could not carry, and what the system did not take from it.
    async fn complete(&self, record: &Record, changes: &[Change]) -> Outcome {
        let can_follow = |change: &Change| {
            self.contract.update.is_some() && self.contract.fields.contains_key(&change.setting)
        };
        let follows = changes.iter().any(|change| can_follow(change) && !holds(record, change));
        let outcome = if follows {
            let changes: Vec<Change> = changes
                .iter()
                .map(|change| {
                    let mut change = change.clone();
                    change.before = record.value(change.setting).unwrap_or(Value::Unset);
                    change
                })
                .collect();
            self.update(record.id.as_str(), &changes).await
        } else {
            settled(record, changes)
        };
        match outcome {
            Outcome::Already(written) => Outcome::Applied(written),
            // The record is there, whatever became of what was to follow.
            Outcome::Failed(refusal) | Outcome::Stale(refusal) => Outcome::Failed(Refusal {
                message: format!("created as id {}; then {}", record.id, refusal.message),
                in_doubt: true,
                ..refusal
            }),
            done @ (Outcome::Applied(_) | Outcome::Skipped { .. }) => done,
        }
    }

    /// Returns the record that was created: out of the answer, or else by its name.
    async fn created(&self, call: &Create, name: &str, answer: &Answer) -> Result<Record, Refusal> {
        let Some(pointer) = &call.record else {
            return match self.named(name).await {
                Ok(Some(record)) => Ok(record),
                Ok(None) => Err(Refusal {
                    message: format!(
                        "{} answered with success, but has no record called \"{name}\"",
                        self.system
                    ),
                    hint: "look for the record in the admin screen, then plan again".into(),
                    in_doubt: true,
                }),
                Err(error) => Err(self.not_looked_up(name, error)),
            };
        };
        let doing = format!("creating \"{name}\"");
        self.record_in(answer, pointer).map_err(|error| self.refuse(doing, error))
    }

    /// Finds the record that has exactly this name, after a create whose answer was lost
    /// or did not hold it.
    async fn named(&self, name: &str) -> Result<Option<Record>, CallError> {
        let records = self.records().await?;
        Ok(records.into_iter().find(|record| record.name == name))
    }

    /// A create may have had its effect, and the look-up that could tell has failed.
    fn not_looked_up(&self, name: &str, error: CallError) -> Refusal {
        let doing = format!("looking up \"{name}\" after creating it");
        Refusal { in_doubt: true, ..self.refuse(doing, error) }
    }

    fn refuse(&self, doing: String, error: CallError) -> Refusal {
        Refusal {
            message: format!("{doing} in {} failed: {error}", self.system),
            hint: error.hint().into(),
            in_doubt: error.may_have_happened(),
        }
    }
}

/// Sorts out which changes are still to be made. An error names the first field whose
/// live value is neither what the plan saw nor what it wants.
fn compare<'c>(
    record: &Record,
    changes: &'c [Change],
) -> Result<Vec<&'c Change>, (&'c Change, Value)> {
    let mut missing = Vec::new();
    for change in changes {
        if holds(record, change) {
            continue;
        }
        let live = record.value(change.setting).unwrap_or(Value::Unset);
        if live != change.before {
            return Err((change, live));
        }
        missing.push(change);
    }
    Ok(missing)
}

fn holds(record: &Record, change: &Change) -> bool {
    record.value(change.setting).is_some_and(|live| live == change.after)
}

/// Checks that the answer to a write holds what was written. Where it holds a part, it is
/// in doubt.
fn settled(record: &Record, changes: &[Change]) -> Outcome {
    let (held, wrong): (Vec<&Change>, Vec<&Change>) = changes
        .iter()
        .filter(|change| change.setting != Setting::presence(change.setting.system()))
        .partition(|change| holds(record, change));
    match wrong.first() {
        None => Outcome::Applied(Written { id: record.id.clone() }),
        Some(change) => Outcome::Failed(Refusal {
            message: format!(
                "the system answered with success, but `{}` of record {} is {} instead of {}",
                change.setting,
                record.id,
                record.value(change.setting).unwrap_or(Value::Unset),
                change.after
            ),
            hint: "look at the record in the admin screen, then plan again".into(),
            in_doubt: !held.is_empty(),
        }),
    }
}

fn moving(id: &str) -> Refusal {
    Refusal {
        message: format!("record {id} changes all the time: the system refuses each version"),
        hint: "plan again when nobody works on the record".into(),
        in_doubt: false,
    }
}

fn gone(id: &str) -> Refusal {
    Refusal {
        message: format!("record {id} is gone"),
        hint: "somebody removed it since the plan was made; plan again".into(),
        in_doubt: false,
    }
}

fn stale(record: &Record, change: &Change, found: &Value) -> Refusal {
    Refusal {
        message: format!(
            "`{}` of record {} is {found}, but the plan was made from {}",
            change.setting, record.id, change.before
        ),
        hint: "somebody changed it since; plan again and look at the new plan".into(),
        in_doubt: false,
    }
}

fn if_match(etag: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(value) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
        headers.insert(reqwest::header::IF_MATCH, value);
    }
    headers
}

async fn wait(error: &CallError, pause: Duration) {
    tokio::time::sleep(error.retry_after().unwrap_or(pause)).await;
}
