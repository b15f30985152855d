//! A rival takes over at each named step of an apply: the run that had the lease is refused
//! there, and starts nothing any more.

use super::journal::{a_plan, started};
use super::*;
use crate::apply::saved::Settled;
use crate::apply::{self, Outcome, WriteFailure};
use crate::model::Id;
use crate::plan::Action;
use crate::runs::journal::{Journal, JournalEvent, RunEnded, find_unresolved};
use crate::runs::lease::{self, LeasePermit};
use std::sync::atomic::AtomicUsize;

/// Where the rival takes over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The lease was found free, and is about to be taken.
    Acquire,
    Fence,
    /// Earlier journals are about to be read.
    Look,
    /// An action's start is about to be recorded.
    Start,
    /// It is recorded.
    StartRecorded,
    RequestSent,
    AnswerReceived,
    /// An action's end is about to be recorded.
    End,
    Renew,
    Release,
}

const STEPS: [Step; 10] = [
    Step::Acquire,
    Step::Fence,
    Step::Look,
    Step::Start,
    Step::StartRecorded,
    Step::RequestSent,
    Step::AnswerReceived,
    Step::End,
    Step::Renew,
    Step::Release,
];

/// A run that takes over once, when the other one comes to a step.
struct Rival {
    step: Step,
    environment: String,
    store: Arc<dyn RunStore>,
    /// The clock of the machine that loses its lease.
    clock: TestClock,
    lease: tokio::sync::Mutex<Option<Lease>>,
    /// How many requests of the other had left by then.
    requests: AtomicUsize,
    sent: AtomicUsize,
}

impl Rival {
    async fn at(&self, step: Step) {
        let mut slot = self.lease.lock().await;
        if step != self.step || slot.is_some() {
            return;
        }
        // By the store's clock the lease of the other is over, so it is by its own.
        self.clock.pass(Duration::from_secs(LEASE.into()));
        let held = lease::find(&*self.store, &self.environment).await.unwrap();
        if let Some(held) = held.filter(|held| held.record.is_held) {
            lease::unlock(&*self.store, &held.record.run_id, "time").await.unwrap().unwrap();
        }
        let lease = acquire(self.store.clone(), &self.environment, "rival", 30).await.unwrap();
        self.store.append(lease.run(), &batch(1, "rival's", true)).await.unwrap();
        self.requests.store(self.sent.load(Ordering::SeqCst), Ordering::SeqCst);
        *slot = Some(lease);
    }
}

/// The store of the run that loses its lease.
struct Watched {
    store: Arc<dyn RunStore>,
    rival: Arc<Rival>,
    /// How often a lease was written that is held: first taken, then renewed.
    held: AtomicUsize,
}

#[async_trait]
impl RunStore for Watched {
    fn place(&self) -> String {
        self.store.place()
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    async fn load(&self, key: &str) -> Result<Option<Document>, StoreError> {
        self.store.load(key).await
    }

    async fn put(&self, key: &str, put: Put<'_>) -> Result<Option<String>, StoreError> {
        let record: lease::LeaseRecord = serde_json::from_slice(put.bytes).unwrap();
        let step = match record.is_held {
            false => Step::Release,
            true if self.held.fetch_add(1, Ordering::SeqCst) == 0 => Step::Acquire,
            true => Step::Renew,
        };
        self.rival.at(step).await;
        self.store.put(key, put).await
    }

    async fn list(&self, under: &str) -> Result<Vec<String>, StoreError> {
        self.store.list(under).await
    }

    async fn clock(&self) -> Result<Timestamp, StoreError> {
        self.store.clock().await
    }

    async fn fence(&self, run: &Run) -> Result<(), AppendError> {
        self.rival.at(Step::Fence).await;
        self.store.fence(run).await
    }

    async fn append(&self, run: &Run, batch: &Batch) -> Result<(), AppendError> {
        let starts = batch.lines.contains("\"action_started\"");
        match batch.is_fenced {
            true if starts => self.rival.at(Step::Start).await,
            true => {}
            false => self.rival.at(Step::End).await,
        }
        self.store.append(run, batch).await?;
        if starts {
            self.rival.at(Step::StartRecorded).await;
        }
        Ok(())
    }

    async fn runs(&self, environment: Option<&str>) -> Result<Vec<String>, StoreError> {
        if environment.is_some() {
            self.rival.at(Step::Look).await;
        }
        self.store.runs(environment).await
    }

    async fn read(&self, run_id: &str) -> Result<JournalText, StoreError> {
        self.store.read(run_id).await
    }
}

/// Systems that look at the lease right before a request leaves, as the real client does.
struct Systems<'a> {
    rival: &'a Rival,
    permit: LeasePermit,
}

