//! The files as of a Git commit, beside those in the work tree.

use super::session::{Session, today};
use crate::config::{self, Source};
use crate::exit::{Exit, Failure};
use crate::git::{GitError, Repository};
use crate::model::{Capabilities, Live, Partner, Retailer};
use crate::plan::{Plan, PlanInput};
use crate::process::{self, DesiredState};
use std::collections::{BTreeMap, BTreeSet};

/// What the files declared at the base.
pub(super) struct Base {
    pub fleet: Vec<Retailer>,
    partner: Partner,
    /// The paths of retailer files that differ from the base; all of them where what
    /// they share differs.
    changed: BTreeSet<String>,
}

impl Base {
    /// Reads the files as of a reference.
    pub(super) fn read(session: &Session, reference: &str) -> Result<Base, Failure> {
        let repository = Repository::find(&session.sources.folder).map_err(failure)?;
        let commit = repository.commit(reference).map_err(failure)?;
        let then = repository.sources_at(&commit, &session.sources).map_err(failure)?;
        // A file that was invalid then declared nothing, so all it asks for now is new.
        let checked = config::check(&then, today());
        let before: BTreeMap<&str, &Source> =
            then.retailers.iter().map(|source| (source.path.as_str(), source)).collect();
        let partner = checked.project.partner;
        let changed = session
            .sources
            .retailers
            .iter()
            .filter(|source| {
                partner != session.project.partner
                    || before.get(source.path.as_str()).is_none_or(|then| then != source)
            })
            .map(|source| source.path.clone())
            .collect();
        Ok(Base { fleet: checked.retailers, partner, changed })
    }

    /// Reads the last commit of the current branch; `None` where there is no repository
    /// or no commit, so that there is nothing to compare with.
    pub(super) fn head(session: &Session) -> Result<Option<Base>, Failure> {
        let commit = Repository::find(&session.sources.folder)
            .and_then(|repository| repository.commit("HEAD"));
        match commit {
            Ok(commit) => Base::read(session, &commit).map(Some),
            Err(GitError::NoGit(_) | GitError::NoRepository(_) | GitError::NoCommit { .. }) => {
                Ok(None)
            }
            Err(error) => Err(failure(error)),
        }
    }

    /// Returns what was wanted at the base for the retailers that have changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&Retailer, DesiredState)> {
        let changed = self.fleet.iter().filter(|retailer| self.has_changed(retailer));
        changed.map(|retailer| (retailer, process::desired(retailer, &self.partner)))
    }

    /// Says whether a retailer's file, or what all files share, has changed.
    pub(super) fn has_changed(&self, retailer: &Retailer) -> bool {
        self.changed.contains(&retailer.file)
    }

    /// Plans what the files asked for at the base against the same live state.
    pub(super) fn plan(&self, environment: &str, live: &Live, capabilities: &Capabilities) -> Plan {
        crate::plan::plan(&PlanInput {
            environment,
            partner: &self.partner,
            fleet: &self.fleet,
            in_scope: &|_| true,
            live,
            capabilities,
            is_whole: false,
        })
    }
}

fn failure(error: GitError) -> Failure {
    let failure = Failure::because(&error, error.hint());
    match error {
        GitError::NoCommit { .. } | GitError::NoRepository(_) => {
            Failure { exit: Exit::Usage, ..failure }
        }
        GitError::NoGit(_) | GitError::Failed { .. } => failure,
    }
}
