//! What is managed on creation alone, while a creation has not come to its end and after.

use super::Unfinished;
use crate::model::{Capabilities, System};
use crate::testing::{plan_with, text_of};
use insta::assert_snapshot;

const NEW: &str = "retailer: Acme\njourney: new\nmilestones: {documents_completed: 2026-10-01}\n";
/// All is there, but for what OmniReturns did not take.
const HALF: &str = "
omniparcel: [{id: 5, name: Acme}]
omnirps: [{id: 77, name: Acme, tracking_webhook.url: 'https://api.loopreturns.com/hook/v1/seko/update', tracking_webhook.enabled: true}]
omnireturns: [{id: '1042', name: Acme, company: SEKO, portal: published, omnirps_retailer_id: '77'}]
";

fn shown(unfinished: &[(&str, System)], live: &str) -> String {
    let unfinished: Unfinished =
        unfinished.iter().map(|(slug, system)| ((*slug).to_owned(), *system)).collect();
    text_of(&plan_with(&Capabilities::default(), &unfinished, NEW, live))
}

#[test]
fn a_record_whose_creation_is_unfinished_is_brought_to_what_it_was_to_be() {
    assert_snapshot!(shown(&[("acme", System::Omnireturns)], HALF), @"
    Acme  retailers/acme.yaml
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: SEKO → Loop  N5, otherwise OmniReturns keeps the retailer among those that pay for access
          omnireturns.portal: published → unpublished  N5, otherwise customers can return through two portals

    Plan for test: 0 to create, 1 to update, 0 manual, 0 held, 0 blocked, 0 unchanged.
    ");
}

#[test]
fn afterwards_it_is_the_retailers_own() {
    let nothing = shown(&[], HALF);
    assert_snapshot!(nothing, @"Plan for test: 0 to create, 0 to update, 0 manual, 0 held, 0 blocked, 1 unchanged.");
    for other in [("acme", System::Omnirps), ("other", System::Omnireturns)] {
        assert_eq!(shown(&[other], HALF), nothing);
    }
}
