//! Which message is for which step, and what it says.

use super::*;
use crate::model::Journey;
use crate::process::milestones::milestone_rules;
use crate::shell::CommandOptions;
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
    crate::status::of_one(
        retailer,
        &project(),
        &CommandOptions::default(),
        &JourneyRecords::default(),
        (None, &Capabilities::default()),
        date,
    )
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
        let found =
            of.warnings(MessageKind::Handover, &project().partner, &Capabilities::default());
        let other = "the name of Acme changed since the keys were handed over; `reconcile \
                     handoff acme` makes the encrypted file";
        assert_eq!(found.iter().filter(|found| *found == other).count(), warnings, "{found:?}");
        assert_eq!(found.len(), warnings + 1, "there are no hub addresses: {found:?}");
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
