//! The plan: everything that apply needs, and everything that people must do.
//!
//! [`Plan`] is the value that all renderers read and that `apply` executes. Its JSON form is
//! the output of `plan --format json` and the file of `--out`.

pub(crate) mod alerts;
mod build;
mod decide;
pub(crate) mod fingerprint;
mod instruction;
mod names;
mod order;
pub(crate) mod origin;
mod recheck;
pub(crate) mod safety;
pub(crate) mod schema;
#[cfg(test)]
mod tests;
pub(crate) mod wave;

pub(crate) use build::decide_fleet;
pub use build::{PlanInput, plan};
pub(crate) use decide::{Decision, Disposition, RetailerDecisions, unknown};
pub(crate) use instruction::{company_named, named_id};
pub(crate) use recheck::{Outdated, Recheck, done};

use crate::model::name::not_sendable;
pub(crate) use crate::model::{Blocker, BlockerCode};
use crate::model::{Id, Live, Setting, System, SystemReading, Value, ValueKind, keyed};
use crate::process::Precondition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the plan's JSON format. Consumers may rely on the major number.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// The changes that make live as desired.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Plan {
    /// The version of this format. Minor versions add keys, major versions change them.
    pub format_version: String,
    /// The environment that the plan was made for. It can be applied to no other.
    pub environment: String,
    /// A SHA-256 over everything that apply would do. Plans with equal fingerprints have equal
    /// effects.
    pub fingerprint: String,
    pub summary: Summary,
    /// Systems whose state is unknown: they could not be read, or are deliberately not read.
    pub unknown_systems: Vec<System>,
    /// The unknown systems that the environment deliberately does not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread_systems: Vec<System>,
    /// The retailers with an entry, sorted by name.
    pub retailers: Vec<RetailerPlan>,
    /// The retailers without an entry of which a system is deliberately not read, or a setting is
    /// not readable, sorted by name: the summary counts them as unchanged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_checked: Vec<String>,
    /// Valid but unusual properties of what the plan creates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<PlanWarning>,
    /// The live OmniRPS retailers that no file declares, sorted by name; absent if OmniRPS was
    /// not fully read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undeclared: Option<Vec<Undeclared>>,
}

/// Something valid but unusual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PlanWarning {
    /// The code of the same diagnostic of `validate`.
    pub code: String,
    /// The name as entered in OmniRPS.
    pub retailer: String,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// A live retailer that no file declares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Undeclared {
    /// The name as entered in OmniRPS.
    pub name: String,
    /// The ids of its records, by system.
    pub ids: BTreeMap<System, String>,
}

/// What `plan` and `status` can exit with 2 for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum FailOn {
    /// A retailer in use whose customers get no credits
    NoCredits,
    /// A retailer for which something is blocked
    Blocked,
    /// A live retailer that no file declares
    Undeclared,
}

impl Plan {
    /// Creates a plan from these entries, with its counts and fingerprint. Retailers without an
    /// entry count as unchanged, in addition to the others, and are dropped unless they have an
    /// alert.
    pub(crate) fn new(
        environment: &str,
        live: &Live,
        retailers: Vec<RetailerPlan>,
        others_unchanged: usize,
    ) -> Plan {
        let is_not_read = |system: &System| *live.reading(*system) == SystemReading::NotRead;
        let plan = Plan {
            environment: environment.into(),
            unknown_systems: live.unknown().collect(),
            unread_systems: live.unknown().filter(is_not_read).collect(),
            ..Plan::default()
        };
        plan.with_entries(retailers, others_unchanged)
    }

