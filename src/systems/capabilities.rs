//! Determines how each setting of an environment is read and changed: what the project file
//! configures, as far as the system's contract has calls for it.

use crate::model::{
    Backend, Capabilities, ChangedBy, Contract, Environment, ReadBy, Route, Setting, System,
    WriteBy,
};
use crate::verify::Proof;

/// Returns the capabilities of an environment.
pub(crate) fn capabilities(environment: &Environment) -> Capabilities {
    let mut capabilities = Capabilities::default();
    let Backend::Remote(routes) = &environment.backend else { return capabilities };
    let contract = |system| contract(environment, system);
    let omnirps = System::Omnirps;
    capabilities.no_uploads =
        !routes.get(&omnirps).is_some_and(|route| has_uploads(route, contract(omnirps)));
    let has_keys = |system: &System| {
        let mut route = routes.get(system).into_iter();
        contract(*system).key.is_some()
            && route.all(|route| route.read != ReadBy::Nothing && route.endpoint.is_some())
    };
    // A key is fetched with the others, or not at all.
    let keys = [System::Omnirps, System::Omnireturns];
    capabilities.no_keys = keys.into_iter().find(|system| !has_keys(system));
    for (&system, route) in routes {
        capabilities.read.insert(system, route.read);
        let contract = contract(system);
        let by = |setting| route.settings.get(&setting).copied().unwrap_or(route.write);
        let presence = Setting::presence(system);
        let is_creating = by(presence) == WriteBy::Http && contract.unmapped(presence).is_none();
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == system) {
            let changes = match by(setting) {
                WriteBy::Observe => ChangedBy::Nobody,
                WriteBy::Manual => ChangedBy::Person { note: None },
                WriteBy::Http => match contract.unmapped(setting) {
                    None => ChangedBy::Tool,
                    note => ChangedBy::Person { note },
                },
            };
            // However it is changed later, a new record has it from the start.
            if is_creating && contract.carries(setting) {
                capabilities.settable_on_create.insert(setting);
            }
            capabilities.changes.insert(setting, changes);
            if route.read == ReadBy::Http && !contract.reads(setting) {
                capabilities.unreadable.insert(setting);
            }
        }
    }
    capabilities
}

/// Returns the proofs that an environment has calls for.
pub(crate) fn calls(environment: &Environment) -> Vec<Proof> {
    let omnirps = System::Omnirps;
    let contract = |system: System| {
        let has_client = match &environment.backend {
            Backend::Embedded => true,
            Backend::Remote(routes) => {
                routes.get(&system).is_some_and(|route| route.endpoint.is_some())
            }
        };
        has_client.then(|| contract(environment, system))
    };
    // A label and a return need the retailer's key as well.
    let has = |system, call: fn(&Contract) -> bool| {
        contract(system).is_some_and(|contract| contract.key.is_some() && call(contract))
    };
    let database = match &environment.backend {
        Backend::Embedded => None,
        Backend::Remote(routes) => routes.get(&omnirps).and_then(|route| route.database.as_ref()),
    };
    let lists_uploads = database.is_some_and(|database| database.uploads.is_some())
        || contract(omnirps).is_some_and(|contract| contract.uploads.is_some());
    let has = [
        (Proof::Label, has(System::Omnireturns, |contract| contract.label.is_some())),
        (Proof::Return, has(omnirps, |contract| contract.upload.is_some())),
        (Proof::Uploads, lists_uploads),
    ];
    has.into_iter().filter(|(_, has)| *has).map(|(proof, _)| proof).collect()
}

/// Returns the contract of a system.
fn contract(environment: &Environment, system: System) -> &Contract {
    environment.contracts.get(&system).unwrap_or_else(|| Contract::built_in(system))
}

/// Returns whether the returns that arrived in OmniRPS can be read: its record must be known.
fn has_uploads(route: &Route, contract: &Contract) -> bool {
    let has_query = route.database.as_ref().is_some_and(|database| database.uploads.is_some());
    let has_call = route.endpoint.is_some() && contract.uploads.is_some();
    route.read != ReadBy::Nothing && (has_query || has_call)
}

/// Returns whether anything of a system uses HTTP.
pub(super) fn needs_http(capabilities: &Capabilities, system: System) -> bool {
    let mut of_system = Setting::ALL.into_iter().filter(|setting| setting.system() == system);
    capabilities.read(system) == ReadBy::Http
        || of_system.any(|setting| capabilities.changed_by_on_create(setting) == ChangedBy::Tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_the_tool_creates_gets_all_that_the_call_accepts() {
        let of = |write, settings: &[(Setting, WriteBy)]| {
            let settings = settings.iter().copied().collect();
            let route =
                Route { read: ReadBy::Http, write, endpoint: None, database: None, settings };
            capabilities(&Environment {
                backend: Backend::Remote([(System::Omnireturns, route)].into()),
                ..Environment::default()
            })
        };
        let (company, portal) = (Setting::OmnireturnsCompany, Setting::OmnireturnsPortal);
        for by in [WriteBy::Manual, WriteBy::Observe] {
            let left = of(WriteBy::Http, &[(company, by), (portal, by)]);
            assert_eq!(left.changed_by_on_create(company), ChangedBy::Tool);
            assert_ne!(left.changed_by(company), ChangedBy::Tool);
            assert_ne!(left.changed_by_on_create(portal), ChangedBy::Tool);
            for nothing in [of(by, &[]), of(WriteBy::Http, &[(company, by), (PRESENCE, by)])] {
                assert_ne!(nothing.changed_by_on_create(company), ChangedBy::Tool);
            }
        }
    }

    const PRESENCE: Setting = Setting::OmnireturnsRetailer;
}
