//! Works out by which means each setting of an environment is read and changed: what the
//! project file chooses, as far as the contract of the system has calls for it.

use super::http::contract::Contract;
use crate::model::{Backend, Changes, Environment, Means, ReadBy, Setting, System, WriteBy};

/// Returns the means of an environment.
pub fn means(environment: &Environment) -> Means {
    let mut means = Means::default();
    let Backend::Remote(routes) = &environment.backend else { return means };
    for (&system, route) in routes {
        means.set_read(system, route.read);
        let contract = Contract::built_in(system);
        for setting in Setting::ALL.into_iter().filter(|setting| setting.system() == system) {
            let by = route.settings.get(&setting).copied().unwrap_or(route.write);
            let changes = match by {
                WriteBy::Observe => Changes::Nobody,
                WriteBy::Manual => Changes::People { note: None },
                WriteBy::Http => changes_over_http(&contract, setting),
            };
            let is_unmapped = matches!(changes, Changes::People { note: Some(_) });
            if is_unmapped && carries(&contract, setting) {
                means.set_carried(setting);
            }
            means.set_changes(setting, changes);
            if route.read == ReadBy::Http && !tells(&contract, setting) {
                means.set_untold(setting);
            }
        }
    }
    means
}

/// A setting that the contract has no call or no field for is left to people.
fn changes_over_http(contract: &Contract, setting: Setting) -> Changes {
    let system = setting.system();
    let missing = if setting == Setting::presence(system) {
        contract.create.is_none().then(|| format!("the contract of {system} has no `create` call"))
    } else if contract.update.is_none() {
        Some(format!("the contract of {system} has no `update` call"))
    } else if !contract.fields.contains_key(&setting) {
        Some(format!("the contract of {system} does not map `{setting}`"))
    } else {
        None
    };
    missing.map_or(Changes::Tool, |note| Changes::People { note: Some(note) })
}

fn carries(contract: &Contract, setting: Setting) -> bool {
    contract.create.as_ref().is_some_and(|create| create.carries.contains(&setting))
}

fn tells(contract: &Contract, setting: Setting) -> bool {
    setting == Setting::presence(setting.system()) || contract.fields.contains_key(&setting)
}

/// Says whether anything of a system goes over HTTP.
pub fn needs_http(means: &Means, system: System) -> bool {
    let of_system = Setting::ALL.into_iter().filter(|setting| setting.system() == system);
    means.read(system) == ReadBy::Http
        || of_system.into_iter().any(|setting| means.changes_on_create(setting) == Changes::Tool)
}
