//! The `settings` of a file, which override the process with a reason.

use super::{
    DesiredSetting, DesiredState, DesiredValue, ManagePolicy, OVERRIDE, Undecided, journey_gate,
};
use crate::model::{Override, Retailer, Setting, ValueKind};

/// Replaces, adds and removes settings as the file says.
///
/// A replaced setting keeps its step and its gate. A setting that the file overrides is
/// managed for as long as the override exists, even if the process would only set it at
/// creation. While E5 is undecided, overrides wait with the rest of E6 and E7 and are not
/// listed.
pub(super) fn apply(
    retailer: &Retailer,
    mut wanted: Vec<DesiredSetting>,
    undecided: Option<Undecided>,
) -> DesiredState {
    let mut unmanaged = Vec::new();
    for (&setting, said) in &retailer.overrides {
        let at = wanted.iter().position(|desired| desired.setting == setting);
        let left = match said {
            Override::Value { .. } => None,
            Override::Unmanaged { reason } => Some(reason.clone()),
            Override::Acknowledged { until, reason } => {
                Some(format!("{reason} (acknowledged until {until})"))
            }
        };
        if let Some(reason) = left {
            let step = at.map_or(&OVERRIDE, |at| wanted.remove(at).step);
            unmanaged.push((setting, step, reason));
            continue;
        }
        match (said, at) {
            (Override::Unmanaged { .. } | Override::Acknowledged { .. }, _) => {}
            (Override::Value { value, reason }, Some(at)) => {
                let desired = &mut wanted[at];
                desired.value = DesiredValue::Value(value.clone());
                desired.override_reason = Some(reason.clone());
                if let ManagePolicy::OnCreate | ManagePolicy::DuringSetUp = desired.managed {
                    desired.managed = ManagePolicy::Always;
                }
            }
            (Override::Value { .. }, None) if undecided.is_some() => {}
            (Override::Value { value, reason }, None) => wanted.push(DesiredSetting {
                setting,
                value: DesiredValue::Value(value.clone()),
                step: &OVERRIDE,
                waiting_for: journey_gate(retailer),
                managed: managed(setting),
                override_reason: Some(reason.clone()),
            }),
        }
    }
    wanted.sort_by_key(|desired| desired.setting);
    DesiredState { settings: wanted, undecided, unmanaged }
}

/// The tool never removes an e-mail address or a hub, not even for an override.
fn managed(setting: Setting) -> ManagePolicy {
    match setting.info().kind {
        ValueKind::Empty => ManagePolicy::ByHand,
        _ => ManagePolicy::Always,
    }
}