    /// Creates a plan of the same environment and live state from other entries, like
    /// [`Plan::new`].
    pub(crate) fn with_entries(
        &self,
        mut retailers: Vec<RetailerPlan>,
        others_unchanged: usize,
    ) -> Plan {
        let unchanged = retailers.iter().filter(|retailer| !retailer.has_entries()).count();
        retailers.retain(|retailer| !retailer.is_empty());
        let mut plan = Plan {
            format_version: FORMAT_VERSION.into(),
            environment: self.environment.clone(),
            fingerprint: String::new(),
            summary: Summary::of(&retailers, others_unchanged + unchanged),
            unknown_systems: self.unknown_systems.clone(),
            unread_systems: self.unread_systems.clone(),
            warnings: retailers.iter().filter_map(RetailerPlan::warning).collect(),
            retailers,
            not_checked: Vec::new(),
            undeclared: None,
        };
        plan.fingerprint = fingerprint::fingerprint(&plan);
        plan
    }

    /// Returns whether the summary counts the entries, and each retailer with one is there once. The
    /// fingerprint covers neither, and both count for the safety limits. How many retailers are
    /// unchanged cannot be known from a plan.
    pub(crate) fn is_counted(&self) -> bool {
        let Plan { retailers, summary, .. } = self;
        let names: BTreeSet<&str> = retailers.iter().map(|of| of.retailer.as_str()).collect();
        *summary == Summary::of(retailers, summary.unchanged)
            && names.len() == retailers.len()
            && !retailers.iter().any(RetailerPlan::is_empty)
    }

    /// Records the hash of each retailer's file, from the bytes that `source` returns.
    pub(crate) fn note_sources<'a>(&mut self, source: impl Fn(&str) -> Option<&'a [u8]>) {
        for retailer in &mut self.retailers {
            retailer.source = source(&retailer.file).map(fingerprint::sha256);
        }
        self.fingerprint = fingerprint::fingerprint(self);
    }

    /// Returns every action with its retailer, in execution order.
    pub fn actions(&self) -> impl Iterator<Item = (&RetailerPlan, &Action)> {
        self.retailers
            .iter()
            .flat_map(|retailer| retailer.actions.iter().map(move |action| (retailer, action)))
    }

    /// Returns the alerts of all retailers.
    pub(crate) fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.retailers.iter().flat_map(|retailer| &retailer.alerts)
    }

    /// Returns whether it has what a command is to fail on.
    pub(crate) fn has(&self, what: FailOn) -> bool {
        match what {
            FailOn::NoCredits => self.alerts().any(|alert| alert.code == AlertCode::NoCredits),
            FailOn::Blocked => self.summary.blocked > 0,
            FailOn::Undeclared => self.undeclared.as_ref().is_some_and(|found| !found.is_empty()),
        }
    }

    /// Returns whether apply would write anything.
    pub(crate) fn has_actions(&self) -> bool {
        self.actions().next().is_some()
    }

    /// Returns the systems that should have been read but could not be.
    pub(crate) fn failed_systems(&self) -> impl Iterator<Item = System> {
        let systems = self.unknown_systems.iter().copied();
        systems.filter(|system| !self.unread_systems.contains(system))
    }

    /// Returns the retailers that are blocked because a system could not be read.
    pub(crate) fn with_failed_reads(&self) -> impl Iterator<Item = &str> {
        self.retailers.iter().filter(|of| of.has_failed_read()).map(|of| of.retailer.as_str())
    }

    /// Returns whether a system that should have been read could not be.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.failed_systems().next().is_some()
    }

    /// Returns the number of retailers that the plan was made for.
    pub(crate) fn retailers_in_scope(&self) -> usize {
        self.retailers.len().saturating_add(self.summary.unchanged)
    }
}

/// The numbers of a plan's entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Summary {
    /// Actions that create a record.
    pub create: usize,
    /// Actions that update a record.
    pub update: usize,
    /// Changes that people must make.
    pub manual: usize,
    /// Changes that wait for people to state a fact.
    pub held: usize,
    /// Problems that prevent something from being planned.
    pub blocked: usize,
    /// Retailers without an entry.
    pub unchanged: usize,
    /// Differences that are only reported.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub observed: usize,
}

