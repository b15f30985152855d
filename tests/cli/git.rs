//! Reading files from Git as a checkout would, in various repositories: `drift`, and `--base`.

use crate::support::{Project, Run};
use reconcile::System;
use serde_json::{Value, json};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

const GRANITE: &str = "retailers/granite-gear.yaml";

/// Returns the example fleet, applied and committed, with the portal of Granite Gear published
/// since.
fn drifted() -> Project {
    let project = Project::example();
    std::fs::remove_file(project.path("retailers/dune-and-co.yaml")).unwrap();
    assert_eq!(project.run(&["apply", "--yes", "--quiet"]).code, 0);
    let published = json!({"RetailerId": 1007, "PortalPublished": true});
    project.store().put(System::Omnireturns, &published).unwrap();
    project.git(&["init", "--quiet", "--initial-branch", "main"]);
    project
}

fn text(project: &Project, path: &str) -> String {
    std::fs::read_to_string(project.path(path)).unwrap()
}

/// Returns the numbers of drifted and pending changes that `drift` finds.
fn counts(run: &Run) -> (u64, u64) {
    let plan: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run}"));
    let count = |name: &str| plan["drift"][name].as_u64().unwrap();
    (count("drifted"), count("pending"))
}

fn drift(project: &Project) -> (i32, (u64, u64)) {
    let run = project.run(&["drift", "--json"]);
    (run.code, counts(&run))
}

/// Returns the retailers of a plan that is limited to the changes since a commit.
fn covered(run: &Run) -> Vec<String> {
    assert_eq!(run.code, 0, "{run}");
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let retailers = plan["retailers"].as_array().unwrap().iter();
    retailers.map(|retailer| retailer["retailer"].as_str().unwrap().to_owned()).collect()
}

fn based(project: &Project, base: &str) -> Vec<String> {
    covered(&project.run(&["plan", "--base", base, "--json"]))
}

#[test]
fn a_path_through_a_folder_that_the_commit_does_not_have_is_the_same_path() {
    let project = drifted();
    project.commit("the fleet");
    std::fs::create_dir(project.path("build")).unwrap();
    let ways: [(&str, &[&str]); 3] = [
        ("build", &["--config", "../reconcile.yaml"]),
        ("build", &["--config", "../reconcile.yaml", "--retailers", "../build/../retailers"]),
        (".", &["--retailers", "build/../retailers"]),
    ];
    for (folder, way) in ways {
        let run = project.run_in(folder, &[&["drift", "--json"], way].concat());
        assert_eq!((run.code, counts(&run)), (2, (1, 0)), "{folder} {way:?}");
        let run = project.run_in(folder, &[&["plan", "--base", "HEAD", "--json"], way].concat());
        assert_eq!(covered(&run), [""; 0], "{folder} {way:?}");
    }
}

#[test]
fn a_folder_that_the_commit_does_not_have_is_named() {
    let project = drifted();
    project.commit("the fleet");
    assert_eq!(project.run(&["drift"]).stderr, "");
    std::fs::rename(project.path("retailers"), project.path("fleet")).unwrap();
    let run = project.run(&["drift", "--retailers", "fleet", "--json"]);
    assert_eq!((run.code, counts(&run).0), (0, 0), "{run}");
    let warning = "warning: `fleet` has no retailer file at HEAD, so nothing is drift\n";
    assert!(run.stderr.starts_with(warning), "{run}");
}

#[test]
fn a_committed_link_is_followed() {
    let project = drifted();
    std::fs::create_dir(project.path("shared")).unwrap();
    std::fs::rename(project.path(GRANITE), project.path("shared/granite.yaml")).unwrap();
    symlink("../shared/granite.yaml", project.path(GRANITE)).unwrap();
    project.commit("a link");
    assert_eq!(drift(&project), (2, (1, 0)));
    assert_eq!(based(&project, "HEAD"), [""; 0]);

    // The target changes, and the link does not.
    let before = text(&project, "shared/granite.yaml");
    let project = project.file("shared/granite.yaml", &format!("{before}notes: changed\n"));
    assert_eq!(based(&project, "HEAD"), ["Granite Gear"]);
    project.commit("changed");
    // Then the target of the link changes, in two steps.
    let project = project.file("shared/other.yaml", &before);
    symlink("other.yaml", project.path("shared/next.yaml")).unwrap();
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    symlink("../shared/next.yaml", project.path(GRANITE)).unwrap();
    assert_eq!(based(&project, "HEAD"), ["Granite Gear"]);
    assert_eq!(drift(&project), (2, (1, 0)));
    project.commit("leads elsewhere");
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    assert_eq!(based(&project, "HEAD~2"), [""; 0], "another way to the same text");
}

