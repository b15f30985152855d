//! `reconcile explain`.

use crate::support::Project;
use insta::assert_snapshot;
use serde_json::Value;

#[test]
fn every_value_has_its_step_its_gate_and_live() {
    let project = Project::example();
    assert_snapshot!(project.run(&["explain", "indigo-denim"]), @"
    exit 0
    --- stdout
    Indigo Denim  retailers/indigo-denim.yaml
    journey existing, compared with sandbox

    OmniRPS: Indigo Denim (id 509)
      omnirps.tracking_webhook.url: in sync
          desired https://api.loopreturns.com/hook/v1/seko/update
          live    https://api.loopreturns.com/hook/v1/seko/update
          N5.2.1: set the tracking webhook, otherwise customers get no credits
      omnirps.tracking_webhook.enabled: in sync
          desired true
          live    true
          N5.2.1: set the tracking webhook, otherwise customers get no credits
      omnirps.shopify_integration: in sync
          desired enabled
          live    enabled
          E6.3: disable the Shopify integration, otherwise OmniRPS and Loop can both refund the same return
          overridden in the file: winds down its own store until March
      omnirps.track_and_trace_emails: apply
          desired disabled
          live    enabled
          E6.4: disable Track and Trace e-mails, otherwise customers get e-mails from both SEKO and Loop

    OmniReturns: Indigo Denim (id 1009)
      omnireturns.company: in sync
          desired Loop
          live    Loop
          E6.1: move the retailer under the partner's company, otherwise OmniReturns keeps the retailer among those that pay for access
      omnireturns.portal: in sync
          desired unpublished
          live    unpublished
          E6.2: unpublish the portal, otherwise customers can return through two portals
    --- stderr
    ");
    assert_snapshot!(project.run(&["explain", "Aurora Outdoor"]), @"
    exit 0
    --- stdout
    Aurora Outdoor  retailers/aurora-outdoor.yaml
    journey new, compared with sandbox

    OmniParcel: no record yet
      omniparcel.account: held
          desired present
          live    (unset)
          N5: set up the accounts, otherwise no return label can be made for the retailer
          waits until the milestone documents_completed is stated

    OmniRPS: no record yet
      omnirps.retailer: held
          desired present
          live    (unset)
          N5: set up the accounts, otherwise no hub can process the retailer's returns
          waits until the milestone documents_completed is stated
      omnirps.tracking_webhook.url: held
          desired https://api.loopreturns.com/hook/v1/seko/update
          live    (unset)
          N5.2.1: set the tracking webhook, otherwise customers get no credits
          waits until the milestone documents_completed is stated
      omnirps.tracking_webhook.enabled: held
          desired true
          live    (unset)
          N5.2.1: set the tracking webhook, otherwise customers get no credits
          waits until the milestone documents_completed is stated

    OmniReturns: no record yet
      omnireturns.retailer: held
          desired present
          live    (unset)
          N5: set up the accounts, otherwise Loop cannot create return labels
          waits until the milestone documents_completed is stated
      omnireturns.name: held
          desired Aurora Outdoor
          live    (unset)
          N5: set up the accounts, otherwise the account in OmniReturns can be taken for another one
          waits until the milestone documents_completed is stated
      omnireturns.company: held
          desired Loop
          live    (unset)
          N5: set up the accounts, otherwise OmniReturns keeps the retailer among those that pay for access
          waits until the milestone documents_completed is stated
      omnireturns.portal: held
          desired unpublished
          live    (unset)
          N5: set up the accounts, otherwise customers can return through two portals
          waits until the milestone documents_completed is stated
      omnireturns.omnirps_retailer_id: held
          desired (the id of the new OmniRPS retailer)
          live    (unset)
          N5: set up the accounts, otherwise labels and hub processing are not tied to one retailer
          waits until the milestone documents_completed is stated
    --- stderr
    ");
}

#[test]
fn blocked_and_missing_records_are_reported() {
    let project = Project::example();
    assert_snapshot!(project.run(&["explain", "dune-and-co"]), @r#"
    exit 0
    --- stdout
    Dune & Co  retailers/dune-and-co.yaml
    journey new, compared with sandbox

    OmniParcel: no record yet
      omniparcel.account: apply
          desired present
          live    (unset)
          N5: set up the accounts, otherwise no return label can be made for the retailer

    OmniRPS
      ! blocked in OmniRPS [name-near-miss]: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`; changes in OmniReturns wait for this
          hint: if that is the retailer, correct `retailer` in retailers/dune-and-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
      omnirps.retailer: blocked
          desired present
          live    (not known)
          N5: set up the accounts, otherwise no hub can process the retailer's returns
      omnirps.tracking_webhook.url: blocked
          desired https://api.loopreturns.com/hook/v1/seko/update
          live    (not known)
          N5.2.1: set the tracking webhook, otherwise customers get no credits
      omnirps.tracking_webhook.enabled: blocked
          desired true
          live    (not known)
          N5.2.1: set the tracking webhook, otherwise customers get no credits

    OmniReturns: no record yet
      omnireturns.retailer: blocked
          desired present
          live    (unset)
          N5: set up the accounts, otherwise Loop cannot create return labels
      omnireturns.name: blocked
          desired Dune & Co
          live    (unset)
          N5: set up the accounts, otherwise the account in OmniReturns can be taken for another one
      omnireturns.company: blocked
          desired Loop
          live    (unset)
          N5: set up the accounts, otherwise OmniReturns keeps the retailer among those that pay for access
      omnireturns.portal: blocked
          desired unpublished
          live    (unset)
          N5: set up the accounts, otherwise customers can return through two portals
      omnireturns.omnirps_retailer_id: blocked
          desired (not known)
          live    (not known)
          N5: set up the accounts, otherwise labels and hub processing are not tied to one retailer
    --- stderr
    "#);
}

#[test]
fn it_is_also_json() {
    let project = Project::example();
    let run = project.run(&["explain", "ember-ceramics", "--format", "json"]);
    assert_snapshot!(run, @r#"
    exit 0
    --- stdout
    {
      "retailer": "Ember Ceramics",
      "file": "retailers/ember-ceramics.yaml",
      "journey": "existing",
      "environment": "sandbox",
      "systems": [
        {
          "system": "omnirps",
          "id": "505",
          "name": "Ember Ceramics",
          "note": ""
        },
        {
          "system": "omnireturns",
          "id": "1005",
          "name": "Ember Ceramics",
          "note": ""
        }
      ],
      "settings": [
        {
          "setting": "omnirps.tracking_webhook.url",
          "desired": "https://api.loopreturns.com/hook/v1/seko/update",
          "live": null,
          "step": "N5.2.1",
          "asks": "set the tracking webhook",
          "state": "held",
          "waiting_for": [
            "switched_to_loop"
          ],
          "consequence": "customers get no credits"
        },
        {
          "setting": "omnirps.tracking_webhook.enabled",
          "desired": true,
          "live": false,
          "step": "N5.2.1",
          "asks": "set the tracking webhook",
          "state": "held",
          "waiting_for": [
            "switched_to_loop"
          ],
          "consequence": "customers get no credits"
        }
      ],
      "undecided": {
        "setting": "omnireturns_access",
        "before": null,
        "after": null,
        "step": "E5",
        "waiting_for": [
          "switched_to_loop",
          "omnireturns_access"
        ]
      }
    }
    --- stderr
    "#);
}

#[test]
fn alerts_come_first_and_an_open_decision_is_shown_as_in_the_plan() {
    let project = Project::example().file("reconcile.yaml", "people: {support: Ilse Tan}\n");
    let run = project.run(&["explain", "fjord-knitwear"]);
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    !! [no-credits]: Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits
       hint: run `reconcile apply` to set it, with --only for a single retailer
       ask: SEKO support Ilse Tan

    Fjord Knitwear  retailers/fjord-knitwear.yaml
    journey existing, compared with sandbox

    OmniRPS: Fjord Knitwear (id 506)
      omnirps.tracking_webhook.url: apply
          desired https://api.loopreturns.com/hook/v1/seko/update
          live    (unset)
          N5.2.1: set the tracking webhook, otherwise customers get no credits
      omnirps.tracking_webhook.enabled: apply
          desired true
          live    false
          N5.2.1: set the tracking webhook, otherwise customers get no credits

    OmniReturns: Fjord Knitwear (id 1006)

      ⏸ held until omnireturns_access is decided
          omnireturns_access: required or not_required?  E5, decides what is changed
    --- stderr
    ");
    let json = project.run(&["explain", "fjord-knitwear", "--format", "json"]);
    let explained: Value = serde_json::from_str(&json.stdout).unwrap();
    let plan = project.run(&["plan", "fjord-knitwear", "--json"]);
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let planned = &plan["retailers"][0];
    assert_eq!(explained["alerts"], planned["alerts"]);
    assert_eq!(explained["undecided"], planned["held"][0]);
    assert!(explained.get("blocked").is_none(), "{explained}");
}

#[test]
fn an_unknown_retailer_is_wrong_usage() {
    let project = Project::example();
    assert_snapshot!(project.run(&["explain", "granit-gear"]), @"
    exit 64
    --- stdout
    --- stderr
    error: no file declares a retailer called `granit-gear`
    hint: did you mean `granite-gear`?
    ");
    assert_snapshot!(project.run(&["explain", "xyz"]), @"
    exit 64
    --- stdout
    --- stderr
    error: no file declares a retailer called `xyz`
    hint: give the name in the file, or the file's name without .yaml; for a live retailer that no file declares, `reconcile import` writes one
    ");
}

#[test]
fn a_code_is_explained_if_no_retailer_has_its_name() {
    let project = Project::example();
    let run = project.run(&["explain", "name-near-miss"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert!(
        run.stdout.starts_with("name-near-miss: an entry of a plan that is blocked\n"),
        "{run}"
    );
    assert!(run.stdout.contains("  what to do: correct the name in the retailer's file"), "{run}");
    assert!(run.stdout.trim_end().ends_with("docs/reference/codes.md#name-near-miss"), "{run}");
    let run = project.run(&["explain", "wrong-type", "--format", "json"]);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&json["code"], &json["found_in"]), (&"wrong-type".into(), &"files".into()));
    assert_eq!(project.run(&["explain", "wrong-typo"]).code, 64);
    // The files may be invalid or missing.
    let project = project.file("retailers/bad.yaml", "retailer: [\n");
    assert_eq!(project.run(&["explain", "yaml-syntax"]).code, 0);
    assert_eq!(Project::bare().run(&["explain", "no-retailers"]).code, 0);
    let own = "retailer: Wrong Type\njourney: new\n";
    let project = Project::example().file("retailers/wrong-type.yaml", own);
    let run = project.run(&["explain", "wrong-type"]);
    assert!(run.stdout.starts_with("Wrong Type  retailers/wrong-type.yaml"), "{run}");
}

#[test]
fn a_word_that_is_no_retailer_is_recognised() {
    let hint = |word: &str| {
        let run = Project::example().run(&["explain", word]);
        assert_eq!(run.code, 64, "{run}");
        run.stderr.lines().last().unwrap().to_owned()
    };
    assert_snapshot!(hint("name-near-mis"), @"hint: did you mean `name-near-miss`?");
    assert_snapshot!(hint("N5.2.1"), @"hint: it is a step; docs/onboarding.md and docs/reference/settings.md describe it");
    assert_snapshot!(hint("documents_completed"), @"hint: it is a milestone; docs/reference/milestones.md describes it");
    assert_snapshot!(hint("omnirps.shopify_integration"), @"hint: it is a setting; docs/reference/settings.md describes it");
    assert_snapshot!(hint("granit gear"), @"hint: did you mean `Granite Gear`?");
    assert_snapshot!(hint("nothing"), @"hint: give the name in the file, or the file's name without .yaml; for a live retailer that no file declares, `reconcile import` writes one");
}
