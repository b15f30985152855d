//! Tests of drafts from live records.

use super::{Import, ImportInput, import};
use crate::authoring::{NewRetailer, draft};
use crate::config::{Source, Sources, check};
use crate::model::Partner;
use crate::testing::{live, today};
use insta::assert_snapshot;

fn imported(files: &[(&str, &str)], live_yaml: &str) -> Import {
    let retailers = files
        .iter()
        .map(|(slug, text)| Source::new(format!("retailers/{slug}.yaml"), text.as_bytes().to_vec()))
        .collect();
    let folder = "retailers".into();
    let sources = Sources { root: ".".into(), folder, retailers, ..Sources::default() };
    let checked = check(&sources, today());
    assert!(!checked.report.has_errors(), "{:?}", checked.report.diagnostics);
    let live = live(live_yaml);
    let input = ImportInput {
        sources: &sources,
        fleet: &checked.retailers,
        partner: &Partner::default(),
        live: &live,
        today: today(),
    };
    import(&input, &[])
}

/// The file that `new Acme` writes with this name in OmniReturns, or why there is none.
fn new_acme(omnireturns_name: &str, live_yaml: &str) -> String {
    let sources = Sources { root: ".".into(), folder: "retailers".into(), ..Sources::default() };
    let live = live(live_yaml);
    let partner = Partner::default();
    let input = ImportInput {
        sources: &sources,
        fleet: &[],
        partner: &partner,
        live: &live,
        today: today(),
    };
    let given = NewRetailer {
        name: "Acme".into(),
        omnireturns_name: Some(omnireturns_name.into()),
        ..NewRetailer::default()
    };
    match draft(&input, &given) {
        Ok(new) => new.text,
        Err(refused) => refused.advice.unwrap().to_string(),
    }
}

#[test]
fn a_name_in_omnireturns_that_a_person_gives_is_the_one_of_the_file() {
    let named = new_acme(
        "Acme AU",
        "{omnirps: [{id: 77, name: Acme}], omnireturns: [{id: 1042, name: Acme AU - Loop}]}",
    );
    assert!(named.contains("\nomnireturns:\n  name: Acme AU\n"), "{named}");
    assert!(named.contains("\n  omnireturns: \"1042\"\n"), "{named}");
    let beside = new_acme(
        "Acme AU",
        "{omnirps: [{id: 77, name: Acme}], omnireturns: [{id: 1041, name: Acme}, {id: 1042, name: \
         Acme AU}]}",
    );
    assert!(beside.contains("\n  omnireturns: \"1042\"\n"), "{beside}");
    let absent = new_acme("Acme AU", "{omnirps: [{id: 77, name: Acme}]}");
    assert!(absent.contains("\nomnireturns:\n  name: Acme AU\n"), "{absent}");
    let same = new_acme(
        "Acme",
        "{omnirps: [{id: 77, name: Acme}], omnireturns: [{id: 1042, name: Acme}]}",
    );
    assert!(!same.contains("name: Acme\n"), "{same}");
    assert!(same.contains("\n  omnireturns: \"1042\"\n"), "{same}");
}