#[test]
fn filters_are_applied_as_by_a_checkout() {
    let project = drifted().file(".gitattributes", "retailers/granite-gear.yaml filter=rot\n");
    for side in ["clean", "smudge"] {
        project.git(&["config", &format!("filter.rot.{side}"), "tr a-zA-Z n-za-mN-ZA-M"]);
    }
    project.commit("filtered");
    assert_eq!(drift(&project), (2, (1, 0)));
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    let before = text(&project, GRANITE);
    let project = project.file(GRANITE, &format!("{before}notes: changed\n"));
    assert_eq!(based(&project, "HEAD"), ["Granite Gear"]);
    assert_eq!(drift(&project), (2, (1, 0)));
    // If a filter fails, the declaration is unknown.
    project.git(&["config", "filter.rot.smudge", "false"]);
    project.git(&["config", "filter.rot.required", "true"]);
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
}

#[test]
fn converted_line_ends_are_not_a_change() {
    let project = drifted().file(".gitattributes", "*.yaml text eol=crlf\n");
    project.commit("with eol");
    project.git(&["rm", "--quiet", "-r", "--cached", "."]);
    project.git(&["reset", "--quiet", "--hard"]);
    assert!(text(&project, GRANITE).contains("\r\n"));
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    assert_eq!(drift(&project), (2, (1, 0)));

    let project = drifted();
    project.commit("without eol");
    project.git(&["config", "core.autocrlf", "true"]);
    project.git(&["rm", "--quiet", "-r", "--cached", "."]);
    project.git(&["reset", "--quiet", "--hard"]);
    assert!(text(&project, GRANITE).contains("\r\n"));
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    assert_eq!(drift(&project), (2, (1, 0)));
    // The attributes themselves may have changed.
    let project = project.file(".gitattributes", "*.yaml text eol=lf\n");
    assert_eq!(drift(&project), (2, (1, 0)));
}

#[test]
fn files_that_are_invalid_at_the_base_are_unknown() {
    let project = drifted();
    let good = text(&project, GRANITE);
    let project = project.file(GRANITE, &good.replace("journey: existing", "journey: exsting"));
    project.commit("broken");
    let project = project.file(GRANITE, &good);
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("invalid at HEAD") && run.stderr.contains(GRANITE), "{run}");
    assert!(run.stderr.contains("unknown-value"), "{run}");
    for format in ["text", "diff", "markdown", "commonmark", "github", "junit"] {
        let run = project.run(&["drift", "--format", format]);
        assert!(run.stdout.to_lowercase().contains("invalid at the base"), "{format}: {run}");
    }

    // Also in addition to known drift.
    let emails = json!({"RetailerId": 508, "TrackAndTraceEmailsEnabled": true});
    project.store().put(System::Omnirps, &emails).unwrap();
    let run = project.run(&["drift", "--quiet", "--json"]);
    assert_eq!((run.code, counts(&run).0), (1, 1), "{run}");
    assert!(run.stderr.contains("invalid at HEAD"), "{run}");
    project.commit("corrected");
    assert_eq!(project.run(&["drift"]).code, 2);
    let project = project.file(GRANITE, "retailer: [\n");
    assert_eq!(project.run(&["drift"]).code, 3, "what is invalid now");
}

#[test]
fn a_claim_of_two_files_at_the_base_is_invalid_there() {
    let project = drifted();
    let granite = text(&project, GRANITE);
    let harbor = text(&project, "retailers/harbor-kids.yaml");
    let project = project.file(GRANITE, &format!("{granite}ids: {{omnirps: 508}}\n"));
    let project =
        project.file("retailers/harbor-kids.yaml", &format!("{harbor}ids: {{omnirps: 508}}\n"));
    project.commit("two claims");
    let project = project.file(GRANITE, &granite);
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("duplicate-id"), "{run}");
}

