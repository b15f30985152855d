//! What `reconcile verify --record` may state, and what counts as evidence.

use crate::support::{Project, Run};
use crate::verify::{KESTREL, assert_shown, sent, verify};

fn text(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap()
}

/// Runs the commands in a hint, parsed like a shell would.
fn follow(project: &Project, told: &str) -> Vec<Run> {
    let commands = told.split('`').filter_map(|part| part.strip_prefix("reconcile "));
    commands
        .map(|command| {
            let words = shlex::split(command).unwrap();
            project.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
        })
        .collect()
}

/// Adds an environment of real systems to a project.
pub(crate) fn with_production(project: Project) -> Project {
    let config = text(&project, "reconcile.yaml");
    let real = "environments:\n  production:\n    \
                omnirps: {url: \"https://rps.example\", key: {env: RPS_KEY}}\n";
    let both = config.replace("environments:\n", real);
    assert_ne!(both, config);
    project.file("reconcile.yaml", &both)
}

#[test]
fn a_return_of_this_tool_is_never_the_partners() {
    let project = Project::example();
    for arguments in [&["label"][..], &["return"], &["label", "--again"], &["return"]] {
        let run = verify(&project, &[&["granite-gear"], arguments].concat());
        assert_eq!(run.code, 0, "{run}");
    }
    let before = text(&project, "retailers/granite-gear.yaml");
    // As on another machine.
    std::fs::remove_dir_all(project.path(".reconcile/probes")).unwrap();
    let run = verify(&project, &["granite-gear", "uploads", "--record"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stdout.contains("since 2026-11-02 but 2 tests"), "{run}");
    assert_eq!(text(&project, "retailers/granite-gear.yaml"), before);
    project.run(&["sandbox", "--upload", "granite-gear"]);
    let run = verify(&project, &["granite-gear", "uploads", "--record"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("1 return has arrived"), "{run}");
}

#[test]
fn a_rehearsal_is_no_evidence_of_real_systems() {
    let project = with_production(Project::example());
    let config = text(&project, "reconcile.yaml");
    let real = config.replace("default_environment: sandbox", "default_environment: production");
    let project = project.file("reconcile.yaml", &real);
    let before = text(&project, KESTREL);
    let rehearse = |more: &[&str]| {
        verify(&project, &[&["kestrel-audio", "-e", "sandbox", "--timeout", "0s"], more].concat())
    };
    assert_shown!(rehearse(&["--record"]), @"
    exit 64
    --- stdout
    --- stderr
    error: retailers/kestrel-audio.yaml states facts of the systems in `production`, and `sandbox` is a rehearsal
    hint: leave --record out, or rehearse in a project whose default environment is a sandbox
    ");
    assert!(!project.path(".reconcile").exists(), "nothing was made");
    let rehearsed = rehearse(&[]);
    assert!(rehearsed.stdout.contains("return (proven)"), "{rehearsed}");
    assert_eq!(text(&project, KESTREL), before);
}

#[test]
fn another_environment_is_no_evidence_of_the_default_one() {
    let project = with_production(Project::example());
    let config = text(&project, "reconcile.yaml");
    let staging = "  staging:\n    \
                   omnirps: {url: \"https://rps.example\", key: {env: RPS_KEY}}\n";
    let config = config
        .replace("default_environment: sandbox", "default_environment: production")
        .replace("environments:\n", &format!("environments:\n{staging}"));
    let project = project.file("reconcile.yaml", &config);
    let run = verify(&project, &["kestrel-audio", "-e", "staging", "--record"]);
    assert_eq!(run.code, 64, "{run}");
    assert!(run.stderr.contains("and `staging` is another environment"), "{run}");
    assert!(run.stderr.contains("leave --record out, or verify in `production`"), "{run}");
    let run = verify(&project, &["kestrel-audio", "-e", "production", "--record"]);
    assert_ne!(run.code, 64, "{run}");
}

#[test]
fn a_project_of_the_sandbox_records_its_rehearsals() {
    // Real systems may be configured before the files apply to them.
    let project = with_production(Project::example());
    let run = verify(&project, &["ember-ceramics", "--record"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(text(&project, "retailers/ember-ceramics.yaml").contains("test_return:"));
}

#[test]
fn uploads_that_were_checked_once_stay_recorded() {
    for stated in ["", "  uploads_checked: 2026-11-03\n"] {
        let project = Project::example();
        let path = "retailers/granite-gear.yaml";
        let project = {
            let granite = text(&project, path);
            project.file(path, &format!("{granite}{stated}"))
        };
        project.run(&["sandbox", "--upload", "granite-gear"]);
        let first = verify(&project, &["granite-gear", "uploads", "--record"]);
        assert_eq!((first.code, first.stderr.as_str()), (0, ""), "{first}");
        let written = text(&project, path);
        project.run(&["sandbox", "--upload", "granite-gear"]);
        let command = ["granite-gear", "uploads", "--record", "--format", "json"];
        let second = verify(&project, &command);
        assert_eq!((second.code, second.stderr.as_str()), (0, ""), "{second}");
        assert!(second.stdout.contains("\"uploads_checked\""), "{second}");
        assert_eq!(text(&project, path), written);
    }
}

#[test]
fn a_hubs_work_is_recorded_for_the_stated_return_alone() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "--record", "--timeout", "0s"]);
    verify(&project, &["kestrel-audio", "--again", "--timeout", "0s"]);
    project.run(&["sandbox", "--process", "kestrel-audio", "SBX00000002"]);
    let before = text(&project, KESTREL);
    assert!(before.contains("test_return: {on: 20") && before.contains("SBX00000001}"));
    let run = verify(&project, &["kestrel-audio", "--record"]);
    assert_shown!(run, @"
    exit 1
    --- stdout
    Kestrel Audio  retailers/kestrel-audio.yaml
    verified in sandbox, reference RECONCILE-kestrel-audio-[id]
      ✓ processed (proven): a hub processed SBX00000002 at [time]
          proves that a hub finds the retailer's returns and can process them
          does not prove that the partner was notified and credits the customer
    --- stderr
    error: retailers/kestrel-audio.yaml states the test return SBX00000001, but a hub has processed SBX00000002
    hint: state the newer test first with `reconcile attest kestrel-audio test_label --on [today] --connote SBX00000002 --replace` and `reconcile attest kestrel-audio test_return --on [today] --connote SBX00000002 --replace`, then run this again
    ");
    assert_eq!(text(&project, KESTREL), before);

    let stated = follow(&project, &run.stderr);
    assert_eq!(stated.iter().map(|run| run.code).collect::<Vec<_>>(), [0, 0], "{run}");
    let run = verify(&project, &["kestrel-audio", "--record"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    let after = text(&project, KESTREL);
    assert!(after.contains("connote_processed: {on: 20"), "{after}");
    assert_eq!(after.matches("connote: SBX00000002}").count(), 3, "{after}");
}

#[test]
fn arguments_in_hints_are_quoted() {
    let project = Project::example();
    let kestrel = text(&project, KESTREL);
    let odd = "  test_label: {on: 2026-11-01, connote: 'x; touch pwned'}\n";
    let project = project.file(KESTREL, &format!("{kestrel}{odd}"));
    let run = verify(&project, &["kestrel-audio", "--timeout", "0s"]);
    assert!(
        run.stdout.contains("`reconcile sandbox --process kestrel-audio 'x; touch pwned'`"),
        "{run}"
    );

    let other = "  test_return: {on: 2026-11-01, connote: TK900001}\n";
    let project = project.file(KESTREL, &format!("{kestrel}{odd}{other}"));
    let run = verify(&project, &["kestrel-audio", "return", "--record"]);
    assert!(run.stderr.contains(" --connote 'x; touch pwned' --replace`"), "{run}");
    let stated = follow(&project, &run.stderr);
    assert_eq!(stated.iter().map(|run| run.code).collect::<Vec<_>>(), [0], "{run}");
}

#[test]
fn a_test_is_of_a_retailer_and_not_of_a_file() {
    let project = Project::example();
    let run = verify(&project, &["kestrel-audio", "label"]);
    assert_eq!(run.code, 0, "{run}");
    let file = text(&project, KESTREL);
    std::fs::remove_file(project.path(KESTREL)).unwrap();
    // Under another name of its file the label is still its own.
    let project = project.file("retailers/kestrel.yaml", &file);
    let run = verify(&project, &["kestrel", "return"]);
    assert_eq!((run.code, sent(&project)), (0, (1, 1)), "{run}");
    // Another retailer in the file has no test.
    let other = file.replace("retailer: Kestrel Audio", "retailer: Marlow Optics");
    assert_ne!(other, file);
    let project = project.file("retailers/kestrel.yaml", &other);
    let run = verify(&project, &["kestrel", "label", "--record"]);
    assert_eq!((run.code, sent(&project)), (1, (1, 1)), "{run}");
    assert!(run.stderr.contains("is of \"Kestrel Audio\""), "{run}");
    assert!(!text(&project, "retailers/kestrel.yaml").contains("test_label"), "{run}");
    let run = verify(&project, &["kestrel", "label", "--again"]);
    assert_eq!(sent(&project).0, 2, "{run}");
}

#[test]
fn files_are_written_from_the_environment_that_they_are_about() {
    let project = with_production(Project::example());
    let config = text(&project, "reconcile.yaml");
    let before = crate::support::files_below(&project.path("retailers"));
    let real = config.replace("default_environment: sandbox", "default_environment: production");
    let staging = "environments:\n  staging:\n    \
                   omnirps: {url: \"https://rps.example\", key: {env: RPS_KEY}}\n";
    let project = project.file("reconcile.yaml", &real.replace("environments:\n", staging));
    let kestrel = text(&project, KESTREL);
    for arguments in [
        &["import"][..],
        &["import", "513"],
        &["import", "--pin"],
        &["import", "--pin", "Kestrel Audio"],
        &["new", "Marlow Optics"],
    ] {
        for (name, is) in [("sandbox", "a rehearsal"), ("staging", "another environment")] {
            let run = project.run(&[arguments, &["-e", name]].concat());
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
            let or = match name {
                "sandbox" => ", or rehearse in a project whose default environment is a sandbox",
                _ => "",
            };
            let told = format!(
                "error: the retailer files of reconcile.yaml state facts of the systems in \
                 `production`, and `{name}` is {is}\nhint: leave --environment out{or}\n"
            );
            assert_eq!(run.stderr, told, "{arguments:?}");
        }
    }
    assert!(!project.path(".reconcile").exists(), "nothing was read");
    assert_eq!(crate::support::files_below(&project.path("retailers")), before);
    assert_eq!(text(&project, KESTREL), kestrel);
    // What writes nothing is allowed.
    let shown = project.run(&["import", "--dry-run", "-e", "sandbox"]);
    assert_eq!(shown.code, 0, "{shown}");
    assert_eq!(crate::support::files_below(&project.path("retailers")), before);
    // The default one is allowed under its name, too.
    let run = project.run(&["import", "-e", "production"]);
    assert_eq!(run.code, 1, "its key is not set: {run}");
    // In a project of the sandbox any can be imported from, and so without a project file.
    for config in [config.as_str(), ""] {
        let project = project_of(config);
        let run = project.run(&["import", "513", "-e", "sandbox"]);
        assert_eq!(run.code, 0, "{run}");
        let run = project.run(&["import", "--pin", "-e", "sandbox"]);
        assert_eq!(run.code, 0, "{run}");
        let run = project.run(&["new", "Brook", "-e", "sandbox"]);
        assert_eq!(run.code, 0, "{run}");
    }
}

/// Returns the example fleet with this project file, or a project without any file if it is empty.
fn project_of(config: &str) -> Project {
    if config.is_empty() {
        Project::empty()
    } else {
        Project::example().file("reconcile.yaml", config)
    }
}
