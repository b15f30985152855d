//! One suite of cases for every store, the flaky one included. A handle is what one machine
//! has of a store; each case takes as many as it has machines.

mod cases;
mod journal;
mod rival;
mod stores;
mod test_run;

use super::lease::{Lease, LeaseRequest, Refused};
use super::lease_clock::Clock;
use super::{AppendError, Batch, Document, Exclusion, JournalText, Put, Run, RunStore, StoreError};
use async_trait::async_trait;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A store that several machines share.
pub(super) type Open<'a> = &'a (dyn Fn() -> Arc<dyn RunStore> + Sync);

/// A clock that a test sets.
#[derive(Clone, Debug, Default)]
struct TestClock(Arc<AtomicU64>);

impl TestClock {
    fn clock(&self) -> Clock {
        let millis = Arc::clone(&self.0);
        Arc::new(move || Duration::from_millis(millis.load(Ordering::SeqCst)))
    }

    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_millis() as u64, Ordering::SeqCst);
    }
}

/// An environment of its own for each case: the stores live longer.
fn environment(case: &str) -> String {
    format!("{case} {}", super::id::attempt())
}

fn asks(environment: &str, who: &str, lease_seconds: u32) -> LeaseRequest {
    LeaseRequest {
        environment: environment.into(),
        who: Some(who.into()),
        place: format!("{who}'s machine"),
        lease_seconds,
    }
}

async fn acquire(
    store: Arc<dyn RunStore>,
    environment: &str,
    who: &str,
    lease_seconds: u32,
) -> Result<Lease, Refused> {
    Lease::acquire(store, asks(environment, who, lease_seconds), super::lease_clock::clock()).await
}

fn batch(first: u64, text: &str, is_fenced: bool) -> Batch {
    Batch { first, lines: format!("{{\"n\":{first},\"text\":\"{text}\"}}\n"), is_fenced }
}

async fn text(store: &dyn RunStore, run_id: &str) -> String {
    String::from_utf8(store.read(run_id).await.unwrap().bytes).unwrap()
}

/// A store that does what it is asked and says that it did not.
struct Flaky {
    store: Arc<dyn RunStore>,
    /// How the next writes fail.
    faults: Mutex<Vec<Fault>>,
    /// Whether it answers nothing any more.
    is_down: AtomicBool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is done, and the answer is lost.
    AnswerLost,
    /// Nothing is done, and no answer comes.
    RequestLost,
    /// It is done, sent again from below, and refused by itself.
    RefusedByItself,
    /// It is done, the answer is lost, and no request after it is answered.
    Down,
    /// It is done, whatever its condition is.
    Unconditional,
    /// Another process renews the document right before it.
    Overtaken,
    /// None.
    Nothing,
}

impl Flaky {
    fn new(store: Arc<dyn RunStore>, faults: &[Fault]) -> Arc<Flaky> {
        let faults = Mutex::new(faults.iter().rev().copied().collect());
        Arc::new(Flaky { store, faults, is_down: AtomicBool::new(false) })
    }

    fn fault(&self) -> Option<Fault> {
        self.faults.lock().unwrap().pop()
    }

    fn lost(&self) -> StoreError {
        StoreError::new(self.place(), "written", "no answer")
    }
}

#[async_trait]
impl RunStore for Flaky {
    fn place(&self) -> String {
        self.store.place()
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    async fn exclude(&self, run_id: &str, environment: &str) -> Result<Exclusion, StoreError> {
        self.store.exclude(run_id, environment).await
    }

    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError> {
        match self.is_down.load(Ordering::SeqCst) {
            true => Err(self.lost()),
            false => self.store.load(key).await,
        }
    }

    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError> {
        match self.fault() {
            _ if self.is_down.load(Ordering::SeqCst) => Err(self.lost()),
            None | Some(Fault::Nothing) => self.store.put(key, put).await,
            Some(Fault::Unconditional) => {
                let version = self.store.load(key).await?.map(|document| document.version);
                self.store.put(key, Put { expected: version.as_deref(), ..put }).await
            }
            Some(Fault::Overtaken) => {
                let Some(found) = self.store.load(key).await? else { panic!("nothing is there") };
                let mut record: serde_json::Value = serde_json::from_slice(&found.bytes).unwrap();
                record["renewal"] = super::id::attempt().into();
                let bytes = record.to_string().into_bytes();
                let renewed =
                    Put { bytes: &bytes, attempt: "another", expected: Some(&found.version) };
                self.store.put(key, renewed).await?;
                self.store.put(key, put).await
            }
            Some(Fault::Down) => {
                self.store.put(key, put).await?;
                self.is_down.store(true, Ordering::SeqCst);
                Err(self.lost())
            }
            Some(Fault::RequestLost) => Err(self.lost()),
            Some(Fault::AnswerLost) => {
                self.store.put(key, put).await?;
                Err(self.lost())
            }
            Some(Fault::RefusedByItself) => {
                self.store.put(key, put).await?;
                self.store.put(key, put).await
            }
        }
    }

    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(under).await
    }

    async fn clock(&self) -> Result<Timestamp, StoreError> {
        self.store.clock().await
    }

    async fn fence(&self, run: &Run) -> Result<(), AppendError> {
        self.store.fence(run).await
    }

    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        match self.fault() {
            Some(Fault::RequestLost) => Err(self.lost().into()),
            Some(Fault::AnswerLost) => {
                self.store.append(run, batch).await?;
                Err(self.lost().into())
            }
            _ => self.store.append(run, batch).await,
        }
    }

    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError> {
        self.store.runs(environment).await
    }

    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError> {
        self.store.read(run_id).await
    }
}
