//! Opens the store that the project file names. Nothing is connected to.

use super::RunStore;
use super::folder::FolderStore;
use crate::model::State;
use std::path::PathBuf;
use std::sync::Arc;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("`state` names a store for run records that this version cannot use")]
    Unsupported,
}

impl OpenError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> &'static str {
        "use `folder`, or remove `state` from the project file"
    }
}

/// Opens the store of a project; `local` is its `.reconcile/`.
pub(crate) fn open(state: &State, local: PathBuf) -> Result<Arc<dyn RunStore>, OpenError> {
    match state {
        State { postgres: None, s3: None, folder: Some(folder), .. } => {
            Ok(Arc::new(FolderStore::new(folder.into(), true)))
        }
        State { postgres: None, s3: None, .. } => Ok(Arc::new(FolderStore::new(local, false))),
        _ => Err(OpenError::Unsupported),
    }
}
