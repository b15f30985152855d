//! The preconditions of a handoff that the files show.

use crate::model::{Advice, Partner, Retailer};
use crate::process::milestones::before_handoff;

/// Rejects a retailer that has not asked for its keys, and a partner without recipients.
pub(crate) fn check(retailer: &Retailer, partner: &Partner) -> Result<(), Advice> {
    let Retailer { name, slug, file, journey, .. } = retailer;
    let first = before_handoff(*journey);
    if let Some(stage) = first.filter(|stage| !retailer.reached(stage.milestone)) {
        return Err(Advice::new(
            format!(
                "{name} has not asked for its keys: {file} does not state {} (step {})",
                stage.milestone, stage.step
            ),
            format!("once it has, state it: `reconcile attest {slug} {}`", stage.milestone),
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