#[test]
fn the_variables_of_git_do_not_change_the_repository() {
    let project = drifted();
    project.commit("the fleet");
    let before = text(&project, GRANITE);
    let elsewhere = Project::example();
    elsewhere.git(&["init", "--quiet"]);
    let other = elsewhere.path(".git").display().to_string();
    let own = project.path(".git").display().to_string();
    let top = project.path("").display().to_string();
    let project = project.file(GRANITE, &format!("{before}notes: edited\n"));
    let run = |variables: &[(&str, &str)]| {
        let run = project.run_with(&["drift", "--json"], variables);
        (run.code, counts(&run))
    };
    for variables in [
        &[("GIT_DIR", ".git")][..],
        &[("GIT_DIR", &other)],
        &[("GIT_DIR", &other), ("GIT_INDEX_FILE", "/nowhere/index")],
        &[("GIT_WORK_TREE", "/nowhere")],
        &[("GIT_CEILING_DIRECTORIES", &top)],
        &[("GIT_OBJECT_DIRECTORY", "/nowhere")],
        &[("GIT_DIR", ".git"), ("GIT_WORK_TREE", ".")],
        &[("GIT_DIR", &own), ("GIT_WORK_TREE", &top)],
        // CI marks other owners as safe this way.
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "safe.directory"),
            ("GIT_CONFIG_VALUE_0", "*"),
        ],
    ] {
        assert_eq!(run(variables), (2, (1, 0)), "{variables:?}");
    }
}

#[test]
fn both_variables_together_name_a_repository() {
    let project = drifted();
    project.commit("the fleet");
    let store = tempfile::tempdir().unwrap();
    let hidden = store.path().join("dotfiles.git");
    std::fs::rename(project.path(".git"), &hidden).unwrap();
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    assert_eq!(drift(&project), (0, (0, 0)), "no repository");
    let hidden = hidden.display().to_string();
    let variables = [("GIT_DIR", hidden.as_str()), ("GIT_WORK_TREE", ".")];
    let run = project.run_with(&["drift", "--json"], &variables);
    assert_eq!((run.code, counts(&run)), (2, (1, 1)));
}

#[test]
fn a_linked_worktree_is_a_repository_too() {
    let project = drifted();
    project.commit("the fleet");
    let tree = Project::bare();
    std::fs::remove_dir(tree.path("")).unwrap();
    let path = tree.path("").display().to_string();
    project.git(&["worktree", "add", "--quiet", "-b", "other", path.trim_end_matches('/')]);
    let state = tree.path(".reconcile");
    std::fs::create_dir(&state).unwrap();
    std::fs::copy(project.path(".reconcile/sandbox.db"), state.join("sandbox.db")).unwrap();
    let before = text(&tree, GRANITE);
    let tree = tree.file(GRANITE, &format!("{before}notes: edited\n"));
    assert_eq!(drift(&tree), (2, (1, 0)));
    // An alias of Git runs a program there.
    let git = project.path(".git/worktrees").display().to_string();
    let run = tree.run_with(&["drift", "--json"], &[("GIT_DIR", &git)]);
    assert_eq!((run.code, counts(&run)), (2, (1, 0)));
    assert_eq!(based(&tree, "main"), ["Granite Gear"]);
}

