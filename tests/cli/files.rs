//! Local files: rejected input, targets of links, and permissions.

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
    // Which files are keys is unknown where the project file cannot be read.
    let broken = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap();
    let project = project.file("reconcile.yaml", &format!("{broken}environments: {{\n"));
    std::fs::remove_file(project.path(LINK)).unwrap();
    symlink("../keys/rps", project.path(LINK)).unwrap();
    let run = project.run(&["validate"]);
    assert_eq!(run.code, 3, "{run}");
    assert!(run.to_string().contains("link-leads-out"), "{run}");
    assert!(!run.to_string().contains("s3cret"), "{run}");
    let project = project.file("reconcile.yaml", &broken);
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

#[test]
fn a_key_among_the_retailer_files_is_refused_unread() {
    let project = Project::example().file(
        "reconcile.yaml",
        "environments:\n  production:\n    omnirps: {url: \"https://x.example\", \
         key: {file: retailers/rps.yaml}}\ndefault_environment: production\n",
    );
    for (name, is_key) in [("rps.yaml", true), ("rpt.yaml", false)] {
        let path = format!("retailers/{name}");
        std::fs::write(project.path(&path), "s3cret: key\n").unwrap();
        for arguments in [&["validate"][..], &["validate", "--retailers", "./retailers/"]] {
            let run = project.run(arguments);
            assert_eq!(run.code, 3, "{run}");
            assert_eq!(run.to_string().contains("s3cret"), !is_key, "{run}");
            assert_eq!(run.to_string().contains("may name it as a key"), is_key, "{run}");
        }
        std::fs::remove_file(project.path(&path)).unwrap();
    }
}

#[test]
fn what_is_not_a_file_is_refused_as_input() {
    let project = Project::example();
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::create_dir_all(project.path(".reconcile/runs")).unwrap();
    for input in ["pipe", "/dev/zero"] {
        for arguments in [
            &["apply", input, "--yes"][..],
            &["plan", "--sandbox-faults", input],
            &["sandbox", "--requests", "--seed", input],
        ] {
            let run = project.run(arguments);
            assert_eq!(run.code, 1, "{arguments:?}: {run}");
            assert!(run.stderr.contains("not a regular file"), "{arguments:?}: {run}");
        }
        let journal = project.path(".reconcile/runs/20260101T000000Z-1.jsonl");
        symlink(std::path::absolute(project.path(input)).unwrap(), &journal).unwrap();
        let run = project.run(&["history"]);
        assert_eq!(run.code, 1, "{run}");
        std::fs::remove_file(&journal).unwrap();
        let project_file = format!(
            "environments:\n  production:\n    omnirps: {{url: \"https://x.example\", key: {{file: {input}}}}}\n\
             default_environment: production\n"
        );
        std::fs::write(project.path("other.yaml"), project_file).unwrap();
        let run = project.run(&["plan", "--config", "other.yaml", "--retailers", "retailers"]);
        assert_eq!(run.code, 1, "{run}");
    }
}

#[test]
fn empty_variables_are_ignored() {
    let project = Project::example();
    let variables = [("RECONCILE_NOTIFY_URL", ""), ("RECONCILE_SANDBOX_FAULTS", "")];
    let run = project.run_with(&["drift", "--only", "granite-gear"], &variables);
    assert_eq!(run.code, 2, "{run}");
    assert_eq!(run.stderr, "");
}

#[test]
fn an_empty_variable_of_a_secret_is_not_set() {
    let project = Project::example().file(
        "reconcile.yaml",
        "state: {postgres: {url: {env: STATE_URL}}}\nenvironments:\n  sandbox:\n    omnirps: {url: \
         'http://127.0.0.1:9', key: {env: A_KEY}}\n",
    );
    let variables: [&[(&str, &str)]; 3] =
        [&[], &[("A_KEY", ""), ("STATE_URL", "")], &[("A_KEY", "some-key"), ("STATE_URL", "x")]];
    let [absent, empty, set] = variables.map(|variables| {
        ["plan", "history"].map(|command| project.run_with(&[command], variables).stderr)
    });
    assert_eq!(absent, empty);
    let [plan, history] = empty;
    assert!(plan.contains("environment variable `A_KEY`, which is not set"), "{plan}");
    assert!(history.contains("the environment variable `STATE_URL` is not set"), "{history}");
    assert!(!set.concat().contains("is not set"), "{set:?}");
}

