//! Reads a list page by page, whatever way it is cut.
//!
//! A list can move while it is read. Where the system counts its records, the different
//! ones that came have to be as many; where it does not, none may come twice.

use super::client::{Answer, Client, Request};
use super::error::CallError;
use super::read::{Found, array};
use crate::model::Record;
use crate::model::contract::{LinkedPages, Method, NumberedPages, OffsetPages, Paging};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::time::SystemTime;

/// How often a list that moves under the reader is read before the system counts as
/// unknown (the contract's rule for lists).
const TRIES: usize = 3;

/// The most records that a system is believed to hold: fifty times the largest fleet
/// that one process is meant for.
const MOST_RECORDS: usize = 5_000_000;

/// How many pages in a row may bring nothing and still name a next one. Systems that
/// filter after cutting give a few such pages; a list without an end gives nothing else.
const IDLE_PAGES: usize = 100;

/// What a first look at a system finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The number of records that the system has.
    pub records: u64,
    /// How late it is there.
    pub date: Option<SystemTime>,
}

/// Where a page begins.
#[derive(Clone, Copy, Default)]
struct Offset {
    /// The number of pages before it.
    pages: u64,
    /// The number of records before it.
    records: u64,
}

/// What came of reading a list once.
enum Attempt<T> {
    Whole(Vec<T>),
    Moved(CallError),
}

impl Client {
    /// Reads one page, to see whether the system answers and speaks the contract. Where
    /// the system does not count its records, all of them are read.
    pub(crate) async fn probe(&self) -> Result<Probe, CallError> {
        let page = self.page(self.first_page()).await?;
        self.items(&page)?.iter().try_for_each(|item| self.parse(item).map(drop))?;
        let records = match total(&self.contract.list.paging) {
            Some(pointer) => counted(&page, pointer)?,
            None => self.records().await?.len() as u64,
        };
        Ok(Probe { records, date: page.date })
    }

    /// Reads all records, ordered as the system gives them, each once.
    pub(crate) async fn records(&self) -> Result<Vec<Record>, CallError> {
        self.all(|record, _| record).await
    }

    /// Finds one record in the list.
    pub(crate) async fn look_up(&self, id: &str) -> Result<Found, CallError> {
        let all = self.all(|record, raw| {
            let is_wanted = record.id.as_str() == id;
            is_wanted.then(|| Found { record, raw: raw.clone(), etag: None })
        });
        all.await?.into_iter().flatten().next().ok_or(CallError::NotFound)
    }

    async fn all<T>(&self, take: impl Fn(Record, &Json) -> T) -> Result<Vec<T>, CallError> {
        let mut tries = 1;
        loop {
            match self.list_once(&take).await? {
                Attempt::Whole(records) => return Ok(records),
                Attempt::Moved(error) if tries == TRIES => return Err(error),
                Attempt::Moved(_) => tries += 1,
            }
            tracing::info!(system = self.system.key(), "the list moved while it was read");
        }
    }

    async fn list_once<T>(
        &self,
        take: &impl Fn(Record, &Json) -> T,
    ) -> Result<Attempt<T>, CallError> {
        let mut records = Distinct::new(MOST_RECORDS);
        match &self.contract.list.paging {
            Paging::Page(NumberedPages { total: Some(total), used, .. }) => {
                self.concurrent(total, used.as_deref(), records, take).await
            }
            Paging::Offset(OffsetPages { total: Some(total), .. }) => {
                self.concurrent(total, None, records, take).await
            }
            Paging::Page(NumberedPages { total: None, .. })
            | Paging::Offset(OffsetPages { total: None, .. }) => {
                self.one_by_one(records, take).await
            }
            Paging::Cursor(LinkedPages { next, .. }) => self.along(next, records, take).await,
            Paging::None(_) => {
                let page = self.page(self.first_page()).await?;
                self.take(&page, &mut records, take)?;
                Ok(Attempt::Whole(records.in_order))
            }
        }
    }

