//! Waves: the first part of a plan, for gradual rollouts.

use super::Plan;

/// How much of a plan one run applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wave {
    /// A number of retailers.
    Retailers(usize),
    /// A share of the retailers in scope, rounded up.
    Percent(u32),
}

impl std::str::FromStr for Wave {
    type Err = String;

    fn from_str(text: &str) -> Result<Wave, String> {
        let percent = text.strip_suffix('%').and_then(|number| number.trim().parse().ok());
        percent
            .filter(|percent| (1..=100).contains(percent))
            .map(Wave::Percent)
            .ok_or_else(|| "give a percentage from 1% to 100%, such as 10%".into())
    }
}

/// Returns the plan of the first retailers with an action, in the plan's order, and the number
/// of remaining retailers with an action.
pub(crate) fn first(plan: &Plan, wave: Wave) -> (Plan, usize) {
    let most = match wave {
        Wave::Retailers(most) => most,
        Wave::Percent(percent) => {
            plan.retailers_in_scope().saturating_mul(percent as usize).div_ceil(100).max(1)
        }
    };
    let changed = || plan.retailers.iter().filter(|retailer| !retailer.actions.is_empty());
    let retailers: Vec<_> = changed().take(most).cloned().collect();
    let left = changed().count() - retailers.len();
    let (unknown, unread) = (plan.unknown_systems.clone(), plan.unread_systems.clone());
    (Plan::new(&plan.environment, unknown, unread, retailers, 0), left)
}
