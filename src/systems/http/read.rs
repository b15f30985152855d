//! Reads records and companies; `pages` reads the lists.

use super::answer::Answer;
use super::body;
use super::client::{Client, Request};
use super::error::CallError;
use super::matched::{ExpectedRecord, RecordMatched};
use super::value::{boolean, is_unset, kind_of, read_without_keys};
use crate::model::contract::{Method, Read};
use crate::model::{Company, Contract, Id, Record, SettingValues, SystemState};
use crate::systems::budget::MemoryShare;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// A record that was found.
#[derive(Clone, Debug)]
pub(crate) struct FoundRecord {
    pub record: RecordMatched,
    /// The record as the system sent it.
    pub raw: Json,
    /// The version, if the system sends one.
    pub etag: Option<String>,
}

impl Client {
    /// Reads all records and, if the system has them, all companies. Their memory counts
    /// for as long as the caller keeps the [`MemoryShare`].
    pub(crate) async fn read_all(&self) -> Result<(SystemState, MemoryShare), CallError> {
        let (list, companies) = tokio::try_join!(self.list(None), self.companies())?;
        Ok((SystemState { records: list.records, companies }, list.hold))
    }

    /// Reads some records by id and, if the system has them, all companies. Ids without a
    /// record are missing in the result.
    pub(crate) async fn pinned(&self, ids: &BTreeSet<String>) -> Result<SystemState, CallError> {
        let (records, companies) = tokio::try_join!(self.some(ids), self.companies())?;
        Ok(SystemState { records, companies })
    }

