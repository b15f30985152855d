//! `reconcile status`.

use crate::support::{Project, Run};
use insta::internals::SettingsBindDropGuard;
use insta::{Settings, assert_snapshot};

/// Masks the date of the run and the ages until the guard is dropped.
pub(crate) fn masked() -> SettingsBindDropGuard {
    let mut settings = Settings::clone_current();
    settings.add_filter(r#"( on |"as_of": ")\d{4}-\d\d-\d\d"#, "$1[today]");
    settings.add_filter(r"\b\d+ (d|day|days)\b", "[n] $1");
    settings.add_filter(r#""days": \d+"#, r#""days": "[n]""#);
    settings.bind_to_scope()
}

/// Repeats the work if it spanned midnight.
pub(crate) fn within_a_day<T>(work: impl Fn() -> T) -> T {
    let today = || jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    loop {
        let day = today();
        let done = work();
        if today() == day {
            return done;
        }
    }
}

/// Returns the lines of a table with collapsed spaces.
pub(crate) fn narrow(run: &Run) -> String {
    let text = run.to_string();
    let lines = text.lines().map(|line| {
        let cells: Vec<&str> =
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.join("  ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_table_of_each_journey() {
    let _masked = masked();
    let run = Project::example().run(&["status"]);
    assert!(
        run.stdout
            .lines()
            .filter(|line| line.ends_with(" d") || line.contains(" d  "))
            .all(|line| line.chars().count() <= 104),
        "{run}"
    );
    assert_snapshot!(narrow(&run), @"
    exit 0
    --- stdout
    !! [no-credits]: Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits
    hint: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run `reconcile apply` to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it

    !! [no-credits]: Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits
    !! [no-credits]: Granite Gear has switched over and has no tracking webhook, so its customers get no credits
    hint: run `reconcile apply` to set it, with --only for a single retailer

    !! [no-credits]: Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits
    hint: find out who changed it, then run `reconcile apply` to set it again, with --only for a single retailer

    New to SEKO
    retailer  stage  waits for  since  open
    Aurora Outdoor  N4 introduction  account manager  2026-11-02, [n] d
    Brightwater Swim  N5 accounts  onboarding  2026-10-28, [n] d  apply 3
    Dune & Co  N5 accounts  onboarding  2026-10-30, [n] d  apply 1, blocked 1
    Kestrel Audio  N7 test  onboarding, Loop  2026-10-16, [n] d  manual 2
    !! Cobalt Cycles  live  onboarding  apply 1

    Already with SEKO
    retailer  stage  waits for  since  open
    Ember Ceramics  E2 keys  onboarding  2026-11-16, [n] d
    Lumen Lighting  E4 switch-over  Loop, retailer  2026-11-12, [n] d
    !! Fjord Knitwear  E5 decision  account manager, onboarding  2026-11-09, [n] d  apply 1
    !! Granite Gear  N5.2.1 settings  onboarding  2026-11-02, [n] d  apply 2
    !! Harbor Kids  N5.2.1 settings  onboarding  2026-10-26, [n] d  apply 2
    Indigo Denim  E6.4 settings  onboarding  2026-10-12, [n] d  apply 1
    Juniper Home  live  nobody, all is right

    Waiting for SEKO account manager: 2, SEKO onboarding: 9, Loop: 2, the retailer: 1.
    Undeclared in OmniRPS (1): Marlow Optics. `reconcile import` writes their files.
    Status of sandbox on [today]: 12 retailers, 1 done, 4 without credits, 1 drifted; 11 to apply, 2 manual, 18 held, 1 blocked.
    --- stderr
    ");
}

#[test]
fn a_checklist_of_one() {
    let _masked = masked();
    let project = Project::example();
    assert_snapshot!(project.run(&["status", "--retailer", "lumen-lighting"]), @"
    exit 0
    --- stdout
    Lumen Lighting  retailers/lumen-lighting.yaml
    Already with SEKO, account manager Tom Okafor, at E4 switch-over

      ☑ E1     ask SEKO for the keys                                           the retailer
               2026-11-03
      ☑ E2     hand over the keys and the exact name in OmniRPS                SEKO onboarding
               2026-11-04
      ☑ E3     make a test label                                               Loop
               2026-11-12, connote TK100200502NZ
      ☑ E3     upload a test return                                            Loop
               2026-11-12, connote TK100200502NZ
      ▶ E4     confirm that the retailer has switched over                     Loop and the retailer
      ☑ E5     confirm whether the retailer still needs access to OmniReturns  SEKO account manager Tom Okafor
               access is not required
      ☐ N5.2.1 set the tracking webhook                                        SEKO onboarding
               waits for switched_to_loop
      ☐ E6.1   move the retailer under the partner's company                   SEKO onboarding
               waits for switched_to_loop
      ☐ E6.2   unpublish the portal                                            SEKO onboarding
               waits for switched_to_loop
      ☐ E6.3   disable the Shopify integration                                 SEKO onboarding
               waits for switched_to_loop
      ☐ E6.4   disable Track and Trace e-mails                                 SEKO onboarding
               waits for switched_to_loop
      – E7.1   add the partner's suffix to the name                            SEKO onboarding
               access is not required
      – E7.2   disable Track and Trace e-mails                                 SEKO onboarding
               access is not required
      ☐ E8     check that returns arrive in OmniRPS                            SEKO onboarding
      ☐ E8     go live                                                         SEKO account manager Tom Okafor and Loop

    Next
      Loop and the retailer (E4, since 2026-11-12, [n] days)
          confirm that the retailer has switched over
          $ reconcile attest lumen-lighting switched_to_loop
    --- stderr
    ");
    // Also by name.
    let run = project.run(&["status", "--retailer", "Juniper Home"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(
        run.stdout.ends_with("Next: nothing, the retailer is live and every setting is right.\n"),
        "{run}"
    );
}

#[test]
fn only_those_that_are_named_are_listed_and_counted() {
    let _masked = masked();
    let project = Project::example();
    let run = project.run(&["status", "--only", "kestrel-audio", "--only", "Juniper Home"]);
    assert_snapshot!(narrow(&run), @"
    exit 0
    --- stdout
    New to SEKO
    retailer  stage  waits for  since  open
    Kestrel Audio  N7 test  onboarding, Loop  2026-10-16, [n] d  manual 2

    Already with SEKO
    retailer  stage  waits for  since  open
    Juniper Home  live  nobody, all is right

    Waiting for SEKO onboarding: 1, Loop: 1.
    Status of sandbox on [today]: 2 retailers, 1 done, 0 without credits, 0 drifted; 0 to apply, 2 manual, 0 held, 0 blocked.
    --- stderr
    ");
}

#[test]
fn what_is_not_asked_cannot_fail() {
    let run = Project::example().run(&["status", "--offline", "--fail-on", "no-credits"]);
    assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{run}");
}

#[test]
fn json_for_programs() {
    let _masked = masked();
    let project = Project::example();
    let run = project.run(&["status", "--format=json", "--only=fjord-knitwear"]);
    let (whole, steps) = run.stdout.split_once("\"steps\": [\n        {").unwrap();
    assert_snapshot!(whole, @r#"
    {
      "format_version": "1.0",
      "environment": "sandbox",
      "as_of": "[today]",
      "live_read": true,
      "summary": {
        "retailers": 1,
        "done": 0,
        "no_credits": 1,
        "drift": 0,
        "to_apply": 1,
        "manual": 0,
        "held": 1,
        "blocked": 0,
        "overdue": 0,
        "waiting_for": {
          "partner": 0,
          "retailer": 0,
          "seko_account_manager": 1,
          "seko_hub": 0,
          "seko_onboarding": 1,
          "seko_support": 0
        }
      },
      "unknown_systems": [],
      "alerts": [
        {
          "slug": "fjord-knitwear",
          "retailer": "Fjord Knitwear",
          "code": "no-credits",
          "message": "Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits",
          "hint": "run `reconcile apply` to set it, with --only for a single retailer"
        }
      ],
      "retailers": [
        {
          "retailer": "Fjord Knitwear",
          "slug": "fjord-knitwear",
          "file": "retailers/fjord-knitwear.yaml",
          "journey": "existing",
          "account_manager": "Tom Okafor",
          "stage": {
            "phase": "decision",
            "title": "Decision",
            "step": "E5"
          },
          "loop_upload": "not_proven",
          "done": false,
          "alerts": [
            "no-credits"
          ],
          "drift": false,
          "open": {
            "to_apply": 1,
            "manual": 0,
            "held": 1,
            "blocked": 0,
            "observed": 0
          },
          "waiting_for": [
            {
              "roles": [
                "seko_account_manager"
              ],
              "who": "SEKO account manager Tom Okafor",
              "steps": [
                "E5"
              ],
              "to_do": "confirm whether the retailer still needs access to OmniReturns: `required` or `not_required`",
              "commands": [
                "reconcile decide fjord-knitwear ACCESS --by NAME"
              ],
              "since": "2026-11-09",
              "days": "[n]",
              "people": [
                "Tom Okafor"
              ]
            },
            {
              "roles": [
                "seko_onboarding"
              ],
              "who": "SEKO onboarding",
              "steps": [
                "N5.2.1"
              ],
              "to_do": "apply the changes in OmniRPS",
              "commands": [
                "reconcile apply --only fjord-knitwear"
              ],
              "since": "2026-11-09",
              "days": "[n]"
            }
          ],
    "#);
    let steps: Vec<&str> = steps.split("},").collect();
    assert_eq!(steps.len(), 15, "{run}");
    assert_snapshot!(steps[2], @r#"

    {
      "step": "E3",
      "who": [
        "partner"
      ],
      "asks": "make a test label",
      "state": "done",
      "milestone": "test_label",
      "on": "2026-10-01",
      "connote": "TK100200415NO"
    "#);
    assert_snapshot!(steps[6], @r#"

    {
      "step": "N5.2.1",
      "who": [
        "seko_onboarding"
      ],
      "asks": "set the tracking webhook",
      "state": "next",
      "notes": [
        "omnirps.tracking_webhook.url: (unset) → https://api.loopreturns.com/hook/v1/seko/update",
        "omnirps.tracking_webhook.enabled: false → true"
      ]
    "#);
    let whole: serde_json::Value =
        serde_json::from_str(&project.run(&["status", "--format=json"]).stdout).unwrap();
    assert_eq!(whole["alerts"][0]["slug"], "cobalt-cycles");
    assert_eq!(whole["alerts"][0]["code"], "no-credits");
    assert_eq!(whole["summary"]["waiting_for"]["seko_onboarding"], 9);
    let retailers = whole["retailers"].as_array().unwrap();
    assert_eq!(retailers.len(), 12);
    // Everything that is not done names someone.
    for retailer in retailers {
        let is_idle = retailer["waiting_for"].as_array().unwrap().is_empty();
        assert_eq!(retailer["done"], is_idle, "{retailer}");
    }
}

#[test]
fn markdown_for_a_wiki() {
    let _masked = masked();
    let project = Project::example();
    assert_snapshot!(project.run(&["status", "--format=markdown"]), @"
    exit 0
    --- stdout
    ### Status of sandbox on [today]: 12 retailers, 1 done, 4 without credits, 1 drifted; 11 to apply, 2 manual, 18 held, 1 blocked

    > **Cobalt Cycles is live and has a tracking webhook that is switched off, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: OmniRPS retries a delivery without a 200 response after 60 minutes, 24 hours and 48 hours, then switches the webhook off by itself: find out why it was not answered with 200, then run <code>reconcile apply</code> to switch it on again, with --only for a single retailer; what was processed while it was off is not sent again by itself: ask SEKO support to send it.

    > **Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits.** (<code>no-credits</code>)<br>**Granite Gear has switched over and has no tracking webhook, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: run <code>reconcile apply</code> to set it, with --only for a single retailer.

    > **Harbor Kids has switched over and has a tracking webhook that points elsewhere, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: find out who changed it, then run <code>reconcile apply</code> to set it again, with --only for a single retailer.

    Waiting for SEKO account manager: 2, SEKO onboarding: 9, Loop: 2, the retailer: 1.

    Undeclared in OmniRPS (1): Marlow Optics. <code>reconcile import</code> writes their files.

    **New to SEKO**

    | retailer | stage | waits for | since | open |
    |---|---|---|---|---|
    | Aurora Outdoor | N4 introduction | account manager Dana Reyes | 2026-11-02, [n] days |  |
    | Brightwater Swim | N5 accounts | onboarding | 2026-10-28, [n] days | apply 3 |
    | Dune &amp; Co | N5 accounts | onboarding | 2026-10-30, [n] days | apply 1, blocked 1 |
    | Kestrel Audio | N7 test | onboarding, Loop | 2026-10-16, [n] days | manual 2 |
    | **no credits** Cobalt Cycles | live | onboarding |  | apply 1 |

    **Already with SEKO**

    | retailer | stage | waits for | since | open |
    |---|---|---|---|---|
    | Ember Ceramics | E2 keys | onboarding | 2026-11-16, [n] days |  |
    | Lumen Lighting | E4 switch-over | Loop, retailer | 2026-11-12, [n] days |  |
    | **no credits** Fjord Knitwear | E5 decision | account manager Tom Okafor, onboarding | 2026-11-09, [n] days | apply 1 |
    | **no credits** Granite Gear | N5.2.1 settings | onboarding | 2026-11-02, [n] days | apply 2 |
    | **no credits** Harbor Kids | N5.2.1 settings | onboarding | 2026-10-26, [n] days | apply 2 |
    | Indigo Denim | E6.4 settings | onboarding | 2026-10-12, [n] days | apply 1 |
    | Juniper Home | live | nobody, all is right |  |  |

    --- stderr
    ");
    let one = ["status", "--format=markdown", "--retailer=kestrel-audio"];
    assert_snapshot!(project.run(&one), @r#"
    exit 0
    --- stdout
    ### Kestrel Audio (<code>retailers/kestrel-audio.yaml</code>) on [today]

    New to SEKO, account manager Priya Natarajan, at N7 test

    - [x] N1 introduce the retailer to SEKO (Loop)<br>2026-09-28
    - [x] N2 take the retailer on (SEKO account manager Priya Natarajan)<br>Priya Natarajan
    - [x] N3 send the retailer the partner's onboarding form (Loop)<br>2026-09-29
    - [x] N4 have the retailer complete SEKO's onboarding documents (SEKO account manager Priya Natarajan)<br>2026-10-13
    - [x] N5 set up the accounts (SEKO onboarding)<br>set correctly
    - [ ] N5.1.1 leave e-mail addresses out of OmniReturns (SEKO onboarding), **next**<br>omnireturns.emails: <code>ops&#64;kestrelaudio.example</code> → none
    - [ ] N5.1.2 leave hubs out of OmniReturns (SEKO onboarding), **next**<br>omnireturns.hubs: SEKO OMNI UK → none
    - [x] N5.2.1 set the tracking webhook (SEKO onboarding)<br>set correctly
    - [x] N6 hand over the keys and the exact name in OmniRPS (SEKO onboarding)<br>2026-10-16
    - [ ] N7 make a test label in production (Loop), **next**
    - [ ] N7 make a test return in production (Loop), **next**
    - [ ] N8 process the connote of the test return in OmniRPS (SEKO hub), waiting
    - [ ] N9 confirm that the integration is ready (SEKO account manager Priya Natarajan), waiting
    - [ ] N9 confirm that the integration is ready (Loop), waiting
    - [ ] N10 go live (SEKO account manager Priya Natarajan and Loop), waiting

    **Next**

    - SEKO onboarding (N5.1.1): in OmniReturns admin, Retailers, General info (/admin/retailer/retailer&#95;view), remove <code>ops&#64;kestrelaudio.example</code> from <code>omnireturns.emails</code> of <code>"Kestrel Audio"</code> (id 1011)
    - SEKO onboarding (N5.1.2): in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI UK from <code>omnireturns.hubs</code> of <code>"Kestrel Audio"</code> (id 1011)
    - Loop (N7, since 2026-10-16, [n] days): make a test label in production, and make a test return in production<br><code>reconcile verify kestrel-audio --record</code><br>or <code>reconcile attest kestrel-audio test&#95;label --connote NO</code><br><code>reconcile attest kestrel-audio test&#95;return --connote NO</code>
    --- stderr
    "#);
}

#[test]
fn names_do_not_break_a_table() {
    let name = "A | B <img src=x> [x](https://x.example) @dana `c` *d*";
    let file = format!("retailer: {}\njourney: new\n", serde_json::to_string(name).unwrap());
    let project = Project::empty().file("retailers/a.yaml", &file);
    let run = project.run(&["status", "--format=markdown", "--offline"]);
    let row = run.stdout.lines().find(|line| line.starts_with("| A")).unwrap();
    assert_eq!(row.matches('|').count(), 6, "{row}");
    for live in ["<img", "](", " @", "*d*", "://"] {
        assert!(!row.contains(live), "{row}");
    }
    let run = project.run(&["status", "--offline"]);
    // The table shortens wide names.
    assert!(
        run.stdout.contains("\nA | B <img src=x> [x](https://x.example…  N1 introduction  Loop\n"),
        "{run}"
    );
}

#[test]
fn commands_name_the_requested_environment() {
    let project = Project::example();
    let config = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let two = config.replace("environments:\n", "environments:\n  other one: {embedded: true}\n");
    let project = project.file("reconcile.yaml", &two);
    let commands = |retailer, more: &[&str]| {
        let run = project.run(&[&["status", "--retailer", retailer], more].concat());
        let lines = run.stdout.lines().filter_map(|line| line.trim().strip_prefix("$ "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let apply = "reconcile apply --only granite-gear";
    assert_eq!(commands("granite-gear", &[]), [apply]);
    assert_eq!(commands("granite-gear", &["-e", "sandbox"]), [apply]);
    let other = ["-e", "other one"];
    assert_eq!(commands("granite-gear", &other), [format!("{apply} --environment 'other one'")]);
    assert_eq!(
        commands("ember-ceramics", &other),
        [
            "reconcile handoff ember-ceramics --environment 'other one'",
            "reconcile attest ember-ceramics keys_supplied --environment 'other one'",
        ]
    );
}

#[test]
fn an_unread_system_is_reported_and_the_rest_shown() {
    let _masked = masked();
    let faults = "- {system: omnirps, method: GET, effect: {status: {code: 500}}}\n";
    let project = Project::example().file("faults.yaml", faults).file(
        "reconcile.yaml",
        "environments: {sandbox: {embedded: true, limits: {retries: 0}}}\n",
    );
    let run = project.run(&[
        "status",
        "--sandbox-faults=faults.yaml",
        "--only=juniper-home",
        "--only=aurora-outdoor",
    ]);
    assert_snapshot!(narrow(&run), @"
    exit 1
    --- stdout
    Not read: OmniRPS. What it holds is not known. It stops 2 retailers.

    New to SEKO
    retailer  stage  waits for  since  open
    Aurora Outdoor  N4 introduction  account manager  2026-11-02, [n] d  blocked 1

    Already with SEKO
    retailer  stage  waits for  since  open
    Juniper Home  live  onboarding  blocked 1

    Waiting for SEKO account manager: 1, SEKO onboarding: 1.
    Status of sandbox on [today]: 2 retailers, 0 done, credits not known, 0 drifted; 0 to apply, 0 manual, 5 held, 2 blocked.
    --- stderr
    error: OmniRPS could not be read: HTTP 500
    hint: wait until the system has recovered
    error: the status is incomplete for Aurora Outdoor and Juniper Home
    hint: run the command again once every system can be read
    ");
    let run = project.run(&["status", "--format=html", "--sandbox-faults=faults.yaml"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("Not read: OmniRPS."), "{run}");
}

#[test]
fn offline_reads_no_system() {
    let _masked = masked();
    let project = Project::example();
    let run = project.run(&["status", "--offline", "--retailer=cobalt-cycles"]);
    assert_snapshot!(run, @"
    exit 0
    --- stdout
    No system was read: this is what people have stated.

    Cobalt Cycles  retailers/cobalt-cycles.yaml
    New to SEKO, account manager Priya Natarajan, at live

      ☑ N1     introduce the retailer to SEKO                          Loop
               2026-08-03
      ☑ N2     take the retailer on                                    SEKO account manager Priya Natarajan
               Priya Natarajan
      ☑ N3     send the retailer the partner's onboarding form         Loop
               2026-08-04
      ☑ N4     have the retailer complete SEKO's onboarding documents  SEKO account manager Priya Natarajan
               2026-08-17
      ? N5     set up the accounts                                     SEKO onboarding
               not checked
      ? N5.1.1 leave e-mail addresses out of OmniReturns               SEKO onboarding
               not checked
      ? N5.1.2 leave hubs out of OmniReturns                           SEKO onboarding
               not checked
      ? N5.2.1 set the tracking webhook                                SEKO onboarding
               not checked
      ☑ N6     hand over the keys and the exact name in OmniRPS        SEKO onboarding
               2026-08-20
      ☑ N7     make a test label in production                         Loop
               2026-08-24, connote TK100200301NZ
      ☑ N7     make a test return in production                        Loop
               2026-08-24, connote TK100200301NZ
      ☑ N8     process the connote of the test return in OmniRPS       SEKO hub
               2026-08-27
      ☑ N9     confirm that the integration is ready                   SEKO account manager Priya Natarajan
               2026-08-28, by Priya Natarajan
      ☑ N9     confirm that the integration is ready                   Loop
               2026-08-28, by loop
      ☑ N10    go live                                                 SEKO account manager Priya Natarajan and Loop
               2026-09-01

    Next: no milestone is due; the settings were not read.
    --- stderr
    ");
    let run = project.run(&["status", "--offline"]);
    let counts = ": 12 retailers, 2 live; their settings are not known.\n";
    assert!(run.stdout.ends_with(counts), "{run}");
    assert!(!project.path(".reconcile").exists(), "no system was started");
    // An online run writes no files.
    assert_eq!(project.run(&["status"]).code, 0);
    let methods = project.methods();
    assert!(!methods.is_empty() && methods.iter().all(|method| method == "GET"), "{methods:?}");
}

#[test]
fn wrong_usage_is_64() {
    let project = Project::example();
    assert_snapshot!(project.run(&["status", "--retailer", "granit-gear"]), @"
    exit 64
    --- stdout
    --- stderr
    error: no file declares a retailer called `granit-gear`
    hint: did you mean `granite-gear`?
    ");
    assert_eq!(project.run(&["status", "--retailer=granite-gear", "--only=granite-gear"]).code, 64);
    assert_eq!(project.run(&["status", "--only=nobody"]).code, 64);
    assert_eq!(project.run(&["status", "--format=pdf"]).code, 64);
    let project = project.file("retailers/broken.yaml", "retailer: [\n");
    assert_eq!(project.run(&["status"]).code, 3);
}

#[test]
fn a_step_that_became_due_today_is_marked() {
    let project = Project::example();
    assert_eq!(project.run(&["attest", "ember-ceramics", "keys_supplied"]).code, 0);
    let run = project.run(&["status", "--offline", "--retailer", "ember-ceramics"]);
    assert!(run.stdout.contains(", today)") && !run.stdout.contains(" 0 days"), "{run}");
}

#[test]
fn every_retailer_that_is_blocked_by_an_unread_system_is_named() {
    let project = Project::example().file("faults.yaml", "[{system: omnirps, effect: wrong_key}]");
    let run = |command: &str| project.run(&[command, "--sandbox-faults", "faults.yaml"]);
    let (status, plan) = (run("status"), run("plan"));
    assert_eq!((status.code, plan.code), (1, 1), "{status}{plan}");
    assert!(status.stdout.contains("It stops 12 retailers."), "{status}");
    for run in [status, plan] {
        let (_, named) = run.stderr.split_once(" is incomplete for ").unwrap();
        let named = named.lines().next().unwrap();
        assert!(named.matches(", ").count() == 9 && named.ends_with(" and 2 more"), "{named}");
    }
}
