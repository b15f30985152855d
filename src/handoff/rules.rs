//! The preconditions of a handoff that the files show.

use crate::model::{Advice, Partner, Retailer};
use crate::process::milestones::before_handoff;

/// Rejects a retailer that has not asked for its keys, and a partner without recipients.
pub(crate) fn check(retailer: &Retailer, partner: &Partner) -> Result<(), Advice> {
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
    if partner.recipients.is_empty() {
        return Err(Advice::new(
            "no recipient of the keys is configured",
            "ask the partner for an age public key, which `age-keygen` makes, and add it below \
             `partner:` in the project file (`reconcile.yaml`) as `recipients: {NAME: age1…}`",
        ));
    }
    Ok(())
}
