//! The lease of an environment: acquiring, renewing, trusting, releasing, and unlocking it, by
//! the protocol in [`super`].

use super::document::{self, Patience, Swap, compare_and_set, swap_within};
use super::journal::origin;
use super::lease_clock::Clock;
pub(crate) use super::refused::Refused;
use super::{
    AppendError, Batch, Document, Exclusion, PATIENCE, Run, RunStore, StoreError, id, segment,
};
use crate::systems;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// The folder of the leases' documents.
const LEASES: &str = "leases/";

/// How long a confirmation of the store is good for a request: longer than the record of a start
/// and the read of a fast system take, and too short for another run to take over and write.
const FRESH: Duration = Duration::from_millis(100);

/// What to do about a document that is not a lease.
const DAMAGED: &str = "wait until no run is in progress, then delete it: the next run creates it \
     again, with a later token";

/// The content of a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeaseRecord {
    pub environment: String,
    /// Grows with each run that acquires the lease, and with each `unlock`.
    pub token: u64,
    /// The run that holds the lease, or held it last.
    pub run_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    #[serde(rename = "where")]
    pub place: String,
    /// When the run started, by its own clock.
    pub since: Timestamp,
    pub lease_seconds: u32,
    pub is_held: bool,
    /// Who ended it with `unlock`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlocked_by: Option<String>,
    /// Makes each renewal a different document.
    pub renewal: String,
}

impl LeaseRecord {
    fn parse(place: String, document: &Document) -> Result<LeaseRecord, StoreError> {
        serde_json::from_slice(&document.bytes).map_err(|error| StoreError {
            remedy: Some(DAMAGED),
            ..StoreError::new(place, "read", format!("a lease: {error}"))
        })
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("a lease is plain JSON")
    }

    fn run(&self) -> Run {
        let LeaseRecord { environment, run_id, token, .. } = self;
        Run { environment: environment.clone(), run_id: run_id.clone(), token: *token }
    }

    fn is_held_by(&self, run: &Run) -> bool {
        self.is_held && self.run_id == run.run_id && self.token == run.token
    }

    /// Returns when the lease expires unless it is renewed. A time in whole seconds is from a
    /// store that truncates it, so it may have been up to a second later.
    fn until(&self, modified: Timestamp) -> Timestamp {
        let is_whole = modified.subsec_nanosecond() == 0;
        let seconds = i64::from(self.lease_seconds) + i64::from(is_whole);
        modified.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// Returns the run, who started it, and where.
    pub(crate) fn holder(&self) -> String {
        let who = self.who.as_deref().map_or_else(String::new, |who| format!(" by {who}"));
        format!("{}, started{who} on {}", self.run_id, self.place)
    }
}

/// A stored lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredLease {
    pub record: LeaseRecord,
    pub version: String,
    /// When it expires unless it is renewed, by the store's clock.
    pub until: Timestamp,
}

/// A request for a lease.
#[derive(Clone, Debug)]
pub(crate) struct LeaseRequest {
    pub environment: String,
    pub who: Option<String>,
    /// The host, or the URL of the CI job.
    pub place: String,
    pub lease_seconds: u32,
}

impl LeaseRequest {
    /// Returns the request of this process for the project in a folder.
    pub(crate) fn here(environment: &str, folder: &Path, lease_seconds: u32) -> LeaseRequest {
        LeaseRequest {
            environment: environment.into(),
            who: origin::who(folder),
            place: origin::job().unwrap_or_else(origin::host),
            lease_seconds,
        }
    }

    /// Returns the record of the run that follows the one that was found. If there are runs but no
    /// lease, the lease was removed. Its token is then the time in milliseconds, which is greater
    /// than every token that was counted.
    fn record(
        &self,
        found: Option<&StoredLease>,
        newest: Option<&String>,
        now: Timestamp,
    ) -> LeaseRecord {
        let before = found.map(|found| &found.record);
        let last = before.map(|before| &before.run_id).max(newest);
        let if_removed = newest.map_or(0, |_| now.as_millisecond().unsigned_abs());
        LeaseRecord {
            environment: self.environment.clone(),
            token: before.map_or(if_removed, |before| before.token) + 1,
            run_id: id::run_id(now, last.map(String::as_str)),
            who: self.who.clone(),
            place: self.place.clone(),
            since: now,
            lease_seconds: self.lease_seconds,
            is_held: true,
            unlocked_by: None,
            renewal: id::attempt(),
        }
    }
}