    /// Reads the first page, then the others side by side. The list is whole when the
    /// different records that came are as many as the system counts.
    async fn concurrent<T>(
        &self,
        total: &str,
        used: Option<&str>,
        mut records: Distinct<T>,
        take: &impl Fn(Record, &Json) -> T,
    ) -> Result<Attempt<T>, CallError> {
        let first = self.page(self.first_page()).await?;
        let on_first = self.take(&first, &mut records, take)?.came;
        let total = counted(&first, total)?;
        if total > MOST_RECORDS as u64 {
            return Err(CallError::Contract(format!("the list says that it has {total} records")));
        }
        // A server may give less than it says. Then the length of its first page counts,
        // and a page too many comes back empty.
        let used = used.and_then(|pointer| first.body.pointer(pointer)).and_then(count);
        let size = used.unwrap_or(on_first).min(on_first);
        let pages = if size == 0 { 1 } else { total.div_ceil(size) };
        let mut rest = stream::iter(1..pages)
            .map(|page| self.page(self.parameters(Offset { pages: page, records: page * size })))
            .buffered(self.limits.concurrency.max(1) as usize);
        while let Some(page) = rest.try_next().await? {
            self.take(&page, &mut records, take)?;
        }
        let distinct = records.in_order.len();
        Ok(if distinct as u64 == total {
            Attempt::Whole(records.in_order)
        } else {
            Attempt::Moved(CallError::Moved { tries: TRIES, total, distinct })
        })
    }

    /// Reads page after page until one brings nothing new: an empty one, or the same
    /// records once more from a system that has no further page.
    async fn one_by_one<T>(
        &self,
        mut records: Distinct<T>,
        take: &impl Fn(Record, &Json) -> T,
    ) -> Result<Attempt<T>, CallError> {
        let mut spot = Offset::default();
        let mut has_moved = false;
        loop {
            let page = self.page(self.parameters(spot)).await?;
            let PageStats { came, new } = self.take(&page, &mut records, take)?;
            if new == 0 {
                return Ok(unless(has_moved, records));
            }
            has_moved |= new < came;
            spot = Offset { pages: spot.pages + 1, records: spot.records + came };
        }
    }

    /// Reads page after page, each named by the one before.
    async fn along<T>(
        &self,
        next: &str,
        mut records: Distinct<T>,
        take: &impl Fn(Record, &Json) -> T,
    ) -> Result<Attempt<T>, CallError> {
        let mut parameters = self.first_page();
        let mut named = BTreeSet::new();
        let (mut has_moved, mut idle) = (false, 0);
        loop {
            let page = self.page(parameters).await?;
            let PageStats { came, new } = self.take(&page, &mut records, take)?;
            has_moved |= new < came;
            let Some(cursor) = cursor(&page, next)? else {
                return Ok(unless(has_moved, records));
            };
            if !named.insert(cursor.to_string()) {
                return Err(CallError::Contract(format!(
                    "the list goes round in circles: the next page at `{next}` was named before"
                )));
            }
            idle = if new == 0 { idle + 1 } else { 0 };
            if idle == IDLE_PAGES {
                return Err(CallError::Contract(format!(
                    "the list has no end: {IDLE_PAGES} pages in a row brought nothing new"
                )));
            }
            parameters = self.first_page();
            if let Paging::Cursor(LinkedPages { cursor: parameter, .. }) =
                &self.contract.list.paging
            {
                parameters.push((parameter, cursor.clone()));
            }
        }
    }

    fn first_page(&self) -> Vec<(&str, Json)> {
        self.parameters(Offset::default())
    }

    /// Returns the parameters of a page.
    fn parameters(&self, spot: Offset) -> Vec<(&str, Json)> {
        match &self.contract.list.paging {
            Paging::Page(NumberedPages { page, size, ask, first, .. }) => {
                vec![(page, (u64::from(*first) + spot.pages).into()), (size, (*ask).into())]
            }
            Paging::Offset(OffsetPages { offset, limit, ask, .. }) => {
                vec![(offset, spot.records.into()), (limit, (*ask).into())]
            }
            Paging::Cursor(LinkedPages { size, ask, .. }) => {
                size.iter().zip(ask).map(|(size, ask)| (size.as_str(), (*ask).into())).collect()
            }
            Paging::None(_) => Vec::new(),
        }
    }

