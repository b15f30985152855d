//! Determines how each setting of an environment is read and changed: what the project file
//! configures, as far as the system's contract has calls for it.

use crate::model::{
    Backend, Capabilities, ChangedBy, Contract, Environment, ReadBy, Setting, System, WriteBy,
};

/// Returns the capabilities of an environment.
pub(crate) fn capabilities(environment: &Environment) -> Capabilities {
    let mut capabilities = Capabilities::default();
    let Backend::Remote(routes) = &environment.backend else { return capabilities };
    for (&system, route) in routes {
        capabilities.read.insert(system, route.read);
        let mapped = environment.contracts.get(&system);
        let contract = mapped.unwrap_or_else(|| Contract::built_in(system));
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == system) {
            let by = route.settings.get(&setting).copied().unwrap_or(route.write);
            let changes = match by {
                WriteBy::Observe => ChangedBy::Nobody,
                WriteBy::Manual => ChangedBy::Person { note: None },
                WriteBy::Http => match contract.unmapped(setting) {
                    None => ChangedBy::Tool,
                    note => ChangedBy::Person { note },
                },
            };
            if by == WriteBy::Http && contract.carries(setting) {
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

/// Returns whether anything of a system uses HTTP.
pub(super) fn needs_http(capabilities: &Capabilities, system: System) -> bool {
    let mut of_system = Setting::ALL.into_iter().filter(|setting| setting.system() == system);
    capabilities.read(system) == ReadBy::Http
        || of_system.any(|setting| capabilities.changed_by_on_create(setting) == ChangedBy::Tool)
}
