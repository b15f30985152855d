//! Which name a record gets in OmniReturns, and where that name is taken.

use super::{
    BOTH, NEW, OMNIRPS_DONE, REQUIRED, changed, decisions, decisions_by, only, stating_nothing,
};
use crate::model::{ChangedBy, Setting};
use insta::assert_snapshot;

/// A setting that asks for a name.
fn asking(name: &str) -> String {
    format!("settings: {{omnireturns.name: {{value: {name}, reason: brand}}}}\n")
}

/// A live state in which only the names of OmniReturns may be wrong.
fn named(names: &[&str]) -> String {
    let right = "company: Loop, portal: unpublished, omnirps_retailer_id: '77'";
    let records =
        names.iter().zip(9..).map(|(name, id)| format!("{{id: {id}, name: {name}, {right}}}"));
    let records = records.collect::<Vec<_>>().join(", ");
    format!("omniparcel: [{{id: 1, name: Acme}}]\n{OMNIRPS_DONE}omnireturns: [{records}]\n")
}

#[test]
fn a_record_is_found_under_the_name_that_the_file_asks_for() {
    let new = format!("{NEW}{}", asking("Acme Z"));
    table! {
        "none", new, named(&[]) => "Acme: omnireturns/create";
        "the name", new, named(&["Acme Z"]) => "";
        "the retailer's name", new, named(&["Acme"]) => "Acme: omnireturns/update";
        "a look-alike", new, named(&["ACME Z"]) => "Acme: omnireturns name-near-miss";
        "another name", new, named(&["Zenith"]) => "Acme: omnireturns/create";
    }
    let kept = format!("{REQUIRED}{}", asking("Acme Z"));
    let own = "settings: {omnirps.shopify_integration: {manage: false, reason: own}, ";
    let moved = kept.replace("required", "not_required").replace("settings: {", own);
    for file in [&kept, &moved] {
        table! {
            "the retailer's name", file, named(&["Acme"]) => "Acme: omnireturns/update";
            "with the suffix", file, named(&["Acme - Loop"]) => "Acme: omnireturns/update";
            "the name", file, named(&["Acme Z"]) => "";
            "another name", file, named(&["Acme Y"]) => "Acme: omnireturns record-not-found";
        }
    }
    table! {
        "two", kept, named(&["Acme", "Acme Z"]) => "Acme: omnireturns ambiguous-name";
        "a name that is looked for anyway", kept.replace("Acme Z", "Acme"), named(&["Acme"]) => "";
        "with the suffix anyway", kept.replace("Acme Z", "Acme - Loop"), named(&["Acme - Loop"]) => "";
    }
}