/// A lease that this process has acquired.
pub(crate) struct Lease {
    permit: LeasePermit,
    renewing: Option<JoinHandle<()>>,
    _exclusion: Exclusion,
}

/// A run, and whether its lease can be trusted; shared by everything that writes.
#[derive(Clone)]
pub(crate) struct LeasePermit(Arc<Shared>);

struct Shared {
    store: Arc<dyn RunStore>,
    run: Run,
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    record: LeaseRecord,
    version: String,
    /// The end of the trust; `None` if only the end of this process ends the lease.
    trusted_until: Option<Duration>,
    /// The time before the last request in which the store confirmed the lease.
    confirmed_at: Duration,
    /// The present holder of a lost lease, once it is known.
    lost: Option<String>,
}

/// Returns the key of an environment's lease.
pub(super) fn key(environment: &str) -> String {
    format!("{LEASES}{}", segment(environment))
}

/// Parses the token of a lease's document; `None` for any other document.
pub(super) fn token(bytes: &[u8]) -> Option<u64> {
    serde_json::from_slice::<LeaseRecord>(bytes).ok().map(|record| record.token)
}

/// Reads the lease of an environment.
pub(crate) async fn find(
    store: &dyn RunStore,
    environment: &str,
) -> Result<Option<StoredLease>, StoreError> {
    load(store, &key(environment)).await
}

/// Reads the leases of all environments. Returns also why others are damaged, by their keys.
pub(crate) async fn all(
    store: &dyn RunStore,
) -> Result<(Vec<StoredLease>, BTreeMap<String, StoreError>), StoreError> {
    let (mut found, mut damaged) = (Vec::new(), BTreeMap::new());
    for key in store.list(LEASES).await? {
        match load(store, &key).await {
            Err(error) if error.remedy == Some(DAMAGED) => drop(damaged.insert(key, error)),
            read => found.extend(read?),
        }
    }
    Ok((found, damaged))
}

async fn load(store: &dyn RunStore, key: &str) -> Result<Option<StoredLease>, StoreError> {
    let Some(document) = store.load(key).await? else { return Ok(None) };
    let record = LeaseRecord::parse(store.document_place(key), &document)?;
    let until = record.until(document.modified);
    Ok(Some(StoredLease { record, version: document.version, until }))
}

/// Returns the runs that hold a lease that has not expired. If the store's clock cannot be
/// read, every held lease counts. Returns also which leases are damaged, as [`all`] does.
pub(crate) async fn running(
    store: &dyn RunStore,
) -> Result<(Vec<String>, BTreeMap<String, StoreError>), StoreError> {
    if !store.is_shared() {
        return Ok((Vec::new(), BTreeMap::new()));
    }
    let (leases, damaged) = all(store).await?;
    let held: Vec<StoredLease> = leases.into_iter().filter(|f| f.record.is_held).collect();
    let now = match held.is_empty() {
        true => None,
        false => store.clock().await.ok(),
    };
    let runs = held.into_iter().filter(|found| now.is_none_or(|now| now < found.until));
    Ok((runs.map(|found| found.record.run_id).collect(), damaged))
}

/// Excludes other processes of this machine, unless another run holds the lease.
async fn claim(
    store: &dyn RunStore,
    wanted: &LeaseRecord,
    found: Option<&StoredLease>,
) -> Result<Exclusion, Refused> {
    let exclusion = store.exclude(&wanted.run_id, &wanted.environment).await?;
    if let Exclusion::Busy { run_id } = exclusion {
        return Err(match found {
            Some(StoredLease { record, .. }) if run_id.as_ref() == Some(&record.run_id) => {
                Refused::Held { record: record.clone().into(), until: None }
            }
            _ => Refused::Busy { run_id },
        });
    }
    if let Some(StoredLease { record, until, .. }) = found
        && record.is_held
        && store.is_shared()
        && store.clock().await? < *until
    {
        return Err(Refused::Held { record: record.clone().into(), until: Some(*until) });
    }
    Ok(exclusion)
}

