//! Annotations of plans and of diagnostics.

use super::{FLEET, every_kind, written};
use crate::config::{Source, Sources, check};
use crate::locate::locate;
use crate::render::github;
use crate::testing;
use insta::assert_snapshot;

#[test]
fn every_kind_of_entry_on_its_line() {
    let plan = locate(every_kind(), &testing::sources(FLEET));
    assert_snapshot!(written(|out| github::plan(&plan, None, out)), @r#"
    ::error file=retailers/acme.yaml,title=no-credits::Acme has switched over and has a tracking webhook that points elsewhere, so its customers get no credits%0Ahint: find out who changed it, then run `reconcile apply` to set it again, with --only for a single retailer
    ::error title=OmniParcel could not be read::nothing is planned for it, nor anything that depends on it%0Ahint: plan again once it answers
    ::error file=retailers/birch.yaml,line=1,title=Birch%3A blocked in OmniParcel [system-unknown]::OmniParcel could not be read: no response: connection refused%0Ahint: check that it is up, then plan again
    ::notice file=retailers/cedar.yaml,line=3,title=Cedar%3A held until the milestone switched_to_loop is stated::omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update (pending)  N5.2.1, otherwise customers get no credits%0Aomnirps.tracking_webhook.enabled: false → true (pending)  N5.2.1, otherwise customers get no credits
    ::notice file=retailers/cedar.yaml,line=2,title=Cedar%3A held until the milestone switched_to_loop is stated and omnireturns_access is decided::omnireturns_access: required or not_required? (pending)  E5, decides what is changed
    ::error file=retailers/dune.yaml,line=1,title=Dune%3A blocked in OmniParcel [system-unknown]::OmniParcel could not be read: no response: connection refused%0Ahint: check that it is up, then plan again
    ::warning file=retailers/dune.yaml,line=5,title=Dune%3A manual step::SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.company` of "Dune" (id 9) from SEKO to Loop%0Amanual because the account has e-mail addresses, hubs or an issued key, so it may be in use already%0Aomnireturns.company: SEKO → Loop (drift)  N5, otherwise OmniReturns keeps the retailer among those that pay for access
    ::warning file=retailers/dune.yaml,line=5,title=Dune%3A manual step::SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view) (where exactly is not publicly documented), change `omnireturns.portal` of "Dune" (id 9) from published to unpublished%0Amanual because the account has e-mail addresses, hubs or an issued key, so it may be in use already%0Aomnireturns.portal: published → unpublished  N5, otherwise customers can return through two portals
    ::warning file=retailers/dune.yaml,line=5,title=Dune%3A manual step::SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove ops@dune.example from `omnireturns.emails` of "Dune" (id 9)%0Aomnireturns.emails: ops@dune.example → none  N5.1.1, otherwise a user account exists that Loop's retailers do not need
    ::error file=retailers/elm.yaml,line=1,title=Elm%3A blocked in OmniRPS [name-near-miss]::no OmniRPS record is called "Elm", but "ELM" (id 81) looks like it: character 2 is `L` instead of `l`%0Ahint: if that is the retailer, correct `retailer` in retailers/elm.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    ::notice file=retailers/elm.yaml,line=2,title=Elm%3A held until the milestone switched_to_loop is stated and omnireturns_access is decided::omnireturns_access: required or not_required?  E5, decides what is changed
    Plan for test: 2 to create, 2 to update, 3 manual, 4 held, 3 blocked, 0 unchanged.
    "#);
}

#[test]
fn an_empty_plan_has_no_annotations() {
    let plan = testing::plan("", "{}");
    assert_snapshot!(written(|out| github::plan(&plan, None, out)), @"Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.");
}

#[test]
fn no_text_is_a_command_of_its_own() {
    let mut plan = every_kind();
    plan.environment = "x\n::error::y ##[error]z".into();
    let hostile = "a,b:c%\r\n::set-env name=A::b\n##[add-mask]x";
    for retailer in &mut plan.retailers {
        retailer.retailer = hostile.into();
        retailer.file = hostile.into();
        for problem in &mut retailer.blocked {
            problem.message = hostile.into();
        }
        for entry in &mut retailer.manual {
            entry.instruction = hostile.into();
        }
        for entry in &mut retailer.held {
            entry.override_reason = Some(hostile.into());
        }
    }
    let shown = written(|out| github::plan(&plan, None, out));
    let (annotations, last) = shown.trim_end().rsplit_once('\n').unwrap();
    for line in annotations.lines() {
        let (command, rest) = line[2..].split_once(' ').unwrap();
        assert!(line.starts_with("::") && ["error", "warning", "notice"].contains(&command));
        let (properties, _) = rest.split_once("::").unwrap();
        for property in properties.split(',') {
            let (name, _) = property.split_once('=').unwrap();
            assert!(["file", "line", "title"].contains(&name), "{line}");
        }
    }
    assert!(last.starts_with("Plan for x") && !last.contains("##["), "{last}");
    plan.retailers.truncate(1);
    plan.retailers[0].retailer = "x".repeat(1_000_000);
    assert!(written(|out| github::plan(&plan, None, out)).len() < 100_000);
}

#[test]
fn a_path_hides_nothing_that_comes_after_it() {
    let mut plan = every_kind();
    plan.retailers[0].file = "retailers/a\u{1b}]y/acme.yaml".into();
    let shown = written(|out| github::plan(&plan, None, out));
    assert!(shown.contains("file=retailers/a\\u{1b}]y/acme.yaml,"), "{shown}");
    assert_eq!(anstream::adapter::strip_str(&shown).to_string(), shown);
}

#[test]
fn problems_are_at_their_line_and_column() {
    let file = |path: &str, text: &str| Source::new(path.into(), text.into());
    let sources = Sources {
        root: ".".into(),
        retailers: vec![
            file("retailers/acme.yaml", "retailer: Acme\njourny: existing\n"),
            file("retailers/b,c.yaml", "retailer: Acme\njourney: new\nnotes: 100% [sure\n"),
            file("retailers/birch.yaml", "retailer: Birch\njourney: new\nids: {omnirps: 1}\n"),
            file("retailers/cedar.yaml", "retailer: Cedar\njourney: new\nids: {omnirps: 1}\n"),
        ],
        ..Sources::default()
    };
    let report = check(&sources, testing::today()).report;
    assert_snapshot!(written(|out| github::report(&report, out)), @"
    ::error file=retailers/acme.yaml,line=2,col=1,title=unknown-key::unknown key `journy`%0Ahint: did you mean `journey`?
    ::error file=retailers/b%2Cc.yaml,line=1,col=1,title=bad-slug::the file name `b,c` is not lower-case kebab-case%0Ahint: rename it to lower-case letters and digits joined by `-`, as in `acme-apparel.yaml`
    ::error file=retailers/b%2Cc.yaml,line=1,col=11,title=duplicate-retailer::two files declare the retailer `Acme`%0Aretailers/acme.yaml:1:11: declared here first%0Ahint: keep one of the two files, or correct the name in one of them
    ::error file=retailers/cedar.yaml,line=3,col=16,title=duplicate-id::two files claim the OmniRPS record `1`%0Aretailers/birch.yaml:3:16: claimed here first%0Ahint: correct the id in one of the two files
    ");
}