#[test]
fn a_record_is_not_renamed_to_what_another_one_is_called() {
    let pinned = format!("{REQUIRED}ids: {{omnireturns: 9}}\n");
    let asks = format!("{pinned}{}", asking("Acme Z"));
    table! {
        "taken", pinned, named(&["Acme", "Acme - Loop"]) => "Acme: omnireturns ambiguous-name";
        "free", pinned, named(&["Acme", "Acme - Loom"]) => "Acme: omnireturns/update";
        "its own", pinned, named(&["Acme - Loop", "Acme"]) => "";
        "asked for and taken", asks, named(&["Acme", "Acme Z"]) => "Acme: omnireturns ambiguous-name";
        "asked for and free", asks, named(&["Acme", "Acme Y"]) => "Acme: omnireturns/update";
        "before the switch-over", stating_nothing(&pinned), named(&["Acme", "Acme - Loop"]) => "";
    }
    // What is right beside it stays in sync.
    let more = "ids: {omnireturns: 9}\nsettings: {omnireturns.portal: {value: unpublished, reason: why}, omnireturns.company: {value: SEKO, reason: why}}\n";
    let taken = decisions(&format!("{REQUIRED}{more}"), &named(&["Acme", "Acme - Loop"]));
    assert_snapshot!(only(&["omnireturns"], taken), @"
    omnireturns.name                 blocked     Acme → Acme - Loop
    omnireturns.company              blocked     Loop → SEKO
    omnireturns.portal               in-sync     unpublished
    ");
}

/// The file of Acme, then the file of Beta that pins a record.
fn two(acme: &str, beta: &str) -> String {
    format!("{acme}---\n{}ids: {{omnireturns: 10}}\n{beta}", REQUIRED.replace("Acme", "Beta"))
}

#[test]
fn two_files_that_want_one_name_are_both_blocked() {
    let live = named(&["Acme", "Beta"]);
    let both = "Acme: omnireturns duplicate-claim; Beta: omnireturns duplicate-claim";
    let apart = "Acme: omnireturns/update; Beta: omnireturns/update";
    table! {
        "one base", two(REQUIRED, "omnireturns: {name: Acme}\n"), live => both;
        "two bases", two(REQUIRED, "omnireturns: {name: Acme AU}\n"), live => apart;
        "asked for", two(REQUIRED, &asking("Acme - Loop")), live => both;
        "another is asked for", two(REQUIRED, &asking("Acme Z")), live => apart;
        "one has it already", two(REQUIRED, "omnireturns: {name: Acme}\n"), named(&["Acme - Loop", "Beta"]) => "Beta: omnireturns ambiguous-name";
    }
    let new = format!("{NEW}{}", asking("Acme Z"));
    let zenith = format!("{new}---\n{}", new.replace("retailer: Acme", "retailer: Beta"));
    let other = named(&["Other", "Beta"]).replace("{id: 1,", "{id: 2, name: Beta}, {id: 1,");
    table! {
        "one is created", two(&new, &asking("Acme Z")), other => both;
        "one is created apart", two(&new, &asking("Acme Y")), other => "Acme: omnireturns/create; Beta: omnireturns/update";
        "both are created", zenith, other => both;
    }
}

#[test]
fn a_name_that_nobody_changes_claims_nothing() {
    let fleet = two(REQUIRED, "omnireturns: {name: Acme}\n");
    let live = BOTH.replace("{id: 77", "{id: 78, name: Beta}, {id: 77");
    let live = live.replace("{id: 9", "{id: 10, name: Beta}, {id: 9");
    assert_snapshot!(only(&["omnireturns"], decisions(&fleet, &live)), @"
    omnireturns.name                 blocked     ? → Acme - Loop
    omnireturns.name                 blocked     ? → Acme - Loop
    ");
    let nobody = changed(&ChangedBy::Nobody, [Setting::OmnireturnsName]);
    assert_snapshot!(only(&["omnireturns"], decisions_by(&nobody, &fleet, &live)), @"
    omnireturns.name                 observed    Acme → Acme - Loop
    omnireturns.name                 observed    Beta → Acme - Loop
    ");
}

#[test]
fn no_record_gets_a_name_under_which_another_file_looks_for_its_own() {
    let kept = format!("{REQUIRED}{}", asking("Acme"));
    let pinned = format!("{kept}ids: {{omnireturns: 9}}\n");
    let base = "omnireturns: {name: Acme}\n";
    let beta = "Beta: omnireturns duplicate-claim";
    table! {
        "with the suffix", two(&kept, base), named(&["Acme", "Beta"]) => beta;
        "asked for", two(&kept, &asking("Acme - Loop")), named(&["Acme", "Beta"]) => beta;
        "without the suffix", two(REQUIRED, &asking("Acme")), named(&["Acme - Loop", "Beta"]) => beta;
        "one that pins its own", two(&pinned, base), named(&["Acme", "Beta"]) => "Beta: omnireturns/update";
        "another name", two(&kept, &asking("Acme - Loom")), named(&["Acme", "Beta"]) => "Beta: omnireturns/update";
    }
    let other = named(&["Other", "Beta"]).replace("{id: 1,", "{id: 2, name: Beta}, {id: 1,");
    let created = "Acme: omnireturns/create; Beta: omnireturns duplicate-claim";
    let new = NEW.replace("Acme", "Beta") + &asking("Acme - Loop");
    table! {
        "a rename beside a create", two(NEW, base), other => created;
        "two creates", format!("{NEW}---\n{new}"), other.replace("name: Beta, company", "name: Gamma, company") => created;
    }
    let missing = REQUIRED.replace("Acme", "Beta") + base;
    let early = stating_nothing(&missing) + "ids: {omnirps: 78}\n";
    let only = named(&["Other"]);
    table! {
        "of a missing record", format!("{NEW}---\n{missing}"), only => "Acme: omnireturns duplicate-claim; Beta: omnireturns record-not-found";
        "of one that can wait", format!("{NEW}---\n{early}"), only => "Acme: omnireturns duplicate-claim; Beta: omnireturns duplicate-claim";
    }
}