impl Lease {
    /// Acquires the lease of an environment and fences its journal.
    pub(crate) async fn acquire(
        store: Arc<dyn RunStore>,
        request: LeaseRequest,
        clock: Clock,
    ) -> Result<Lease, Refused> {
        let newest = store.runs(None).await?.pop();
        let now = Timestamp::now();
        let patience = Patience::new(PATIENCE);
        // Another process may be faster, even repeatedly; then the lease is read again.
        loop {
            let found = find(&*store, &request.environment).await?;
            let record = request.record(found.as_ref(), newest.as_ref(), now);
            let exclusion = claim(&*store, &record, found.as_ref()).await?;
            let asked_at = clock();
            let key = key(&record.environment);
            let expected = found.as_ref().map(|found| found.version.as_str());
            let swap = compare_and_set(&*store, &key, &record.bytes(), expected).await?;
            if let Swap::Done { version } = swap {
                let trusted_until =
                    store.is_shared().then(|| asked_at + trust(record.lease_seconds));
                let confirmed_at = asked_at;
                let state = State { record, version, trusted_until, confirmed_at, lost: None };
                return Lease::begin(store, state, clock, exclusion).await;
            }
            let why = "other processes replace the lease again and again";
            patience.pause_after(StoreError::new(store.place(), "written", why)).await?;
        }
    }

    /// Starts the renewals in a shared store, and fences the journal; if that fails, releases
    /// the lease.
    async fn begin(
        store: Arc<dyn RunStore>,
        state: State,
        clock: Clock,
        exclusion: Exclusion,
    ) -> Result<Lease, Refused> {
        let (is_shared, run) = (store.is_shared(), state.record.run());
        let permit = LeasePermit(Arc::new(Shared { store, run, clock, state: Mutex::new(state) }));
        let renewing = is_shared.then(|| {
            let permit = permit.clone();
            tokio::spawn(async move { permit.renew_while_held().await })
        });
        let lease = Lease { permit, renewing, _exclusion: exclusion };
        let Shared { store, run, .. } = &*lease.permit.0;
        let refused = match store.fence(run).await {
            Ok(()) => return Ok(lease),
            Err(AppendError::Store(error)) => Refused::Store(error),
            Err(AppendError::Lost) => match find(&**store, &run.environment).await? {
                Some(StoredLease { record, until, .. }) => {
                    Refused::Held { record: record.into(), until: Some(until) }
                }
                None => Refused::Busy { run_id: None },
            },
        };
        lease.release().await;
        Err(refused)
    }

    pub(crate) fn run(&self) -> &Run {
        &self.permit.0.run
    }

    /// Returns the name of who started the run.
    pub(crate) fn who(&self) -> Option<String> {
        self.permit.0.lock().record.who.clone()
    }

    pub(crate) fn permit(&self) -> LeasePermit {
        self.permit.clone()
    }