fn git_in(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=Dana", "-c", "user.email=dana@example.com"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

#[test]
fn the_retailers_folder_may_be_the_top_of_a_repository() {
    let project = drifted();
    std::fs::remove_dir_all(project.path(".git")).unwrap();
    let retailers = project.path("retailers");
    git_in(&retailers, &["init", "--quiet", "--initial-branch", "main"]);
    git_in(&retailers, &["add", "--all"]);
    git_in(&retailers, &["commit", "--quiet", "--message", "the fleet"]);
    assert_eq!(drift(&project), (2, (1, 0)));
    let before = text(&project, GRANITE);
    let project = project.file(GRANITE, &format!("{before}notes: edited\n"));
    assert_eq!(based(&project, "main"), ["Granite Gear"]);
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    assert_eq!(drift(&project), (2, (1, 1)));
}

#[test]
fn the_retailers_folder_may_be_a_submodule() {
    let source = drifted();
    std::fs::remove_dir_all(source.path(".git")).unwrap();
    git_in(&source.path("retailers"), &["init", "--quiet", "--initial-branch", "main"]);
    git_in(&source.path("retailers"), &["add", "--all"]);
    git_in(&source.path("retailers"), &["commit", "--quiet", "--message", "the fleet"]);
    let from = source.path("retailers").display().to_string();
    let project = Project::bare().file("reconcile.yaml", &text(&source, "reconcile.yaml"));
    git_in(&project.path(""), &["init", "--quiet", "--initial-branch", "main"]);
    git_in(&project.path(""), &["submodule", "--quiet", "add", &from, "retailers"]);
    git_in(&project.path(""), &["add", "--all"]);
    git_in(&project.path(""), &["commit", "--quiet", "--message", "with a submodule"]);
    std::fs::create_dir(project.path(".reconcile")).unwrap();
    std::fs::copy(source.path(".reconcile/sandbox.db"), project.path(".reconcile/sandbox.db"))
        .unwrap();
    assert_eq!(drift(&project), (2, (1, 0)));
    let before = text(&project, GRANITE);
    let project = project.file(GRANITE, &format!("{before}notes: edited\n"));
    assert_eq!(based(&project, "HEAD"), ["Granite Gear"]);
    assert_eq!(drift(&project), (2, (1, 0)));
}

#[test]
fn files_in_a_submodule_below_the_folder_are_never_taken_for_absent() {
    let source = Project::bare();
    let source = source.file("granite-gear.yaml", &text(&Project::example(), GRANITE));
    source.git(&["init", "--quiet", "--initial-branch", "main"]);
    source.commit("a fleet");
    let project = drifted();
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    project.commit("the others");
    let from = source.path("").display().to_string();
    git_in(&project.path(""), &["submodule", "--quiet", "add", &from, "retailers/more"]);
    project.commit("with a submodule");
    assert_eq!(project.run(&["plan", "granite-gear"]).code, 0);
    let refused = |project: &Project| {
        for command in [&["drift"][..], &["plan", "--base", "HEAD"]] {
            let run = project.run(command);
            assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
            assert!(run.stderr.contains("`retailers/more` is a submodule"), "{run}");
        }
    };
    refused(&project);
    assert_eq!(project.run(&["plan", "--base", "HEAD~1"]).code, 1);
    // A clone is without the files of its submodules.
    git_in(&project.path(""), &["submodule", "--quiet", "deinit", "--force", "retailers/more"]);
    refused(&project);
    git_in(&project.path(""), &["rm", "--quiet", "-r", "retailers/more"]);
    refused(&project);
    // Every file is compared then, as a checkout may differ.
    let project = project.file(".gitattributes", "*.md text\n");
    project.git(&["add", ".gitattributes"]);
    refused(&project);
    project.commit("without it");
    assert_eq!(project.run(&["drift"]).code, 0);
}

#[test]
fn what_the_work_tree_takes_away_hides_no_drift() {
    let project = drifted();
    project.commit("the fleet");
    let before = text(&project, GRANITE);
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 2, "{run}");
    assert!(run.stdout.contains("omnireturns.portal: published → unpublished"), "{run}");
    assert!(run.stdout.contains(&format!("{GRANITE} was removed")), "{run}");
    for (format, shown) in [
        ("markdown", format!("**Removed since the base (pending):** <code>{GRANITE}</code>\n")),
        ("commonmark", format!("\nRemoved since the base (pending): {GRANITE}\n")),
        ("github", format!("::notice file={GRANITE},title=removed since the base::")),
    ] {
        let run = project.run(&["drift", "--format", format]);
        assert!(run.stdout.contains(&shown), "{run}");
    }
    assert_eq!(drift(&project), (2, (1, 1)));
    assert_eq!(project.run(&["drift", "--only", "granite-gear"]).code, 2);
    assert_eq!(project.run(&["drift", "--only", "harbor-kids"]).code, 0);

    // The milestone that all of it waits for is removed.
    let without: String = before
        .lines()
        .filter(|line| !line.contains("switched_to_loop"))
        .map(|line| format!("{line}\n"))
        .collect();
    let without: String = without
        .lines()
        .filter(|line| !line.contains("uploads_checked") && !line.contains("live:"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(without, before);
    let project = project.file(GRANITE, &without);
    let run = project.run(&["drift", "--json"]);
    assert_eq!((run.code, counts(&run).0), (2, 1), "{run}");

    // A value that equals live.
    let settings = "settings:\n  omnireturns.portal: {value: published, reason: a sale}\n";
    let project = project.file(GRANITE, &format!("{before}{settings}"));
    assert_eq!(drift(&project), (2, (1, 0)));
    project.commit("a sale");
    assert_eq!(drift(&project), (0, (0, 0)));
    assert_eq!(project.run(&["drift", "--base", "HEAD~1"]).code, 2);
}

#[test]
fn a_sparse_checkout_hides_no_drift() {
    let project = drifted();
    project.commit("the fleet");
    project.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/retailers/granite-gear.yaml"]);
    assert!(!project.path(GRANITE).exists());
    assert_eq!(drift(&project), (2, (1, 0)));
    let run = project.run(&["plan", "--base", "HEAD", "--json"]);
    assert_eq!(covered(&run), [""; 0]);
    assert!(!run.stderr.contains("removed"), "{run}");
}

#[test]
fn files_that_git_is_told_to_ignore_are_read() {
    let project = drifted();
    project.commit("the fleet");
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let before = text(&project, GRANITE);
        project.git(&["update-index", flag, GRANITE]);
        let settings = "settings:\n  omnireturns.portal: {value: published, reason: a sale}\n";
        std::fs::write(project.path(GRANITE), format!("{before}{settings}")).unwrap();
        assert_eq!(drift(&project), (2, (1, 0)), "{flag}");
        assert_eq!(project.run(&["plan", "--base", "HEAD"]).code, 0);
        std::fs::write(project.path(GRANITE), before).unwrap();
        project.git(&["update-index", &flag.replace("--", "--no-"), GRANITE]);
    }
}

#[test]
fn a_change_that_is_staged_and_reverted_is_no_change() {
    let project = drifted();
    project.commit("the fleet");
    let before = text(&project, GRANITE);
    let settings = "settings:\n  omnireturns.portal: {value: published, reason: a sale}\n";
    std::fs::write(project.path(GRANITE), format!("{before}{settings}")).unwrap();
    project.git(&["add", GRANITE]);
    assert_eq!(drift(&project), (2, (1, 0)), "staged");
    std::fs::write(project.path(GRANITE), before).unwrap();
    assert_eq!(drift(&project), (2, (1, 0)));
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    project.git(&["rm", "--quiet", "--cached", "--force", GRANITE]);
    assert_eq!(drift(&project), (2, (1, 0)), "not in the index, and on the disk as before");
}

#[test]
fn the_base_of_a_plan_is_where_the_branches_parted() {
    let project = drifted();
    project.commit("the fleet");
    project.git(&["checkout", "--quiet", "-b", "granite"]);
    let before = text(&project, GRANITE);
    let project = project.file(GRANITE, &format!("{before}notes: of the branch\n"));
    project.commit("of the branch");
    project.git(&["checkout", "--quiet", "main"]);
    let harbor = text(&project, "retailers/lumen-lighting.yaml");
    let project =
        project.file("retailers/lumen-lighting.yaml", &format!("{harbor}notes: of main\n"));
    project.commit("of main");
    project.git(&["checkout", "--quiet", "granite"]);
    assert_eq!(based(&project, "main"), ["Granite Gear"]);

    // `apply` covers the same retailers.
    let run = project.run(&["apply", "--base", "main", "--yes", "--format", "json"]);
    assert_eq!(run.code, 0, "{run}");
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["actions"].as_array().unwrap().len(), 1, "{run}");
    let run = project.run(&["apply", "--base", "no-such-branch", "--yes"]);
    assert_eq!(run.code, 64, "{run}");

    // Without a common ancestor the reference itself is the base.
    project.git(&["checkout", "--quiet", "--orphan", "alone"]);
    project.commit("alone");
    let run = project.run(&["plan", "--base", "main", "--json"]);
    assert_eq!(covered(&run), ["Lumen Lighting"], "of the two that differ one has an entry");
    assert!(run.stderr.contains("no common ancestor"), "{run}");
}

