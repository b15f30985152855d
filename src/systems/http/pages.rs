//! Reads a list page by page, in any paging style.
//!
//! A list can change while it is read. If the system counts its records, the number of
//! different records must match; otherwise no record may appear twice. A list that exceeds
//! the limits of the environment is abandoned at once and not read again.

use super::answer::{Answer, Decode};
use super::client::{Client, Request};
use super::envelope::Envelope;
use super::error::CallError;
use super::matched::{ExpectedRecord, RecordMatched};
use super::pick::{Items, NoItems, ParseContext, ParseError, Pick, PickSeed, TreeSeed};
use super::read::{FoundRecord, record_pointers};
use super::value::is_unset;
use crate::model::contract::{
    LinkedPages, Method, NumberedPages, OffsetPages, Paging, SuccessRule,
};
use crate::model::{Company, Record};
use crate::systems::budget::{MemoryShare, at_most, footprint};
use futures_util::{StreamExt, TryStreamExt, stream};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use serde::de::{IgnoredAny, SeqAccess};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// How often a list that changes while it is read is retried before the system counts as
/// unknown (the contract's rule for lists).
const TRIES: usize = 3;

/// How many consecutive pages may be empty and still name a next one. Systems that filter
/// after paging return a few such pages; an endless list returns nothing else.
const IDLE_PAGES: usize = 100;

/// The result of a first check of a system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The number of records in the system.
    pub records: u64,
    /// The companies, if the contract has a call for them.
    pub companies: Option<Vec<Company>>,
    /// The server's time.
    pub date: Option<SystemTime>,
}

/// The position at which a page begins.
#[derive(Clone, Copy, Default)]
struct Offset {
    /// The number of pages before it.
    pages: u64,
    /// The number of records before it.
    records: u64,
}

/// The result of reading a list once.
enum Attempt {
    Whole(ListedRecords),
    Moved(CallError),
}

/// The records of a list, in the order of arrival, each id once.
pub(super) struct ListedRecords {
    pub records: Vec<Record>,
    /// The requested record as it was sent.
    raw: Option<Json>,
    /// The memory that the records occupy.
    pub hold: MemoryShare,
    /// The positions of the records, by id.
    seen: HashTable<usize>,
    hasher: DefaultHashBuilder,
    max_records: u32,
}

impl Client {
    /// Reads one page, and the companies, to check whether the system responds and follows the
    /// contract. If the system does not count its records, all of them are read.
    pub(crate) async fn probe(&self) -> Result<Probe, CallError> {
        let listing = Listing::new(self, None);
        let (page, companies) =
            tokio::try_join!(listing.page(self.first_page()), self.companies())?;
        let records = match total(&self.contract.list.paging) {
            Some(pointer) => counted(&page.body, pointer)?,
            None => self.records().await?.len() as u64,
        };
        Ok(Probe { records, companies, date: page.date })
    }

    /// Reads all records, in the system's order and without duplicates.
    pub(crate) async fn records(&self) -> Result<Vec<Record>, CallError> {
        Ok(self.list(None).await?.records)
    }

    /// Finds one record in the list.
    pub(super) async fn look_up(&self, id: &str) -> Result<FoundRecord, CallError> {
        let listed = self.list(Some(id)).await?;
        let record = listed.records.into_iter().find(|record| record.id.as_str() == id);
        let record = record.ok_or(CallError::NotFound)?;
        let record = RecordMatched::of(record, ExpectedRecord::Id(id))?;
        Ok(FoundRecord { record, raw: listed.raw.unwrap_or_default(), etag: None })
    }

    /// Reads the whole list, and keeps the record with this id as it was sent.
    pub(super) async fn list(&self, raw_of: Option<&str>) -> Result<ListedRecords, CallError> {
        let mut tries = 1;
        loop {
            match Listing::new(self, raw_of).read().await? {
                Attempt::Whole(listed) => return Ok(listed),
                Attempt::Moved(error) if tries == TRIES => return Err(error),
                Attempt::Moved(_) => tries += 1,
            }
            tracing::info!(system = self.system.key(), "the list changed while it was read");
        }
    }

    fn first_page(&self) -> Vec<(&str, Json)> {
        self.parameters(Offset::default())
    }

    /// Returns the parameters of a page.
    fn parameters(&self, offset: Offset) -> Vec<(&str, Json)> {
        match &self.contract.list.paging {
            Paging::Page(NumberedPages { page, size, ask, first, .. }) => {
                vec![(page, (u64::from(*first) + offset.pages).into()), (size, (*ask).into())]
            }
            Paging::Offset(OffsetPages { offset: parameter, limit, ask, .. }) => {
                vec![(parameter, offset.records.into()), (limit, (*ask).into())]
            }
            Paging::Cursor(LinkedPages { size, ask, .. }) => {
                size.iter().zip(ask).map(|(size, ask)| (size.as_str(), (*ask).into())).collect()
            }
            Paging::None(_) => Vec::new(),
        }
    }
}