    /// Marks the lease free. If that fails, it expires; an expired one is not changed.
    pub(crate) async fn release(mut self) {
        if let Some(renewing) = self.renewing.take() {
            renewing.abort();
            // A renewal in progress ends before the lease is marked free.
            let _ = renewing.await;
        }
        if self.permit.check().is_ok() {
            let Shared { store, run, .. } = &*self.permit.0;
            let _ = mark_free(&**store, run, None).await;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(renewing) = &self.renewing {
            renewing.abort();
        }
    }
}

/// Marks a lease free if the run still holds it. If a person unlocks it, the token grows, so
/// that the run cannot record another start.
async fn mark_free(
    store: &dyn RunStore,
    run: &Run,
    unlocked_by: Option<&str>,
) -> Result<Option<LeaseRecord>, StoreError> {
    let mut free = None;
    let key = key(&run.environment);
    document::update(store, &key, |found| -> Result<_, StoreError> {
        let place = || store.document_place(&key);
        let found = found.map(|found| LeaseRecord::parse(place(), found)).transpose()?;
        free = found.filter(|record| record.is_held_by(run)).map(|record| LeaseRecord {
            is_held: false,
            token: record.token + u64::from(unlocked_by.is_some()),
            unlocked_by: unlocked_by.map(str::to_owned),
            renewal: id::attempt(),
            ..record
        });
        Ok(free.as_ref().map(LeaseRecord::bytes))
    })
    .await?;
    Ok(free)
}

/// Ends the lease of a run that is known to be dead, and prevents it from recording another
/// start. Returns the lease before; `None` if the run holds none.
pub(crate) async fn unlock(
    store: &dyn RunStore,
    run_id: &str,
    by: &str,
) -> Result<Option<LeaseRecord>, StoreError> {
    let (leases, damaged) = all(store).await?;
    for StoredLease { record, .. } in leases {
        if !record.is_held || record.run_id != run_id {
            continue;
        }
        let run = record.run();
        let Some(free) = mark_free(store, &run, Some(by)).await? else { return Ok(None) };
        let fence = Run { run_id: format!("{run_id}+unlock"), token: free.token, ..run };
        return match store.fence(&fence).await {
            // The holder of a later token has fenced the journal as well.
            Ok(()) | Err(AppendError::Lost) => Ok(Some(record)),
            Err(AppendError::Store(error)) => Err(error),
        };
    }
    damaged.into_values().next().map_or(Ok(None), Err)
}

/// Returns how long a lease is trusted: its duration less a tenth, at least 100 ms and at most
/// 5 s, for clocks of different speeds and requests in transit.
fn trust(lease_seconds: u32) -> Duration {
    let lease = Duration::from_secs(lease_seconds.into());
    lease - (lease / 10).clamp(Duration::from_millis(100), Duration::from_secs(5))
}

/// Describes who holds a lease that a run has held.
fn describe_holder(found: Option<&LeaseRecord>, run: &Run) -> String {
    let environment = &run.environment;
    match found {
        Some(LeaseRecord { unlocked_by: Some(by), run_id, .. }) if *run_id == run.run_id => {
            format!("the lease of `{environment}` was ended with `reconcile unlock` by {by}")
        }
        Some(record) if record.is_held_by(run) => {
            format!("{}; no other run has it", expired(environment))
        }
        Some(record) => {
            format!("the lease of `{environment}` is now held by the run {}", record.holder())
        }
        None => format!("the lease of `{environment}` no longer exists"),
    }
}

fn expired(environment: &str) -> String {
    format!("the lease of `{environment}` expired because it could not be renewed in time")
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LeasePermit {
    /// Fails if another run holds the lease, or may hold it.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let Some(lost) = &self.0.lock().lost {
            return Err(lost.clone());
        }
        if self.has_expired() { Err(expired(&self.0.run.environment)) } else { Ok(()) }
    }

    /// Returns whether the lease was not renewed in time.
    fn has_expired(&self) -> bool {
        let until = self.0.lock().trusted_until;
        until.is_some_and(|until| self.now() >= until)
    }

    /// Returns whether the lease has expired, although no other run has it.
    pub(crate) async fn has_only_expired(&self) -> bool {
        let Shared { store, run, .. } = &*self.0;
        let found = find(&**store, &run.environment).await.ok().flatten();
        self.has_expired() && found.is_some_and(|found| found.record.is_held_by(run))
    }

    /// Returns the present time of the clock by which the lease is trusted.
    pub(super) fn now(&self) -> Duration {
        (self.0.clock)()
    }

    /// Notes that the store has confirmed the lease in a request sent after `asked_at`.
    pub(super) fn confirmed(&self, asked_at: Duration) {
        let mut state = self.0.lock();
        state.confirmed_at = state.confirmed_at.max(asked_at);
    }

    /// Returns whether the lease is known to be free or held by another run.
    pub(crate) fn is_lost(&self) -> bool {
        self.0.lock().lost.is_some()
    }

    /// Finds out who holds the lease, after it has expired or the store has refused a start.
    pub(crate) async fn find_holder(&self) -> String {
        let Shared { store, run, .. } = &*self.0;
        if let Some(lost) = &self.0.lock().lost {
            return lost.clone();
        }
        let holder = match find(&**store, &run.environment).await {
            Ok(found) => describe_holder(found.map(|found| found.record).as_ref(), run),
            Err(error) => {
                format!("{}; who holds it now is unknown: {error}", expired(&run.environment))
            }
        };
        self.0.lock().lost.get_or_insert(holder).clone()
    }