#[test]
fn the_data_of_the_tool_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::example();
    std::fs::create_dir(project.path(".reconcile")).unwrap();
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(project.path(".reconcile"), mode).unwrap();
    project.run(&["apply", "--yes"]);
    let mut kept = vec![project.path(".reconcile")];
    while let Some(path) = kept.pop() {
        let metadata = std::fs::metadata(&path).unwrap();
        let expected = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(metadata.permissions().mode() & 0o777, expected, "{}", path.display());
        if metadata.is_dir() {
            kept.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    project.git(&["init", "--quiet"]);
    project.git(&["add", "--all"]);
    let listed = std::process::Command::new("git")
        .args(["ls-files", ".reconcile"])
        .current_dir(project.path(""))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(listed.stdout).unwrap(), "");
}

#[test]
fn a_lock_is_not_written_through_a_link() {
    let project = Project::example().file("target", "kept");
    project.run(&["plan"]);
    symlink("../target", project.path(".reconcile/apply-sandbox.lock")).unwrap();
    let run = project.run(&["apply", "--yes"]);
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(std::fs::read_to_string(project.path("target")).unwrap(), "kept");
}

#[test]
fn schemas_are_written_atomically() {
    let project = Project::bare();
    assert_eq!(project.run(&["schema", "--out", "schemas"]).code, 0);
    let plan = project.path("schemas/plan.schema.json");
    let linked = project.path("elsewhere.json");
    std::fs::rename(&plan, &linked).unwrap();
    symlink("../elsewhere.json", &plan).unwrap();
    std::fs::write(project.path("schemas/.reconcile-abc123"), "half").unwrap();
    assert_eq!(project.run(&["schema", "--out", "schemas"]).code, 0);
    assert!(!project.path("schemas/.reconcile-abc123").exists());
    assert!(plan.is_symlink());
}

#[test]
fn schemas_do_not_replace_a_contract_of_a_deployment() {
    let project = Project::bare().file("contract.yaml", "omnirps: {}\n");
    let run = project.run(&["schema", "--out", "."]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{run}");
    assert!(run.stderr.contains("`./contract.yaml` is not the built-in contract"), "{run}");
    assert_eq!(std::fs::read_to_string(project.path("contract.yaml")).unwrap(), "omnirps: {}\n");
    assert!(!project.path("plan.schema.json").exists());
    std::fs::remove_file(project.path("contract.yaml")).unwrap();
    for _ in 0..2 {
        assert_eq!(project.run(&["schema", "--out", "."]).code, 0);
    }
    // Also one that was made from the built-in one.
    let edited = std::fs::read_to_string(project.path("contract.yaml")).unwrap() + "# ours\n";
    let project = project.file("contract.yaml", &edited);
    assert_eq!(project.run(&["schema", "--out", "."]).code, 1);
    assert_eq!(std::fs::read_to_string(project.path("contract.yaml")).unwrap(), edited);
}

/// The names of some folders are no text.
#[cfg(target_os = "linux")]
#[test]
fn files_in_a_folder_of_any_name_are_edited() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let project = Project::example();
    let folder = OsStr::from_bytes(b"Z\xfcrich");
    std::fs::rename(project.path("retailers"), project.path("").join(folder)).unwrap();
    let file = project.path("").join(folder).join("cobalt-cycles.yaml");
    for (command, stated) in [
        (&["attest", "cobalt-cycles", "--account-manager", "Ann", "--replace"][..], "Ann"),
        (&["attest", "cobalt-cycles", "live", "--undo"], "test_return"),
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(command)
            .arg("--retailers")
            .arg(folder)
            .current_dir(project.path(""))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(std::fs::read_to_string(&file).unwrap().contains(stated));
    }
}

#[test]
fn an_invalid_project_file_may_name_another_store() {
    let project = Project::example();
    assert_eq!(project.run(&["apply", "--yes", "--only", "aurora-outdoor"]).code, 0);
    let text = std::fs::read_to_string(project.path("reconcile.yaml")).unwrap_or_default();
    let project = project.file("reconcile.yaml", &format!("{text}state: {{foldr: shared}}\n"));
    for args in [&["history"][..], &["history", "latest"], &["unlock", "x"]] {
        let run = project.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{args:?}: {run}");
        assert!(run.stderr.contains("[unknown-key]"), "{args:?}: {run}");
    }
}
