//! The text that a retailer's next step needs, for pasting into an e-mail. Nothing is sent.
//!
//! Enters: a retailer, the project, and the project's own templates. Leaves: the text.
//! Pure: the command reads the templates.

mod exact_name;

pub(crate) use exact_name::ExactNames;

use crate::model::types::{all_of, shown};
use crate::model::{Advice, Milestone, Partner, Project, Retailer, Role};
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
    pub(crate) fn warnings(self, kind: MessageKind, partner: &Partner) -> Vec<String> {
        let Retailer { name, slug, file, .. } = self.retailer;
        let mut warnings = Vec::from_iter(self.too_early(kind).or_else(|| self.too_late(kind)));
        if kind == MessageKind::Handover && !self.has_keys() {
            let why = match self.changed() {
                Some(what) => format!("{what} of {name} changed since the keys were handed over"),
                None => format!("no handoff of the keys of {name} is recorded"),
            };
            let makes = format!("`reconcile handoff {slug}` makes the encrypted file");
            warnings.push(format!("{why}; {makes}"));
        }
        if kind == MessageKind::Handover && self.retailer.hubs(partner).is_empty() {
            warnings.push(format!(
                "the text has no hub addresses: no `hub_addresses` are named in {file} or the \
                 project file"
            ));
        }
        warnings
    }

    /// Returns whether a handoff of the present keys, name and hub addresses is recorded, or one is stated.
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
        let keys = tasks.iter().map(|task| match task.done_by {
            DoneBy::Milestone(milestone) => milestone.key(),
            _ => Precondition::OmnireturnsAccess.key(),
        });
        let keys: Vec<&str> = keys.collect();
        let are = if keys.len() == 1 { "is" } else { "are" };
        Some(format!("{} {are} stated already", all_of(&keys)))
    }

    fn state(self, task: &Task) -> Option<TaskState> {
        let milestone = match task.done_by {
            DoneBy::Milestone(milestone) => Some(milestone),
            DoneBy::AccountManager | DoneBy::Access | DoneBy::Settings(_) => None,
        };
        let mut steps = self.status.steps.iter();
        let of = steps.find(|of| of.step == task.step.id && of.milestone == milestone);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Journey;
    use crate::process::milestones::milestone_rules;
    use crate::status::JourneyRecords;
    use crate::testing::fleet;
    use clap::ValueEnum;

    fn retailer(yaml: &str) -> Retailer {
        fleet(yaml).remove(0)
    }

    fn project() -> Project {
        crate::config::check(&crate::config::Sources::default(), jiff::civil::date(2026, 11, 23))
            .project
    }

    fn status(retailer: &Retailer) -> RetailerStatus {
        let date = jiff::civil::date(2026, 11, 23);
        crate::status::of_one(retailer, &project(), &JourneyRecords::default(), None, date)
    }

    fn rendered(template: &str, retailer: &Retailer) -> Result<String, BadTemplate> {
        let status = status(retailer);
        let of = Recipient { retailer, status: &status, handoff: None };
        message(template, of, &project())
    }

    fn handed_over(name: &str) -> HandedOver {
        let on = jiff::civil::date(2026, 10, 2);
        HandedOver { on, name: name.into(), has_other_hubs: false, checked: None }
    }

    fn next(yaml: &str) -> Option<MessageKind> {
        let retailer = retailer(yaml);
        let status = status(&retailer);
        Recipient { retailer: &retailer, status: &status, handoff: None }.next()
    }

    /// Returns a retailer file with the first milestones of a journey.
    fn file(journey: Journey, rest: &str, reached: usize) -> String {
        let reached = milestone_rules(journey)[..reached].iter();
        let milestones: Vec<String> =
            reached.map(|rule| format!("{}: 2026-10-02", rule.milestone.key())).collect();
        let (journey, milestones) = (journey.key(), milestones.join(", "));
        format!("retailer: Acme\njourney: {journey}\n{rest}milestones: {{{milestones}}}\n")
    }

    #[test]
    fn each_step_has_its_message() {
        use MessageKind::*;
        for (reached, expected) in [
            (0, None),
            (1, Some(OnboardingForm)),
            (2, Some(Documents)),
            (3, Some(Handover)),
            (4, Some(Test)),
            (5, Some(Test)),
            (6, Some(Connote)),
            (7, Some(Confirmation)),
            (8, Some(Confirmation)),
            (9, Some(Live)),
        ] {
            assert_eq!(next(&file(Journey::New, "", reached)), expected, "{reached}");
        }
        for (rest, reached, expected) in [
            ("", 0, Some(KeysRequest)),
            ("", 1, Some(Handover)),
            ("", 2, Some(Test)),
            ("", 4, Some(SwitchOver)),
            ("", 5, Some(Access)),
            ("omnireturns_access: required\n", 5, Some(Uploads)),
            ("omnireturns_access: required\n", 6, Some(Live)),
            ("omnireturns_access: required\n", 7, None),
        ] {
            let file = file(Journey::EXISTING, rest, reached);
            assert_eq!(next(&file), expected, "{file}");
        }
        let switched = "milestones: {switched_to_loop: 2026-10-02}\n";
        let switched = format!("retailer: Acme\njourney: existing\n{switched}");
        assert_eq!(next(&switched), Some(Access));
        // The partner is not asked to confirm what it has confirmed.
        let by_loop = file(Journey::New, "", 9).replace("confirmed_by_seko: 2026-10-02, ", "");
        assert_eq!(next(&by_loop), None);
    }

    #[test]
    fn a_handoff_under_another_name_is_not_announced() {
        for (reached, name, expected, warnings) in [
            (2, "Acme", MessageKind::Test, 0),
            (2, "Acme Ltd", MessageKind::Handover, 1),
            (1, "Acme Ltd", MessageKind::Handover, 1),
        ] {
            let retailer = retailer(&file(Journey::EXISTING, "", reached));
            let status = status(&retailer);
            let handed = handed_over(name);
            let of = Recipient { retailer: &retailer, status: &status, handoff: Some(&handed) };
            assert_eq!(of.next(), Some(expected), "{reached} {name}");
            let told = of.warnings(MessageKind::Handover, &project().partner);
            let other = "the name of Acme changed since the keys were handed over; `reconcile \
                         handoff acme` makes the encrypted file";
            assert_eq!(told.iter().filter(|told| *told == other).count(), warnings, "{told:?}");
            assert_eq!(told.len(), warnings + 1, "there are no hub addresses: {told:?}");
        }
    }

    #[test]
    fn a_text_for_a_step_that_is_done_is_warned_of() {
        use MessageKind::*;
        let decided = "omnireturns_access: required\n";
        for (file, kind, expected) in [
            (file(Journey::New, "", 7), Connote, Some("`connote_processed` is stated already")),
            (file(Journey::New, "", 6), Connote, None),
            (file(Journey::New, "", 7), Handover, None),
            (
                file(Journey::EXISTING, "", 4),
                Test,
                Some("`test_label` and `test_return` are stated already"),
            ),
            (file(Journey::EXISTING, "", 3), Test, None),
            (
                file(Journey::EXISTING, decided, 5),
                Access,
                Some("`omnireturns_access` is stated already"),
            ),
        ] {
            let retailer = retailer(&file);
            let status = status(&retailer);
            let of = Recipient { retailer: &retailer, status: &status, handoff: None };
            assert_eq!(of.too_late(kind).as_deref(), expected, "{kind:?} {file}");
        }
    }

    #[test]
    fn live_shows_whether_there_are_keys_to_announce() {
        let handed = handed_over("Acme");
        for (reached, handoff, expected) in
            [(3, None, true), (3, Some(&handed), false), (4, None, false)]
        {
            let retailer = retailer(&file(Journey::New, "", reached));
            let status = status(&retailer);
            let of = Recipient { retailer: &retailer, status: &status, handoff };
            assert_eq!(of.needs_live(MessageKind::Handover), expected);
            assert_eq!(of.too_early(MessageKind::Handover).is_some(), expected);
            assert!(!of.needs_live(MessageKind::Documents) && of.needs_live(MessageKind::Test));
        }
    }

    #[test]
    fn a_text_for_a_later_step_is_too_early() {
        use MessageKind::*;
        for (file, kind, expected) in [
            (file(Journey::New, "", 2), Live, Some("Acme is at step N4, and this text is for N10")),
            (
                file(Journey::New, "", 6),
                Confirmation,
                Some("Acme is at step N8, and this text is for N9"),
            ),
            (file(Journey::New, "", 2), Documents, None),
            (
                file(Journey::New, "", 7),
                Confirmation,
                Some("whether the settings of Acme are right is not known"),
            ),
            (
                file(Journey::EXISTING, "", 3),
                Access,
                Some("Acme is at step E3, and this text is for E5"),
            ),
            (file(Journey::EXISTING, "", 5), Access, None),
            (
                file(Journey::EXISTING, "", 0),
                Confirmation,
                Some("Acme has the journey `existing`, which has no such message"),
            ),
        ] {
            let retailer = retailer(&file);
            let status = status(&retailer);
            let of = Recipient { retailer: &retailer, status: &status, handoff: None };
            assert_eq!(of.too_early(kind).as_deref(), expected, "{kind:?} {file}");
        }
    }

    #[test]
    fn the_help_names_the_steps_of_the_process() {
        for kind in MessageKind::value_variants() {
            let mut steps: Vec<&str> = Journey::ALL
                .into_iter()
                .flat_map(journey::tasks)
                .filter(|task| kind.is_for(task))
                .map(|task| task.step.id)
                .collect();
            steps.dedup();
            let value = kind.to_possible_value().unwrap();
            let help = value.get_help().unwrap().to_string();
            assert!(help.ends_with(&format!(" ({})", steps.join(", "))), "{help}: {steps:?}");
        }
    }

    #[test]
    fn every_template_says_the_retailers_name() {
        let acme = retailer("retailer: Acme & Söhne\njourney: new\n");
        for kind in MessageKind::value_variants() {
            let text = rendered(kind.template().1, &acme).unwrap();
            assert!(text.starts_with("Subject: ") && text.contains("Acme & Söhne"), "{text}");
            assert!(text.ends_with('\n') && !text.contains("{{"), "{text}");
        }
    }

    #[test]
    fn a_test_promises_no_step_that_a_journey_lacks() {
        for journey in ["existing", "new"] {
            let acme = retailer(&format!("retailer: Acme\njourney: {journey}\n"));
            let text = rendered(MessageKind::Test.template().1, &acme).unwrap();
            assert!(text.contains("send us the\nconnote.\n"), "{text}");
            assert!(!text.contains("hub"), "{text}");
        }
    }

    #[test]
    fn returns_arrive_if_that_is_known() {
        let text = |file| rendered(MessageKind::Live.template().1, &retailer(file)).unwrap();
        let unknown = text("retailer: Acme\njourney: new\n");
        assert!(unknown.contains("\nPlease confirm that Acme is live on Loop.\n"), "{unknown}");
        let checked = file(Journey::EXISTING, "", 6);
        let known = text(&checked);
        assert!(known.contains("\nReturns of Acme arrive in OmniRPS. Please confirm"), "{known}");
    }

    #[test]
    fn hub_addresses_and_people_are_in_the_note() {
        let acme = retailer(
            "retailer: Acme\njourney: new\naccount_manager: Dana Reyes\nhub_addresses: [{name: \
             SEKO Sydney, lines: [1 Hub Road, Sydney]}]\n",
        );
        insta::assert_snapshot!(rendered(MessageKind::Handover.template().1, &acme).unwrap(), @"
        Subject: Acme: keys and set-up for Loop

        Hello,

        Attached is the encrypted file with both keys of Acme. Only the owner of a public key that
        you sent us can open it. No e-mail contains a key in clear text.

        The retailer's name, for the header of each upload, byte for byte:

            Acme

        Please enter this hub address for the returns:

            SEKO Sydney
            1 Hub Road
            Sydney

        Next, please make a test label and a test return in production, and send us the connote.

        Kind regards
        Dana Reyes
        ");
    }

    #[test]
    fn a_broken_template_is_located() {
        let acme = retailer("retailer: Acme\njourney: new\n");
        let broken = |template| rendered(template, &acme).unwrap_err();
        let found = broken("Hello\n{{ retailr }}\n");
        assert_eq!(found.line, 2);
        insta::assert_snapshot!(found.why, @"`{{ retailr }}` has an undefined variable; there are `retailer`, `account_manager`, `connote`, `hub_addresses`, `returns_arrive`, `partner`, `company`, `name_suffix` and `onboarding_form_url`");
        let text: String = VARIABLES.map(|name| format!("{{{{ {name} }}}}")).concat();
        assert!(rendered(&text, &acme).is_ok(), "every variable is there");
        assert_eq!(broken("a\nb {% if %}\n").line, 2);
    }
}
