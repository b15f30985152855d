//! Plans as comments and annotations of a pull request.

use crate::support::Project;
use insta::assert_snapshot;

#[test]
fn a_comment_lists_what_people_have_to_do() {
    let project = Project::example();
    let only = ["--only", "fjord-knitwear", "--only", "kestrel-audio", "--only", "dune-and-co"];
    let run = project.run(&[&["plan", "--format", "markdown"][..], &only].concat());
    assert_snapshot!(run, @r#"
    exit 0
    --- stdout
    ### Plan for sandbox: 1 to create, 1 to update, 2 manual, 1 held, 1 blocked, 0 unchanged

    > **Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits.** (<code>no-credits</code>)<br>What to do: run <code>reconcile apply</code> to set it, with --only for a single retailer.

    <details>
    <summary><b>Dune &amp; Co</b> (<code>retailers/dune-and-co.yaml</code>): 1 to create, 1 blocked</summary>

    **Create in OmniParcel:** Dune &amp; Co

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omniparcel.account</code> | (unset) | <code>present</code> | N5, otherwise no return label can be made for the retailer |

    **Blocked in OmniRPS:** no OmniRPS record is called <code>"Dune &amp; Co"</code>, but <code>"Dune  &amp; Co"</code> (id 504) looks like it: character 6 is a space instead of <code>&amp;</code>; changes in OmniReturns wait for this (<code>name-near-miss</code>)<br>What to do: if that is the retailer, correct <code>retailer</code> in retailers/dune-and-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there

    </details>

    <details>
    <summary><b>Fjord Knitwear</b> (<code>retailers/fjord-knitwear.yaml</code>): 1 to update, 1 held</summary>

    **Update in OmniRPS:** Fjord Knitwear (id <code>506</code>)

    | setting | before | after | why |
    |---|---|---|---|
    | <code>omnirps.tracking&#95;webhook.url</code> | (unset) | <code>https&#58;//api.loopreturns.com/hook/v1/seko/update</code> | N5.2.1, otherwise customers get no credits |
    | <code>omnirps.tracking&#95;webhook.enabled</code> | <code>false</code> | <code>true</code> | N5.2.1, otherwise customers get no credits |

    **Held until the file states** <code>omnireturns&#95;access</code>

    To decide (E5): <code>omnireturns&#95;access: required</code> or <code>omnireturns&#95;access: not&#95;required</code>. What is changed depends on it.

    </details>

    <details>
    <summary><b>Kestrel Audio</b> (<code>retailers/kestrel-audio.yaml</code>): 2 manual</summary>

    **Manual steps:**

    - [ ] SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer&#95;view), remove <code>ops&#64;kestrelaudio.example</code> from <code>omnireturns.emails</code> of <code>"Kestrel Audio"</code> (id 1011)<br><code>omnireturns.emails</code>: <code>ops&#64;kestrelaudio.example</code> → <code>none</code><br>Why: N5.1.1, otherwise a user account exists that Loop's retailers do not need
    - [ ] SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI UK from <code>omnireturns.hubs</code> of <code>"Kestrel Audio"</code> (id 1011)<br><code>omnireturns.hubs</code>: <code>SEKO OMNI UK</code> → <code>none</code><br>Why: N5.1.2, otherwise hubs are set up that labels made through the API do not use

    </details>

    Fingerprint: <code>1db881fd0849f9174254bf20ef96fb36f5ca1d3683716fe62b01615022fc6c48</code>
    --- stderr
    "#);
}

#[test]
fn entries_for_people_annotate_their_lines_on_github() {
    let project = Project::example();
    let only = ["--only", "fjord-knitwear", "--only", "kestrel-audio", "--only", "dune-and-co"];
    let arguments = ["plan", "--format", "github", "--out", "plan.json"];
    assert_snapshot!(project.run(&[&arguments[..], &only].concat()), @r#"
    exit 0
    --- stdout
    ::error file=retailers/fjord-knitwear.yaml,title=no-credits::Fjord Knitwear has switched over and has no tracking webhook, so its customers get no credits%0Ahint: run `reconcile apply` to set it, with --only for a single retailer
    ::error file=retailers/dune-and-co.yaml,line=4,title=Dune & Co%3A blocked in OmniRPS [name-near-miss]::no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 504) looks like it: character 6 is a space instead of `&`; changes in OmniReturns wait for this%0Ahint: if that is the retailer, correct `retailer` in retailers/dune-and-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
    ::notice file=retailers/fjord-knitwear.yaml,line=4,title=Fjord Knitwear%3A held until omnireturns_access is decided::omnireturns_access: required or not_required?  E5, decides what is changed
    ::warning file=retailers/kestrel-audio.yaml,line=4,title=Kestrel Audio%3A manual step::SEKO onboarding: in OmniReturns admin, Retailers, General info (/admin/retailer/retailer_view), remove ops@kestrelaudio.example from `omnireturns.emails` of "Kestrel Audio" (id 1011)%0Aomnireturns.emails: ops@kestrelaudio.example → none  N5.1.1, otherwise a user account exists that Loop's retailers do not need
    ::warning file=retailers/kestrel-audio.yaml,line=4,title=Kestrel Audio%3A manual step::SEKO onboarding: in OmniReturns admin, Retailers, Assign Hubs, remove SEKO OMNI UK from `omnireturns.hubs` of "Kestrel Audio" (id 1011)%0Aomnireturns.hubs: SEKO OMNI UK → none  N5.1.2, otherwise hubs are set up that labels made through the API do not use
    Plan for sandbox: 1 to create, 1 to update, 2 manual, 1 held, 1 blocked, 0 unchanged.
    --- stderr
    "#);
    let saved = std::fs::read_to_string(project.path("plan.json")).unwrap();
    assert!(!saved.contains("\"line\""), "lines are for annotations, not for plans: {saved}");
}

#[test]
fn every_format_has_the_warning_about_a_name_that_cannot_be_sent() {
    for (name, is_warned) in [("Kid\u{2019}s Bay", true), ("Kid's Bay", false)] {
        let text = format!(
            "retailer: {name}\njourney: new\nmilestones:\n  introduced: 2026-08-03\n  \
             onboarding_form_sent: 2026-08-04\n  documents_completed: 2026-08-09\n"
        );
        let project = Project::example().file("retailers/kids-bay.yaml", &text);
        for format in ["text", "diff", "json", "markdown", "commonmark", "github", "junit"] {
            let run = project.run(&["plan", "kids-bay", "--format", format]);
            assert_eq!(run.stdout.contains("U+2019"), is_warned, "{format}: {run}");
        }
    }
}

#[test]
fn no_invisible_character_of_a_live_value_is_shown_as_it_is() {
    let project = Project::example();
    assert_eq!(project.run(&["plan"]).code, 0);
    let state = rusqlite::Connection::open(project.path(".reconcile/sandbox.db")).unwrap();
    let renamed = "UPDATE companies SET company_name = 'Gear \u{202e}\u{e0041}RTL' WHERE company_name <> 'Loop'";
    state.execute(renamed, ()).unwrap();
    drop(state);
    for format in ["text", "diff", "markdown", "commonmark", "json"] {
        let run = project.run(&["plan", "granite-gear", "--format", format]);
        let is_shown = run.stdout.contains(['\u{202e}', '\u{e0041}']);
        assert!(run.stdout.contains("RTL") && !is_shown, "{format}: {run}");
    }
}

#[test]
fn held_entries_are_pending_only_if_the_changed_files_bring_them() {
    let project = Project::example();
    project.git(&["init", "--quiet", "--initial-branch=main"]);
    project.commit("files");
    let edit = |slug: &str, from: &str, to: &str| {
        let path = project.path(&format!("retailers/{slug}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(from, to)).unwrap();
    };
    // Its entries were held at the base, too.
    edit("lumen-lighting", "journey: existing", "journey: existing\nnotes: hello");
    let plan = |format| project.run(&["plan", "--base", "main", "--format", format]).stdout;
    for format in ["text", "commonmark", "markdown", "github", "json"] {
        let plan = plan(format);
        assert!(plan.contains("Lumen Lighting") && !plan.contains("pending"), "{format}: {plan}");
    }
    edit("lumen-lighting", "not_required", "required");
    for (format, mark) in
        [("text", "E7.1, pending, otherwise"), ("commonmark", "*pending*: caused")]
    {
        let plan = plan(format);
        assert!(plan.contains(mark), "{format}: {plan}");
    }
}

#[test]
fn the_name_of_a_folder_hides_no_annotation() {
    let project = Project::empty();
    let folder = "retailers/a\u{1b}]y";
    std::fs::create_dir(project.path(folder)).unwrap();
    let file = |name: &str| format!("retailer: {name}\njourney: existing\n");
    let project = project
        .file(&format!("{folder}/acme.yaml"), &file("Acme"))
        .file("retailers/birch.yaml", &file("Birch"));
    for arguments in [&["plan"][..], &["plan", "--color=always"], &["drift", "--color=always"]] {
        let run =
            project.run(&[arguments, &["--format=github", "--report=github=report"]].concat());
        let report = std::fs::read_to_string(project.path("report")).unwrap();
        for shown in [run.stdout.as_str(), report.as_str()] {
            assert!(shown.contains("file=retailers/a\\u{1b}]y/acme.yaml,line=1,"), "{shown}");
            assert!(shown.contains("file=retailers/birch.yaml,line=1,title=Birch"), "{shown}");
            assert!(shown.lines().last().unwrap().contains("2 held, "), "{shown}");
        }
    }
    let project = project.file(&format!("{folder}/acme.yaml"), "retailer: Acme\n");
    let run = project.run(&["validate", "--format=github"]);
    assert_eq!(run.stdout.lines().count(), 2, "{run}");
}
