//! Which test run of a retailer is continued.

use crate::runs::folder::FolderStore;
use crate::runs::test_run::TestRunStore;
use crate::verify::{Beginning, TestRun};
use jiff::civil::date;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::OnceCell;

#[tokio::test]
async fn a_removed_test_run_hides_none_of_the_same_retailer() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(FolderStore::new(folder.path().to_owned(), true));
    let open = |slug| TestRunStore::open(store.clone(), folder.path(), "sandbox", slug).unwrap();
    let beginning = Beginning {
        retailer: "Acme".into(),
        reference: "RECONCILE-old-1".into(),
        started_at: "2026-11-20T10:00:00Z".into(),
    };
    let before = TestRun::new(beginning, date(2026, 11, 20), BTreeSet::new());
    open("old").replace(Some(&before)).await.unwrap();

    open("acme").replace(None).await.unwrap();
    let load = async |name| open("acme").load(name, &OnceCell::new()).await.unwrap();
    assert_eq!(load("Acme").await, Some(before), "its file was renamed");
    assert_eq!(load("Zenith").await, None);
}
