//! What a saved plan's retailers need read, and which of its actions do not count any more.

use super::Session;
use crate::config::display;
use crate::matching::{ReadScope, read_scopes};
use crate::model::{Live, Retailer, System};
use crate::plan::fingerprint::sha256;
use crate::plan::{Outdated, Plan, PlanInput, Recheck, RetailerPlan, decide_fleet};
use crate::process;
use std::collections::{BTreeMap, BTreeSet};

impl Session {
    /// Returns what has to be read to check the actions of a saved plan: of a plan of the whole
    /// fleet, everything. Where no file says which records are meant, it is all records of the
    /// systems that the actions write to.
    pub(crate) fn scopes_of(&self, plan: &Plan) -> BTreeMap<System, ReadScope> {
        // Only a plan of the whole fleet knows them.
        if plan.undeclared.is_some() {
            return ReadScope::everything();
        }
        let partner = &self.project.partner;
        let planned: BTreeSet<&str> = plan.actions().map(|(of, _)| of.retailer.as_str()).collect();
        let planned = self.fleet.iter().filter(|of| planned.contains(of.name.as_str()));
        let mut scopes = read_scopes(planned.map(|of| (of, process::desired(of, partner))));
        for (&system, scope) in &mut scopes {
            let writes = |to: System, is_without_file: bool| {
                let mut of_system = plan.actions().filter(|(_, action)| action.system == to);
                of_system.any(|(retailer, _)| self.is_without_file(retailer) == is_without_file)
            };
            // What files ask for in OmniReturns depends on OmniRPS.
            let for_returns = system == System::Omnirps && writes(System::Omnireturns, false);
            if writes(system, true) {
                *scope = ReadScope::All;
            } else if !writes(system, false) && !for_returns {
                *scope = ReadScope::Nothing;
            }
        }
        scopes
    }

    /// Returns the actions of a saved plan that do not count any more, by id: the retailer's file
    /// has changed, or a plan made now would not have them.
    pub(crate) fn outdated(&self, plan: &Plan, live: &Live) -> BTreeMap<String, Outdated> {
        let capabilities = &self.capabilities(&plan.environment);
        let project_file = &display(&self.sources.project_file);
        let recheck = Recheck::new(live, capabilities, project_file);
        let by_name: BTreeMap<&str, &Retailer> =
            self.fleet.iter().map(|retailer| (retailer.name.as_str(), retailer)).collect();
        let mut outdated = BTreeMap::new();
        let mut unchanged: BTreeMap<&str, &RetailerPlan> = BTreeMap::new();
        for planned in plan.retailers.iter().filter(|of| !of.actions.is_empty()) {
            let retailer = by_name.get(planned.retailer.as_str());
            let bytes = retailer.and_then(|of| self.bytes_of(&of.file));
            let file = || planned.file.clone();
            if self.is_without_file(planned) {
                outdated.extend(recheck.by_capabilities(planned));
            } else if bytes.map(sha256) == planned.source {
                unchanged.insert(&planned.retailer, planned);
            } else if retailer.is_none() && self.fleet.iter().all(|of| of.file != planned.file) {
                outdated.extend(planned.all_outdated(&Outdated::Undeclared(file())));
            } else {
                outdated.extend(planned.all_outdated(&Outdated::File(file())));
            }
        }
        let (found, _) = decide_fleet(
            &PlanInput {
                environment: &plan.environment,
                partner: &self.project.partner,
                fleet: self.fleet.iter().collect(),
                in_scope: &|retailer| unchanged.contains_key(retailer.name.as_str()),
                live,
                capabilities,
                is_whole: false,
            },
            |decided| recheck.by_decisions(unchanged[decided.retailer.name.as_str()], &decided),
        );
        outdated.extend(found.into_iter().flatten());
        outdated
    }

    /// Returns whether a part of a saved plan was not made from a file, or no files are there.
    fn is_without_file(&self, planned: &RetailerPlan) -> bool {
        planned.source.is_none() || self.fleet.is_empty()
    }
}
