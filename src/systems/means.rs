//! Works out by which means each setting of an environment is read and changed: what the
//! project file chooses, as far as the contract of the system has calls for it.

use crate::model::{
    Backend, Changes, Contract, Environment, Means, ReadBy, Setting, System, WriteBy,
};

/// Returns the means of an environment.
pub fn means(environment: &Environment) -> Means {
    let mut means = Means::default();
    let Backend::Remote(routes) = &environment.backend else { return means };
    for (&system, route) in routes {
        means.set_read(system, route.read);
        let mapped = environment.contracts.get(&system).cloned();
        let contract = mapped.unwrap_or_else(|| Contract::built_in(system));
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == system) {
            let by = route.settings.get(&setting).copied().unwrap_or(route.write);
            let changes = match by {
                WriteBy::Observe => Changes::Nobody,
                WriteBy::Manual => Changes::People { note: None },
                WriteBy::Http => match contract.unmapped(setting) {
                    None => Changes::Tool,
                    note => Changes::People { note },
                },
            };
            if by == WriteBy::Http && contract.carries(setting) {
                means.set_carried(setting);
            }
            means.set_changes(setting, changes);
            if route.read == ReadBy::Http && !contract.reads(setting) {
                means.set_untold(setting);
            }
        }
    }
    means
}

/// Says whether anything of a system goes over HTTP.
pub fn needs_http(means: &Means, system: System) -> bool {
    let of_system = Setting::ALL.into_iter().filter(|setting| setting.system() == system);
    means.read(system) == ReadBy::Http
        || of_system.into_iter().any(|setting| means.changes_on_create(setting) == Changes::Tool)
}