#[test]
fn an_account_of_another_retailer_is_not_taken() {
    let refused = new_acme(
        "Zeta AU",
        "{omnirps: [{id: 78, name: Acme}, {id: 55, name: Zeta}], omnireturns: [{id: 1043, name: \
         Zeta AU, omnirps_retailer_id: '55'}]}",
    );
    assert_snapshot!(refused, @r#"the account "Zeta AU" (id 1043) in OmniReturns is tied to the OmniRPS retailer 55; find out whose account it is; leave --omnireturns-name out if it is that retailer's"#);
    let own = new_acme(
        "Acme AU",
        "{omnirps: [{id: 78, name: Acme}], omnireturns: [{id: 1043, name: Acme AU, \
         omnirps_retailer_id: '78'}]}",
    );
    assert!(own.contains("\n  omnireturns: \"1043\"\n"), "{own}");
}

#[test]
fn an_account_that_is_linked_under_another_name_is_not_renamed() {
    let refused = new_acme(
        "Acme AU",
        "{omnirps: [{id: 77, name: Acme}], omnireturns: [{id: 1042, name: Acme Pty, \
         omnirps_retailer_id: '77'}]}",
    );
    assert_snapshot!(refused, @r#"the account of Acme in OmniReturns is "Acme Pty" (id 1042), and not "Acme AU"; leave --omnireturns-name out, or have the account's link corrected"#);
}

/// Shows the files, then the retailers without one.
fn shown(files: &[(&str, &str)], live_yaml: &str) -> String {
    let Import { drafts, left_out } = imported(files, live_yaml);
    let drafts = drafts.iter().map(|draft| format!("== {}\n{}", draft.retailer.file, draft.text));
    let left_out = left_out.iter().map(|left| {
        format!("-- {} ({}): {}\n   hint: {}\n", left.name, left.records, left.reason, left.hint)
    });
    drafts.chain(left_out).collect()
}

#[test]
fn a_retailer_that_is_everywhere() {
    let live = "
omniparcel: [{id: 313, name: Marlow Optics}]
omnirps: [{id: 513, name: Marlow Optics}]
omnireturns: [{id: 1013, name: Marlow Optics, omnirps_retailer_id: '513'}]
";
    assert_snapshot!(shown(&[], live), @r#"
    == retailers/marlow-optics.yaml
    # Written from the live records by `reconcile import`.
    retailer: Marlow Optics
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      omniparcel: "313"
      omnirps: "513"
      omnireturns: "1013"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
}

#[test]
fn what_live_suggests_is_a_comment() {
    let live = "
omnirps:
  - id: 1
    name: Acme
    tracking_webhook.url: https://api.loopreturns.com/hook/v1/seko/update
    tracking_webhook.enabled: true
  - {id: 2, name: Birch}
omnireturns:
  - {id: 11, name: Acme Online - Loop, omnirps_retailer_id: '1'}
  - {id: 12, name: Birch-Loop, omnirps_retailer_id: '2', company: Loop, portal: unpublished}
";
    assert_snapshot!(shown(&[], live), @r#"
    == retailers/acme.yaml
    # Written from the live records by `reconcile import`.
    retailer: Acme
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    # Live: the OmniReturns name ends in "- Loop", so the access may be required.
    omnireturns:
      name: Acme Online
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "1"
      omnireturns: "11"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    # Live: OmniRPS has the webhook of "Loop" already, switched on, so the retailer may have switched over.
    == retailers/birch.yaml
    # Written from the live records by `reconcile import`.
    retailer: Birch
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    # Live: the OmniReturns name is "Birch-Loop", which ends in a variant of "- Loop", so the access may be required.
    # Live: it is under "Loop" in OmniReturns, with an unpublished portal, so the access may be not_required.
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "2"
      omnireturns: "12"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
}

#[test]
fn a_record_of_the_name_that_is_linked_elsewhere_is_named() {
    let live = "
omnirps: [{id: 3, name: Plain}, {id: 47, name: Acme}]
omnireturns:
- {id: 2, name: Plain, omnirps_retailer_id: '3'}
- {id: 46, name: Acme, omnirps_retailer_id: '3'}
";
    let shown = shown(&[], live);
    let todo = "# TODO omnireturns: \"Acme\" (id 46) has the name, but is linked to another";
    assert_eq!(shown.matches(todo).count(), 1, "{shown}");
    assert!(!shown.contains("OmniReturns has no record"), "{shown}");
}

#[test]
fn a_system_without_a_record_is_said() {
    let live = "
omniparcel: [{id: 31, name: Only Parcel}]
omnirps: [{id: 1, name: Only RPS}]
omnireturns: [{id: 11, name: Only Returns - Loop}]
";
    assert_snapshot!(shown(&[], live), @r#"
    == retailers/only-parcel.yaml
    # Written from the live records by `reconcile import`.
    # TODO retailer: OmniRPS has no record of this name; write the name as it is entered there
    retailer: Only Parcel
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      omniparcel: "31"
      # OmniRPS has no record of this retailer.
      # OmniReturns has no record of this retailer.
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    == retailers/only-rps.yaml
    # Written from the live records by `reconcile import`.
    retailer: Only RPS
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "1"
      # OmniReturns has no record of this retailer.
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    == retailers/only-returns.yaml
    # Written from the live records by `reconcile import`.
    # TODO retailer: OmniRPS has no record of this name; write the name as it is entered there
    retailer: Only Returns
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    # Live: the OmniReturns name ends in "- Loop", so the access may be required.
    ids:
      # OmniParcel has no record of this retailer.
      # OmniRPS has no record of this retailer.
      omnireturns: "11"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
}

#[test]
fn a_system_that_was_not_read_may_have_a_record() {
    let todo = "  # TODO omnireturns: OmniReturns was not read; write the id of its record, if it \
                has one\n";
    let live = "{omnirps: [{id: 77, name: Acme}], unread: [omniparcel, omnireturns]}";
    let imported = shown(&[], live);
    assert!(imported.contains(todo) && imported.contains("TODO omniparcel: "), "{imported}");
    for unread in ["unread", "unknown"] {
        let live = format!("{{omnirps: [{{id: 77, name: Acme}}], {unread}: [omnireturns]}}");
        let new = new_acme("Acme", &live);
        assert!(new.contains("\n  omnirps: \"77\"\n") && new.contains(todo), "{new}");
        assert!(new.contains("OmniParcel has no record of this retailer"), "{new}");
    }
    // Another blocker beside it is still one.
    let two = "{omnirps: [{id: 77, name: Acme}, {id: 78, name: Acme}], unknown: [omnireturns]}";
    assert!(!new_acme("Acme", two).contains("Written"), "{}", new_acme("Acme", two));
}

#[test]
fn two_candidates_are_named_and_none_is_taken() {
    let live = "
omniparcel: [{id: 31, name: Acme}, {id: 32, name: Acme}]
omnirps: [{id: 1, name: Acme}, {id: 2, name: Birch}]
omnireturns:
  - {id: 11, name: Acme}
  - {id: 12, name: Acme - Loop}
  - {id: 13, name: Birch East, omnirps_retailer_id: '2'}
  - {id: 14, name: Birch West, omnirps_retailer_id: '2'}
";
    assert_snapshot!(shown(&[], live), @r#"
    == retailers/acme.yaml
    # Written from the live records by `reconcile import`.
    retailer: Acme
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      # TODO omniparcel: either "Acme" (id 31) or "Acme" (id 32); write the id of the right one
      omnirps: "1"
      # TODO omnireturns: either "Acme" (id 11) or "Acme - Loop" (id 12); write the id of the right one
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    == retailers/birch.yaml
    # Written from the live records by `reconcile import`.
    retailer: Birch
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "2"
      # TODO omnireturns: either "Birch East" (id 13) or "Birch West" (id 14); write the id of the right one
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
}

#[test]
fn a_name_with_the_suffix_in_omnirps_gets_its_base_name() {
    let live = "
omnirps: [{id: 1, name: Acme - Loop}, {id: 2, name: Birch–Loop}]
omnireturns: [{id: 11, name: Acme}]
";
    assert_snapshot!(shown(&[], live), @r#"
    == retailers/acme-loop.yaml
    # Written from the live records by `reconcile import`.
    retailer: Acme - Loop
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    omnireturns:
      name: Acme
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "1"
      omnireturns: "11"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    == retailers/birch-loop.yaml
    # Written from the live records by `reconcile import`.
    retailer: "Birch–Loop"
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    # TODO omnireturns.name: check it; it is the name above without its suffix
    omnireturns:
      name: Birch
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "2"
      # OmniReturns has no record of this retailer.
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    "#);
}

#[test]
fn hostile_names_are_quoted_or_left_out() {
    let names = [
        "yes",
        "1984",
        "null",
        "- x",
        ": ",
        "a: b",
        "#tag",
        "say \"hi\"",
        "it's",
        "back\\slash",
        "~",
        "{a}",
        "[b]",
        "*c",
        "&d",
        "!e",
        "%f",
        "@g",
        "`h`",
        "0x10",
        "1e3",
        "2026-10-01",
        "日本",
        "🙂",
        "Вега",
        "a # b",
        "=",
        "<<",
        "? q",
        "| r",
        "> s",
        "--- t",
        "...",
        "o'",
        " lead",
        "trail ",
        "tab\tin",
        "new\nline",
        "zero\u{200b}width",
        "rtl\u{202e}x",
        "del\u{7f}",
        "nel\u{85}x",
        "ops@acme.example",
        "Acme <ops@acme.example>",
    ];
    let records: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            format!("{{id: {}, name: {}}}", at + 1, crate::config::yaml::quoted(name))
        })
        .collect();
    let live = format!("omnirps: [{}]", records.join(", "));
    let Import { drafts, left_out } = imported(&[], &live);
    assert_eq!(drafts.len() + left_out.len(), names.len());
    for draft in &drafts {
        assert!(names.contains(&draft.retailer.name.as_str()), "{draft:?}");
    }
    let heads: Vec<String> = drafts
        .iter()
        .map(|draft| {
            let name = draft.text.lines().find(|line| line.starts_with("retailer:"));
            format!("{}  {}\n", draft.retailer.slug, name.unwrap_or_default())
        })
        .collect();
    assert_snapshot!(heads.concat(), @r##"
    e  retailer: "!e"
    tag  retailer: "#tag"
    f  retailer: "%f"
    and-d  retailer: "&d"
    c  retailer: "*c"
    x  retailer: "- x"
    t  retailer: "--- t"
    retailer-33  retailer: "..."
    0x10  retailer: "0x10"
    1984  retailer: "1984"
    1e3  retailer: "1e3"
    2026-10-01  retailer: "2026-10-01"
    retailer-28  retailer: "<<"
    retailer-27  retailer: "="
    s  retailer: "> s"
    q  retailer: "? q"
    g  retailer: "@g"
    b  retailer: "[b]"
    h  retailer: "`h`"
    a-b  retailer: "a # b"
    a-b-2  retailer: "a: b"
    back-slash  retailer: "back\\slash"
    its  retailer: it's
    null  retailer: "null"
    o  retailer: o'
    say-hi  retailer: "say \"hi\""
    yes  retailer: "yes"
    a  retailer: "{a}"
    r  retailer: "| r"
    retailer-11  retailer: "~"
    retailer-25  retailer: Вега
    retailer-23  retailer: 日本
    retailer-24  retailer: "🙂"
    "##);
    let left: Vec<String> = left_out
        .iter()
        .map(|left| format!("{}: {}\n", left.records, left.reason.escape_debug()))
        .collect();
    assert_snapshot!(left.concat(), @"
    omnirps 35: its file would be invalid [name-white-space]: `retailer` begins or ends with white space
    omnirps 5: its file would be invalid [name-white-space]: `retailer` begins or ends with white space
    omnirps 44: its file would be invalid [email-in-name]: `retailer` is `Acme <ops@acme.example>`, which is or contains an e-mail address
    omnirps 41: its file would be invalid [name-white-space]: `retailer` contains an invisible character
    omnirps 42: its file would be invalid [name-white-space]: `retailer` contains an invisible character
    omnirps 38: its file would be invalid [name-white-space]: `retailer` contains a line break
    omnirps 43: its file would be invalid [email-in-name]: `retailer` is `ops@acme.example`, which is or contains an e-mail address
    omnirps 40: its file would be invalid [name-white-space]: `retailer` contains an invisible character
    omnirps 37: its file would be invalid [name-white-space]: `retailer` contains an invisible character
    omnirps 36: its file would be invalid [name-white-space]: `retailer` begins or ends with white space
    omnirps 39: its file would be invalid [name-white-space]: `retailer` contains an invisible character
    ");
}

#[test]
fn what_a_file_declares_is_not_written_again() {
    let live = "
omniparcel: [{id: 31, name: Acme}]
omnirps: [{id: 1, name: Acme Ltd}, {id: 2, name: Birch}]
omnireturns: [{id: 11, name: Acme GmbH}]
";
    let files = [
        ("acme", "retailer: Acme\njourney: existing\nids: {omnirps: '1', omnireturns: '11'}\n"),
        ("birch", "retailer: Birch\njourney: existing\n"),
    ];
    assert_eq!(shown(&files, live), "");
}

#[test]
fn what_stands_in_the_way_of_a_file_is_left_out() {
    let live = "
omniparcel: [{id: 31, name: Dune & Co}]
omnirps:
  - {id: 1, name: 'Dune  & Co'}
  - {id: 2, name: Elm}
  - {id: 3, name: Elm}
  - {id: 4, name: Fir Ltd}
  - {id: 5, name: GUM}
omnireturns:
  - {id: 14, name: Fir, omnirps_retailer_id: '4'}
";
    let files = [
        ("dune", "retailer: Dune & Co\njourney: new\n"),
        ("elm", "retailer: Elm\njourney: existing\n"),
        ("fir", "retailer: Fir\njourney: existing\n"),
        ("gum", "retailer: Gum\njourney: existing\nids: {omnireturns: '99'}\n"),
    ];
    assert_snapshot!(shown(&files, live), @r#"
    -- Dune  & Co (omnirps 1): it conflicts with retailers/dune.yaml: no OmniRPS record is called "Dune & Co", but "Dune  & Co" (id 1) looks like it: character 6 is a space instead of `&`
       hint: pin the right record under `ids` in retailers/dune.yaml, then import again
    -- Elm (omnirps 2): it conflicts with retailers/elm.yaml: 2 OmniRPS records fit: "Elm" (id 2) and "Elm" (id 3)
       hint: pin the right record under `ids` in retailers/elm.yaml, then import again
    -- Elm (omnirps 3): it conflicts with retailers/elm.yaml: 2 OmniRPS records fit: "Elm" (id 2) and "Elm" (id 3)
       hint: pin the right record under `ids` in retailers/elm.yaml, then import again
    -- Fir Ltd (omnirps 4, omnireturns 14): its OmniReturns record 14 is declared by retailers/fir.yaml
       hint: if all of it belongs to that retailer, pin its records under `ids` in retailers/fir.yaml
    -- GUM (omnirps 5): it conflicts with retailers/gum.yaml: no OmniRPS record is called "Gum", but "GUM" (id 5) looks like it: character 2 is `U` instead of `u`
       hint: pin the right record under `ids` in retailers/gum.yaml, then import again
    "#);
}

#[test]
fn a_file_is_left_out_rather_than_wrong() {
    let live = "
omniparcel: [{id: 31, name: ACME}]
omnirps:
  - {id: 1, name: Acme}
  - {id: 2, name: Birch}
  - {id: 3, name: Birch}
  - {id: 4, name: Cedar}
  - {id: 5, name: Cedar - Loop}
  - {id: 6, name: Dune}
  - {id: 7, name: Elm - Loop}
omnireturns:
  - {id: 14, name: Cedar}
  - {id: 15, name: DUNE}
";
    let elm = ("elm", "retailer: Elm\njourney: new\n");
    assert_snapshot!(shown(&[elm], live), @r#"
    == retailers/acme.yaml
    # Written from the live records by `reconcile import`.
    retailer: Acme
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "1"
      # OmniReturns has no record of this retailer.
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    == retailers/cedar.yaml
    # Written from the live records by `reconcile import`.
    retailer: Cedar
    journey: existing
    # TODO account_manager: who looks after the retailer at SEKO
    # TODO omnireturns_access: required or not_required, once the retailer has said whether it still needs OmniReturns
    ids:
      # OmniParcel has no record of this retailer.
      omnirps: "4"
      omnireturns: "14"
    # TODO milestones: the day of each that has been reached: keys_requested, keys_supplied, test_label, test_return, uploads_checked, live
    # TODO milestones.switched_to_loop: the day of the switch-over and who did it, as in {on: 2026-10-12, by: loop}; nothing is changed before that day
    -- ACME (omniparcel 31): it conflicts with retailers/acme.yaml: no OmniParcel record is called "Acme", but "ACME" (id 31) looks like it: character 2 is `C` instead of `c`
       hint: pin the right record under `ids` in retailers/acme.yaml, then import again
    -- Birch (omnirps 2): another live retailer has the same name (omnirps 3)
       hint: write the file by hand and pin the right record as `ids.omnirps`
    -- Birch (omnirps 3): another live retailer has the same name (omnirps 2)
       hint: write the file by hand and pin the right record as `ids.omnirps`
    -- Cedar - Loop (omnirps 5): retailers/cedar.yaml and retailers/cedar-loop.yaml claim OmniReturns record 14, "Cedar" (pinned in retailers/cedar.yaml)
       hint: write the file by hand, with the right names and `ids`
    -- DUNE (omnireturns 15): its file would be invalid [names-look-alike]: `DUNE` and `Dune` look alike (character 2 is `U` instead of `u`), so a record could be matched to the wrong one
       hint: have the name corrected in the system, or write the file by hand with the right name and `ids`
    -- Dune (omnirps 6): no OmniReturns record is called "Dune", but "DUNE" (id 15) looks like it: character 2 is `U` instead of `u`
       hint: write the file by hand, with the right names and `ids`
    -- Elm - Loop (omnirps 7): retailers/elm.yaml and retailers/elm-loop.yaml claim the OmniReturns name "Elm"
       hint: write the file by hand, with the right names and `ids`
    "#);
}

#[test]
fn an_account_with_nearly_the_suffix_is_named_as_it_is() {
    let live = "omnirps: [{id: 1, name: Acme}]\nomnireturns: [{id: 5, name: Acme -Loop}]";
    let left_out = imported(&[], live).left_out;
    let reasons: Vec<&str> = left_out.iter().map(|left| left.reason.as_str()).collect();
    let reason = "OmniReturns record 5 is called \"Acme -Loop\", so it is unknown whether it is \
                  that of \"Acme\"";
    assert_eq!(reasons, [reason; 2]);
    assert!(left_out.iter().all(|left| left.hint.ends_with("under `ids`")));
    let live = format!(
        "{}\n{}",
        "omnirps: [{id: 1, name: Acme}, {id: 2, name: Acme}]",
        "omnireturns: [{id: 5, name: Acme -Loop}]"
    );
    let left_out = imported(&[], &live).left_out;
    let is_told = left_out.iter().filter(|left| left.reason.starts_with("another live retailer"));
    assert_eq!(is_told.count(), 3, "two of them have the same name: {left_out:?}");
}

#[test]
fn slugs_are_unique_beside_files_and_each_other() {
    let live = "omnirps: [{id: 1, name: Café}, {id: 2, name: 'Cafe!'}, {id: 3, name: Бар}]";
    let files = [("cafe", "retailer: Other\njourney: new\n")];
    let slugs: Vec<String> =
        imported(&files, live).drafts.into_iter().map(|draft| draft.retailer.slug).collect();
    assert_eq!(slugs, ["cafe-2", "cafe-3", "retailer-3"]);
}
