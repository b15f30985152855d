//! The safety limits: how much one apply may change without explicit permission.

use super::{Change, Plan, RetailerPlan};
use crate::model::{Advice, Safety, Setting, Value, listed};

/// Rejects a plan that exceeds a limit, or with `force` returns a warning for each.
pub(crate) fn check_limits(
    plan: &Plan,
    in_scope: usize,
    limits: &Safety,
    force: bool,
) -> Result<Vec<String>, Advice> {
    let over = check(plan, in_scope, limits);
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

/// Checks a whole plan before its first write, and returns a sentence about each exceeded limit.
///
/// Each retailer with an action counts as changed, including creates. Reaching a limit exactly
/// is allowed. Shares are of the retailers in scope.
pub(super) fn check(plan: &Plan, in_scope: usize, safety: &Safety) -> Vec<String> {
    let Safety {
        max_changed_retailers_percent,
        from_retailers,
        max_changed_retailers,
        max_unpublished_portals,
        max_unpublished_portals_percent,
        max_switch_offs,
        max_switch_offs_percent,
    } = *safety;
    let retailers = |counts: &dyn Fn(&RetailerPlan) -> bool| {
        plan.retailers.iter().filter(|retailer| counts(retailer)).count()
    };
    let changed = retailers(&|retailer| !retailer.actions.is_empty());
    let unpublished = retailers(&|retailer| retailer.changes().any(unpublishes));
    let switched_off = retailers(&|retailer| retailer.changes().any(switches_off));
    let switch_offs =
        plan.retailers.iter().flat_map(RetailerPlan::changes).filter(|c| switches_off(c)).count();

    let of_all = |does: &str, count: usize| format!("{does} {count} of {in_scope} retailers");
    let changes_some = of_all("changes", changed);
    let unpublishes_some = of_all("unpublishes the portals of", unpublished);
    let exceeds = |what: &str, limit: &str, allowed: String| {
        format!("the plan {what}, more than `safety.{limit}` ({allowed}) allows")
    };
    let share = |what: &str, count: usize, limit, percent: Option<u32>| {
        let percent = percent?;
        let is_over = count as u128 * 100 > u128::from(percent) * in_scope as u128;
        (is_over && in_scope >= from_retailers as usize)
            .then(|| exceeds(what, limit, format!("{percent} %")))
    };
    let number = |what: &str, count: usize, limit, most: Option<u32>| {
        let most = most.filter(|most| count > *most as usize)?;
        Some(exceeds(what, limit, most.to_string()))
    };
    [
        share(
            &changes_some,
            changed,
            "max_changed_retailers_percent",
            Some(max_changed_retailers_percent),
        ),
        number(&changes_some, changed, "max_changed_retailers", max_changed_retailers),
        share(
            &unpublishes_some,
            unpublished,
            "max_unpublished_portals_percent",
            max_unpublished_portals_percent,
        ),
        number(&unpublishes_some, unpublished, "max_unpublished_portals", max_unpublished_portals),
        share(
            &of_all("switches settings off for", switched_off),
            switched_off,
            "max_switch_offs_percent",
            max_switch_offs_percent,
        ),
        number(
            &format!("switches {switch_offs} settings off"),
            switch_offs,
            "max_switch_offs",
            max_switch_offs,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Returns whether a change unpublishes a portal. Creating an unpublished one does not count.
fn unpublishes(change: &Change) -> bool {
    change.setting == Setting::OmnireturnsPortal
        && change.before == Value::text("published")
        && change.after == Value::text("unpublished")
}

fn switches_off(change: &Change) -> bool {
    let switch = matches!(
        change.setting,
        Setting::OmnirpsShopifyIntegration | Setting::OmnirpsTrackAndTraceEmails
    );
    switch && change.after == Value::text("disabled")
}