/// The maximum total size of pages that are read concurrently, estimated from the first
/// page. A page of 200 records has about 100 KB, so sixteen of them are far below it.
const BODIES_IN_FLIGHT_BYTES: usize = 24 << 20;

/// One reading of a list.
struct Listing<'a> {
    client: &'a Client,
    shape: PageShape<'a>,
    /// The total size of all pages so far.
    bytes: AtomicUsize,
}

impl<'a> Listing<'a> {
    fn new(client: &'a Client, raw_of: Option<&'a str>) -> Listing<'a> {
        Listing { client, shape: PageShape::new(client, raw_of), bytes: AtomicUsize::new(0) }
    }

    async fn read(self) -> Result<Attempt, CallError> {
        match &self.client.contract.list.paging {
            Paging::Page(NumberedPages { total: Some(total), used, .. }) => {
                self.concurrent(total, used.as_deref()).await
            }
            Paging::Offset(OffsetPages { total: Some(total), .. }) => {
                self.concurrent(total, None).await
            }
            Paging::Page(NumberedPages { total: None, page: position, used, ask, .. }) => {
                self.one_by_one(position, used.as_deref(), (*ask).into()).await
            }
            Paging::Offset(OffsetPages { total: None, offset: position, ask, .. }) => {
                self.one_by_one(position, None, (*ask).into()).await
            }
            Paging::Cursor(LinkedPages { cursor, next, .. }) => self.by_cursor(cursor, next).await,
            Paging::None(_) => {
                let page = self.page(self.client.first_page()).await?;
                let mut listed = ListedRecords::new(self.client);
                let PageStats { came, new } = listed.take(page)?;
                Ok(complete_or_retry(new < came, listed))
            }
        }
    }

    /// Reads the first page, then the others concurrently. The list is complete if the
    /// number of different records matches the system's count.
    async fn concurrent(self, pointer: &str, used: Option<&str>) -> Result<Attempt, CallError> {
        let client = self.client;
        let first = self.page(client.first_page()).await?;
        let mut total = counted(&first.body, pointer)?;
        at_most(total, "the list", "max_records", client.limits.max_records, "records")?;
        // At most the limit, and memory that no record fills is never touched.
        let expected = total as usize;
        let on_first = first.body.records.len() as u64;
        // A server may return less than it states. Then the length of its first page
        // counts, and any surplus page is empty.
        let used = used.and_then(|pointer| first.body.get(pointer)).and_then(count);
        let size = used.unwrap_or(on_first).min(on_first);
        let pages = if size == 0 { 1 } else { total.div_ceil(size) };
        at_most(pages, "the list", "max_pages", client.limits.max_pages, "pages")?;
        // Large pages are read one after another, to limit the total size of bodies in
        // flight.
        let at_once = BODIES_IN_FLIGHT_BYTES / self.bytes.load(Ordering::Relaxed).max(1);
        let at_once = at_once.clamp(1, client.limits.concurrency.max(1) as usize);
        let mut listed = ListedRecords::new(client);
        listed.records.reserve(expected);
        listed.seen = HashTable::with_capacity(expected);
        listed.take(first)?;
        let mut rest = stream::iter(1..pages)
            .map(|page| {
                let offset = Offset { pages: page, records: page * size };
                self.page(client.parameters(offset))
            })
            .buffered(at_once);
        while let Some(page) = rest.try_next().await? {
            // A record that was added meanwhile can be on none of the pages.
            total = page.body.get(pointer).and_then(count).unwrap_or(total).max(total);
            listed.take(page)?;
        }
        let distinct = listed.records.len();
        Ok(if distinct as u64 == total {
            Attempt::Whole(listed)
        } else {
            Attempt::Moved(CallError::Moved { tries: TRIES, total, distinct })
        })
    }

    /// Reads page after page until one is empty, or two in a row have no new records because
    /// the system ignores the position. A single one may also mean that so many records were
    /// added before it. A system that ignores the position, and not the size that it fills, has more
    /// records than it returns.
    async fn one_by_one(
        self,
        position: &str,
        used: Option<&str>,
        ask: u64,
    ) -> Result<Attempt, CallError> {
        let mut listed = ListedRecords::new(self.client);
        let mut offset = Offset::default();
        let (mut has_changed, mut repeats) = (false, false);
        loop {
            let page = self.page(self.client.parameters(offset)).await?;
            let used = used.and_then(|pointer| page.body.get(pointer)).and_then(count);
            let full = used.unwrap_or(ask).min(ask);
            let PageStats { came, new } = listed.take(page)?;
            match (came, new) {
                (0, _) => return Ok(complete_or_retry(has_changed || repeats, listed)),
                (_, 0) if repeats && came == full && listed.records.len() as u64 == came => {
                    return Err(CallError::Contract(format!(
                        "each page has the same {came} records, as many as fit: the system ignores \
                         `{position}`, or has no others and needs another `ask`"
                    )));
                }
                (_, 0) if repeats => return Ok(complete_or_retry(has_changed, listed)),
                (_, 0) => repeats = true,
                _ => has_changed |= new < came || std::mem::take(&mut repeats),
            }
            offset = Offset { pages: offset.pages + 1, records: offset.records + came };
            self.check_pages(offset.pages)?;
        }
    }

    /// Reads page after page, each named by the one before.
    async fn by_cursor(self, parameter: &str, next: &str) -> Result<Attempt, CallError> {
        let mut listed = ListedRecords::new(self.client);
        let mut parameters = self.client.first_page();
        let mut named = BTreeSet::new();
        let (mut has_changed, mut idle) = (false, 0);
        loop {
            let page = self.page(parameters).await?;
            let cursor = cursor(&page.body, next)?.cloned();
            let PageStats { came, new } = listed.take(page)?;
            has_changed |= new < came;
            let Some(cursor) = cursor else {
                return Ok(complete_or_retry(has_changed, listed));
            };
            if !named.insert(cursor.to_string()) {
                return Err(CallError::Contract(format!(
                    "the list does not end: the cursor at `{next}` was returned before"
                )));
            }
            idle = if new == 0 { idle + 1 } else { 0 };
            if idle == IDLE_PAGES {
                return Err(CallError::Contract(format!(
                    "the list does not end: {IDLE_PAGES} pages in a row contained no new record"
                )));
            }
            self.check_pages(named.len() as u64)?;
            parameters = self.client.first_page();
            parameters.push((parameter, cursor));
        }
    }

    /// Fails if another page would exceed the limit.
    fn check_pages(&self, read: u64) -> Result<(), CallError> {
        Ok(at_most(read + 1, "the list", "max_pages", self.client.limits.max_pages, "pages")?)
    }

    async fn page(&self, parameters: Vec<(&str, Json)>) -> Result<Answer<Page>, CallError> {
        let list = &self.client.contract.list;
        let mut request = Request::new(list.method, &list.path);
        request.list_bytes = Some(&self.bytes);
        let parameters = parameters.into_iter();
        if list.method == Method::Get {
            request.query = parameters.map(|(name, value)| (name, plain(&value))).collect();
        } else {
            let parameters = parameters.map(|(name, value)| (name.to_owned(), value));
            request.body = Some(Json::Object(parameters.collect::<Map<_, _>>()));
        }
        let mut answer = self.client.send_read_for(&request, &self.shape).await?;
        answer.body.wrong.take().map_or(Ok(answer), Err)
    }
}

