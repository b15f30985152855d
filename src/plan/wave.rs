//! Waves: the first part of a plan, for gradual rollouts.

use super::{Plan, RetailerPlan};

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
/// of remaining retailers with an action. What is blocked for any other retailer stays in the plan,
/// because it needs a person whatever is applied.
pub(crate) fn first(plan: &Plan, wave: Wave) -> (Plan, usize) {
    let most = match wave {
        Wave::Retailers(most) => most,
        Wave::Percent(percent) => {
            plan.retailers_in_scope().saturating_mul(percent as usize).div_ceil(100).max(1)
        }
    };
    let mut changed = 0;
    let part = |retailer: &RetailerPlan| {
        let RetailerPlan { retailer: name, file, source, actions, blocked, .. } = retailer;
        changed += usize::from(!actions.is_empty());
        if !actions.is_empty() && changed <= most {
            return retailer.clone();
        }
        RetailerPlan {
            retailer: name.clone(),
            file: file.clone(),
            source: source.clone(),
            blocked: blocked.clone(),
            ..RetailerPlan::default()
        }
    };
    let mut retailers: Vec<_> = plan.retailers.iter().map(part).collect();
    retailers.retain(|retailer| !retailer.is_empty());
    let left = changed.saturating_sub(most);
    let first = plan.with_entries(retailers, plan.summary.unchanged);
    (Plan { not_checked: plan.not_checked.clone(), ..first }, left)
}
