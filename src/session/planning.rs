//! What the chosen retailers need read, and the plan for them.

use super::{Base, Session};
use crate::matching::{ReadScope, read_scopes};
use crate::model::{Capabilities, Live, Retailer, System};
use crate::plan::{Plan, PlanInput};
use crate::process;
use crate::render::people::PeopleOf;
use crate::render::text::PlanText;
use crate::systems;
use std::collections::{BTreeMap, BTreeSet};

impl Session {
    /// Returns whether a retailer is in scope, and its file differs from the base.
    pub(crate) fn is_covered(&self, retailer: &Retailer, base: Option<&Base<'_>>) -> bool {
        self.in_scope(retailer) && base.is_none_or(|base| base.has_changed(retailer))
    }

    /// Returns what has to be read for the retailers in scope. A whole fleet needs
    /// everything; a part of it only its own records, if these are pinned.
    pub(crate) fn needed_scopes(&self, base: Option<&Base<'_>>) -> BTreeMap<System, ReadScope> {
        if self.global.only.is_empty() && base.is_none() {
            return ReadScope::everything();
        }
        let partner = &self.project.partner;
        let in_scope = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        let now = in_scope.map(|retailer| (retailer, process::desired(retailer, partner)));
        let then = base.into_iter().flat_map(|base| base.changed());
        read_scopes(now.chain(then))
    }

    /// Returns what has to be read for the retailers in scope, now and at a base.
    pub(crate) fn needed_scopes_beside(
        &self,
        base: Option<&Base<'_>>,
    ) -> BTreeMap<System, ReadScope> {
        if self.global.only.is_empty() {
            return self.needed_scopes(None);
        }
        let partner = &self.project.partner;
        let now = self.fleet.iter().map(|retailer| (retailer, process::desired(retailer, partner)));
        let then = base.into_iter().flat_map(|base| base.declared());
        read_scopes(now.chain(then).filter(|(retailer, _)| self.in_scope(retailer)))
    }

    /// Makes the plan for the retailers in scope; with a base, for those that changed.
    pub(crate) fn plan(&self, environment: &str, live: &Live, base: Option<&Base<'_>>) -> Plan {
        let mut plan = crate::plan::plan(&PlanInput {
            environment,
            partner: &self.project.partner,
            fleet: self.fleet.iter().collect(),
            in_scope: &|retailer| self.is_covered(retailer, base),
            live,
            capabilities: &self.capabilities(environment),
            is_whole: self.global.only.is_empty() && base.is_none(),
        });
        plan.note_sources(|file| self.bytes_of(file));
        plan
    }

    /// How the settings of an environment are read and changed.
    pub(crate) fn capabilities(&self, environment: &str) -> Capabilities {
        self.project.environments.get(environment).map(systems::capabilities).unwrap_or_default()
    }

    /// Returns the retailers that a plan is made for, with their files.
    pub(crate) fn subjects(&self, base: Option<&Base<'_>>) -> Vec<(&str, &str)> {
        let covered = self.fleet.iter().filter(|retailer| self.is_covered(retailer, base));
        covered.map(|retailer| (retailer.name.as_str(), retailer.file.as_str())).collect()
    }

    /// Returns how a plan is shown as text, with the people of the project.
    pub(crate) fn plan_text(&self, plan: &Plan) -> PlanText<'_> {
        let planned: BTreeSet<&str> = plan.retailers.iter().map(|of| of.file.as_str()).collect();
        let of = self.fleet.iter().filter(|of| planned.contains(of.file.as_str()));
        PlanText { people: Some(self.people(of)), ..PlanText::default() }
    }

    /// Returns the people of the project, with the account managers of these retailers.
    pub(crate) fn people<'a>(
        &'a self,
        retailers: impl Iterator<Item = &'a Retailer>,
    ) -> PeopleOf<'a> {
        let managers = retailers.filter_map(|of| Some((&*of.file, of.account_manager.as_deref()?)));
        PeopleOf { roles: self.project.roles(), managers: managers.collect() }
    }
}
