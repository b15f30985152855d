//! The `settings` of a file, which override the process with a reason.

use super::{
    DesiredSetting, DesiredState, DesiredValue, ManagePolicy, OVERRIDE, Undecided, existing,
    journey_gate,
};
use crate::model::{Journey, Override, Retailer, Setting, ValueKind};

/// Replaces, adds and removes settings as the file says.
///
/// A replaced setting keeps its step and its gate. A setting that the file overrides is
/// managed for as long as the override exists, even if the process would only set it at
/// creation. While E5 is undecided, overrides of settings that E6 or E7 change wait with them and
/// are not listed.
pub(super) fn apply(
    retailer: &Retailer,
    mut settings: Vec<DesiredSetting>,
    undecided: Option<Undecided>,
) -> DesiredState {
    let mut unmanaged = Vec::new();
    for (&setting, said) in &retailer.overrides {
        let at = settings.iter().position(|desired| desired.setting == setting);
        let reason = match (said, at) {
            (Override::Value { value, reason }, Some(at)) => {
                let desired = &mut settings[at];
                desired.value = DesiredValue::Value(value.clone());
                desired.override_reason = Some(reason.clone());
                if let ManagePolicy::OnCreate | ManagePolicy::DuringSetUp = desired.managed {
                    desired.managed = ManagePolicy::Always;
                }
                continue;
            }
            (Override::Value { value, reason }, None) => {
                if undecided.is_none() || !existing::is_undecided(retailer, setting) {
                    let (value, gate) = (value.clone(), journey_gate(retailer));
                    settings.push(DesiredSetting {
                        managed: managed(setting),
                        override_reason: Some(reason.clone()),
                        ..DesiredSetting::new(setting, &OVERRIDE, value, gate)
                    });
                }
                continue;
            }
            (Override::Unmanaged { reason }, _) => reason.clone(),
            (Override::Acknowledged { until, reason }, _) => {
                format!("{reason} (acknowledged until {until})")
            }
        };
        // No account is created without a company.
        let account = retailer.overrides.get(&Setting::OmnireturnsRetailer);
        let is_company = setting == Setting::OmnireturnsCompany
            && matches!(account, None | Some(Override::Value { .. }));
        let step = match at {
            Some(at) if is_company && retailer.journey == Journey::New => {
                settings[at].managed = ManagePolicy::OnCreate;
                continue;
            }
            Some(at) => settings.remove(at).step,
            None => &OVERRIDE,
        };
        unmanaged.push((setting, step, reason));
    }
    settings.sort_by_key(|desired| desired.setting);
    DesiredState { settings, undecided, unmanaged }
}

/// The tool never removes an e-mail address or a hub, not even for an override.
fn managed(setting: Setting) -> ManagePolicy {
    match setting.info().kind {
        ValueKind::Empty => ManagePolicy::ByHand,
        _ => ManagePolicy::Always,
    }
}
