//! The text that a retailer's next step needs, for pasting into an e-mail. Nothing is sent.
//!
//! Enters: a retailer, the project, and the project's own templates. Leaves: the text.
//! Pure: the command reads the templates.

use crate::model::{Journey, Milestone, Project, Retailer, Role};
use crate::process::milestones::stages;
use minijinja::{Environment, UndefinedBehavior, context};

/// The topic of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum MessageKind {
    /// To the retailer: the link to the onboarding form (N3)
    OnboardingForm,
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

    /// Returns the message that the retailer's next step needs, or `None` if all steps are
    /// done or the next one needs no message.
    pub(crate) fn next(retailer: &Retailer) -> Option<MessageKind> {
        if let Journey::Existing { omnireturns_access: None } = retailer.journey
            && retailer.reached(Milestone::SwitchedToLoop)
        {
            return Some(MessageKind::Access);
        }
        let mut stages = stages(retailer.journey).iter();
        let open = stages.find(|stage| !retailer.reached(stage.milestone))?;
        match open.milestone {
            Milestone::Introduced => None,
            Milestone::OnboardingFormSent | Milestone::DocumentsCompleted => {
                Some(MessageKind::OnboardingForm)
            }
            Milestone::KeysRequested => Some(MessageKind::KeysRequest),
            Milestone::KeysSupplied => Some(MessageKind::Handover),
            Milestone::TestLabel | Milestone::TestReturn => Some(MessageKind::Test),
            Milestone::ConnoteProcessed => Some(MessageKind::Connote),
            Milestone::ConfirmedBySeko | Milestone::ConfirmedByLoop => {
                Some(MessageKind::Confirmation)
            }
            Milestone::SwitchedToLoop => Some(MessageKind::SwitchOver),
            Milestone::UploadsChecked => Some(MessageKind::Uploads),
            Milestone::Live => Some(MessageKind::Live),
        }
    }
}

/// A template that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadTemplate {
    pub line: usize,
    pub why: String,
}

/// Renders a message from a template.
pub(crate) fn message(
    template: &str,
    retailer: &Retailer,
    project: &Project,
) -> Result<String, BadTemplate> {
    let partner = &project.partner;
    let connote = [Milestone::ConnoteProcessed, Milestone::TestReturn, Milestone::TestLabel]
        .iter()
        .find_map(|milestone| retailer.milestones.get(milestone)?.connote.as_deref());
    let hubs = retailer.hubs(partner).iter();
    let hub_addresses: Vec<_> =
        hubs.map(|hub| context! { name => &hub.name, lines => &hub.lines }).collect();
    let roles = project.roles();
    let account_manager =
        retailer.account_manager.as_deref().or(roles.person(Role::AccountManager));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = context! {
        retailer => &retailer.name,
        account_manager,
        connote,
        hub_addresses,
        partner => &partner.name,
        company => &partner.company,
        name_suffix => &partner.name_suffix,
        onboarding_form_url => partner.onboarding_form_url.as_str(),
    };
    let text = environment.render_str(template, values).map_err(|error| BadTemplate {
        line: error.line().unwrap_or(1),
        why: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
    })?;
    Ok(format!("{}\n", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::fleet;
    use clap::ValueEnum;

    fn retailer(yaml: &str) -> Retailer {
        fleet(yaml).remove(0)
    }

    fn project() -> Project {
        crate::config::check(&crate::config::Sources::default(), jiff::civil::date(2026, 11, 23))
            .project
    }

    #[test]
    fn each_step_has_its_message() {
        use MessageKind::*;
        for (milestones, expected) in [
            ("{}", None),
            ("{introduced: 2026-10-01}", Some(OnboardingForm)),
            (
                "{introduced: 2026-10-01, onboarding_form_sent: 2026-10-01, documents_completed: \
                 2026-10-02}",
                Some(Handover),
            ),
        ] {
            let yaml = format!("retailer: Acme\njourney: new\nmilestones: {milestones}\n");
            assert_eq!(MessageKind::next(&retailer(&yaml)), expected, "{yaml}");
        }
        let existing = |rest: &str| {
            MessageKind::next(&retailer(&format!("retailer: Acme\njourney: existing\n{rest}\n")))
        };
        assert_eq!(existing(""), Some(KeysRequest));
        assert_eq!(existing("milestones: {switched_to_loop: 2026-10-01}"), Some(Access));
        assert_eq!(
            existing(
                "omnireturns_access: required\nmilestones: {keys_requested: 2026-10-01, \
                 keys_supplied: 2026-10-01, test_label: 2026-10-01, test_return: 2026-10-01, \
                 switched_to_loop: 2026-10-01, uploads_checked: 2026-10-02, live: 2026-10-02}"
            ),
            None
        );
    }

    #[test]
    fn every_template_says_the_retailers_name() {
        let acme = retailer("retailer: Acme & Söhne\njourney: new\n");
        for kind in MessageKind::value_variants() {
            let text = message(kind.template().1, &acme, &project()).unwrap();
            assert!(text.starts_with("Subject: ") && text.contains("Acme & Söhne"), "{text}");
            assert!(text.ends_with('\n') && !text.contains("{{"), "{text}");
        }
    }

    #[test]
    fn hub_addresses_and_people_are_in_the_note() {
        let acme = retailer(
            "retailer: Acme\njourney: new\naccount_manager: Dana Reyes\nhub_addresses: [{name: \
             SEKO Sydney, lines: [1 Hub Road, Sydney]}]\n",
        );
        insta::assert_snapshot!(message(MessageKind::Handover.template().1, &acme, &project()).unwrap(), @"
        Subject: Acme: keys and set-up for Loop

        Hello,

        attached is the encrypted file with both keys of Acme. Only the owner of the key pair that
        you gave us can open it. The keys are in no mail.

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
        let broken = |template| message(template, &acme, &project()).unwrap_err();
        let found = broken("Hello\n{{ retailr }}\n");
        assert_eq!((found.line, found.why.as_str()), (2, "undefined value"));
        assert_eq!(broken("a\nb {% if %}\n").line, 2);
    }
}
