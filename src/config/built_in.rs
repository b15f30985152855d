//! The built-in contract: `contract.yaml` of the HTTP systems, read like any other contract
//! file.

use super::contracts;
use crate::model::{Contract, System};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The text of the file, which can serve as a template.
pub(crate) const BUILT_IN: &str = include_str!("../systems/http/contract.yaml");

impl Contract {
    /// Returns the built-in contract of a system. The file is read once, because that takes as
    /// long as reading ten retailers.
    pub(crate) fn built_in(system: System) -> &'static Contract {
        static ALL: LazyLock<BTreeMap<System, Contract>> = LazyLock::new(|| contracts(BUILT_IN));
        ALL.get(&system).expect("a test reads the built-in contract")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Setting;

    #[test]
    fn the_built_in_contract_maps_every_setting() {
        for system in System::ALL {
            let contract = Contract::built_in(system);
            for setting in Setting::ALL {
                let mapped = contract.fields.contains_key(&setting);
                let expected = setting.system() == system && !setting.is_presence();
                assert_eq!(mapped, expected, "{setting} in {system}");
                if setting.system() == system {
                    assert!(contract.reads(setting), "{setting}");
                    assert_eq!(contract.unmapped(setting), None, "{setting}");
                }
            }
        }
    }
}
