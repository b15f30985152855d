//! Which test run of a retailer is continued.

use crate::runs::folder::FolderStore;
use crate::runs::test_run::TestRunStore;
use crate::verify::{Beginning, TestRun};
use jiff::civil::date;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::OnceCell;

fn test_run() -> TestRun {
    let beginning = Beginning {
        retailer: "Acme".into(),
        reference: "RECONCILE-old-1".into(),
        started_at: "2026-11-20T10:00:00Z".into(),
    };
    TestRun::new(beginning, date(2026, 11, 20), BTreeSet::new())
}

#[tokio::test]
async fn a_removed_test_run_hides_none_of_the_same_retailer() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::shared(folder.path().to_owned()));
    let open = |slug| TestRunStore::open(store.clone(), folder.path(), "sandbox", slug).unwrap();
    let before = test_run();
    open("old").replace(Some(&before)).await.unwrap();

    open("acme").replace(None).await.unwrap();
    let load = async |name| open("acme").load(name, &OnceCell::new()).await.unwrap();
    assert_eq!(load("Acme").await, Some(before), "its file was renamed");
    assert_eq!(load("Zenith").await, None);
}

#[tokio::test]
async fn a_released_test_run_is_locked_only_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::local(folder.path().to_owned()));
    let open = || TestRunStore::open(store.clone(), folder.path(), "sandbox", "acme");
    let held = open().unwrap();
    assert!(open().is_err(), "another process has it");
    let released = held.released();
    let other = open().unwrap();
    let refused = released.replace(Some(&test_run())).await.unwrap_err();
    assert_eq!(refused.message, "another verification of `acme` is running here");
    other.replace(Some(&test_run())).await.unwrap();
    drop(other);
    let refused = released.replace(None).await.unwrap_err();
    assert!(refused.message.ends_with("was changed by another process"), "{refused:?}");
    let run = released.load("Acme", &OnceCell::new()).await.unwrap();
    assert_eq!(run, Some(test_run()));
    released.replace(None).await.unwrap();
}
