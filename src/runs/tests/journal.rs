//! Journals as they are written over a store.

use super::*;
use crate::apply::saved::Settled;
use crate::apply::{self, Outcome};
use crate::plan::Action;
use crate::runs::folder::FolderStore;
use crate::runs::journal::{
    FORMAT_VERSION, Journal, JournalEvent, Journals, RunStarted, RunState, RunView,
};

pub(super) fn started(run: &Run) -> JournalEvent {
    JournalEvent::RunStarted(RunStarted {
        format_version: FORMAT_VERSION.into(),
        run_id: run.run_id.clone(),
        environment: run.environment.clone(),
        fingerprint: "f".into(),
        tool_version: "0".into(),
        commit: None,
        who: None,
        token: Some(run.token),
        host: None,
        job: None,
        retailers: 0,
        actions: 0,
    })
}

/// Is never to be asked.
struct NoWriter;

impl apply::Write for NoWriter {
    async fn write(&self, action: &Action, _key: Option<&str>) -> Outcome {
        panic!("{} was written", action.id)
    }
}

pub(super) fn a_plan() -> crate::plan::Plan {
    let files = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
    crate::testing::plan(files, "{}")
}

#[tokio::test]
async fn a_run_on_one_machine_goes_on_while_its_process_lives() {
    let folder = tempfile::tempdir().unwrap();
    let local = || Arc::new(FolderStore::local(folder.path().to_owned())) as Arc<dyn RunStore>;
    let store = local();
    let lease = acquire(store.clone(), "test", "one", 2).await.unwrap();
    let run = lease.run().clone();
    let journal = Journal::new(lease.permit());
    journal.append(started(&run)).await.unwrap();
    let state = || async {
        let store = local();
        let journals = Journals::open(&*store).await.unwrap();
        RunView::new(&journals.read(&run.run_id).await.unwrap()).state
    };
    assert_eq!(state().await, RunState::Running);
    let refused = acquire(local(), "test", "two", 2).await.err().unwrap();
    assert!(matches!(refused, Refused::Held { until: None, .. }), "{refused:?}");
    // Its process has died: nobody waits for the lease's time.
    drop((journal, lease, store));
    // The task that renews the lease drops its store soon.
    let ended = async {
        while state().await == RunState::Running {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), ended).await.unwrap();
    assert_eq!(state().await, RunState::Crashed);
    let next = acquire(local(), "test", "two", 2).await.unwrap();
    assert!(next.run().token > run.token && next.run().run_id > run.run_id);
}

/// A process that was stopped while it wrote holds the write lock.
#[tokio::test]
async fn a_short_lease_is_trusted_after_waiting_for_the_lock_of_a_stopped_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().to_owned())) as Arc<dyn RunStore>;
    acquire(store.clone(), "test", "one", 2).await.unwrap().release().await;
    let held = std::fs::File::open(folder.path().join("records.lock")).unwrap();
    held.lock().unwrap();
    let lease = acquire(store, "test", "two", 2).await.unwrap();
    assert_eq!(lease.permit().check(), Ok(()));
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_lets_no_action_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().to_owned()));
    let flaky = Flaky::new(store, &[]);
    let lease = acquire(flaky.clone(), "test", "one", 60).await.unwrap();
    let run = lease.run().clone();
    flaky.faults.lock().unwrap().extend([Fault::RequestLost; 9]);
    let journal = Journal::new(lease.permit());
    let report = apply::apply(&a_plan(), &Settled::new(), "r", &NoWriter, &journal, 4).await;
    assert_eq!((report.summary.skipped, report.actions.len()), (3, 3));
    let message = &report.actions[0].message;
    assert!(message.contains("cannot be written: no answer"), "{message}");
    assert!(journal.append(started(&run)).await.is_err(), "it stays so");
}

#[tokio::test]
async fn a_run_that_lost_its_lease_starts_nothing_and_names_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Arc::new(FolderStore::shared(folder.path().to_owned())) as Arc<dyn RunStore>;
    let store = open();
    let lease = acquire(store.clone(), "test", "one", 60).await.unwrap();
    let run = lease.run().clone();
    let journal = Journal::new(lease.permit());
    journal.append(started(&run)).await.unwrap();
    super::super::lease::unlock(&*open(), &run.run_id, "dana").await.unwrap().unwrap();
    let second = acquire(open(), "test", "two", 60).await.unwrap();
    let report =
        apply::apply(&a_plan(), &Settled::new(), &run.run_id, &NoWriter, &journal, 4).await;
    assert_eq!((report.summary.skipped, report.actions.len()), (3, 3));
    let message = &report.actions[0].message;
    assert!(message.contains(&second.run().run_id), "{message}");
    let ended = crate::runs::journal::RunEnded { summary: report.summary, interrupted: false };
    journal.append(JournalEvent::RunEnded(ended)).await.unwrap();
    let store = open();
    let past = Journals::open(&*store).await.unwrap().read(&run.run_id).await.unwrap();
    let view = RunView::new(&past);
    assert_eq!((view.state, view.totals.skipped), (RunState::Complete, 3), "ends are recorded");
}

#[tokio::test]
async fn an_answer_that_is_lost_breaks_no_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().to_owned())) as Arc<dyn RunStore>;
    let flaky = Flaky::new(store.clone(), &[]);
    let lease = acquire(flaky.clone(), "test", "one", 60).await.unwrap();
    let run = lease.run().clone();
    let journal = Journal::new(lease.permit());
    journal.append(started(&run)).await.unwrap();
    flaky.faults.lock().unwrap().push(Fault::RequestLost);
    let report =
        apply::apply(&a_plan(), &Settled::new(), &run.run_id, &NoWriter, &journal, 1).await;
    assert_eq!(report.summary.skipped, 3, "a start that may be recorded is not sent");
    let ended = crate::runs::journal::RunEnded { summary: report.summary, interrupted: false };
    journal.append(JournalEvent::RunEnded(ended)).await.unwrap();
    let past = Journals::open(&*store).await.unwrap().read(&run.run_id).await.unwrap();
    let view = RunView::new(&past);
    assert_eq!((view.state, view.broken), (RunState::Complete, None));
}

/// The folder is copied: the lock of the run's process is not seen there, as on another machine.
#[tokio::test]
async fn it_is_unknown_whether_a_run_without_an_end_has_died_if_the_lease_is_damaged() {
    let (folder, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Arc::new(FolderStore::shared(folder.path().to_owned()));
    for environment in ["test", "other"] {
        let lease = acquire(store.clone(), environment, "one", 60).await.unwrap();
        let run = lease.run().clone();
        Journal::new(lease.permit()).append(started(&run)).await.unwrap();
        let file = format!("runs/{}.jsonl", run.run_id);
        std::fs::create_dir_all(copy.path().join("runs")).unwrap();
        std::fs::copy(folder.path().join(&file), copy.path().join(file)).unwrap();
        lease.release().await;
    }
    std::fs::create_dir_all(copy.path().join("leases")).unwrap();
    std::fs::write(copy.path().join("leases/test.json"), "{").unwrap();
    let store = FolderStore::shared(copy.path().to_owned());
    let journals = Journals::open(&store).await.unwrap();
    for past in journals.read_all().await.unwrap() {
        let run = RunView::new(&past);
        let is_unknown = run.environment().unwrap() == "test";
        assert_eq!(run.state, RunState::Crashed);
        assert_eq!(journals.may_be_running(&run).is_some(), is_unknown, "{run:?}");
    }
}
