//! Reads everything that a system holds, page by page.

use super::client::{Answer, Client};
use super::contract::Paging;
use super::error::CallError;
use super::value::{kind_of, read as read_value};
use crate::model::{Company, Holdings, Id, Record};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

/// How often a list that moves under the reader is read before the system counts as
/// unknown (the contract's rule for lists).
const TRIES: usize = 3;

/// The most records that a system is believed to hold: fifty times the largest fleet
/// that one process is meant for.
const MOST_RECORDS: u64 = 5_000_000;

impl Client {
    /// Reads all records and, where the system has them, all companies.
    pub async fn holdings(&self) -> Result<Holdings, CallError> {
        let (records, companies) = tokio::try_join!(self.records(), self.companies())?;
        Ok(Holdings { records, companies })
    }

    /// Reads one page, to see whether the system answers and speaks the contract.
    pub async fn probe(&self) -> Result<Probe, CallError> {
        let Paging::Page { total, .. } = &self.contract.list.paging;
        let page = self.page(1).await?;
        self.items(&page)?.iter().try_for_each(|item| self.parse(item).map(drop))?;
        let records = page.body.pointer(total).and_then(count);
        let records = records
            .ok_or_else(|| CallError::Contract(format!("the list has no number at `{total}`")))?;
        Ok(Probe { records, date: page.date })
    }

    /// Reads some records by id and, where the system has them, all companies. An id
    /// that the system does not know has no record in the answer.
    pub async fn pinned(&self, ids: &BTreeSet<String>) -> Result<Holdings, CallError> {
        let records = stream::iter(ids)
            .map(|id| async move {
                match self.record(id).await {
                    Ok((record, _)) => Ok(Some(record)),
                    Err(CallError::NotFound) => Ok(None),
                    Err(error) => Err(error),
                }
            })
            .buffered(self.limits.concurrency.max(1) as usize)
            .try_filter_map(|record| async move { Ok(record) })
            .try_collect();
        let (records, companies) = tokio::try_join!(records, self.companies())?;
        Ok(Holdings { records, companies })
    }

    /// Reads all records, ordered as the system gives them, each once.
    pub async fn records(&self) -> Result<Vec<Record>, CallError> {
        let mut last = (0, 0);
        for _ in 0..TRIES {
            let (total, records) = self.list_once().await?;
            if records.len() as u64 == total {
                return Ok(records);
            }
            last = (records.len(), total);
            tracing::info!(system = self.system.key(), "the list moved while it was read");
        }
        let (distinct, total) = last;
        Err(CallError::Moved { tries: TRIES, total, distinct })
    }

    /// Reads one record. The answer's version goes with it.
    pub async fn record(&self, id: &str) -> Result<(Record, Option<String>), CallError> {
        let answer = self.get(&with_id(&self.contract.read.path, id), &[]).await?;
        let record = self.record_in(&answer, &self.contract.read.record)?;
        Ok((record, answer.etag))
    }

    /// Takes the record out of an answer.
    pub fn record_in(&self, answer: &Answer, pointer: &str) -> Result<Record, CallError> {
        let record = answer
            .body
            .pointer(pointer)
            .filter(|record| record.is_object())
            .ok_or_else(|| CallError::Contract(format!("no record at `{pointer}`")))?;
        self.parse(record)
    }