/// The parts to extract from a page.
struct PageShape<'a> {
    client: &'a Client,
    /// The pointers to the page's metadata.
    pointers: Vec<&'a str>,
    page: Pick,
    record: Pick,
    raw_of: Option<&'a str>,
}

impl<'a> PageShape<'a> {
    fn new(client: &'a Client, raw_of: Option<&'a str>) -> PageShape<'a> {
        let list = &client.contract.list;
        let paging = match &list.paging {
            Paging::Page(NumberedPages { total, used, .. }) => [total.as_deref(), used.as_deref()],
            Paging::Offset(OffsetPages { total, .. }) => [total.as_deref(), None],
            Paging::Cursor(LinkedPages { next, .. }) => [Some(next.as_str()), None],
            Paging::None(_) => [None, None],
        };
        let SuccessRule { flag, is: _, message, errors } = &client.contract.success;
        let envelope = [flag, message, errors].map(|pointer| pointer.as_deref());
        let pointers: Vec<&str> = [Some(list.items.as_str())]
            .into_iter()
            .chain(paging)
            .chain(envelope)
            .flatten()
            .collect();
        let page = Pick::new(pointers.iter().copied()).with_items(&list.items);
        let record = Pick::new(record_pointers(&client.contract));
        PageShape { client, pointers, page, record, raw_of }
    }
}

/// The content of one page.
#[derive(Default)]
struct Page {
    records: Vec<Record>,
    raw: Option<Json>,
    /// The page's metadata, by pointer.
    metadata: Vec<(String, Option<Json>)>,
    /// Why its records cannot be used.
    wrong: Option<CallError>,
}

impl Page {
    fn get(&self, pointer: &str) -> Option<&Json> {
        self.metadata.iter().find(|(other, _)| other == pointer)?.1.as_ref()
    }
}

