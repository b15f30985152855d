//! Which record is a retailer's, and what is blocked where that cannot be decided.

use super::{BOTH, NEW, NOT_REQUIRED, OMNIRPS_DONE, REQUIRED, decisions, only, stating_nothing};
use crate::testing::plan;
use insta::assert_snapshot;

const CREATED: &str = "Acme: omniparcel/create, omnirps/create, omnireturns/create";

#[test]
fn one_record_of_the_name_is_changed_and_two_are_ambiguous() {
    table! {
        "one", REQUIRED, BOTH => "Acme: omnirps/update, omnireturns/update";
        "two in OmniRPS", REQUIRED, BOTH.replace("id: 77", "id: 78, name: Acme}, {id: 77") => "Acme: omnirps ambiguous-name";
        "two in OmniReturns", REQUIRED, BOTH.replace("id: 9", "id: 8, name: Acme - Loop}, {id: 9") => "Acme: omnirps/update, omnireturns ambiguous-name";
    }
}

#[test]
fn a_look_alike_blocks_and_an_exact_record_wins() {
    for name in ["ACME", "Ac me", "Аcme", "Ａcme", "Асме"] {
        let near = format!("omnirps: [{{id: 77, name: '{name}'}}]");
        table! {
            name, NEW, near => "Acme: omniparcel/create, omnirps name-near-miss";
            name, NEW, near.replace("[{", "[{id: 78, name: Acme}, {") => "Acme: omniparcel/create, omnirps/update, omnireturns/create";
        }
    }
    let alpha = |file: &str| file.replace("Acme", "Alpha");
    let live = "omnirps: [{id: 77, name: AIpha}]";
    table! {
        "a capital i for an l", alpha(NEW), live => "Alpha: omniparcel/create, omnirps name-near-miss";
        "where it has to exist", alpha(NOT_REQUIRED), live => "Alpha: omnirps name-near-miss, omnireturns record-not-found";
    }
    let padded = "omnirps: [{id: 77, name: \"Acme\\0\"}]";
    table! { "an invisible character", NEW, padded => "Acme: omniparcel/create, omnirps name-near-miss"; }
    table! { "another name", NEW, "omnirps: [{id: 77, name: Acne}]" => CREATED; }
}

#[test]
fn a_pinned_id_beats_a_name_and_has_to_exist() {
    let live = BOTH.replace("id: 77", "id: 78, name: Other}, {id: 77");
    let pinned = |ids: &str| format!("{NOT_REQUIRED}ids: {ids}\n");
    let targets = |ids: &str| {
        let plan = plan(&pinned(ids), &live);
        let targets = plan.actions().map(|(_, action)| action.target_id.clone().unwrap());
        targets.collect::<Vec<_>>()
    };
    assert_eq!(targets("{}"), ["77", "9"]);
    assert_eq!(targets("{omnirps: 78}"), ["78", "9"]);
    table! { "no such id", pinned("{omnireturns: 11}"), live => "Acme: omnirps/update, omnireturns id-not-found"; }
}

#[test]
fn only_new_is_created_and_only_where_its_record_is_managed() {
    let unmanaged =
        format!("{NEW}settings: {{omnirps.retailer: {{manage: false, reason: by hand}}}}\n");
    table! {
        "new", NEW, "{}" => CREATED;
        "existing", NOT_REQUIRED, "{}" => "Acme: omnirps record-not-found, omnireturns record-not-found";
        "existing, in one", REQUIRED, "omnirps: [{id: 77, name: Acme}]" => "Acme: omnirps/update, omnireturns record-not-found";
        "unmanaged", unmanaged, "{}" => "Acme: omniparcel/create, omnirps record-not-found";
        "unmanaged and there", unmanaged, "omnirps: [{id: 77, name: Acme}]" => "Acme: omniparcel/create, omnirps/update, omnireturns/create";
    }
}

#[test]
fn what_is_missing_of_a_pinned_retailer_waits_for_the_switch_over() {
    let early = "retailer: Acme\njourney: existing\n";
    let pinned = format!("{early}ids: {{omnirps: 77}}\n");
    let rps = "omnirps: [{id: 77, name: Acme}]\n";
    let two = format!("{rps}omnireturns: [{{id: 1, name: Acme}}, {{id: 2, name: Acme - Loop}}]\n");
    table! {
        "missing", pinned, rps => "";
        "ambiguous", pinned, two => "";
        "pinned in OmniReturns", format!("{early}ids: {{omnireturns: 1}}\n"), two.replace(rps, "") => "";
        "nothing is pinned", early, rps => "Acme: omnireturns record-not-found";
        "something is to be done", format!("{REQUIRED}ids: {{omnirps: 77}}\n"), rps => "Acme: omnirps/update, omnireturns record-not-found";
        "the name is wrong anyway", pinned, format!("{rps}omnireturns: [{{id: 1, name: ACME}}]\n") => "Acme: omnireturns name-near-miss";
    }
    // Nothing is asked of the retailer before its access is decided.
    let undecided = REQUIRED.replace("omnireturns_access: required\n", "")
        + "settings: {omnirps.tracking_webhook: {manage: false, reason: own relay}}\n\
           ids: {omnireturns: 1}\n";
    let orr = "omnireturns: [{id: 1, name: Acme}]\n";
    table! {
        "nothing is asked for yet", undecided, orr => "Acme: omnirps record-not-found";
        "before the switch-over", stating_nothing(&undecided), orr => "";
    }
    let decided = stating_nothing(REQUIRED) + "ids: {omnirps: 77}\n";
    assert_snapshot!(only(&["omnireturns"], decisions(&decided, rps)), @"omnireturns.name                 unknown     ? → Acme - Loop");
}

