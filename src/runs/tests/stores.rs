//! The stores that the cases run against.

use super::cases;
use crate::runs::RunStore;
use crate::runs::folder::FolderStore;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_folder_keeps_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shared");
    cases::all(&|| Arc::new(FolderStore::new(root.clone(), true)) as Arc<dyn RunStore>).await;
}
