//! Alerts in JUnit, which lead every other format.

use super::written;
use crate::plan::origin::Drift;
use crate::plan::{Alert, AlertCode, Origin, Plan};
use crate::render::junit;
use insta::assert_snapshot;
use std::collections::BTreeSet;

/// Returns a plan of the retailers Acme, with a drifted change, and Birch, with none, and an alert
/// of each.
fn alarmed() -> Plan {
    let mut plan = super::every_kind();
    plan.retailers.truncate(2);
    for retailer in &mut plan.retailers {
        let message = format!("{} is live and gets no credits", retailer.retailer);
        let code = AlertCode::NoCredits;
        retailer.alerts = vec![Alert { code, message, hint: "switch the webhook on".into() }];
        (retailer.held, retailer.manual, retailer.blocked) = (vec![], vec![], vec![]);
    }
    let acme = &mut plan.retailers[0].actions[0].changes;
    acme.truncate(1);
    acme[0].origin = Some(Origin::Drift);
    plan.retailers[1].actions.clear();
    plan
}

#[test]
fn a_plan_has_the_alerts_of_every_retailer() {
    assert_snapshot!(written(|out| junit::plan(&alarmed(), &[], None, out)), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="reconcile" tests="3" failures="0" errors="1">
      <testsuite name="reconcile plan test" tests="3" failures="0" errors="1" skipped="0">
        <testcase name="OmniParcel" classname="systems">
          <error message="OmniParcel could not be read"/>
        </testcase>
        <testcase name="Acme" classname="retailers/acme.yaml">
          <system-out>!! [no-credits]: Acme is live and gets no credits
       hint: switch the webhook on
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: https://relay.acme.example/seko → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, drift, otherwise customers get no credits
      ~ update in OmniReturns: Acme (id 1042)
          omnireturns.company: SEKO → Loop  E6.1, otherwise OmniReturns keeps the retailer among those that pay for access
    </system-out>
        </testcase>
        <testcase name="Birch" classname="retailers/birch.yaml">
          <system-out>!! [no-credits]: Birch is live and gets no credits
       hint: switch the webhook on
    </system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn so_has_drift() {
    let plan = alarmed();
    let drift = Drift::of(&plan, &BTreeSet::new(), Vec::new(), Vec::new());
    assert_snapshot!(written(|out| junit::drift(&plan, &drift, &[], out)), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="reconcile" tests="3" failures="1" errors="1">
      <testsuite name="reconcile drift test" tests="3" failures="1" errors="1" skipped="0">
        <testcase name="OmniParcel" classname="systems">
          <error message="OmniParcel could not be read"/>
        </testcase>
        <testcase name="Acme" classname="retailers/acme.yaml">
          <failure message="live is not as declared">!! [no-credits]: Acme is live and gets no credits
       hint: switch the webhook on
    Acme  retailers/acme.yaml
      ~ update in OmniRPS: Acme (id 77)
          omnirps.tracking_webhook.url: https://relay.acme.example/seko → https://api.loopreturns.com/hook/v1/seko/update  N5.2.1, otherwise customers get no credits
    </failure>
        </testcase>
        <testcase name="Birch" classname="retailers/birch.yaml">
          <system-out>!! [no-credits]: Birch is live and gets no credits
       hint: switch the webhook on
    </system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
}