impl Decode for PageShape<'_> {
    type Body = Page;

    fn decode(
        &self,
        json: &[u8],
        rule: &SuccessRule,
        context: &ParseContext<'_>,
    ) -> Result<(Envelope, Page), ParseError> {
        let mut records =
            RecordItems { shape: self, slots: self.record.slots(), context, page: Page::default() };
        let mut slots = self.page.slots();
        context.read(json, PickSeed::new(&self.page, &mut slots, &mut records, context))?;
        let mut page = records.page;
        page.metadata =
            self.pointers.iter().map(|&pointer| pointer.to_owned()).zip(slots).collect();
        let items = &self.client.contract.list.items;
        if !page.get(items).is_some_and(Json::is_array) {
            page.wrong = Some(CallError::Contract(format!("no list at `{items}`")));
        }
        let part = |pointer: &Option<String>| page.get(pointer.as_ref()?).cloned();
        let SuccessRule { flag, is: _, message, errors } = rule;
        let envelope = Envelope { flag: part(flag), message: part(message), errors: part(errors) };
        Ok((envelope, page))
    }
}

/// Parses the items of a page into records.
struct RecordItems<'a, 'h> {
    shape: &'a PageShape<'a>,
    slots: Vec<Option<Json>>,
    context: &'a ParseContext<'h>,
    page: Page,
}

impl Items for RecordItems<'_, '_> {
    fn restart(&mut self) {
        self.page = Page::default();
    }

    fn next<'de, A: SeqAccess<'de>>(&mut self, items: &mut A) -> Result<bool, A::Error> {
        let RecordItems { shape, slots, context, page } = self;
        // After an invalid item, the rest of the page is skipped.
        if page.wrong.is_some() {
            return Ok(items.next_element::<IgnoredAny>()?.is_some());
        }
        let client = shape.client;
        let (record, raw) = if shape.raw_of.is_some() {
            let Some(raw) = items.next_element_seed(TreeSeed(context))? else { return Ok(false) };
            (client.parse(&raw), Some(raw))
        } else {
            let mut no_items = NoItems;
            let item = PickSeed::new(&shape.record, slots, &mut no_items, context);
            if items.next_element_seed(item)?.is_none() {
                return Ok(false);
            }
            let mut values = slots.iter_mut();
            (client.record_of(|| values.next().and_then(Option::take)), None)
        };
        match record {
            Ok(record) => {
                context.count_memory(footprint(&record))?;
                if shape.raw_of == Some(record.id.as_str()) {
                    page.raw = raw;
                }
                page.records.push(record);
            }
            Err(error) => page.wrong = Some(error),
        }
        Ok(true)
    }
}

/// The numbers of records on one page.
struct PageStats {
    came: u64,
    new: u64,
}

impl ListedRecords {
    fn new(client: &Client) -> ListedRecords {
        ListedRecords {
            records: Vec::new(),
            raw: None,
            hold: MemoryShare::new(&client.budget),
            seen: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            max_records: client.limits.max_records,
        }
    }

    fn take(&mut self, page: Answer<Page>) -> Result<PageStats, CallError> {
        let Answer { body: Page { records, raw, .. }, hold, .. } = page;
        let (before, came) = (self.records.len(), records.len() as u64);
        self.hold.absorb(hold);
        self.raw = self.raw.take().or(raw);
        for record in records {
            let hash = |record: &Record| self.hasher.hash_one(record.id.as_str());
            let is_same = |at: &usize| self.records[*at].id == record.id;
            let entry = self.seen.entry(hash(&record), is_same, |at| hash(&self.records[*at]));
            if let Entry::Vacant(free) = entry {
                free.insert(self.records.len());
                self.records.push(record);
            }
        }
        let count = self.records.len() as u64;
        at_most(count, "the list", "max_records", self.max_records, "records")?;
        Ok(PageStats { came, new: (self.records.len() - before) as u64 })
    }
}

fn complete_or_retry(has_changed: bool, listed: ListedRecords) -> Attempt {
    if has_changed {
        Attempt::Moved(CallError::Shifted { tries: TRIES })
    } else {
        Attempt::Whole(listed)
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

/// Returns the total number of records that a page states.
fn counted(page: &Page, pointer: &str) -> Result<u64, CallError> {
    let number = page.get(pointer).and_then(count);
    number.ok_or_else(|| CallError::Contract(format!("the list has no number at `{pointer}`")))
}

fn count(value: &Json) -> Option<u64> {
    match value {
        Json::Number(number) => number.as_u64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Returns the cursor of the next page, if there is one.
fn cursor<'a>(page: &'a Page, pointer: &str) -> Result<Option<&'a Json>, CallError> {
    match page.get(pointer).filter(|cursor| !is_unset(cursor)) {
        None => Ok(None),
        Some(cursor @ (Json::String(_) | Json::Number(_))) => Ok(Some(cursor)),
        Some(_) => {
            Err(CallError::Contract(format!("the value at `{pointer}` is not a page cursor")))
        }
    }
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