impl Summary {
    /// Counts the entries of retailers.
    fn of(retailers: &[RetailerPlan], unchanged: usize) -> Summary {
        let mut summary = Summary { unchanged, ..Summary::default() };
        for retailer in retailers {
            let of = |kind| retailer.actions.iter().filter(|action| action.kind == kind).count();
            summary.create += of(Kind::Create);
            summary.update += of(Kind::Update);
            summary.manual += retailer.manual.len();
            summary.held += retailer.held.len();
            summary.blocked += retailer.blocked.len();
            summary.observed += retailer.observed.len();
        }
        summary
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The entries of one retailer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RetailerPlan {
    /// The name as entered in OmniRPS.
    pub retailer: String,
    /// The path of the retailer's file from the folder where the plan was made.
    pub file: String,
    /// The SHA-256 of the file's bytes, in lower-case hex; apply rejects a retailer whose file
    /// has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What apply writes, in order.
    pub actions: Vec<Action>,
    /// Changes that wait for people to state a fact.
    pub held: Vec<Held>,
    /// Changes that people must make.
    pub manual: Vec<Manual>,
    /// What cannot be planned, and why.
    pub blocked: Vec<Blocker>,
    /// Differences that are only reported, by configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<Entry>,
    /// Conditions that harm customers; they lead every output. The other entries correct them,
    /// as far as the tool can, except in a rollback, whose alerts are about live after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Alert>,
}

impl RetailerPlan {
    /// Returns the changes of all actions.
    pub(crate) fn changes(&self) -> impl Iterator<Item = &Change> {
        self.actions.iter().flat_map(|action| &action.changes)
    }

    /// Returns whether the retailer is blocked because a system could not be read.
    pub(crate) fn has_failed_read(&self) -> bool {
        self.blocked.iter().any(|blocker| blocker.code == BlockerCode::SystemUnknown)
    }

    /// Returns whether nothing is known but that systems could not be read.
    pub(crate) fn is_unknown(&self) -> bool {
        self.changes().next().is_none()
            && self.observed.is_empty()
            && self.blocked.iter().all(|blocker| blocker.code == BlockerCode::SystemUnknown)
    }

    /// Returns all differences from live that nothing holds back.
    fn differences(&self) -> impl Iterator<Item = &Entry> {
        let changes = self.changes().map(|change| &change.entry);
        changes.chain(self.manual.iter().map(|manual| &manual.entry)).chain(&self.observed)
    }

    /// Returns the warning about the creation of an OmniRPS record whose name Loop cannot send:
    /// it cannot be changed there afterwards.
    pub(crate) fn warning(&self) -> Option<PlanWarning> {
        let presence = Setting::presence(System::Omnirps);
        let changes = self.changes().map(|change| change.setting);
        let mut settings = changes.chain(self.manual.iter().map(|entry| entry.setting));
        let c = not_sendable(&self.retailer).filter(|_| settings.any(|it| it == presence))?;
        Some(PlanWarning {
            code: "name-not-sendable".into(),
            retailer: self.retailer.clone(),
            message: format!(
                "the name has the character `{c}` (U+{:04X}), which Loop's uploads cannot send, \
                 and it cannot be changed in OmniRPS later",
                u32::from(c)
            ),
        })
    }

    /// Returns whether the retailer has neither an entry nor an alert.
    pub(crate) fn is_empty(&self) -> bool {
        !self.has_entries() && self.alerts.is_empty()
    }

    /// Returns whether the retailer has anything that is listed below its name: alerts lead.
    pub(crate) fn has_entries(&self) -> bool {
        let RetailerPlan { actions, held, manual, blocked, observed, .. } = self;
        !(actions.is_empty()
            && held.is_empty()
            && manual.is_empty()
            && blocked.is_empty()
            && observed.is_empty())
    }
}

/// A write to one record, with all its changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Action {
    /// `<slug>/<system>/<kind>`; unique in a plan.
    pub id: String,
    pub system: System,
    pub kind: Kind,
    /// The record's id; null for a record to be created.
    pub target_id: Option<String>,
    /// The record's live name, or the name of the record to be created.
    pub name: String,
    /// The ids of the actions that must succeed first.
    pub depends_on: Vec<String>,
    /// The changes of the record's settings, in one write.
    pub changes: Vec<Change>,
}

keyed! {
    /// What an action does to its record.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Kind {
        Create = "create",
        Update = "update",
    }
}

