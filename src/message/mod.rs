//! The text that a retailer's next step needs, for pasting into an e-mail. Nothing is sent.
//!
//! Enters: a retailer, the project, and the project's own templates. Leaves: the text.
//! Pure: the command reads the templates.

mod exact_name;
#[cfg(test)]
mod tests;

pub(crate) use exact_name::ExactNames;

use crate::model::types::{all_of, shown};
use crate::model::{Advice, Capabilities, Milestone, Partner, Project, Retailer, Role};
use crate::process::journey::{self, DoneBy, Task};
use crate::process::{OVERRIDE, Precondition};
use crate::status::{HandedOver, LoopUpload, RetailerStatus, StepStatus, TaskState};
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context};

/// The topic of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MessageKind {
    /// To the retailer: the link to the onboarding form (N3)
    OnboardingForm,
    /// To the retailer: SEKO's onboarding documents (N4)
    Documents,
    /// To the retailer: how to ask for the keys (E1)
    KeysRequest,
    /// To the partner: the keys, the exact name and the hub addresses (N6, E2)
    Handover,
    /// To the partner: make a test label and a test return (N7, E3)
    Test,
    /// To the partner and the hub: a test return was not processed (N8)
    Connote,
    /// To the partner: confirm that the integration is ready (N9)
    Confirmation,
    /// To the retailer: confirm the switch-over (E4)
    SwitchOver,
    /// To the retailer: whether it keeps OmniReturns (E5)
    Access,
    /// To the partner: whether returns arrive (E8)
    Uploads,
    /// To all: confirm that the retailer is live (N10, E8)
    Live,
}

impl MessageKind {
    /// Returns the built-in template, and the name of the file that replaces it.
    pub(crate) fn template(self) -> (&'static str, &'static str) {
        match self {
            MessageKind::OnboardingForm => {
                ("onboarding-form.txt", include_str!("onboarding-form.txt"))
            }
            MessageKind::Documents => ("documents.txt", include_str!("documents.txt")),
            MessageKind::KeysRequest => ("keys-request.txt", include_str!("keys-request.txt")),
            MessageKind::Handover => ("handover.txt", include_str!("handover.txt")),
            MessageKind::Test => ("test.txt", include_str!("test.txt")),
            MessageKind::Connote => ("connote.txt", include_str!("connote.txt")),
            MessageKind::Confirmation => ("confirmation.txt", include_str!("confirmation.txt")),
            MessageKind::SwitchOver => ("switch-over.txt", include_str!("switch-over.txt")),
            MessageKind::Access => ("access.txt", include_str!("access.txt")),
            MessageKind::Uploads => ("uploads.txt", include_str!("uploads.txt")),
            MessageKind::Live => ("live.txt", include_str!("live.txt")),
        }
    }

    /// Returns whether it states the retailer's name byte for byte, for the uploads.
    pub(crate) fn states_exact_name(self) -> bool {
        matches!(self, MessageKind::OnboardingForm | MessageKind::Handover | MessageKind::Connote)
    }

    /// Returns the text for a task, if it needs one.
    fn of(task: &Task) -> Option<MessageKind> {
        Some(match task.done_by {
            DoneBy::Access => MessageKind::Access,
            DoneBy::Milestone(milestone) => match milestone {
                // SEKO's own confirmation needs no text to another.
                Milestone::Introduced | Milestone::ConfirmedBySeko => return None,
                Milestone::OnboardingFormSent => MessageKind::OnboardingForm,
                Milestone::DocumentsCompleted => MessageKind::Documents,
                Milestone::KeysRequested => MessageKind::KeysRequest,
                Milestone::KeysSupplied => MessageKind::Handover,
                Milestone::TestLabel | Milestone::TestReturn => MessageKind::Test,
                Milestone::ConnoteProcessed => MessageKind::Connote,
                Milestone::ConfirmedByLoop => MessageKind::Confirmation,
                Milestone::SwitchedToLoop => MessageKind::SwitchOver,
                Milestone::UploadsChecked => MessageKind::Uploads,
                Milestone::Live => MessageKind::Live,
            },
            DoneBy::AccountManager | DoneBy::Settings(_) => return None,
        })
    }

    /// Returns whether it is the text for a task.
    fn is_for(self, task: &Task) -> bool {
        MessageKind::of(task) == Some(self)
    }
}