#[test]
fn a_changed_partner_covers_the_retailers_whose_desired_values_differ() {
    let project = drifted();
    project.commit("the fleet");
    let before = text(&project, "reconcile.yaml");
    // Nothing of this is a value of a retailer, and no drift is planned for it.
    let form = before.replace("G3SkIjW9RIsg7SYQJaI2", "Another");
    let project = project.file("reconcile.yaml", &form);
    assert_eq!(based(&project, "HEAD"), [""; 0]);
    let project = project.file("reconcile.yaml", &before.replace("\"- Loop\"", "\"- LOOP\""));
    assert_eq!(based(&project, "HEAD"), ["Harbor Kids", "Juniper Home"]);
}

#[test]
fn files_that_were_removed_since_the_base_are_named() {
    let project = drifted();
    project.commit("the fleet");
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    let run = project.run(&["plan", "--base", "HEAD"]);
    assert_eq!(run.code, 0, "{run}");
    assert!(run.stderr.contains(&format!("`{GRANITE}` was removed since HEAD")), "{run}");
    // At the base it is declared.
    let run = project.run(&["drift", "--json"]);
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    let undeclared = plan["undeclared"].as_array().unwrap();
    assert!(undeclared.iter().all(|of| of["name"] != "Granite Gear"), "{run}");
}

