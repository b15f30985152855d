//! The prerequisites of a change, across systems and across those who make the changes.
//!
//! In N5 the OmniReturns account needs the OmniRPS retailer. At the switch-over (E6, E7) the
//! tracking webhook comes first and everything else after it, so that the partner is notified
//! of returns at every moment.

use super::decide::{Decider, Prerequisites};
use crate::diff::Comparison;
use crate::matching::Match;
use crate::model::types::WEBHOOK_MEMBERS;
use crate::model::{ChangedBy, Journey, Setting, System};
use crate::process::{DesiredValue, ManagePolicy};

impl Decider<'_, '_> {
    /// Returns the prerequisites of a setting's change.
    pub(super) fn prerequisites(&self, setting: Setting) -> Prerequisites {
        let is_existing = matches!(self.retailer.journey, Journey::Existing { .. });
        if setting.system() == System::Omnireturns {
            let omnirps = self.omnirps();
            if omnirps != Prerequisites::NOTHING {
                return omnirps;
            }
        }
        let is_later =
            setting.system() != System::Omniparcel && !WEBHOOK_MEMBERS.contains(&setting);
        if !is_existing || !is_later {
            return Prerequisites::NOTHING;
        }
        let wrong = WEBHOOK_MEMBERS.into_iter().filter(|&setting| self.is_wrong(setting));
        Prerequisites::Settings(wrong.collect())
    }

    /// Returns the prerequisites of everything that needs the OmniRPS record.
    pub(super) fn omnirps(&self) -> Prerequisites {
        let wants_record = self.desired.get(Setting::OmnirpsRetailer).is_some();
        let link = self.desired.get(Setting::OmnireturnsOmnirpsRetailerId);
        let needs_id = link.is_some_and(|link| link.value == DesiredValue::IdIn(System::Omnirps));
        let first = || Prerequisites::Settings(vec![Setting::OmnirpsRetailer]);
        match &self.matches[System::Omnirps] {
            // Nothing depends on OmniRPS: the file takes all of it out of management, and the link.
            Match::NotApplicable | Match::Record(_) => Prerequisites::NOTHING,
            Match::Absent if !wants_record => Prerequisites::Cause,
            Match::Absent => match self.capabilities.changed_by(Setting::OmnirpsRetailer) {
                ChangedBy::Tool => Prerequisites::NOTHING,
                ChangedBy::Person { .. } | ChangedBy::Nobody => first(),
            },
            Match::NotRead if (wants_record || needs_id) && !self.is_pinned(System::Omnirps) => {
                first()
            }
            Match::NotRead => Prerequisites::NOTHING,
            Match::Failed(_) | Match::Blocked(_) | Match::Deferred(_) => Prerequisites::Cause,
        }
    }

    /// Returns whether a setting is not known to be right.
    fn is_wrong(&self, setting: Setting) -> bool {
        let Some(desired) = self.desired.get(setting) else { return false };
        if !desired.waiting_for.is_empty() || desired.managed != ManagePolicy::Always {
            return false;
        }
        match &self.matches[setting.system()] {
            Match::Record(record) => {
                matches!(self.compare(desired, Some(record)), Comparison::Different(..))
            }
            Match::NotRead => !self.is_closed(setting),
            Match::Absent => true,
            Match::NotApplicable | Match::Blocked(_) | Match::Deferred(_) | Match::Failed(_) => {
                false
            }
        }
    }

    /// Returns the settings that this plan's actions do not correct.
    pub(super) fn beyond_this_plan(&self, settings: &[Setting]) -> Vec<Setting> {
        let people = |setting: &Setting| self.capabilities.changed_by(*setting) != ChangedBy::Tool;
        let is_not_read = |setting: &Setting| self.matches[setting.system()] == Match::NotRead;
        settings.iter().copied().filter(|of| people(of) || is_not_read(of)).collect()
    }
}
