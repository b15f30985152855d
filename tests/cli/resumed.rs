//! How a later `reconcile verify` goes on from an earlier one, whatever became of that.

use crate::support::Project;
use crate::verify::{assert_shown, sent, verify};

#[test]
fn a_probe_that_cannot_be_read_stops_everything() {
    let project = Project::example();
    verify(&project, &["kestrel-audio", "label"]);
    let path = ".reconcile/probes/sandbox/kestrel-audio.json";
    let kept = std::fs::read_to_string(project.path(path)).unwrap();
    let project =
        project.file(path, &kept.replace("\"format_version\": \"1\"", "\"format_version\": \"9\""));
    insta::assert_snapshot!(verify(&project, &["kestrel-audio"]), @"
    exit 1
    --- stdout
    --- stderr
    error: `.reconcile/probes/sandbox/kestrel-audio.json` is no probe: it has the format 9
    hint: look whether it names a label that was made, then take the file away
    ");
    let project = project.file(path, &kept[..kept.len() / 2]);
    let damaged = verify(&project, &["kestrel-audio"]);
    assert_eq!((damaged.code, damaged.stdout.as_str()), (1, ""), "{damaged}");
    assert!(damaged.stderr.contains("is no probe: "), "{damaged}");
    let project = project.file(path, &kept);
    let sound = verify(&project, &["kestrel-audio", "label"]);
    assert!(sound.stdout.contains("the label SBX00000001 was made on"), "{sound}");
    assert_eq!(sent(&project), (1, 0));
}

#[test]
fn a_return_that_the_sandbox_does_not_have_is_not_waited_for() {
    let project = Project::example();
    assert_shown!(verify(&project, &["lumen-lighting", "processed", "--timeout", "30s"]), @"
    exit 1
    --- stdout
    Lumen Lighting  retailers/lumen-lighting.yaml
    verified in sandbox, reference RECONCILE-lumen-lighting-[id]
      ⏸ waiting processed: TK100200502NZ is not processed yet, and OmniRPS does not list it
          hint: that return was uploaded elsewhere; rehearse with another one: `reconcile verify lumen-lighting label`, then `reconcile verify lumen-lighting return`
          would prove that a hub finds the retailer's returns and can process them
          would not prove that the partner was told and credits the customer
    --- stderr
    ");
    let label = verify(&project, &["lumen-lighting", "label"]);
    assert!(label.stdout.contains("the label SBX00000001 was made\n"), "{label}");
    assert_eq!(verify(&project, &["lumen-lighting", "return"]).code, 0);
    let listed = verify(&project, &["lumen-lighting", "processed", "--timeout", "0s"]);
    let play = "reconcile sandbox --process lumen-lighting SBX00000001";
    assert!(listed.stdout.contains(play), "{listed}");
    let words: Vec<&str> = play.split(' ').skip(1).collect();
    assert_eq!(project.run(&words).code, 0);
    assert_eq!(verify(&project, &["lumen-lighting", "processed"]).code, 0);
    // The sandbox is another one now, and the probe is that of the first.
    std::fs::remove_file(project.path(".reconcile/sandbox.db")).unwrap();
    let kept = project.path(".reconcile/probes/sandbox/lumen-lighting.json");
    let open = std::fs::read_to_string(&kept).unwrap();
    let (before, _) = open.split_once("\"processed\"").unwrap();
    std::fs::write(&kept, format!("{before}\"processed\": null}}")).unwrap();
    let gone = verify(&project, &["lumen-lighting", "processed", "--timeout", "30s"]);
    assert!(gone.stdout.contains("`reconcile verify lumen-lighting label --again`"), "{gone}");
    assert_eq!(verify(&project, &["lumen-lighting", "label", "--again"]).code, 0);
}