    async fn some(&self, ids: &BTreeSet<String>) -> Result<Vec<Record>, CallError> {
        if self.contract.read.is_none() {
            let mut records = self.records().await?;
            records.retain(|record| ids.contains(record.id.as_str()));
            return Ok(records);
        }
        stream::iter(ids.iter().cloned())
            .map(|id| async move {
                match self.record(&id).await {
                    Ok(found) => Ok(Some(found.record.into_record())),
                    Err(CallError::NotFound) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .buffered(self.limits.concurrency.max(1) as usize)
            .try_filter_map(|record| async move { Ok(record) })
            .try_collect()
            .await
    }

    /// Reads one record, by its own call or else from the list.
    pub(crate) async fn record(&self, id: &str) -> Result<FoundRecord, CallError> {
        let Some(Read { method, path, record: pointer }) = &self.contract.read else {
            return self.look_up(id).await;
        };
        let address = with_id(path, id);
        let mut request = Request::new(*method, &address);
        if !path.contains("{id}") {
            request.body = Some(body::read(&self.contract, id)?);
        }
        let answer = self.send_read(&request).await?;
        let raw = raw_in(&answer, pointer)?;
        let record = RecordMatched::of(self.parse(raw)?, ExpectedRecord::Id(id))?;
        Ok(FoundRecord { record, raw: raw.clone(), etag: answer.etag })
    }

    /// Extracts the intended record from a response.
    pub(super) fn record_in(
        &self,
        answer: &Answer,
        pointer: &str,
        meant: ExpectedRecord<'_>,
    ) -> Result<RecordMatched, CallError> {
        RecordMatched::of(self.parse(raw_in(answer, pointer)?)?, meant)
    }

    /// Reads all companies, or returns `None` if the contract has no call for them.
    pub(crate) async fn companies(&self) -> Result<Option<Vec<Company>>, CallError> {
        let Some(call) = &self.contract.companies else { return Ok(None) };
        let mut request = Request::new(call.method, &call.path);
        if call.method != Method::Get {
            request.body = Some(Json::Object(Map::new()));
        }
        let answer = self.send_read(&request).await?;
        array(&answer.body, &call.items)?
            .iter()
            .map(|item| {
                let id = item.pointer(&call.id).and_then(Id::from_json);
                let name = item.pointer(&call.name).and_then(Json::as_str);
                match (id, name) {
                    (Some(_), Some(name)) if self.redactor.holds(name) => {
                        Err(CallError::Contract("a company has a name that holds a key".into()))
                    }
                    (Some(id), Some(name)) if !self.redactor.holds(id.as_str()) => {
                        Ok(Company { id, name: name.to_owned() })
                    }
                    _ => Err(CallError::Contract("a company without an id or a name".into())),
                }
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Parses a record.
    pub(super) fn parse(&self, item: &Json) -> Result<Record, CallError> {
        let mut values =
            record_pointers(&self.contract).map(|pointer| item.pointer(pointer).cloned());
        self.record_of(|| values.next().flatten())
    }

    /// Builds a record from the values at its pointers, in their order.
    pub(super) fn record_of(
        &self,
        mut next: impl FnMut() -> Option<Json>,
    ) -> Result<Record, CallError> {
        let contract = &self.contract;
        let wrong = |message: String| CallError::Contract(self.redactor.message(&message));
        let id = next().filter(|id| !is_unset(id));
        let id = id.ok_or_else(|| wrong(format!("a record has no id at `{}`", contract.id)))?;
        let id = Id::from_json(&id).ok_or_else(|| {
            let what = "neither text nor a whole number below 2^64";
            wrong(format!("a record has an id at `{}` that is {what}", contract.id))
        })?;
        if self.redactor.holds(id.as_str()) {
            return Err(wrong(format!("a record has an id at `{}` that holds a key", contract.id)));
        }
        let has = |got: &str, pointer: &str| wrong(format!("record {id} has {got} at `{pointer}`"));
        let name = match next() {
            Some(Json::String(name)) => name,
            Some(Json::Number(number)) => number.to_string(),
            other => {
                let got = other.as_ref().map_or("nothing".into(), kind_of);
                return Err(has(&got, &contract.name));
            }
        };
        // It is compared byte for byte, so it cannot be redacted.
        if self.redactor.holds(&name) {
            let at = &contract.name;
            return Err(wrong(format!("record {id} has a name at `{at}` that holds a key")));
        }
        let mut at = |pointer: &Option<String>| pointer.as_ref().and_then(|_| next());
        let (disabled, key_issued) = (at(&contract.disabled), at(&contract.key_issued));
        // What is not a boolean does not mark a record as disabled, but a day or the key itself
        // says that a key was issued.
        let disabled = disabled.as_ref().and_then(boolean).unwrap_or(false);
        let key_issued = key_issued.filter(|value| !is_unset(value));
        let key_issued = key_issued.is_some_and(|value| boolean(&value).unwrap_or(true));
        let mut values = SettingValues::with_capacity(contract.fields.len());
        for (&setting, field) in &contract.fields {
            let value = read_without_keys(setting, field, next(), &self.addresses, &self.redactor);
            values.insert(setting, value.map_err(|got| has(&got, &field.at))?);
        }
        Ok(Record { name, disabled, key_issued, values, id })
    }
}

/// Returns the pointers to the values of a record, in the order that [`Client::record_of`]
/// expects.
pub(super) fn record_pointers(contract: &Contract) -> impl Iterator<Item = &str> {
    let fields = contract.fields.values().map(|field| field.at.as_str());
    let Contract { id, name, disabled, key_issued, .. } = contract;
    let flags = [disabled, key_issued].into_iter().flatten();
    [id, name].into_iter().chain(flags).map(String::as_str).chain(fields)
}

/// Inserts a record's id into a path.
pub(super) fn with_id(path: &str, id: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    path.replace("{id}", &id.replace('+', "%20"))
}

fn raw_in<'a>(answer: &'a Answer, pointer: &str) -> Result<&'a Json, CallError> {
    let record = answer.body.pointer(pointer).filter(|record| record.is_object());
    record.ok_or_else(|| CallError::Contract(format!("no record at `{pointer}`")))
}

/// Returns the list at a pointer.
pub(super) fn array<'a>(body: &'a Json, pointer: &str) -> Result<&'a [Json], CallError> {
    body.pointer(pointer)
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| CallError::Contract(format!("no list at `{pointer}`")))
}
