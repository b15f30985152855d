//! `reconcile completions` and `reconcile man`.

use crate::programs;
use crate::support::Project;
use insta::assert_snapshot;

/// Returns the commands that the help lists.
fn commands(project: &Project) -> Vec<String> {
    let help = project.run(&["--help"]).stdout;
    let listed = help.split("\nCommands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = listed.lines().map(|line| line.split_whitespace().next().unwrap().to_owned());
    let names: Vec<String> = names.filter(|name| name != "help").collect();
    assert!(names.len() >= 8, "{names:?}");
    names
}

/// Returns the candidates for an unfinished command line, requested like the scripts do.
fn candidates(project: &Project, line: &[&str]) -> Vec<String> {
    let index = line.len().to_string();
    let variables = [("RECONCILE_COMPLETE", "fish"), ("_CLAP_COMPLETE_INDEX", index.as_str())];
    let run = project.run_with(&[&["--", "reconcile"], line].concat(), &variables);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{line:?}");
    run.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn every_command_completes_in_every_shell() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = project.run(&["completions", shell]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{shell}");
        assert!(run.stdout.contains("RECONCILE_COMPLETE"), "{shell}: {run}");
    }
    assert_eq!(project.run(&["completions", "cmd"]).code, 64);
    let completed = candidates(&project, &[""]);
    for command in commands(&project) {
        let is_it = |line: &String| line.split('\t').next() == Some(&command);
        assert!(completed.iter().any(is_it), "{command}: {completed:?}");
    }
}

#[test]
fn names_of_the_project_complete() {
    let project = Project::example();
    for line in [
        &["plan", "gr"][..],
        &["explain", "gr"],
        &["attest", "dune-and-co", "gr"],
        &["verify", "gr"],
        &["apply", "--only", "gr"],
    ] {
        assert_eq!(candidates(&project, line), ["granite-gear\tGranite Gear"], "{line:?}");
    }
    assert_eq!(candidates(&project, &["attest", "granite-gear", "switched"]), ["switched_to_loop"]);
    // Without --pin, `import` takes retailers without a file.
    assert_eq!(candidates(&project, &["import", "gr"]), [""; 0]);
    assert_eq!(candidates(&project, &["import", "--pin", "gr"]), ["granite-gear\tGranite Gear"]);
    assert_eq!(candidates(&project, &["plan", "--environment", "sand"]), ["sandbox"]);
    assert_eq!(candidates(&project, &["status", "--mine", "Dan"]), ["Dana Reyes"]);
    assert_eq!(candidates(&Project::empty(), &["status", "gr"]), [""; 0], "there is no such file");
    // The line selects another project, and an unreadable file is not a candidate.
    let broken = Project::example().file("retailers/granite-gear.yaml", "retailer: [");
    assert_eq!(candidates(&broken, &["plan", "gr"]), [""; 0]);
    assert_eq!(candidates(&broken, &["plan", "dun"]).len(), 1);
}

#[test]
fn names_complete_in_bash_as_one_word() {
    let bash = programs::find(&["bash"]);
    let file = "retailer: Zenith\njourney: new\naccount_manager: $(touch run)\n";
    let project = Project::example().file("retailers/zenith.yaml", file);
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_reconcile")).parent().unwrap();
    for (line, word, before, completed) in [
        ("reconcile status gr", "gr", "status", "granite-gear\n"),
        ("reconcile status --mine D", "D", "--mine", "Dana\\ Reyes\n"),
        ("reconcile status --mine '$'", "$", "--mine", "\\$\\(touch\\ run\\)\n"),
    ] {
        let script = format!(
            "source <(reconcile completions bash)
            COMP_WORDS=({line}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            [[ $(complete -p reconcile) == *_reconcile_quoted* ]] || echo \"not in use\"
            _reconcile_quoted reconcile '{word}' {before}
            echo \"${{COMPREPLY[@]}}\""
        );
        let path = format!("{}:/usr/bin:/bin", binary.display());
        let output = std::process::Command::new(&bash)
            .args(["-c", &script])
            .env("PATH", path)
            .current_dir(project.path(""))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        assert_eq!(String::from_utf8_lossy(&output.stdout), completed);
    }
}

#[test]
fn the_manual_page_lists_every_command_and_exit_code() {
    let project = Project::empty();
    let page = project.run(&["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    for command in commands(&project) {
        assert!(page.stdout.contains(&format!("reconcile\\-{command}(1)")), "{command}");
    }
    let (_, status) = page.stdout.split_once(".SH \"EXIT STATUS\"\n").unwrap();
    assert_snapshot!(status, @r#"
    .TP
    \fB0\fR
    done; with \-\-detailed\-exitcode: nothing to change
    .TP
    \fB1\fR
    failed: a system could not be read, a write failed, or the run was refused
    .TP
    \fB2\fR
    with \-\-detailed\-exitcode: changes are pending or were applied; drift was found
    .TP
    \fB3\fR
    the files are invalid; nothing was written (only `status` reads)
    .TP
    \fB4\fR
    partly applied: some actions succeeded, others did not
    .TP
    \fB5\fR
    applied all that could be, but a retailer is blocked and needs a person
    .TP
    \fB64\fR
    wrong usage of the command line
    "#);
}

#[test]
fn every_command_has_a_page_of_its_own() {
    let project = Project::empty();
    let run = project.run(&["man", "--out", "man"]);
    assert_eq!(run.to_string(), "exit 0\n--- stdout\n--- stderr\n");
    let read =
        |name: &str| std::fs::read_to_string(project.path(&format!("man/{name}.1"))).unwrap();
    assert_eq!(read("reconcile"), project.run(&["man"]).stdout);
    for command in commands(&project) {
        let page = read(&format!("reconcile-{command}"));
        assert!(page.contains(&format!(".TH reconcile-{command} 1")), "{page}");
        assert!(page.contains(".SH \"EXIT STATUS\""), "{page}");
    }
}
