//! `reconcile status` where retailer files are invalid.

use crate::status::masked;
use crate::support::Project;
use insta::assert_snapshot;

#[test]
fn an_invalid_file_hides_no_other_retailer() {
    let _masked = masked();
    let project = Project::empty()
        .file("retailers/broken.yaml", "retailer: Broken\njourny: new\n")
        .file("retailers/kestrel-audio.yaml", "retailer: Kestrel Audio\njourney: existing\n");
    assert_snapshot!(project.run(&["status", "--offline"]), @"
    exit 3
    --- stdout
    No system was read: this is what people have stated.

    Already with SEKO
    retailer       stage    waits for  since  open
    Kestrel Audio  E1 keys  retailer

    Waiting for the retailer: 1.
    Status of sandbox on [today]: 1 retailer, 0 live; their settings are not known.
    --- stderr
    error[unknown-key]: unknown key `journy`
     --> retailers/broken.yaml:2:1
      |
    2 | journy: new
      | ^^^^^^
      |
      = hint: did you mean `journey`?
    ");
}

#[test]
fn an_invalid_file_that_is_named_is_no_wrong_usage() {
    let project = Project::empty()
        .file("retailers/bad.yaml", "retailer: Bad One\njourney: nope\n")
        .file("retailers/kestrel-audio.yaml", "retailer: Kestrel Audio\njourney: existing\n");
    for word in ["bad", "Bad One"] {
        let run = project.run(&["status", word]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{run}");
    }
    assert_eq!(project.run(&["status", "bad", "kestrel"]).code, 64);
    // What the invalid file declares is not known.
    let run = project.run(&["status", "--format", "json"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(!run.stdout.contains("undeclared"), "{run}");
}

#[test]
fn valid_files_are_shown_beside_invalid_ones_though_live_cannot_be_read() {
    let url = "http://127.0.0.1:9";
    let project = Project::bare().file(
        "reconcile.yaml",
        &format!(
            "default_environment: p\nenvironments:\n  p:\n    \
                 omnirps: {{url: '{url}', key: {{env: NOT_SET}}}}\n"
        ),
    );
    std::fs::create_dir(project.path("retailers")).unwrap();
    let project = project
        .file("retailers/acme.yaml", "retailer: Acme\njourney: existing\n")
        .file("retailers/broken.yaml", "retailer: Broken Bay\n");
    let run = project.run(&["status"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.stdout.contains("Acme") && run.stderr.contains("NOT_SET"), "{run}");
}