#[test]
fn a_retailer_whose_file_moved_is_the_same_retailer() {
    let project = drifted();
    project.commit("the fleet");
    std::fs::rename(project.path(GRANITE), project.path("retailers/granite.yaml")).unwrap();
    let run = project.run(&["drift", "--json"]);
    assert_eq!((run.code, counts(&run)), (2, (1, 0)), "{run}");
    let plan: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(plan["summary"]["update"], 1, "{run}");
    let run = project.run(&["drift"]);
    assert!(!run.stdout.contains("removed"), "{run}");
    let run = project.run(&["plan", "--base", "HEAD", "--json"]);
    assert!(!run.stderr.contains("removed"), "{run}");
    assert_eq!(covered(&run), ["Granite Gear"]);
}

#[test]
fn a_link_that_leads_out_at_the_base_is_not_read() {
    let project = drifted();
    let outside = tempfile::tempdir().unwrap();
    let target = outside.path().join("x.yaml");
    std::fs::write(&target, "s3cret: line\n").unwrap();
    let good = text(&project, GRANITE);
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    symlink(&target, project.path(GRANITE)).unwrap();
    project.commit("leads out");
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    let project = project.file(GRANITE, &good);
    let run = project.run(&["drift"]);
    assert_eq!(run.code, 1, "{run}");
    assert!(run.stderr.contains("link-leads-out"), "{run}");
    assert!(!run.to_string().contains("s3cret"), "{run}");
}

#[test]
fn an_object_that_git_cannot_read_is_no_file_that_was_not_there() {
    for is_project_changed in [false, true] {
        let project = Project::example();
        project.git(&["init", "--quiet", "--initial-branch", "main"]);
        let used = "environments: {e: {contract: c.yaml, omnirps: {url: 'https://x.example', \
                    key: {env: KEY}}}}\n";
        let project = project.file("reconcile.yaml", used).file("c.yaml", "# first\n{}\n");
        project.commit("first");
        let project = project.file("c.yaml", "# second\n{}\n");
        let more =
            if is_project_changed { "safety: {max_changed_retailers_percent: 90}\n" } else { "" };
        let project = project.file("reconcile.yaml", &format!("{used}{more}"));
        project.commit("second");
        let name = project.git_output(&["rev-parse", "HEAD~1:c.yaml"]);
        let (folder, rest) = name.split_at(2);
        std::fs::remove_file(project.path(&format!(".git/objects/{folder}/{rest}"))).unwrap();
        let run = project.run(&["plan", "--base", "HEAD~1"]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
        assert!(run.stderr.contains("cat-file"), "{run}");
        assert!(!run.stderr.contains("c.yaml"), "{run}");
    }
}

#[test]
fn a_folder_whose_name_is_not_text_hides_no_drift() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let project = drifted();
    let before = text(&project, GRANITE);
    std::fs::remove_file(project.path(GRANITE)).unwrap();
    let retailers = project.path("retailers");
    for (name, expected) in [(b"Z\xc3\xbcrich".as_slice(), 2), (b"Z\xfcrich", 3)] {
        let folder = retailers.join(OsStr::from_bytes(name));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("granite-gear.yaml"), &before).unwrap();
        project.commit("the fleet");
        let run = project.run(&["drift"]);
        assert_eq!(run.code, expected, "{run}");
        assert_eq!(run.stderr.contains("its path is not UTF-8"), expected == 3, "{run}");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
