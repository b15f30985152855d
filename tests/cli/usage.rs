//! Usage of the command line.

use crate::support::Project;
use insta::assert_snapshot;

#[test]
fn the_help_is_complete() {
    let project = Project::empty();
    assert_snapshot!(project.run(&["--help"]), @"
    exit 0
    --- stdout
    Plans and applies retailers' set-up in OmniParcel, OmniReturns and OmniRPS.

    Each retailer is one YAML file that states facts: its journey, its milestones, its decisions.
    `reconcile` derives the settings from them by the onboarding process, compares them with the live
    systems and shows or makes the changes.

    Usage: reconcile [OPTIONS] <COMMAND>

    Commands:
      validate     Check all files and report every problem; touches no network
      plan         Show the changes that would make the systems match the files; changes no system
      apply        Plan, ask, and make the changes; or apply a saved plan
      doctor       Check that every system of an environment answers, with one read each
      drift        Show live settings that differ from the files; exits with 2 if there are any
      import       Write retailer files for live retailers that no file declares
      new          Create a retailer file, after checking the files and the systems for similar names
      status       Show where each retailer is in its journey, and who has to do what next
      uploads      Show how many returns have arrived from each retailer in use, and who is silent
      attest       State in retailers' files that milestones have been reached; touches no network
      decide       Write into a retailer's file whether it keeps its access to OmniReturns (step E5)
      message      Print the text that a retailer's next step needs, to be pasted into an e-mail
      verify       Prove with a test label and a test return that a retailer is set up correctly
      handoff      Encrypt a retailer's keys and exact name for the partner, or check for changes
      explain      Show a retailer's desired and live values with their steps, or explain a code
      history      List past runs; or show one and verify its journal
      unlock       End the lease of a run that is known to be dead; it can start nothing more
      rollback     Plan to put back what a run changed; `reconcile apply` then applies the saved plan
      sandbox      Serve the sandbox: OmniParcel, OmniReturns and OmniRPS over HTTP on this machine
      schema       Print the JSON Schema of a file or of what a command prints, for editors and programs
      completions  Print a shell completion script
      man          Print the manual page
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

    Global options:
          --config <FILE>
              Use this project file instead of the reconcile.yaml beside the retailers folder

          --retailers <DIR>
              Read retailer files from this folder

      -e, --environment <NAME>
              Use this environment instead of the project file's default

          --only <RETAILER|SLUG>
              Only this retailer, by name, slug or pattern (`*` any text, `?` any one character); may be
              given several times

          --color <WHEN>
              When to use colours
              
              [default: auto]
              [possible values: auto, always, never]

      -v, --verbose...
              Log more to stderr (-v: each retry, -vv: each request)

      -q, --quiet
              Log only errors to stderr

          --sandbox-faults <FILE>
              Inject the faults of this file into the embedded sandbox
              
              [env: RECONCILE_SANDBOX_FAULTS=]

    Exit codes:
      0   done; with --detailed-exitcode: nothing to change
      1   failed: a system could not be read, a write failed, or the run was refused
      2   with --detailed-exitcode: changes are pending or were applied; drift was found
      3   the files are invalid; nothing was written (only `status` reads)
      4   partly applied: some actions succeeded, others did not
      5   applied all that could be, but a retailer is blocked and needs a person
      64  wrong usage of the command line
    --- stderr
    ");
}

#[test]
fn wrong_usage_is_64() {
    let project = Project::example();
    for arguments in [
        &["frobnicate"][..],
        &["plan", "--nonsense"],
        &["plan", "--format", "xml"],
        &["plan", "--environment", "nowhere"],
        &["plan", "--only", "nobody"],
        &["plan", "--retailers", "no-such-folder"],
        &["plan", "--config", "no-such-file.yaml"],
        &["apply", "plan.json", "--only", "granite-gear"],
        &["--only", "granite-gear", "apply", "plan.json"],
        &["status", "--retailer", "granite-gear", "--only", "harbor-kids"],
        &["--only", "harbor-kids", "status", "--retailer", "granite-gear"],
        &["plan", "-q", "-v"],
    ] {
        let run = project.run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
        assert!(run.stderr.contains("error: "), "{arguments:?}: {run}");
    }
    assert_eq!(project.run(&[]).code, 64, "the help, because a command is missing");
    assert_eq!(project.run(&["--version"]).code, 0);
    assert_eq!(project.run(&["plan", "--help"]).code, 0);
}

/// A command line of each command that reads the files without changing any.
const COMMANDS: [&[&str]; 14] = [
    &["validate"],
    &["plan"],
    &["apply", "--yes"],
    &["doctor"],
    &["drift"],
    &["import"],
    &["status", "--offline"],
    &["attest", "juniper-home", "live"],
    &["verify", "juniper-home", "webhook"],
    &["handoff", "juniper-home", "--check"],
    &["explain", "juniper-home"],
    &["history"],
    &["sandbox", "--reset"],
    &["sandbox", "--upload", "juniper-home"],
];

#[test]
fn an_unknown_environment_is_refused_by_every_command() {
    let project = Project::example();
    for command in COMMANDS {
        let run = project.run(&[command, &["-e", "nope"]].concat());
        assert_eq!(run.code, 64, "{command:?}: {run}");
        assert!(run.stderr.contains("there is no environment `nope`"), "{command:?}: {run}");
    }
    // If the project file is invalid, its environments are unknown.
    let project = project.file("reconcile.yaml", "environments: [");
    let run = project.run(&["attest", "ember-ceramics", "keys_supplied", "-e", "production"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run}");
    assert_eq!(project.run(&["history", "-e", "production"]).code, 3);
    assert!(!project.path(".reconcile").exists(), "nothing was begun");
}

/// Problems and warnings that nobody can read do not change what a command does.
#[cfg(unix)]
#[test]
fn a_full_stderr_changes_no_exit_code() {
    let warned = "retailer: A &amp; B\njourney: new\n";
    let invalid = "retailer: Acme\njourney: existing\nbad: 1\n";
    for (file, command, code) in [
        (warned, &["validate"][..], 0),
        (warned, &["plan"], 0),
        (warned, &["drift"], 0),
        (warned, &["apply", "--yes"], 0),
        (warned, &["attest", "acme", "introduced"], 0),
        (invalid, &["validate"], 3),
        (invalid, &["plan"], 3),
        (invalid, &["drift"], 3),
        (invalid, &["attest", "acme", "keys_requested"], 3),
    ] {
        let project = Project::empty().file("retailers/acme.yaml", file);
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(command)
            .current_dir(project.path(""))
            .env_clear()
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{command:?} of {file:?}");
    }
}

#[test]
fn an_unknown_only_is_refused_by_every_command() {
    let project = Project::example();
    for command in COMMANDS.into_iter().filter(|command| command != &["import"]) {
        let run = project.run(&[command, &["--only", "juniper-home", "--only", "nope"]].concat());
        assert_eq!(run.code, 64, "{command:?}: {run}");
        assert!(run.stderr.contains("no file declares a retailer called `nope`"), "{run}");
    }
    assert!(!project.path(".reconcile").exists(), "nothing was begun");
    let history = project.run(&["history", "--only", "juniper-home"]);
    assert_eq!(history.stdout, "There are no matching runs.\n");
    // Import selects among the live retailers.
    assert_eq!(project.run(&["import", "--only", "nope"]).code, 64);
}

#[test]
fn a_new_retailer_is_not_selected() {
    let project = Project::example();
    for only in ["juniper-home", "nope"] {
        let run = project.run(&["new", "Brook", "--only", only]);
        assert_eq!(run.code, 64, "{run}");
        assert!(
            run.stderr.starts_with("error: --only cannot be used with `reconcile new`"),
            "{run}"
        );
    }
    assert!(!project.path("retailers/brook.yaml").exists());
}

#[test]
fn a_command_for_one_retailer_that_is_not_among_only_is_refused() {
    let project = Project::example();
    for command in COMMANDS.into_iter().filter(|command| command.contains(&"juniper-home")) {
        let run = project.run(&[command, &["--only", "granite-gear"]].concat());
        assert_eq!(run.code, 64, "{command:?}: {run}");
        assert_eq!(
            run.stderr,
            "error: Juniper Home is excluded by --only\n\
             hint: omit --only: the command names its retailer\n"
        );
        let run = project.run(&[command, &["--only", "Juniper Home"]].concat());
        assert_ne!(run.code, 64, "{command:?}: {run}");
    }
}

#[test]
fn a_name_without_its_quotes_is_no_plan_file() {
    let run = Project::example().run(&["apply", "--only", "Granite", "Gear", "--yes"]);
    assert_eq!(run.code, 64, "{run}");
    insta::assert_snapshot!(run.stderr, @"
    error: --only cannot be used with a plan file, which `Gear` is taken for
    hint: leave one of them out, or quote a name with spaces: --only 'Granite Gear'
    ");
}

#[test]
fn messages_have_hints() {
    let project = Project::example();
    assert_snapshot!(project.run(&["plan", "-e", "nowhere"]).stderr, @"
    error: there is no environment `nowhere`
    hint: choose one of sandbox, or add it to the project file
    ");
    assert_snapshot!(project.run(&["plan", "--only", "nobody"]).stderr, @"
    error: no file declares a retailer called `nobody`
    hint: give the name in the file, or the file's name without .yaml; for a live retailer that no file declares, `reconcile import` writes one
    ");
    assert_snapshot!(project.run(&["plan", "--retailers", "fleet"]).stderr, @"
    error: there is no folder `fleet`
    hint: correct --retailers, or create the folder
    ");
}

#[test]
fn a_number_that_is_none_is_told_what_is_expected() {
    let project = Project::example();
    let refused = |arguments: &[&str]| {
        let run = project.run(arguments);
        assert_eq!(run.code, 64, "{run}");
        run.stderr.lines().next().unwrap().to_owned()
    };
    assert_snapshot!(refused(&["apply", "--limit", "x"]), @"error: invalid value 'x' for '--limit <N>': write a whole number of retailers");
    assert_snapshot!(refused(&["sandbox", "--port", "x"]), @"error: invalid value 'x' for '--port <PORT>': write a port, a whole number from 0 to 65535");
    assert_snapshot!(refused(&["sandbox", "--port", "65536"]), @"error: invalid value '65536' for '--port <PORT>': write a port, a whole number from 0 to 65535");
}

#[test]
fn wrong_usage_comes_before_invalid_files() {
    let project = Project::example().file("retailers/broken.yaml", "retailer: Broken Bay\n");
    project.git(&["init", "--quiet"]);
    project.commit("all");
    for (arguments, code) in [
        (&["plan", "-e", "zz"][..], 64),
        (&["apply", "--yes", "-e", "zz"], 64),
        (&["drift", "-e", "zz"], 64),
        (&["validate", "-e", "zz"], 64),
        (&["doctor", "-e", "zz"], 64),
        (&["import", "-e", "zz"], 64),
        (&["plan", "--base", "zz"], 64),
        (&["drift", "--base", "zz"], 64),
        (&["apply", "--base", "zz"], 64),
        (&["plan", "--only", "zz"], 64),
        (&["validate", "zz"], 64),
        (&["new"], 64),
        (&["uploads", "zz"], 64),
        (&["explain", "zz"], 64),
        (&["verify", "zz"], 64),
        (&["handoff", "zz"], 64),
        (&["plan"], 3),
        (&["plan", "--base", "HEAD"], 3),
        (&["plan", "--only", "Broken Bay"], 3),
        (&["plan", "--only", "brok*"], 3),
        (&["plan", "--only", "granite-gear"], 3),
        (&["explain", "broken"], 3),
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {run}");
    }
}

/// A project whose files are about real systems, with one valid retailer.
fn real() -> Project {
    let project = "default_environment: production\nenvironments:\n  sandbox: {embedded: true}\n  \
                   production:\n    \
                   omniparcel: {url: \"https://p.example\", key: {env: KEY}}\n    \
                   omnireturns: {url: \"https://r.example\", key: {env: KEY}}\n    \
                   omnirps: {url: \"https://s.example\", key: {env: KEY}}\n";
    let retailer = "retailer: Granite Gear\njourney: existing\n\
                    milestones: {keys_requested: 2026-10-01}\n";
    Project::empty()
        .file("reconcile.yaml", project)
        .file("retailers/granite-gear.yaml", retailer)
        .file("plan.json", "{}")
}

#[test]
fn wrong_usage_of_every_command_comes_before_invalid_files() {
    const FILE: &str = "retailers/granite-gear.yaml";
    let into_file = format!("junit={FILE}");
    // Whether it is wrong in an empty folder, too.
    let wrong: &[(&[&str], bool)] = &[
        (&["plan", "--report", "json=a", "--report", "junit=a"], true),
        (&["plan", "--out", "a", "--report", "json=a"], true),
        (&["plan", "--out", FILE], false),
        (&["apply", "--yes", "--report", "json=a", "--report", "text=a"], true),
        (&["apply", "plan.json", "--only", "granite-gear"], true),
        (&["apply", "plan.json", "--report", "json=plan.json"], true),
        (&["drift", "--report", "json=a", "--report", "text=a"], true),
        (&["drift", "--report", "json=reconcile.yaml"], true),
        (&["drift", "--only", "zz"], false),
        (&["rollback", "latest", "--out", "reconcile.yaml"], true),
        (&["validate", "--report", "json=a", "--report", "junit=a"], true),
        (&["validate", "--report", &into_file], false),
        (&["verify", "granite-gear", "uploads", "--again"], true),
        (&["verify", "granite-gear", "processed", "--again"], true),
        (&["verify", "granite-gear", "label", "--since", "2026-10-02"], false),
        (&["verify", "granite-gear", "--record", "-e", "sandbox"], true),
        (&["verify", "--record", "-e", "sandbox"], true),
        (&["import", "-e", "sandbox"], true),
        (&["new", "Foo", "-e", "sandbox"], true),
        (&["new", "Foo", "--slug", "../x"], true),
        (&["new", "Foo - Loop"], true),
        (&["new", ""], true),
        (&["sandbox", "--seed-from", "nope"], true),
        (&["sandbox", "--seed-from", "sandbox"], true),
        (&["sandbox", "--process", "zz", "TK100342334NZ"], true),
        (&["sandbox", "--upload", "zz"], true),
        (&["sandbox", "--upload", "zz", "--seed", "none.yaml"], true),
        // So does it before outputs that cannot be written.
        (&["plan", "--out", "no/dir", "--base", "nope"], true),
        (&["plan", "--out", "no/dir", "--report", "json=reconcile.yaml"], true),
        (&["drift", "--report", "json=no/dir", "--only", "zz"], false),
        (&["status", "--out", "no/dir", "--stage", "zz"], true),
        (&["status", "--out", "no/dir", "--mine", "zz"], false),
        (&["explain", "gran*"], false),
        (&["explain", "granite-gear", "--only", "zz"], false),
        (&["status", "--out", "reconcile.yaml"], true),
        (&["status", "--stage", "zz"], true),
        // An account manager may be in a file that is still to come.
        (&["status", "--mine", "zz"], false),
        (&["status", "--waits-for", "zz"], true),
        (&["plan", "-e", "nope"], true),
    ];
    let valid = real();
    let beside = real().file("retailers/bad.yaml", "retailer: [\n");
    let empty = real();
    std::fs::remove_file(empty.path(FILE)).unwrap();
    for (arguments, is_wrong_if_empty) in wrong {
        let code = |project: &Project| project.run_with(arguments, &[("KEY", "zq9-key-of-all")]);
        for project in [&valid, &beside] {
            let run = code(project);
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
        }
        if *is_wrong_if_empty {
            let run = code(&empty);
            assert_eq!((run.code, run.stdout.as_str()), (64, ""), "{arguments:?}: {run}");
        }
    }
    for project in [&valid, &beside, &empty] {
        assert!(!project.path("a").exists() && !project.path(".reconcile").exists());
    }
}

#[test]
fn nothing_is_written_or_read_if_an_output_cannot_be() {
    let project = real().file("retailers/bad.yaml", "retailer: [\n");
    for (arguments, code) in [
        (&["validate", "--report", "json=a", "--report", "junit=no/dir"][..], 1),
        (&["status", "--out", "no/dir"], 1),
        // The files come first.
        (&["plan", "--out", "no/dir"], 3),
    ] {
        let run = project.run_with(arguments, &[("KEY", "zq9-key-of-all")]);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{arguments:?}: {run}");
        assert!(!run.stderr.contains("could not be read"), "no system is asked: {run}");
        assert!(!project.path("a").exists(), "{arguments:?}");
    }
}

#[test]
fn a_real_label_without_permission_is_refused_before_keys_are_read() {
    let project = real();
    for retailer in [&["granite-gear"][..], &["granite-gear", "label"]] {
        let run = project.run(&[&["verify"], retailer].concat());
        assert_eq!(run.code, 64, "{run}");
        assert!(run.stderr.contains("this would make a real label"), "{run}");
    }
    assert_eq!(project.run(&["verify", "granite-gear", "webhook"]).code, 1, "no key is set");
}

#[test]
fn wrong_usage_comes_before_an_invalid_project_file() {
    let project = Project::example().file("reconcile.yaml", "environments: [");
    for (arguments, code) in [
        (&["plan", "--only", "zz"][..], 64),
        (&["status", "zz"], 64),
        (&["status", "--only", "zz"], 64),
        (&["status", "--stage", "zz"], 64),
        (&["message", "zz"], 64),
        (&["status"], 3),
        (&["message", "granite-gear"], 3),
        (&["message", "granite-gear", "--only", "zz"], 64),
        // Its environments are not known.
        (&["sandbox", "--seed-from", "production"], 3),
        (&["status", "-e", "production"], 3),
    ] {
        let run = project.run(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {run}");
    }
}

/// What is also looked for elsewhere than in the files is not wrong because they do not have it.
#[test]
fn a_retailer_that_no_file_declares_any_more_is_no_wrong_usage() {
    let project = Project::example();
    project.git(&["init", "--quiet"]);
    project.commit("all");
    assert_eq!(project.run(&["apply", "--yes", "--only", "harbor-kids"]).code, 0);
    std::fs::remove_file(project.path("retailers/harbor-kids.yaml")).unwrap();
    let rollback = ["rollback", "latest", "--only", "Harbor Kids"];
    let drift = ["drift", "--only", "Harbor Kids"];
    let import = ["import", "--dry-run", "--only", "Marlow*"];
    for command in [&rollback, &drift[..], &import] {
        assert!([0, 2].contains(&project.run(command).code), "{command:?}");
    }
    let project = project.file("retailers/bad.yaml", "retailer: [\n");
    for command in [&rollback, &drift[..], &import] {
        let run = project.run(command);
        assert_eq!(run.code, 3, "{command:?}: {run}");
    }
    assert_eq!(project.run(&["drift", "--only", "zz"]).code, 64);
}

#[test]
fn a_project_may_be_without_the_folder_of_the_retailers() {
    let project = Project::example();
    std::fs::remove_dir_all(project.path("retailers")).unwrap();
    for arguments in [&["doctor"][..], &["history"], &["sandbox", "--reset"], &["import"]] {
        let run = project.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {run}");
    }
    assert_ne!(project.run(&["validate"]).code, 64, "import has made the folder");
    std::fs::remove_dir_all(project.path("retailers")).unwrap();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stderr.starts_with("error[no-retailers]: "), "{run}");
}

#[test]
fn global_options_are_accepted_before_and_after_the_command() {
    let project = Project::example();
    let before = project.run(&["--only", "granite-gear", "--color", "never", "plan"]);
    let after = project.run(&["plan", "--only", "granite-gear", "--color", "never"]);
    assert_eq!(before.stdout, after.stdout);
}

#[test]
fn the_project_is_found_from_either_side() {
    let project = Project::example();
    std::fs::create_dir(project.path("elsewhere")).unwrap();
    let retailers = project.path("retailers");
    let config = project.path("reconcile.yaml");
    let run = project.run(&["plan", "--retailers", retailers.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run}");
    let run = project.run(&["plan", "--config", config.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stdout.contains("[project]/retailers/granite-gear.yaml"), "{run}");
}

#[test]
fn one_v_names_retries_and_two_name_requests() {
    let project = Project::example()
        .file("once.yaml", "- {system: omnirps, times: 1, effect: {status: {code: 503}}}\n");
    let stderr = |options: &[&str]| {
        project.run(&[&["--sandbox-faults", "once.yaml", "plan"], options].concat()).stderr
    };
    assert_eq!(stderr(&[]), "");
    let retries = stderr(&["-v"]);
    assert_eq!(retries.lines().count(), 1, "{retries}");
    assert!(retries.contains("omnirps") && retries.contains("trying again"), "{retries}");
    let requests = stderr(&["-vv"]);
    for system in ["omniparcel", "omnireturns", "omnirps"] {
        assert!(requests.lines().any(|line| line.contains(system)), "{system}: {requests}");
    }
    assert!(requests.contains("trying again") && requests.contains("GET"), "{requests}");
}
