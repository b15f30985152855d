//! The preconditions of a handoff that the files show.

use crate::model::{Advice, Capabilities, Milestone, Partner, Retailer};
use crate::process::milestones::before_handoff;

/// Rejects a retailer that has not asked for its keys, an environment in which they cannot be
/// fetched, and a partner without recipients.
pub(crate) fn check(
    retailer: &Retailer,
    partner: &Partner,
    capabilities: &Capabilities,
) -> Result<(), Advice> {
    let Retailer { name, slug, file, journey, .. } = retailer;
    let first = before_handoff(*journey);
    if let Some(rule) = first.filter(|rule| !retailer.reached(rule.milestone)) {
        return Err(Advice::new(
            format!(
                "{name} has not asked for its keys: {file} does not state {} (step {})",
                rule.milestone, rule.step
            ),
            format!("once it has, state it: `reconcile attest {slug} {}`", rule.milestone),
        ));
    }
    if let Some(system) = capabilities.no_keys {
        return Err(Advice::new(
            format!("the keys of {name} cannot be fetched from {system} here"),
            format!(
                "hand them over by hand, and state it with `reconcile attest {slug} {}`; or add the \
                 system's `url` and `key`, with `read: http`, in the project file, and the `key` \
                 call in its contract",
                Milestone::KeysSupplied
            ),
        ));
    }
    if partner.recipients.is_empty() {
        return Err(Advice::new(
            "no recipient of the keys is configured",
            "ask the partner for an age public key, which `age-keygen` makes, and add it below \
             `partner:` in the project file (`reconcile.yaml`) as `recipients: {NAME: age1…}`",
        ));
    }
    Ok(())
}