    /// Reads page 1, then the others side by side. Returns the number of records that
    /// the system counts and the different ones that came.
    async fn list_once(&self) -> Result<(u64, Vec<Record>), CallError> {
        let Paging::Page { total, used, .. } = &self.contract.list.paging;
        let first = self.page(1).await?;
        let mut records = Distinct::default();
        let items = self.items(&first)?;
        let on_first = items.len() as u64;
        for item in items {
            records.add(self.parse(item)?);
        }
        let count = |pointer: &str| first.body.pointer(pointer).and_then(count);
        let total = count(total)
            .ok_or_else(|| CallError::Contract(format!("the list has no number at `{total}`")))?;
        if total > MOST_RECORDS {
            return Err(CallError::Contract(format!("the list says that it has {total} records")));
        }
        // A server may give less than it says. Then the length of its first page counts,
        // and a page too many comes back empty.
        let size = count(used).unwrap_or(on_first).min(on_first);
        let pages = if size == 0 { 1 } else { total.div_ceil(size) };
        let rest: Vec<Vec<Record>> = stream::iter(2..=pages)
            .map(|number| async move {
                let page = self.page(number).await?;
                self.items(&page)?.iter().map(|item| self.parse(item)).collect()
            })
            .buffered(self.limits.concurrency.max(1) as usize)
            .try_collect()
            .await?;
        for record in rest.into_iter().flatten() {
            records.add(record);
        }
        Ok((total, records.in_order))
    }

    async fn page(&self, number: u64) -> Result<Answer, CallError> {
        let Paging::Page { page, size, ask, .. } = &self.contract.list.paging;
        let query = [(page.as_str(), number.to_string()), (size.as_str(), ask.to_string())];
        self.get(&self.contract.list.path, &query).await
    }

    fn items<'a>(&self, answer: &'a Answer) -> Result<&'a [Json], CallError> {
        array(&answer.body, &self.contract.list.items)
    }

    /// Reads all companies; `None` where the contract has no call for them.
    pub async fn companies(&self) -> Result<Option<Vec<Company>>, CallError> {
        let Some(call) = &self.contract.companies else { return Ok(None) };
        let answer = self.get(&call.path, &[]).await?;
        array(&answer.body, &call.items)?
            .iter()
            .map(|item| {
                let id = item.pointer(&call.id).and_then(Id::from_json);
                let name = item.pointer(&call.name).and_then(Json::as_str);
                match (id, name) {
                    (Some(id), Some(name)) => Ok(Company { id, name: name.to_owned() }),
                    _ => Err(CallError::Contract("a company without an id or a name".into())),
                }
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    fn parse(&self, item: &Json) -> Result<Record, CallError> {
        let contract = &self.contract;
        let id = item.pointer(&contract.id).and_then(Id::from_json).ok_or_else(|| {
            CallError::Contract(format!("a record has no id at `{}`", contract.id))
        })?;
        let wrong = |pointer: &str, got: &str| {
            CallError::Contract(format!("record {id} has {got} at `{pointer}`"))
        };
        let name = match item.pointer(&contract.name) {
            Some(Json::String(name)) => name.clone(),
            Some(Json::Number(number)) => number.to_string(),
            other => return Err(wrong(&contract.name, &other.map_or("nothing".into(), kind_of))),
        };
        let mut values = BTreeMap::new();
        for (&setting, field) in &contract.fields {
            let value = read_value(setting, item.pointer(&field.at))
                .map_err(|got| wrong(&field.at, &got))?;
            values.insert(setting, value);
        }
        Ok(Record { id, name, values })
    }
}

/// What a first look at a system finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The number of records that the system says it has.
    pub records: u64,
    /// How late it is there.
    pub date: Option<SystemTime>,
}

/// Records in the order in which they came, each id once.
#[derive(Default)]
struct Distinct {
    seen: BTreeSet<String>,
    in_order: Vec<Record>,
}

impl Distinct {
    fn add(&mut self, record: Record) {
        if self.seen.insert(record.id.to_string()) {
            self.in_order.push(record);
        }
    }
}

/// Puts a record's id into a path.
pub fn with_id(path: &str, id: &str) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    path.replace("{id}", &id.replace('+', "%20"))
}

fn array<'a>(body: &'a Json, pointer: &str) -> Result<&'a [Json], CallError> {
    body.pointer(pointer)
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .ok_or_else(|| CallError::Contract(format!("no list at `{pointer}`")))
}

fn count(value: &Json) -> Option<u64> {
    match value {
        Json::Number(number) => number.as_u64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
