//! The safety limits: how much one apply may change without explicit permission.

use super::{Change, Plan, RetailerPlan};
use crate::model::{Safety, Setting, Value};

/// An exceeded limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan {what}, more than `safety.{limit}` ({allowed}) allows")]
pub(crate) struct OverLimit {
    /// What the plan does, such as "changes 4 of 10 retailers".
    pub what: String,
    /// The key of the limit.
    pub limit: &'static str,
    /// The limit as written: a number or a percentage.
    pub allowed: String,
}

/// Checks a whole plan before its first write, and returns all exceeded limits.
///
/// Each retailer with an action counts as changed, including creates. Reaching a limit exactly
/// is allowed. Shares are of the retailers in scope.
pub(crate) fn check(plan: &Plan, in_scope: usize, safety: &Safety) -> Vec<OverLimit> {
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
    let share = |what: &str, count: usize, limit, percent: Option<u32>| {
        let percent = percent?;
        let over = count as u128 * 100 > u128::from(percent) * in_scope as u128;
        (over && in_scope >= from_retailers as usize).then(|| OverLimit {
            what: what.into(),
            limit,
            allowed: format!("{percent} %"),
        })
    };
    let number = |what: &str, count: usize, limit, most: Option<u32>| {
        let most = most?;
        (count > most as usize).then(|| OverLimit {
            what: what.into(),
            limit,
            allowed: most.to_string(),
        })
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