    async fn page(&self, parameters: Vec<(&str, Json)>) -> Result<Answer, CallError> {
        let list = &self.contract.list;
        let mut request = Request::new(list.method, &list.path);
        if list.method == Method::Get {
            request.query =
                parameters.into_iter().map(|(name, value)| (name, plain(&value))).collect();
        } else {
            let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value));
            request.body = Some(Json::Object(parameters.collect::<Map<_, _>>()));
        }
        self.ask(&request).await
    }

    fn items<'a>(&self, answer: &'a Answer) -> Result<&'a [Json], CallError> {
        array(&answer.body, &self.contract.list.items)
    }

    fn take<T>(
        &self,
        page: &Answer,
        records: &mut Distinct<T>,
        take: &impl Fn(Record, &Json) -> T,
    ) -> Result<PageStats, CallError> {
        let before = records.in_order.len();
        let items = self.items(page)?;
        for item in items {
            let record = self.parse(item)?;
            records.add(record.id.to_string(), || take(record, item))?;
        }
        Ok(PageStats { came: items.len() as u64, new: (records.in_order.len() - before) as u64 })
    }
}

/// What one page brought.
struct PageStats {
    came: u64,
    new: u64,
}

/// Records in the order in which they came, each id once.
struct Distinct<T> {
    most: usize,
    seen: BTreeSet<String>,
    in_order: Vec<T>,
}

impl<T> Distinct<T> {
    fn new(most: usize) -> Distinct<T> {
        Distinct { most, seen: BTreeSet::new(), in_order: Vec::new() }
    }

    fn add(&mut self, id: String, record: impl FnOnce() -> T) -> Result<(), CallError> {
        if self.seen.insert(id) {
            self.in_order.push(record());
        }
        if self.in_order.len() > self.most {
            let most = self.most;
            return Err(CallError::Contract(format!("the list has more than {most} records")));
        }
        Ok(())
    }
}

fn unless<T>(has_moved: bool, records: Distinct<T>) -> Attempt<T> {
    if has_moved {
        Attempt::Moved(CallError::Shifted { tries: TRIES })
    } else {
        Attempt::Whole(records.in_order)
    }
}

fn total(paging: &Paging) -> Option<&str> {
    match paging {
        Paging::Page(NumberedPages { total, .. }) | Paging::Offset(OffsetPages { total, .. }) => {
            total.as_deref()
        }
        Paging::Cursor(_) | Paging::None(_) => None,
    }
}

/// Returns the number of records that a page says there are.
fn counted(page: &Answer, pointer: &str) -> Result<u64, CallError> {
    let number = page.body.pointer(pointer).and_then(count);
    number.ok_or_else(|| CallError::Contract(format!("the list has no number at `{pointer}`")))
}

fn count(value: &Json) -> Option<u64> {
    match value {
        Json::Number(number) => number.as_u64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Returns the name of the next page; `None` where there is none.
fn cursor<'a>(page: &'a Answer, pointer: &str) -> Result<Option<&'a Json>, CallError> {
    match page.body.pointer(pointer) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.is_empty() => Ok(None),
        Some(cursor @ (Json::String(_) | Json::Number(_))) => Ok(Some(cursor)),
        Some(_) => Err(CallError::Contract(format!("what is at `{pointer}` is no name of a page"))),
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_an_end_is_left() {
        let mut records = Distinct::new(2);
        for id in ["1", "2", "1"] {
            assert_eq!(records.add(id.into(), || id), Ok(()));
        }
        let error = records.add("3".into(), || "3").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the answer does not fit the contract: the list has more than 2 records"
        );
    }
}
