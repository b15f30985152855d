//! Determines who must act next, and what they must do.

use super::input::StatusInput;
use super::settings::{Known, Planned};
use super::tasks::Tasks;
use super::{StepStatus, TaskState, WaitingFor};
use crate::model::{Milestone, Retailer, Role, Roles, Setting, System, listed};
use crate::plan::{Action, AlertCode, Blocker, BlockerCode, Entry, Kind, Manual, RetailerPlan};
use crate::process::journey::{self, DoneBy, Task};
use crate::process::{self, Precondition};
use crate::shell::NOTHING_TO_STATE;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a retailer to determine who must act.
pub(super) struct WhoMustAct<'a> {
    pub known: &'a Known<'a>,
    pub tasks: &'a Tasks,
}

impl WaitingFor {
    /// Returns whether both are for the same people in one step that they state.
    fn is_of_one_step_with(&self, other: &WaitingFor) -> bool {
        let is_stated = !self.commands.is_empty() && !other.commands.is_empty();
        is_stated && self.roles == other.roles && self.steps == other.steps
    }

    fn add(&mut self, other: WaitingFor) {
        // Both say it, and it is enough once.
        let to_do = self.to_do.strip_suffix(&nothing_to_state()).unwrap_or(&self.to_do);
        self.to_do = format!("{to_do}, and {}", other.to_do);
        for command in other.commands {
            if !self.commands.contains(&command) {
                self.commands.push(command);
            }
        }
    }
}

