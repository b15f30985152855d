//! Local files: what is refused as input, where links may lead, and what is private.

use crate::support::Project;
use std::os::unix::fs::symlink;

const LINK: &str = "retailers/granite-gear.yaml";

#[test]
fn a_link_that_leads_out_is_refused_unread() {
    let project = Project::example().file(
        "reconcile.yaml",
        "environments:\n  production:\n    omnirps: {url: \"https://x.example\", key: {file: keys/rps}}\n\
         default_environment: production\n",
    );
    std::fs::create_dir(project.path("keys")).unwrap();
    let project = project.file("keys/rps", "s3cret: key\n");
    std::fs::create_dir(project.path(".reconcile")).unwrap();
    let project = project.file(".reconcile/handoff.yaml", "s3cret: state\n");
    let outside = Project::bare().file("x.yaml", "s3cret: outside\n");
    let outside = outside.path("x.yaml").display().to_string();
    let targets = ["../keys/rps", "../.reconcile/handoff.yaml", &outside, "/proc/self/environ"];
    for is_repository in [false, true] {
        if is_repository {
            project.git(&["init", "--quiet"]);
        }
        for target in targets.iter().copied().chain(is_repository.then_some("../.git/config")) {
            std::fs::remove_file(project.path(LINK)).unwrap();
            symlink(target, project.path(LINK)).unwrap();
            let run = project.run_with(&["validate"], &[("SECRET", "s3cret")]);
            assert_eq!(run.code, 3, "{target}: {run}");
            assert!(run.to_string().contains("link-leads-out"), "{target}: {run}");
            assert!(!run.to_string().contains("s3cret"), "{target}: {run}");
            assert!(!run.to_string().contains("repositoryformatversion"), "{target}: {run}");
        }
    }
    std::fs::create_dir(project.path("shared")).unwrap();
    let project = project.file("shared/x.yaml", "retailer: Granite Gear\njourney: existing\n");
    std::fs::remove_file(project.path(LINK)).unwrap();
    symlink("../shared/x.yaml", project.path(LINK)).unwrap();
    let run = project.run(&["validate"]);
    assert!(!run.to_string().contains("link-leads-out"), "{run}");
}

#[test]
fn so_is_one_that_the_project_file_names_or_is() {
    let outside = Project::bare().file("x.yaml", "s3cret: outside\n");
    let project = Project::example().file(
        "reconcile.yaml",
        "environments:\n  production:\n    contract: contract.yaml\n    omnirps: {url: \"https://x.example\", \
         key: {env: KEY}}\ndefault_environment: production\n",
    );
    symlink(outside.path("x.yaml"), project.path("contract.yaml")).unwrap();
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("link-leads-out"), "{run}");
    assert!(!run.to_string().contains("s3cret"), "{run}");

    std::fs::remove_file(project.path("reconcile.yaml")).unwrap();
    symlink(outside.path("x.yaml"), project.path("reconcile.yaml")).unwrap();
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("link-leads-out"), "{run}");
    assert!(!run.to_string().contains("s3cret"), "{run}");
}