#[test]
fn a_suffix_is_never_added_twice() {
    let live = |name: &str| format!("{OMNIRPS_DONE}omnireturns: [{{id: 9, name: '{name}'}}]");
    let pinned = format!("{REQUIRED}ids: {{omnireturns: 9}}\n");
    table! {
        "it has none", REQUIRED, live("Acme") => "Acme: omnireturns/update";
        "it has it", REQUIRED, live("Acme - Loop") => "";
        "it has it behind another name", pinned, live("Acme Group - Loop") => "";
        "the file asks for a variant", format!("{REQUIRED}settings: {{omnireturns.name: {{value: Acme-Loop, reason: brand}}}}\n"), live("Acme-Loop") => "";
    }
    let kept = decisions(&pinned, &live("Acme Group - Loop"));
    assert_snapshot!(only(&["omnireturns.name"], kept), @"omnireturns.name                 in-sync     Acme Group - Loop");
    for variant in ["Acme-Loop", "Acme- Loop", "Acme – Loop", "Acme -  loop"] {
        table! {
            variant, REQUIRED, live(variant) => "Acme: omnireturns suffix-variant";
            variant, pinned, live(variant) => "Acme: omnireturns suffix-variant";
        }
    }
    // A brand may be called so, and is declared as it is; only the suffix waits.
    let brand = REQUIRED.replace("Acme", "Froot-Loop");
    let live = BOTH.replace("Acme", "Froot-Loop");
    table! {
        "a brand", brand, live => "Froot-Loop: omnirps/update, omnireturns suffix-variant";
        "a brand that gets none", brand.replace("required", "not_required"), live => "Froot-Loop: omnirps/update, omnireturns/update";
    }
}

#[test]
fn two_files_that_claim_one_record_are_both_blocked() {
    let two = |name: &str| {
        format!("{NEW}---\n{}omnireturns: {{name: {name}}}\n", NEW.replace("Acme", "Zenith"))
    };
    let both = "Acme: omniparcel/create, omnirps/create, omnireturns duplicate-claim; \
                Zenith: omniparcel/create, omnirps/create, omnireturns duplicate-claim";
    table! {
        "one that is there", two("Acme"), "omnireturns: [{id: 9, name: Acme}]" => both;
        "one that would be created", two("Acme"), "{}" => both;
        "two that would look alike", two("ACME"), "{}" => both;
        "two", two("Zenith AU"), "{}" => &both.replace(" duplicate-claim", "/create");
    }
    let ids = "ids: {omniparcel: 5, omnirps: 6, omnireturns: 7}\n";
    let one = "Acme: omniparcel/create, omnirps/create, omnireturns/create; \
               Zenith: omniparcel id-not-found, omnirps id-not-found, omnireturns id-not-found";
    table! {
        "one that pins others", two("Acme") + ids, "{}" => one;
    }
}

#[test]
fn a_file_that_is_blocked_still_claims_its_records() {
    let zenith = REQUIRED.replace("Acme", "Zenith");
    let pinned = format!("{REQUIRED}---\n{zenith}ids: {{omnirps: 77}}\n");
    let accounts = "omnireturns: [{id: 9, name: Acme - Loop}, {id: 10, name: Zenith - Loop}]\n";
    let one = format!("{accounts}omnirps: [{{id: 77, name: Acme}}]");
    table! {
        "one of the name", pinned, one => "Acme: omnirps duplicate-claim; Zenith: omnirps duplicate-claim";
        "two", pinned, one.replace("[{id: 77", "[{id: 78, name: Acme}, {id: 77") => "Acme: omnirps ambiguous-name; Zenith: omnirps duplicate-claim";
    }
    // One whose record has a variant of the suffix.
    let acme = NOT_REQUIRED.replace("Acme", "Acme-Loop");
    let beta = REQUIRED.replace("Acme", "Beta") + "ids: {omnireturns: 9}\n";
    let omnirps = OMNIRPS_DONE
        .replace("Acme", "Acme-Loop")
        .replace("id: 77", "id: 77, shopify_integration: disabled");
    let live = |name: &str| format!("{omnirps}omnireturns: [{{id: 9, name: {name}}}]");
    table! {
        "a variant", format!("{acme}---\n{beta}"), live("Acme-Loop") => "Acme-Loop: omnireturns duplicate-claim; Beta: omnireturns suffix-variant";
    }
}
