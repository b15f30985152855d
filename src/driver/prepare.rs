//! The inputs of a verification other than live: the body of a label, and a new reference.

use crate::model::{Advice, Backend, Contract, Environment, Retailer};
use crate::plan::fingerprint::sha256;
use crate::verify::{Beginning, reference};
use jiff::Timestamp;
use serde_json::Value as Json;

/// Returns the request body of a label.
pub(super) fn label_body(environment: &Environment) -> Result<Json, Advice> {
    match (&environment.label, is_on_this_machine(environment)) {
        (Some(body), _) => Ok(body.clone()),
        (None, true) => Ok(crate::sandbox::label_body()),
        (None, false) => Err(Advice::new(
            "the environment does not define the request of a test label",
            "name a file with `verify: {label: FILE}` in the environment; docs/connecting.md \
             shows one",
        )),
    }
}

/// Returns whether all systems run on this machine: plain HTTP is allowed for loopback
/// hosts only.
pub(super) fn is_on_this_machine(environment: &Environment) -> bool {
    let Backend::Remote(routes) = &environment.backend else { return true };
    let systems = routes.values().filter_map(|route| route.endpoint.as_ref());
    let calls = environment.contracts.values().flat_map(Contract::urls);
    systems.map(|endpoint| &endpoint.url).chain(calls).all(|url| url.scheme() == "http")
}

/// Returns the reference of a new test of a retailer, and its time.
pub(super) fn beginning(Retailer { name, slug, .. }: &Retailer) -> Beginning {
    let now = Timestamp::now();
    // Unique without a registry: the time in nanoseconds and the process id.
    let seed = format!("{slug} {} {}", now.as_nanosecond(), std::process::id());
    let hash = sha256(seed.as_bytes());
    let started_at = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Beginning { retailer: name.clone(), reference: reference(slug, &hash[..8]), started_at }
}
