//! What a test with the retailer's keys shows, and what it does not: this tool can make it alone.

use super::{EXISTING, GIVEN_UP, NEW, SERVED, SET_UP, Status, file, new, of, of_proven};
use crate::model::Capabilities;
use std::collections::BTreeMap;

fn proven(fleet: &str, live: &str) -> Status {
    of_proven(&Capabilities::default(), fleet, Some(live), &BTreeMap::new(), &["acme"])
}

#[test]
fn before_live_it_says_whether_the_partner_itself_uploads() {
    let last = |status: &Status| status.retailers[0].steps.last().unwrap().notes.join("\n");
    let not_proven = "an upload by Loop itself is not proven yet, `reconcile verify` looks for one";
    let tested = format!("tested with the retailer's keys; {not_proven}");
    let proven_note = "an upload by Loop itself is proven";
    let decided =
        |milestones: &[&str]| file("existing", "omnireturns_access: not_required\n", milestones);
    for (fleet, live, expected, expected_proven) in [
        (new(&NEW[..6]), SET_UP, "", proven_note),
        (new(&NEW[..7]), SET_UP, tested.as_str(), proven_note),
        (new(&NEW[..9]), SET_UP, &tested, proven_note),
        (new(&NEW), SET_UP, "", ""),
        (decided(&EXISTING[..4]), SERVED, "", proven_note),
        (decided(&EXISTING), GIVEN_UP, &tested, proven_note),
        (decided(&EXISTING[4..]), GIVEN_UP, not_proven, proven_note),
    ] {
        assert_eq!(last(&of(&fleet, Some(live), &BTreeMap::new())), expected, "{fleet}");
        assert_eq!(last(&proven(&fleet, live)), expected_proven, "{fleet}");
    }
    let checked = decided(&["switched_to_loop", "uploads_checked"]);
    assert_eq!(last(&of(&checked, Some(GIVEN_UP), &BTreeMap::new())), proven_note);
}
