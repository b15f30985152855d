//! OmniRPS records of another name than the file, and pinned records of other retailers.

use crate::support::Project;
use insta::assert_snapshot;
use reconcile::System;
use serde_json::json;

/// Returns a project with one file and the sandbox's own records.
fn project(file: &str) -> Project {
    let project = Project::empty().file("retailers/acme.yaml", file);
    assert_eq!(project.run(&["plan", "-q"]).code, 0);
    project
}

/// Returns the first alert with its hint, and what `status` asks for.
fn shown(project: &Project) -> String {
    let plan = project.run(&["plan"]).stdout;
    let alert: Vec<&str> = plan.lines().take(2).collect();
    let status = project.run(&["status", "acme"]).stdout;
    let next = status.split_once("\nNext\n").unwrap().1;
    let next = next.lines().filter(|line| line.starts_with("    "));
    alert.into_iter().chain(next).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_pinned_record_of_another_retailer_is_not_changed_without_a_look_at_it() {
    let project = project(
        "retailer: Acme Apparel\njourney: existing\nomnireturns_access: not_required\nids: \
         {omnirps: 513, omnireturns: 1013}\nmilestones: {switched_to_loop: 2026-11-02}\n",
    );
    assert_snapshot!(shown(&project), @r#"
    !! [name-differs]: Acme Apparel has the name "Marlow Optics" in OmniRPS (record 513), not "Acme Apparel" as in retailers/acme.yaml: character 1 is `M` instead of `A`
       hint: if the record is this retailer's, correct `retailer` in the file: OmniRPS refuses uploads under any other name, and nothing can be renamed there; if it is another's, correct `ids.omnirps`
          if the record is this retailer's, correct `retailer` in the file: OmniRPS refuses uploads under any other name, and nothing can be renamed there; if it is another's, correct `ids.omnirps`
          apply the changes in OmniRPS and OmniReturns, once it is certain that its OmniRPS record is this retailer's
          $ reconcile apply --only acme
    "#);
}

#[test]
fn a_record_that_was_renamed_is_named_as_the_cause() {
    // Without a pin, the account in OmniReturns leads to it.
    let by_name = project(
        "retailer: Granite Gear\njourney: new\nmilestones: {documents_completed: 2026-10-01, \
         keys_supplied: 2026-10-01, test_label: 2026-10-02, test_return: 2026-10-02, \
         connote_processed: 2026-10-02, confirmed_by_seko: 2026-10-03, confirmed_by_loop: \
         2026-10-03, live: 2026-10-04}\n",
    );
    let renamed = json!({"RetailerId": 507, "RetailerName": "Granite Gear AU"});
    by_name.store().put(System::Omnirps, &renamed).unwrap();
    assert_snapshot!(shown(&by_name), @r#"
    !! [no-credits]: Granite Gear is live and has no record in OmniRPS, so its customers get no credits
       hint: find out why the record is missing, then have it set up again; its OmniReturns account is tied to OmniRPS record 507, which is called "Granite Gear AU": if that is its record, correct `retailer` in retailers/acme.yaml, or have the name set back
          apply the changes in OmniRPS, unless OmniRPS has its record under another name
          $ reconcile apply --only acme
          in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), change `omnireturns.omnirps_retailer_id` of "Granite Gear" (id 1007) from 507 to the id that OmniRPS assigns, but find out first whose key it has; if another's, pin the right records as `ids.omnireturns` and `ids.omnirps` in retailers/acme.yaml
          in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove care@granitegear.example from `omnireturns.emails` of "Granite Gear" (id 1007)
          in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI AU from `omnireturns.hubs` of "Granite Gear" (id 1007)
    "#);
    let verify = by_name.run(&["verify", "acme"]);
    let hint = verify.stdout.lines().find(|line| line.contains("hint: "));
    assert_snapshot!(hint.unwrap().trim(), @r#"hint: its OmniReturns account is tied to OmniRPS record 507, which is called "Granite Gear AU": if that is its record, correct `retailer` in retailers/acme.yaml, or have the name set back"#);

    let pinned = project(
        "retailer: Harbor Kids\njourney: existing\nids: {omnirps: 508}\nmilestones: \
         {keys_supplied: 2026-10-01, switched_to_loop: 2026-11-02}\n",
    );
    let renamed = json!({"RetailerId": 508, "RetailerName": "Harbor Kids Ltd"});
    pinned.store().put(System::Omnirps, &renamed).unwrap();
    let verify = pinned.run(&["verify", "acme", "uploads"]);
    assert_eq!(verify.code, 1, "{verify}");
    let hint = verify.stdout.lines().find(|line| line.contains("hint: "));
    assert_snapshot!(hint.unwrap().trim(), @"hint: the name of Harbor Kids in OmniRPS (record 508) is not the one in retailers/acme.yaml: character 12 is a space instead of the end; correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there");
}

#[test]
fn the_ids_of_the_real_systems_are_copied_before_a_rehearsal() {
    let project = Project::empty()
        .file(
            "reconcile.yaml",
            "default_environment: production\nenvironments:\n  production:\n    omnirps: {url: \
             'https://rps.example', key: {env: RPS_KEY}}\n  rehearsal: {embedded: true}\n",
        )
        .file(
            "retailers/acme.yaml",
            "retailer: Pine Paper\njourney: existing\nids: {omnirps: \"9514\"}\nmilestones: \
             {switched_to_loop: 2026-11-02}\n",
        );
    let status = project.run(&["-e", "rehearsal", "status", "acme"]).stdout;
    let next = status.lines().find(|line| line.contains("9514"));
    assert_snapshot!(next.unwrap().trim(), @r#"no OmniRPS record has the pinned id "9514": the ids in the files are those of the systems in `production`: copy their records first with `reconcile sandbox --seed-from production`; if that was done, the id is wrong"#);
    for command in [&["verify", "acme"][..], &["plan"], &["explain", "acme"]] {
        let run = project.run(&[&["-e", "rehearsal"], command].concat()).to_string();
        assert!(run.contains("reconcile sandbox --seed-from production"), "{run}");
    }
    let upload = project.run(&["-e", "rehearsal", "sandbox", "--upload", "acme"]);
    let default = project.run(&["sandbox", "--upload", "acme"]);
    for run in [upload, default] {
        insta::allow_duplicates! {
            assert_snapshot!(run.stderr, @"
            error: OmniRPS in the sandbox has no retailer called `Pine Paper`
            hint: see what it has with `reconcile plan --environment rehearsal`; `reconcile apply --environment rehearsal` creates new retailers
            ");
        }
    }
}

#[test]
fn an_existing_retailer_that_was_renamed_is_no_new_one() {
    let project = project("retailer: Granite Gear\njourney: existing\n");
    let renamed = json!({"RetailerId": 507, "RetailerName": "Granite Gear AU"});
    project.store().put(System::Omnirps, &renamed).unwrap();
    let verify = project.run(&["verify", "acme", "webhook"]);
    assert!(verify.stdout.contains("\"Granite Gear AU\""), "{verify}");
    assert!(!verify.stdout.contains("journey `new`"), "{verify}");
}
