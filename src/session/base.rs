//! The files as of a Git commit, beside those in the work tree.

use super::{Session, today};
use crate::cli::Global;
use crate::config::{self, BaseFiles, in_one_line};
use crate::console::warn;
use crate::diagnostic::Diagnostics;
use crate::exit::{Exit, Failure};
use crate::git::{Checkout, GitError, Repository};
use crate::model::{Capabilities, Live, Partner, Retailer};
use crate::plan::{Plan, PlanInput};
use crate::process::{self, DesiredState};
use crate::scope;
use std::collections::{BTreeMap, BTreeSet};

/// What the files declared at the base.
pub(crate) struct Base<'s> {
    /// The reference on the command line.
    pub reference: String,
    /// The retailers whose files at the base are valid and differ from the current ones.
    own: Vec<Retailer>,
    /// The retailers whose files do not differ.
    rest: Vec<&'s Retailer>,
    partner: Partner,
    /// The problems of the files at the base.
    pub report: Diagnostics,
    /// The paths of the retailer files that differ from the base, or whose desired values differ
    /// because a file that all retailers share does.
    changed: BTreeSet<String>,
    /// The retailer files that were removed since, by path.
    pub removed: Vec<String>,
    /// What differs from the base in the files that all retailers share.
    shared_changes: Vec<String>,
    has_project_file: bool,
    /// Whether the base declares anything that differs from the files in the work tree.
    pub differs: bool,
}

impl<'s> Base<'s> {
    /// Reads the files as of a reference.
    pub(crate) fn read(session: &'s Session, reference: &str) -> Result<Base<'s>, Failure> {
        let (repository, commit) = Repository::with_commit(&session.sources.folder, reference)?;
        Ok(Base::of_commit(session, &repository, &commit, reference)?)
    }

    /// Reads the files as of the last commit that a reference and `HEAD` have in common. Warns
    /// on stderr of the changes since then that the plan cannot show.
    pub(crate) fn merged(session: &'s Session, reference: &str) -> Result<Base<'s>, Failure> {
        let (repository, commit) = Repository::with_commit(&session.sources.folder, reference)?;
        let base = repository.merge_base(&commit)?.unwrap_or_else(|| {
            let message = format!(
                "`{reference}` and HEAD have no common ancestor here, so `{reference}` itself is \
                 the base; in a shallow clone, fetch more of the history"
            );
            warn(&session.global, &message);
            commit
        });
        let base = Base::of_commit(session, &repository, &base, reference)?;
        base.name_changes(&session.global);
        Ok(base)
    }

    /// Reads the last commit of the current branch; `None` if there is no repository
    /// or no commit, so there is nothing to compare with.
    pub(crate) fn head(session: &'s Session) -> Result<Option<Base<'s>>, Failure> {
        match Repository::with_commit(&session.sources.folder, "HEAD") {
            Err(GitError::NoRepository(_) | GitError::NoCommit { .. }) => Ok(None),
            found => {
                let (repository, commit) = found?;
                Ok(Some(Base::of_commit(session, &repository, &commit, "HEAD")?))
            }
        }
    }

    fn of_commit(
        session: &'s Session,
        repository: &Repository,
        commit: &str,
        reference: &str,
    ) -> Result<Base<'s>, GitError> {
        let mut checkout = Checkout::of(repository, commit)?;
        let base = config::read_base(&mut checkout, &session.sources)?;
        let BaseFiles { sources, shared, mut changed, mut removed } = base;
        let shared_changes = config::shared_changes(&shared, &session.sources.shared);
        let rest = session.fleet.iter().filter(|retailer| !changed.contains(&retailer.file));
        let mut rest: Vec<&Retailer> = rest.collect();
        let mut checked = config::check(&sources, today());
        // Where every file claims what it claims now, none clashes with another.
        let now = session.fleet.iter().filter(|now| changed.contains(&now.file));
        let now: BTreeMap<&str, &Retailer> = now.map(|now| (now.file.as_str(), now)).collect();
        let claims_as_now = |then: &Retailer| {
            let now = now.get(then.file.as_str());
            now.is_some_and(|now| now.name == then.name && now.ids == then.ids)
        };
        if !checked.retailers.iter().all(claims_as_now) {
            (checked, rest) = config::check_beside(&sources, rest, today());
        }
        follow_moves(&mut checked.retailers, &session.fleet, &mut removed);
        let partner = checked.project.partner;
        let differs = partner != session.project.partner
            || !changed.is_empty()
            || !sources.retailers.is_empty()
            || checked.report.has_errors();
        if partner != session.project.partner {
            let desired = process::desired;
            let has_changed =
                |of: &&&Retailer| desired(of, &partner) != desired(of, &session.project.partner);
            changed.extend(rest.iter().filter(has_changed).map(|retailer| retailer.file.clone()));
        }
        Ok(Base {
            reference: reference.to_owned(),
            own: checked.retailers,
            rest,
            partner,
            report: checked.report,
            changed,
            removed,
            shared_changes,
            has_project_file: sources.shared.project.is_some(),
            differs,
        })
    }

    /// Names on stderr what a plan cannot show: the retailer files that were removed since the
    /// base, and what differs in the files that all retailers share.
    fn name_changes(&self, global: &Global) {
        let base = &self.reference;
        if !self.shared_changes.is_empty() {
            let changes = in_one_line(&self.shared_changes);
            warn(global, &format!("what all retailers share has changed since {base}: {changes}"));
        }
        for path in &self.removed {
            warn(
                global,
                &format!("`{path}` was removed since {base}; nothing is planned for its retailer"),
            );
        }
    }

    /// Warns on stderr if the base has no retailer file in the folder of the present ones: then
    /// all that these declare is new, and no difference from live is drift. Also warns if the
    /// project file is not in the base and has another partner than the default.
    pub(crate) fn warn_if_empty(&self, session: &Session) {
        let base = &self.reference;
        if self.fleet().next().is_none() && self.report.diagnostics.is_empty() {
            let folder = config::display(&session.sources.folder);
            let message = format!("`{folder}` has no retailer file at {base}, so nothing is drift");
            warn(&session.global, &message);
        } else if !self.has_project_file && self.partner != session.project.partner {
            let file = config::display(&session.sources.project_file);
            let message = format!("`{file}` is not in {base}, so the default partner counts");
            warn(&session.global, &message);
        }
    }

    /// Returns the retailers whose files are valid at the base.
    pub(crate) fn fleet(&self) -> impl Iterator<Item = &Retailer> {
        self.own.iter().chain(self.rest.iter().copied())
    }

    /// Returns what was desired at the base.
    pub(crate) fn declared(&self) -> impl Iterator<Item = (&Retailer, DesiredState)> {
        self.fleet().map(|retailer| (retailer, process::desired(retailer, &self.partner)))
    }

    /// Returns what was desired at the base for the retailers that have changed.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&Retailer, DesiredState)> {
        let changed = self.fleet().filter(|retailer| self.has_changed(retailer));
        changed.map(|retailer| (retailer, process::desired(retailer, &self.partner)))
    }

    /// Returns whether a retailer's file, or what it makes of what all files share, has changed.
    pub(crate) fn has_changed(&self, retailer: &Retailer) -> bool {
        self.changed.contains(&retailer.file)
    }

    /// Plans what the files asked for at the base against the same live state; `is_whole` is
    /// whether all of it was read.
    pub(crate) fn plan(
        &self,
        environment: &str,
        in_scope: &(dyn Fn(&Retailer) -> bool + Sync),
        live: &Live,
        capabilities: &Capabilities,
        is_whole: bool,
    ) -> Plan {
        crate::plan::plan(&PlanInput {
            environment,
            partner: &self.partner,
            fleet: self.fleet().collect(),
            in_scope,
            live,
            capabilities,
            is_whole,
        })
    }
}

impl Session {
    /// Returns what drift is measured by: the files at a reference, otherwise at the last commit, if
    /// there is one. `None` means the present files, where nothing differs from them.
    pub(crate) fn drift_base(&self, reference: Option<&str>) -> Result<Option<Base<'_>>, Failure> {
        let base = match reference {
            Some(reference) => Some(Base::read(self, reference)?),
            None => Base::head(self)?,
        };
        Ok(base.filter(|base| base.differs))
    }