impl WhoMustAct<'_> {
    /// Returns everyone who must act, in the order of the steps.
    pub(super) fn waiting_for(&self) -> Vec<WaitingFor> {
        let mut waiting = self.settings();
        let open = self.tasks.all.iter().filter(|(_, step)| step.state == TaskState::Next);
        waiting.extend(open.filter_map(|(task, _)| self.task(task)));
        waiting.extend(self.other_keys());
        waiting.extend(self.other_name());
        waiting.sort_by_key(|(turn, _)| *turn);
        if waiting.is_empty() {
            waiting.extend(self.unread());
        }
        let mut merged: Vec<WaitingFor> = Vec::new();
        for (_, waiting) in waiting {
            match merged.last_mut() {
                Some(last) if last.is_of_one_step_with(&waiting) => last.add(waiting),
                _ => merged.push(waiting),
            }
        }
        merged
    }

    fn retailer(&self) -> &Retailer {
        self.known.retailer
    }

    fn waiting(
        &self,
        roles: &[Role],
        steps: Vec<&'static str>,
        to_do: String,
        commands: Vec<String>,
        since: Option<Date>,
    ) -> WaitingFor {
        let commands = commands.iter().map(|command| self.known.input.options.add_to(command));
        let (all, own) = (self.roles(), self.retailer().account_manager.as_deref());
        // In some time zones it may already be tomorrow.
        let days = since.map(|since| (self.known.input.today - since).get_days().max(0));
        let people = roles.iter().filter_map(|role| all.person_for(*role, own));
        WaitingFor {
            roles: roles.to_vec(),
            who: all.titles_for(roles, own),
            steps,
            to_do,
            commands: commands.collect(),
            is_choice: false,
            since,
            days,
            overdue_days: None,
            people: people.map(str::to_owned).collect(),
        }
    }

    fn roles(&self) -> Roles<'_> {
        let StatusInput { partner, people, .. } = self.known.input;
        Roles { partner: &partner.name, people }
    }

    /// Returns who does a task that people state.
    fn task(&self, task: &Task) -> Option<(usize, WaitingFor)> {
        let Retailer { name, slug, .. } = self.retailer();
        let asks = task.step.asks;
        let mut is_choice = false;
        let (to_do, commands) = match task.done_by {
            DoneBy::Settings(_) => return None,
            DoneBy::AccountManager => {
                let attest = format!("reconcile attest {slug} --account-manager NAME");
                (format!("{asks}, and name the account manager"), vec![attest])
            }
            DoneBy::Access => (
                format!("{asks}: `required` or `not_required`"),
                vec![format!("reconcile decide {slug} ACCESS --by NAME")],
            ),
            DoneBy::Milestone(milestone) => {
                let helps = self.helper_command(milestone);
                let is_rehearsed = self.is_rehearsed(milestone);
                let connote = if milestone.has_connote() { " --connote NO" } else { "" };
                let attest = format!("reconcile attest {slug} {milestone}{connote}");
                let attest = Some(attest).filter(|_| !is_rehearsed);
                let (mut to_do, command) = match (milestone, self.known.handed_over()) {
                    (Milestone::KeysSupplied, Some(handed)) => match handed.changed(name) {
                        Some((_, what)) => (repeat_handoff(&what), helps),
                        None if is_rehearsed => ("the keys have been handed over".into(), None),
                        None => ("state that the keys have been handed over".into(), None),
                    },
                    (Milestone::OnboardingFormSent, _) => {
                        let form = &self.known.input.partner.onboarding_form_url;
                        (format!("{asks}, {form}"), None)
                    }
                    _ => {
                        let is_helped = helps.is_some() && milestone != Milestone::KeysSupplied;
                        is_choice = is_helped && attest.is_some();
                        (asks.into(), helps)
                    }
                };
                if is_rehearsed {
                    to_do.push_str(&nothing_to_state());
                }
                (to_do, command.into_iter().chain(attest).collect())
            }
        };
        let since = self.tasks.since(task.turn);
        let waiting = self.waiting(task.who, vec![task.step.id], to_do, commands, since);
        Some((task.turn, WaitingFor { is_choice, ..waiting }))
    }

    /// Returns the command that helps to reach a milestone, as the environment allows it.
    fn helper_command(&self, milestone: Milestone) -> Option<String> {
        let StatusInput { options, capabilities, .. } = *self.known.input;
        let needs_uploads =
            matches!(milestone, Milestone::ConnoteProcessed | Milestone::UploadsChecked);
        let needs_keys = matches!(
            milestone,
            Milestone::KeysSupplied | Milestone::TestLabel | Milestone::TestReturn
        );
        if needs_uploads && capabilities.no_uploads || needs_keys && capabilities.no_keys.is_some()
        {
            return None;
        }
        let mut command = journey::helper_command(milestone, &self.retailer().slug)?;
        if options.is_rehearsal {
            command = command.replace(" --record", "");
        }
        if options.is_real && matches!(milestone, Milestone::TestLabel | Milestone::TestReturn) {
            command.push_str(" --in-production");
        }
        Some(command)
    }

    /// Returns whether the environment would prove a milestone that the file states of another one.
    fn is_rehearsed(&self, milestone: Milestone) -> bool {
        let is_proven = journey::helper_command(milestone, "").is_some();
        is_proven && self.known.input.options.is_rehearsal
    }

    /// Returns who corrects live differences, and what prevents stating them as done.
    fn settings(&self) -> Vec<(usize, WaitingFor)> {
        let Some(Planned { entries: planned, .. }) = self.known.planned else {
            return Vec::new();
        };
        let turn = self.settings_turn();
        let waiting = |steps, to_do, commands, since| {
            (turn, self.waiting(&[Role::Onboarding], steps, to_do, commands, since))
        };
        let mut all = Vec::new();
        if !planned.actions.is_empty() {
            let systems = names(planned.actions.iter().map(|action| action.system));
            let changes = planned.actions.iter().flat_map(|action| &action.changes);
            let steps = self.steps(|step| changes.clone().any(|change| change.step == step.step));
            let command = format!("reconcile apply --only {}", self.retailer().slug);
            let since = self.since_if_never_right(changes.map(|change| change.setting));
            let to_do = format!("apply the changes in {systems}{}", self.unless(planned));
            all.push(waiting(steps, to_do, vec![command], since));
        }
        for Manual { entry: Entry { setting, step: of, .. }, instruction, .. } in &planned.manual {
            let by_hand = setting.info().by_hand;
            let who = format!("{}: ", by_hand.who());
            let to_do = instruction.strip_prefix(&who).unwrap_or(instruction);
            let steps = self.steps(|step| step.step == of);
            let since = self.since_if_never_right([*setting]);
            all.push((turn, self.waiting(&[by_hand.role], steps, to_do.into(), vec![], since)));
        }
        let blocked =
            planned.blocked.iter().filter(|problem| problem.code != BlockerCode::SystemUnknown);
        for Blocker { system, message, hint, .. } in blocked {
            let mut steps = self.steps(|step| self.concerns(step, *system));
            if steps.is_empty() {
                // The system has no desired values before the next decision.
                steps.extend(self.tasks.first_open().map(|task| task.step.id));
            }
            let of_system = self.known.desired.settings.iter().map(|desired| desired.setting);
            let since =
                self.since_if_never_right(of_system.filter(|setting| setting.system() == *system));
            all.push(waiting(steps, format!("{message}: {hint}"), Vec::new(), since));
        }
        let holding = holding(planned);
        for (&setting, held) in &holding {
            let waits = if held.len() == 1 { "waits" } else { "wait" };
            let to_do =
                format!("{}: {} {waits} for it", self.release(planned, setting), listed(held));
            let role = setting.info().by_hand.role;
            let steps = self.steps(|step| held.iter().any(|held| held == step.step));
            let since = self.since_if_never_right([setting]);
            all.push((turn, self.waiting(&[role], steps, to_do, vec![], since)));
        }
        if let Some(Entry { setting, step: of, .. }) = without_credits(planned, &holding) {
            let to_do = format!("{}: customers get no credits", self.release(planned, *setting));
            let steps = self.steps(|step| step.step == of);
            let since = self.since_if_never_right([*setting]);
            let role = setting.info().by_hand.role;
            all.push((turn, self.waiting(&[role], steps, to_do, vec![], since)));
        }
        all
    }

    /// Describes what has to be certain before changes are applied.
    fn unless(&self, planned: &RetailerPlan) -> &'static str {
        let is_create =
            |action: &Action| action.kind == Kind::Create && action.system == System::Omnirps;
        let has_customers = process::use_by_customers(self.retailer()).is_some();
        if planned.alerts.iter().any(|alert| alert.code == AlertCode::NameDiffers) {
            ", once it is certain that its OmniRPS record is this retailer's"
        } else if has_customers && planned.actions.iter().any(is_create) {
            ", unless OmniRPS has its record under another name"
        } else {
            ""
        }
    }

    /// Describes what has to be done about a setting that others wait for, and that the plan asks
    /// nobody to correct.
    fn release(&self, planned: &RetailerPlan, setting: Setting) -> String {
        let (system, retailer) = (setting.system(), self.retailer());
        if let Some(Entry { before, after, .. }) =
            planned.observed.iter().find(|observed| observed.setting == setting)
        {
            return format!("correct `{setting}` in {system}, from {before} to {after}");
        }
        if setting.is_presence() {
            let (key, file) = (system.key(), &retailer.file);
            return format!("pin the id of the {system} record as `ids.{key}` in {file}");
        }
        let closing = process::closing_milestones(retailer.journey)[0];
        format!("make sure that `{setting}` is right in {system}, then state `{closing}`")
    }

    /// Returns since when these settings wait: the first of them that could be set. The age of a
    /// difference that was once correct is unknown.
    fn since_if_never_right(&self, settings: impl IntoIterator<Item = Setting>) -> Option<Date> {
        let retailer = self.retailer();
        let settings: Vec<Setting> = settings.into_iter().collect();
        if settings.iter().any(|setting| process::is_closed(retailer, *setting)) {
            return None;
        }
        let since = process::open_since(retailer, self.known.input.partner, &settings);
        since.or_else(|| self.tasks.since(self.settings_turn()))
    }

    fn settings_turn(&self) -> usize {
        let mut tasks = self.tasks.all.iter();
        let settings = tasks.find(|(task, _)| matches!(task.done_by, DoneBy::Settings(_)));
        settings.map_or(0, |(task, _)| task.turn)
    }

    fn steps(&self, is: impl Fn(&StepStatus) -> bool) -> Vec<&'static str> {
        let mut steps: Vec<&'static str> = Vec::new();
        for (_, step) in &self.tasks.all {
            if is(step) && !steps.contains(&step.step) {
                steps.push(step.step);
            }
        }
        steps
    }

    fn concerns(&self, step: &StepStatus, system: System) -> bool {
        let mut settings = self.known.desired.settings.iter();
        settings.any(|desired| desired.step.id == step.step && desired.setting.system() == system)
    }

    /// Returns who acts if something has changed since the handoff and nobody is asked to state
    /// the handoff.
    fn other_keys(&self) -> Option<(usize, WaitingFor)> {
        let (day, what) = self.known.handed_over()?.changed(&self.retailer().name)?;
        let (task, step) = self.handing_over()?;
        if step.state == TaskState::Next {
            return None;
        }
        let (to_do, commands) = (repeat_handoff(&what), vec![self.handoff()]);
        Some((task.turn, self.waiting(task.who, vec![task.step.id], to_do, commands, day)))
    }

    /// Returns who acts if the name to hand over is not the one in OmniRPS.
    fn other_name(&self) -> Option<(usize, WaitingFor)> {
        let mut alerts = self.known.planned?.entries.alerts.iter();
        let alert = alerts.find(|alert| alert.code == AlertCode::NameDiffers)?;
        let (task, _) = self.handing_over()?;
        let (step, to_do) = (vec![task.step.id], alert.hint.clone());
        Some((task.turn, self.waiting(&[Role::Onboarding], step, to_do, Vec::new(), None)))
    }

    /// Returns the task of handing over the keys and the name.
    fn handing_over(&self) -> Option<&(Task, StepStatus)> {
        let is_keys = |task: &Task| task.done_by == DoneBy::Milestone(Milestone::KeysSupplied);
        self.tasks.all.iter().find(|(task, _)| is_keys(task))
    }

    fn handoff(&self) -> String {
        format!("reconcile handoff {}", self.retailer().slug)
    }

    /// Returns who acts if a system must be read first.
    fn unread(&self) -> Option<(usize, WaitingFor)> {
        let planned = self.known.planned?;
        let steps = self.steps(|step| step.state == TaskState::Unknown);
        let systems = names(planned.live.failed().map(|(system, _)| system));
        if steps.is_empty() || systems.is_empty() {
            return None;
        }
        let to_do = format!("find out why {systems} cannot be read");
        let commands = vec!["reconcile doctor".into()];
        Some((0, self.waiting(&[Role::Onboarding], steps, to_do, commands, None)))
    }
}