/// A retailer and its place in its journey.
#[derive(Clone, Copy)]
pub(crate) struct Recipient<'a> {
    pub retailer: &'a Retailer,
    pub status: &'a RetailerStatus,
    /// The recorded handoff of its keys.
    pub handoff: Option<&'a HandedOver>,
}

impl<'a> Recipient<'a> {
    /// Returns the message that a next step needs, or `None` if no step is next or none of them
    /// needs one. Keys that have changed since the handoff are handed over again.
    pub(crate) fn next(self) -> Option<MessageKind> {
        let is_changed = self.changed().is_some();
        let tasks = journey::tasks(self.retailer.journey);
        let mut next = tasks.iter().filter(|task| {
            self.state(task) == Some(TaskState::Next)
                || is_changed && MessageKind::Handover.is_for(task)
        });
        next.find_map(MessageKind::of)
    }

    /// Returns why no message is for a next step, and what to do.
    pub(crate) fn without(self) -> Advice {
        let Retailer { name, slug, .. } = self.retailer;
        let (why, shows) = match self.status.waiting_for.is_empty() {
            true => (format!("no milestone of {name} is due"), "whether its settings are right"),
            false => (format!("the next step of {name} needs no message"), "what comes next"),
        };
        let hint = format!(
            "choose one with --kind, as `reconcile message --help` lists them; `reconcile status \
             {slug}` shows {shows}"
        );
        Advice::new(why, hint)
    }

    /// Returns whether the systems have to be read to know if a message is due: a message assumes
    /// that the settings of earlier steps are right, which a file does not state.
    pub(crate) fn needs_live(self, kind: MessageKind) -> bool {
        let is_announced = kind == MessageKind::Handover && self.has_keys();
        !is_announced && self.settings_before(kind).any(|of| of.state == TaskState::Unknown)
    }

    /// Returns what makes a message untrue or incomplete.
    pub(crate) fn warnings(
        self,
        kind: MessageKind,
        partner: &Partner,
        capabilities: &Capabilities,
    ) -> Vec<String> {
        let Retailer { name, slug, file, .. } = self.retailer;
        let mut warnings = Vec::from_iter(self.too_early(kind).or_else(|| self.too_late(kind)));
        if kind == MessageKind::Handover && !self.has_keys() {
            let why = match self.changed() {
                Some(what) => format!("{what} of {name} changed since the keys were handed over"),
                None => format!("no handoff of the keys of {name} is recorded"),
            };
            let to_do = match capabilities.no_keys {
                None => format!("`reconcile handoff {slug}` makes the encrypted file"),
                Some(system) => format!(
                    "no file can be made, because keys cannot be fetched from {system}: hand them \
                     over by hand, and change what the text says of an encrypted file"
                ),
            };
            warnings.push(format!("{why}; {to_do}"));
        }
        if kind == MessageKind::Handover && self.retailer.hubs(partner).is_empty() {
            warnings.push(format!(
                "the text has no hub addresses: no `hub_addresses` are named in {file} or the \
                 project file"
            ));
        }
        warnings
    }

    /// Returns whether a handoff of the present keys, name and hub addresses is recorded, or one is
    /// stated.
    fn has_keys(self) -> bool {
        match self.handoff {
            Some(_) => self.changed().is_none(),
            None => self.retailer.reached(Milestone::KeysSupplied),
        }
    }

    /// Returns what has changed since the recorded handoff.
    fn changed(self) -> Option<String> {
        let (_, what) = self.handoff?.changed(&self.retailer.name)?;
        Some(what)
    }

    /// Returns whether returns are known to arrive: people have checked it, or the partner's own
    /// upload was seen.
    fn returns_arrive(self) -> bool {
        self.retailer.reached(Milestone::UploadsChecked)
            || self.status.loop_upload == LoopUpload::Proven
    }

