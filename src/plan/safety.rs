//! The safety limits: how much one apply may change without being told so.

use super::Plan;
use crate::model::Safety;

/// A limit that a plan is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the plan changes {changed} of {in_scope} retailers, more than \
     `safety.max_changed_retailers_percent` ({percent} %) allows"
)]
pub struct TooManyChanges {
    pub changed: usize,
    pub in_scope: usize,
    pub percent: u32,
}

/// Checks a whole plan before its first write.
///
/// Every retailer with an action counts as changed, creates included. Exactly the
/// allowed share passes.
pub fn check(plan: &Plan, safety: &Safety) -> Result<(), TooManyChanges> {
    let in_scope = plan.retailers_in_scope();
    let changed = plan.retailers.iter().filter(|retailer| !retailer.actions.is_empty()).count();
    let allowed = u128::from(safety.max_changed_retailers_percent) * in_scope as u128;
    if in_scope >= safety.from_retailers as usize && changed as u128 * 100 > allowed {
        return Err(TooManyChanges {
            changed,
            in_scope,
            percent: safety.max_changed_retailers_percent,
        });
    }
    Ok(())
}