    /// Rejects words of `--only` that match no retailer of the files or of the base.
    pub(crate) fn check_drift_scope(
        &self,
        base: Option<&Base<'_>>,
        only: &[String],
    ) -> Result<(), Failure> {
        if only.is_empty() {
            return Ok(());
        }
        let words = |retailer: &Retailer| [retailer.file.clone(), retailer.name.clone()];
        let known: BTreeSet<String> = self.fleet.iter().flat_map(words).collect();
        let then = base.into_iter().flat_map(Base::fleet);
        let only_then = then.filter(|then| !words(then).iter().any(|word| known.contains(word)));
        let fleet: Vec<Retailer> = self.fleet.iter().chain(only_then).cloned().collect();
        scope::check(&fleet, only)
    }
}

/// Moves the retailers of the base to the files that declare them now, which are not removed then.
fn follow_moves(then: &mut [Retailer], now: &[Retailer], removed: &mut Vec<String>) {
    let then = then.iter_mut().map(|then| (then.name.clone(), then));
    let mut then: BTreeMap<String, &mut Retailer> = then.collect();
    for now in now {
        if let Some(then) = then.get_mut(&now.name)
            && then.file != now.file
        {
            removed.retain(|path| *path != then.file);
            (then.file, then.slug) = (now.file.clone(), now.slug.clone());
        }
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Failure {
        let failure = Failure::because(&error, error.hint());
        match error {
            GitError::NoCommit { .. } | GitError::NoRepository(_) => {
                Failure { exit: Exit::Usage, ..failure }
            }
            GitError::NoGit(_) | GitError::Submodule(_) | GitError::Failed { .. } => failure,
        }
    }
}