    /// Returns the steps with settings that come before a message.
    fn settings_before(self, kind: MessageKind) -> impl Iterator<Item = &'a StepStatus> {
        let tasks = journey::tasks(self.retailer.journey);
        let first = tasks.iter().find(|task| kind.is_for(task)).map_or(0, |task| task.turn);
        let is_earlier =
            |task: &&Task| matches!(task.done_by, DoneBy::Settings(_)) && task.turn < first;
        let mut before: Vec<&str> =
            tasks.iter().filter(is_earlier).map(|task| task.step.id).collect();
        if !before.is_empty() {
            before.push(OVERRIDE.id);
        }
        self.status.steps.iter().filter(move |of| before.contains(&of.step))
    }

    /// Returns why a message is too early, if it is.
    pub(crate) fn too_early(self, kind: MessageKind) -> Option<String> {
        let Recipient { retailer: Retailer { name, journey, .. }, status, .. } = self;
        let mut tasks = journey::tasks(*journey);
        tasks.retain(|task| kind.is_for(task));
        let Some(first) = tasks.first() else {
            let journey = status.journey.key();
            return Some(format!("{name} has the journey `{journey}`, which has no such message"));
        };
        let is_reached = tasks.iter().any(|task| self.state(task) != Some(TaskState::Waiting));
        let is_unknown = self.needs_live(kind);
        match status.stage.step.filter(|_| !is_reached) {
            // According to the file alone, the step may be of the same name.
            Some(now) if !is_unknown || now != first.step.id => {
                return Some(format!(
                    "{name} is at step {now}, and this text is for {}",
                    first.step.id
                ));
            }
            _ if is_unknown => {
                return Some(format!("whether the settings of {name} are right is not known"));
            }
            _ => {}
        }
        let is_open = |of: &&StepStatus| matches!(of.state, TaskState::Next | TaskState::Waiting);
        let open: Vec<&str> =
            self.settings_before(kind).filter(is_open).map(|of| of.step).collect();
        let steps = open.join(", ");
        (!open.is_empty()).then(|| format!("the settings of {name} are not right yet ({steps})"))
    }

    /// Returns that the steps of a message are done, if they are. The keys can be announced after
    /// their handoff was stated.
    fn too_late(self, kind: MessageKind) -> Option<String> {
        let mut tasks = journey::tasks(self.retailer.journey);
        tasks.retain(|task| kind.is_for(task));
        let is_done = |task: &Task| self.state(task) == Some(TaskState::Done);
        if kind == MessageKind::Handover || !tasks.iter().all(is_done) {
            return None;
        }
        let access = Precondition::OmnireturnsAccess.key();
        let keys = tasks.iter().map(|task| task.milestone().map_or(access, Milestone::key));
        let keys: Vec<&str> = keys.collect();
        let are = if keys.len() == 1 { "is" } else { "are" };
        Some(format!("{} {are} stated already", all_of(&keys)))
    }

    fn state(self, task: &Task) -> Option<TaskState> {
        let mut steps = self.status.steps.iter();
        let of = steps.find(|of| of.step == task.step.id && of.milestone == task.milestone());
        of.map(|of| of.state)
    }
}

/// A template that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadTemplate {
    pub line: usize,
    pub why: String,
}

/// The variables of every template.
const VARIABLES: [&str; 9] = [
    "retailer",
    "account_manager",
    "connote",
    "hub_addresses",
    "returns_arrive",
    "partner",
    "company",
    "name_suffix",
    "onboarding_form_url",
];

/// Renders a message from a template.
pub(crate) fn message(
    template: &str,
    recipient: Recipient<'_>,
    project: &Project,
) -> Result<String, BadTemplate> {
    let (partner, retailer) = (&project.partner, recipient.retailer);
    let connote = [Milestone::ConnoteProcessed, Milestone::TestReturn, Milestone::TestLabel]
        .iter()
        .find_map(|milestone| retailer.milestones.get(milestone)?.connote.as_deref());
    let roles = project.roles();
    let account_manager =
        retailer.account_manager.as_deref().or(roles.person(Role::AccountManager));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = context! {
        retailer => &retailer.name,
        account_manager,
        connote,
        hub_addresses => Serde(retailer.hubs(partner)),
        returns_arrive => recipient.returns_arrive(),
        partner => &partner.name,
        company => &partner.company,
        name_suffix => &partner.name_suffix,
        onboarding_form_url => partner.onboarding_form_url.as_str(),
    };
    let text = environment.render_str(template, values).map_err(|error| BadTemplate {
        line: error.line().unwrap_or(1),
        why: match (error.kind(), error.detail()) {
            (ErrorKind::UndefinedError, _) => {
                let line = template
                    .lines()
                    .nth(error.line().unwrap_or(1).saturating_sub(1))
                    .unwrap_or_default();
                format!(
                    "{} has an undefined variable; there are {}",
                    shown(line.trim()),
                    all_of(&VARIABLES)
                )
            }
            (_, Some(detail)) => detail.to_owned(),
            (kind, None) => kind.to_string(),
        },
    })?;
    Ok(format!("{}\n", text.trim_end()))
}
