//! Keys are in no output, whatever a server does with them.

use crate::support::Project;
use insta::assert_snapshot;

/// Every character of it survives HTML, JSON and URLs unchanged except the ampersand.
const KEY: &str = "s3cret-value&more";

fn production() -> Project {
    Project::example().file(
        "reconcile.yaml",
        "
default_environment: production
environments:
  production:
    omniparcel: {url: http://127.0.0.1:9, key: {env: KEY}}
    omnireturns: {url: http://127.0.0.1:9, key: {env: KEY}}
    omnirps: {url: http://127.0.0.1:9, key: {file: rps.key}}
    limits: {retries: 0}
",
    )
}

#[test]
fn a_key_that_is_missing_is_named_and_nothing_is_read() {
    let project = production();
    let run = project.run(&["plan"]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the key of OmniParcel is in the environment variable `KEY`, which is not set
    hint: set `KEY`, or choose another environment with --environment
    ");
    let run = project.run_with(&["plan"], &[("KEY", KEY)]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.stderr, @"
    error: the key of OmniRPS is in `./rps.key`, which cannot be read: No such file or directory (os error 2)
    hint: create the file, or correct its path in the project file
    ");
    let project = project.file("rps.key", "line\nbreak\n");
    assert_snapshot!(project.run_with(&["plan"], &[("KEY", KEY)]).stderr, @"
    error: the key of OmniRPS is empty, or has characters that no header can carry
    hint: look at the key where the project file says it is
    ");
}

#[test]
fn a_literal_key_is_refused_and_not_shown() {
    let project = Project::example().file(
        "reconcile.yaml",
        &format!(
            "environments:\n  production:\n    omnirps: {{url: http://example.com, key: \"{KEY}\"}}\n"
        ),
    );
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3);
    assert!(!run.to_string().contains("s3cret"), "{run}");
    assert_snapshot!(run.stderr, @"
    error[url-not-https]: `url` is not https, and its key would travel in the open
     --> reconcile.yaml:3:20
      |
    3 |     omnirps: {url: http://example.com, key: *******************}
      |                    ^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`; plain http is for hosts on this machine

    error[literal-key]: `key` is the key itself; this file is in Git, and a key must not be
     --> reconcile.yaml:3:45
      |
    3 |     omnirps: {url: http://example.com, key: *******************}
      |                                             ^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `key: {env: NAME}` or `key: {file: PATH}`, and have a new key issued
    ");
}

#[test]
fn a_system_that_is_down_is_unknown() {
    let project = production().file("rps.key", &format!("{KEY}\n"));
    let only = ["--only", "granite-gear", "--only", "kestrel-audio"];
    let run = project.run_with(&[&["plan", "-vv"], &only[..]].concat(), &[("KEY", KEY)]);
    assert_eq!(run.code, 1);
    assert!(!run.to_string().contains("s3cret"), "{run}");
    assert_snapshot!(run.stdout, @"
    Granite Gear  retailers/granite-gear.yaml
      ! blocked in OmniRPS [system-unknown]: OmniRPS could not be read: no answer: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again
      ! blocked in OmniReturns [system-unknown]: OmniReturns could not be read: no answer: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again

    Kestrel Audio  retailers/kestrel-audio.yaml
      ! blocked in OmniParcel [system-unknown]: OmniParcel could not be read: no answer: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again
      ! blocked in OmniRPS [system-unknown]: OmniRPS could not be read: no answer: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again
      ! blocked in OmniReturns [system-unknown]: OmniReturns could not be read: no answer: Connection refused (os error 111)
          hint: check that the system is up and that its `url` in the project file is right, then plan again

    Plan for production: 0 to create, 0 to update, 0 manual, 0 held, 5 blocked, 0 unchanged.
    ");
}