/// Returns the end of what is to be done in an environment about which the files state nothing.
fn nothing_to_state() -> String {
    format!("; {NOTHING_TO_STATE}")
}

/// Returns the settings that others wait for and that nobody is asked to correct, each with the
/// steps of the others.
fn holding(planned: &RetailerPlan) -> BTreeMap<Setting, Vec<String>> {
    let manual = planned.manual.iter().map(|manual| manual.entry.setting);
    let changes = planned.actions.iter().flat_map(|action| &action.changes);
    let asked: BTreeSet<Setting> = manual.chain(changes.map(|change| change.setting)).collect();
    let mut holding: BTreeMap<Setting, Vec<String>> = BTreeMap::new();
    for held in &planned.held {
        for waiting in &held.waiting_for {
            if let Precondition::Setting(setting) = waiting
                && !asked.contains(setting)
            {
                let steps = holding.entry(*setting).or_default();
                if !steps.contains(&held.entry.step) {
                    steps.push(held.entry.step.clone());
                }
            }
        }
    }
    holding
}

/// Returns the setting that customers need for their credits and that, by configuration, nobody
/// corrects, unless others wait for it.
fn without_credits<'a>(
    planned: &'a RetailerPlan,
    holding: &BTreeMap<Setting, Vec<String>>,
) -> Option<&'a Entry> {
    let is_alarm = planned.alerts.iter().any(|alert| alert.code == AlertCode::NoCredits);
    let needed = [
        Setting::OmnirpsRetailer,
        Setting::OmnirpsTrackingWebhookUrl,
        Setting::OmnirpsTrackingWebhookEnabled,
    ];
    let mut observed = planned.observed.iter().filter(|of| needed.contains(&of.setting));
    observed.next().filter(|of| is_alarm && !holding.contains_key(&of.setting))
}

fn repeat_handoff(changed: &str) -> String {
    format!("hand over the keys again: {changed} changed since")
}

fn names(systems: impl Iterator<Item = System>) -> String {
    listed(&systems.map(|system| system.to_string()).collect::<Vec<_>>())
}