/// The common part of all entries about a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Entry<S = Setting> {
    pub setting: S,
    /// The live value; `apply` overwrites no other. Null if it is unset or unknown.
    pub before: Value,
    /// The desired value.
    pub after: Value,
    /// The id of the step that requires it.
    pub step: String,
    /// The reason, if the retailer file overrides the process.
    #[serde(default, rename = "override", skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
    /// The origin of the difference, if the plan was compared with a base.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
}

impl Entry {
    /// Returns whether an entry that is not a change desires the id of a record which does not exist
    /// yet, or is not read: it has no value. A change names the action that creates the record.
    pub(crate) fn is_id_of_new(&self) -> bool {
        self.setting.info().kind == ValueKind::Id && self.after == Value::Unset
    }

    /// Replaces the setting with its key.
    fn keyed(self) -> Entry<String> {
        let Entry { setting, before, after, step, override_reason, origin } = self;
        Entry { setting: setting.key().into(), before, after, step, override_reason, origin }
    }
}

/// A change that an action writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Change {
    #[serde(flatten)]
    pub entry: Entry,
    /// The id of the record that `after` names, as returned by its system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_id: Option<Id>,
    /// The action that creates the record whose id becomes the value; until then `after` is
    /// null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_from: Option<String>,
    /// The run that the change rolls back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_of: Option<String>,
}

keyed! {
    /// The origin of a difference.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum Origin {
        /// Live already differs from what the files at the base declare.
        Drift = "drift",
        /// The files have changed since the base.
        Pending = "pending",
    }
}

/// A change that waits for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Held {
    /// The setting is `omnireturns_access` for the decision of step E5.
    #[serde(flatten)]
    #[schemars(with = "Entry<schema::HeldSetting>")]
    pub entry: Entry<String>,
    /// What must be stated or corrected first.
    pub waiting_for: Vec<Precondition>,
    /// The line of the file that the entry is about, if it was located.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// A change that a person must make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Manual {
    #[serde(flatten)]
    pub entry: Entry,
    /// Who changes what, and where.
    pub instruction: String,
    /// Whether `before` is null because the live value is not readable.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
    /// Why the tool cannot do it, although the environment allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The line of the file that the entry is about, if it was located.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The value, in words, of a setting that holds the id of a record which does not exist yet.
pub(crate) const ID_OF_NEW: &str = "(the id of the new OmniRPS retailer)";

impl Change {
    /// Creates a change that a step requires.
    pub(crate) fn new(setting: Setting, before: Value, after: Value, step: &str) -> Change {
        let step = step.into();
        let entry = Entry { setting, before, after, step, override_reason: None, origin: None };
        Change { entry, after_id: None, after_from: None, rollback_of: None }
    }
}

/// Implements `Deref` to the common part of an entry.
macro_rules! deref_to_entry {
    ($($holder:ty => $entry:ty),*) => {$(
        impl std::ops::Deref for $holder {
            type Target = $entry;

            fn deref(&self) -> &$entry {
                &self.entry
            }
        }

        impl std::ops::DerefMut for $holder {
            fn deref_mut(&mut self) -> &mut $entry {
                &mut self.entry
            }
        }
    )*};
}

deref_to_entry!(Change => Entry, Held => Entry<String>, Manual => Entry);

/// A condition that harms customers, now or once they use the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Alert {
    pub code: AlertCode,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do.
    pub hint: String,
}

keyed! {
    /// The kinds of alerts.
    #[derive(Serialize, Deserialize, JsonSchema)]
    pub enum AlertCode {
        /// A retailer is in use, and its tracking webhook is missing, wrong or switched off, or it
        /// has no OmniRPS record that could have one.
        NoCredits = "no-credits",
        /// The OmniRPS record has another name than the file, so uploads are refused.
        NameDiffers = "name-differs",
    }
}
