//! Writes one record, guarded: never over a value that the plan did not see, and never
//! again before it is known what a lost answer left behind.

use super::client::Client;
use super::error::CallError;
use super::read::with_id;
use super::value;
use crate::apply::{Outcome, Refusal, Written};
use crate::model::{Record, Setting, Value};
use crate::plan::{Action, Change};
use backon::BackoffBuilder;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Map, Value as Json};
use std::time::Duration;

impl Client {
    /// Brings a record's changes about.
    ///
    /// Each try starts by reading the record, so a write whose answer was lost is looked
    /// up before anything is sent again.
    pub async fn update(&self, id: &str, changes: &[Change]) -> Outcome {
        let Some(call) = &self.contract.update else {
            return Outcome::Failed(self.refuse(
                format!("updating record {id}"),
                CallError::Contract("the system has no call that updates a record".into()),
            ));
        };
        let mut pauses = self.pauses().build();
        let mut sent = false;
        loop {
            let (record, etag) = match self.record(id).await {
                Ok(read) => read,
                Err(CallError::NotFound) => return Outcome::Stale(gone(id)),
                Err(error) => {
                    return Outcome::Failed(self.refuse(format!("reading record {id}"), error));
                }
            };
            let missing = match compare(&record, changes) {
                Ok(missing) => missing,
                Err((change, found)) => {
                    return Outcome::Stale(stale(&record, change, &found));
                }
            };
            if missing.is_empty() {
                let written = Written { id: record.id };
                return if sent { Outcome::Applied(written) } else { Outcome::Already(written) };
            }
            let body = body(self, &missing);
            let headers = if_match(etag.as_deref());
            let path = with_id(&call.path, id);
            let answer = self.send(Method::PATCH, &path, &[], Some(&body), headers).await;
            let error = match answer {
                Ok(answer) => {
                    return match self.record_in(&answer, &call.record) {
                        Ok(record) => settled(&record, changes),
                        Err(error) => {
                            Outcome::Failed(self.refuse(format!("updating record {id}"), error))
                        }
                    };
                }
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

    /// Creates a record, then sets what the creating call could not carry.
    ///
    /// A create whose answer was lost is looked up by name before it is sent again.
    pub async fn create(&self, action: &Action, key: &str) -> Outcome {
        let what = format!("creating \"{}\"", action.name);
        let Some(call) = &self.contract.create else {
            return Outcome::Failed(self.refuse(
                what,
                CallError::Contract("the system has no call that creates a record".into()),
            ));
        };
        let (carried, later): (Vec<&Change>, Vec<&Change>) =
            action.changes.iter().partition(|change| call.carries.contains(&change.setting));
        let mut body = body(self, &carried);
        insert(&mut body, &self.contract.name, action.name.as_str().into());
        let mut headers = HeaderMap::new();
        if let Ok(key) = HeaderValue::from_str(key) {
            headers.insert("Idempotency-Key", key);
        }
        let mut pauses = self.pauses().build();
        let record = loop {
            let sent = self.send(Method::POST, &call.path, &[], Some(&body), headers.clone()).await;
            let error = match sent.and_then(|answer| self.record_in(&answer, &call.record)) {
                Ok(record) => break record,
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
                Err(error) => return Outcome::Failed(self.refuse(what, error)),
            }
        };
        let wrong: Vec<Change> = later
            .into_iter()
            .filter(|change| self.contract.fields.contains_key(&change.setting))
            .filter(|change| !holds(&record, change))
            .map(|change| Change {
                before: record.value(change.setting).unwrap_or(Value::Unset),
                ..change.clone()
            })
            .collect();
        if wrong.is_empty() {
            return settled(&record, &action.changes);
        }
        match self.update(record.id.as_str(), &wrong).await {
            Outcome::Applied(written) | Outcome::Already(written) => Outcome::Applied(written),
            other => other,
        }
    }

    /// Finds the record that has exactly this name, after a create whose answer was lost.
    async fn named(&self, name: &str) -> Result<Option<Record>, CallError> {
        let records = self.records().await?;
        Ok(records.into_iter().find(|record| record.name == name))
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

/// Checks that the answer to a write holds what was written.
fn settled(record: &Record, changes: &[Change]) -> Outcome {
    let wrong = changes.iter().find(|change| {
        change.setting != Setting::presence(change.setting.system()) && !holds(record, change)
    });
    match wrong {
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
            in_doubt: false,
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

fn body(client: &Client, changes: &[&Change]) -> Json {
    let mut body = Json::Object(Map::new());
    for change in changes {
        if let Some(field) = client.contract.fields.get(&change.setting) {
            let pointer = match (&field.write_at, &change.after_id) {
                (Some(pointer), Some(_)) => pointer,
                _ => &field.at,
            };
            insert(&mut body, pointer, value::write(change));
        }
    }
    body
}

/// Puts a value at a pointer, with the objects on the way there.
fn insert(body: &mut Json, pointer: &str, value: Json) {
    let mut at = body;
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Json::Object(fields) = at else { return };
        at = fields.entry(name).or_insert(Json::Null);
    }
    *at = value;
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