impl apply::Write for Systems<'_> {
    async fn write(&self, _action: &Action, _key: Option<&str>) -> Outcome {
        let Systems { rival, permit } = self;
        if let Err(message) = permit.check() {
            let hint = String::new();
            return Outcome::Failed(WriteFailure::new(message, hint));
        }
        rival.sent.fetch_add(1, Ordering::SeqCst);
        rival.at(Step::RequestSent).await;
        while rival.step == Step::Renew && permit.check().is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        rival.at(Step::AnswerReceived).await;
        Outcome::Applied(Id::text("1").into())
    }
}

/// The time of the lease that is lost, in seconds: renewed twice a second.
const LEASE: u32 = 2;

pub(super) async fn at_each_step(open: Open<'_>) {
    for step in STEPS {
        takes_over(open, step).await;
    }
}

async fn takes_over(open: Open<'_>, step: Step) {
    let environment = environment("rival");
    let clock = TestClock::default();
    let rival = Arc::new(Rival {
        step,
        environment: environment.clone(),
        store: open(),
        clock: clock.clone(),
        lease: tokio::sync::Mutex::default(),
        requests: AtomicUsize::new(0),
        sent: AtomicUsize::new(0),
    });
    let store: Arc<dyn RunStore> =
        Arc::new(Watched { store: open(), rival: rival.clone(), held: AtomicUsize::new(0) });
    let lost = apply_until_lost(&store, &rival, asks(&environment, "one", LEASE), clock).await;

    let lease = rival.lease.lock().await.take();
    let lease = lease.unwrap_or_else(|| panic!("{step:?}: the rival was never there"));
    let holder = &lease.run().run_id;
    let (all, before) = (rival.sent.load(Ordering::SeqCst), rival.requests.load(Ordering::SeqCst));
    assert_eq!(all, before, "{step:?}: no request leaves any more");
    let found = lease::find(&*rival.store, &environment).await.unwrap().unwrap();
    assert!(found.record.is_held && found.record.run_id == *holder, "{step:?}: {found:?}");
    assert_eq!(lease.permit().check(), Ok(()), "{step:?}: the rival goes on");
    match step {
        // All is done by then.
        Step::Release => assert_eq!((lost, all), (None, 3)),
        Step::End => assert!(lost.is_none_or(|lost| lost.contains(holder)), "{step:?}"),
        _ => {
            let lost = lost.unwrap_or_else(|| panic!("{step:?}: the run lost nothing"));
            assert!(lost.contains(holder), "{step:?}: {lost}");
        }
    }
    lease.release().await;
}

/// Runs an apply, from the lease on. Returns what it says of a lease that it has lost.
async fn apply_until_lost(
    store: &Arc<dyn RunStore>,
    rival: &Rival,
    asks: LeaseRequest,
    clock: TestClock,
) -> Option<String> {
    let environment = asks.environment.clone();
    let lease = match Lease::acquire(store.clone(), asks, clock.clock()).await {
        Ok(lease) => lease,
        Err(Refused::Held { record, .. }) => return Some(record.run_id),
        Err(other) => panic!("{other:?}"),
    };
    assert!(find_unresolved(&**store, &environment, |_, _| ()).await.unwrap().is_empty());
    let run = lease.run().clone();
    let journal = Journal::new(lease.permit());
    if let Err(error) = journal.append(started(&run)).await {
        lease.release().await;
        return Some(error.to_string());
    }
    let systems = Systems { rival, permit: lease.permit() };
    let report = apply::apply(&a_plan(), &Settled::new(), &run.run_id, &systems, &journal, 1).await;
    let ended = RunEnded { summary: report.summary, interrupted: false };
    journal.append(JournalEvent::RunEnded(ended)).await.unwrap();
    let lost = match report.summary.not_done() {
        0 => None,
        _ if lease.permit().check().is_ok() => None,
        _ => Some(lease.permit().find_holder().await),
    };
    lease.release().await;
    lost
}