    /// Appends lines to the journal of the run.
    pub(super) async fn append(&self, batch: &Batch) -> Result<(), AppendError> {
        self.0.store.append(&self.0.run, batch).await
    }

    /// Renews the lease until the run loses it.
    async fn renew_while_held(&self) {
        let lease = Duration::from_secs(self.0.lock().record.lease_seconds.into());
        loop {
            tokio::time::sleep(lease / 4).await;
            // A failed renewal is tried again in the next round.
            let _ = self.renew((lease / 4).min(PATIENCE)).await;
            if self.is_lost() {
                return;
            }
        }
    }

    /// Renews the lease once.
    async fn renew(&self, patience: Duration) -> Result<(), StoreError> {
        let Shared { store, run, clock, .. } = &*self.0;
        loop {
            let (record, version) = {
                let state = self.0.lock();
                let record = LeaseRecord { renewal: id::attempt(), ..state.record.clone() };
                (record, state.version.clone())
            };
            let asked_at = clock();
            let (key, bytes) = (key(&run.environment), record.bytes());
            let swap = swap_within(&**store, &key, &bytes, Some(&version), patience).await;
            let mut state = self.0.lock();
            match swap? {
                Swap::Done { version } => {
                    state.trusted_until = Some(asked_at + trust(record.lease_seconds));
                    state.confirmed_at = state.confirmed_at.max(asked_at);
                    state.version = version;
                    return Ok(());
                }
                Swap::Refused(found) => {
                    let record =
                        found.as_ref().and_then(|found| LeaseRecord::parse(key, found).ok());
                    match (found, record) {
                        // An earlier renewal whose result was unknown has succeeded.
                        (Some(found), Some(record)) if record.is_held_by(run) => {
                            state.version = found.version;
                        }
                        (_, record) => {
                            state.lost = Some(describe_holder(record.as_ref(), run));
                            return Ok(());
                        }
                    }
                }
            }
        }
    }
}

#[async_trait]
impl systems::Permit for LeasePermit {
    /// Fails if another run holds the lease, or may hold it, right before a request leaves. The
    /// store is asked, unless the request is the first of its action and the store has confirmed
    /// the lease within [`FRESH`]. A store that cannot be read does not confirm it.
    async fn confirm(&self, is_repeated: bool) -> Result<(), String> {
        let Shared { store, run, .. } = &*self.0;
        self.check()?;
        let asked_at = self.now();
        let age = asked_at.saturating_sub(self.0.lock().confirmed_at);
        if !is_repeated && age < FRESH {
            return Ok(());
        }
        let environment = &run.environment;
        let found = find(&**store, environment).await.map_err(|error| {
            format!("it is unknown whether the run still holds `{environment}`: {error}")
        })?;
        let record = found.map(|found| found.record);
        if record.as_ref().is_some_and(|record| record.is_held_by(run)) {
            self.confirmed(asked_at);
            return self.check();
        }
        let holder = describe_holder(record.as_ref(), run);
        Err(self.0.lock().lost.get_or_insert(holder).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An S3-compatible store reports the time of an object in whole seconds: what was written
    /// at 10.9 s is from 10 s, and a lease of two seconds is trusted until 12.7 s.
    #[test]
    fn a_lease_ends_after_it_is_trusted_where_the_store_counts_whole_seconds() {
        let (environment, place) = ("a".into(), "here".into());
        let request = LeaseRequest { environment, who: None, place, lease_seconds: 2 };
        let record = request.record(None, None, Timestamp::UNIX_EPOCH);
        for written in ["10", "10.5", "10.9"] {
            let second =
                |text: &str| -> Timestamp { format!("2026-11-26T10:00:{text}Z").parse().unwrap() };
            let trusted = second(written) + trust(2);
            assert!(record.until(second("10")) >= trusted, "written at {written}");
            assert!(record.until(second(written)) >= trusted, "written at {written}");
        }
        let exact = "2026-11-26T10:00:10.5Z".parse().unwrap();
        assert_eq!(record.until(exact), "2026-11-26T10:00:12.5Z".parse().unwrap());
    }
}
