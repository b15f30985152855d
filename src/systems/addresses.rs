//! Reads webhook addresses: a live address that the files declare is read as the files
//! write it, any other with its secret parts masked.
//!
//! Systems normalize addresses (host in lower case, a slash for an empty path), so
//! equivalent addresses count as equal.

use crate::model::address::{masked, normal};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The addresses that the files declare, by their normal form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(Arc<RwLock<BTreeMap<String, String>>>);

impl Addresses {
    /// Adds an address that the files declare.
    pub(crate) fn declare(&self, address: &str) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(normal(address), address.to_owned());
    }

    /// Returns whether the files declare an address in exactly this spelling.
    pub(crate) fn declares(&self, address: &str) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(address).is_some_and(|declared| declared == address)
    }

    /// Returns the form in which a live address is kept.
    pub(crate) fn read(&self, live: &str) -> String {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        // Most are spelled as in the files.
        let declared = known.get(live).or_else(|| known.get(&normal(live)));
        declared.cloned().unwrap_or_else(|| masked(live))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_files_ask_for_is_read_as_they_write_it() {
        let addresses = Addresses::default();
        addresses.declare("https://Relay.example:443/hook?shop=zenith");
        for (live, read) in [
            (
                "https://relay.example/hook?shop=zenith",
                "https://Relay.example:443/hook?shop=zenith",
            ),
            ("https://relay.example/hook?shop=acme", "https://relay.example/hook?***"),
            ("https://relay.example/hook", "https://relay.example/hook"),
            ("https://Other.example", "https://Other.example"),
        ] {
            assert_eq!(addresses.read(live), read);
        }
    }
}
