//! Whether a plan keeps to the safety limits.

use crate::model::{Advice, Safety, listed};
use crate::plan::{Plan, safety};

/// Rejects a plan that exceeds a limit, or with `force` returns a warning for each.
pub(crate) fn check_limits(
    plan: &Plan,
    in_scope: usize,
    limits: &Safety,
    force: bool,
) -> Result<Vec<String>, Advice> {
    let over = safety::check(plan, in_scope, limits);
    let over: Vec<String> = over.iter().map(ToString::to_string).collect();
    if force {
        return Ok(over.iter().map(|over| format!("{over}; --force ignores it")).collect());
    }
    if over.is_empty() {
        return Ok(over);
    }
    let changed = plan.retailers.iter().filter(|of| !of.actions.is_empty());
    let changed: Vec<&str> = changed.map(|of| of.retailer.as_str()).collect();
    Err(Advice::new(
        format!("{}: {}", over.join("; "), listed(&changed)),
        "review the plan; --force applies it anyway, --only makes a plan of a part",
    ))
}
