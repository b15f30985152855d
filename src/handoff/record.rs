//! The record of a handoff: when, to whom, and fingerprints of the keys.

use super::fingerprint::Fingerprints;
use crate::model::HubAddress;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The version of a record. The major number changes when readers have to.
pub(crate) const FORMAT_VERSION: &str = "1.0";

/// Returns the time of a handoff or a check, in whole seconds.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now)
}

/// The last handoff of a retailer in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandoffRecord {
    pub format_version: String,
    /// The name that was handed over.
    pub retailer: String,
    pub at: Timestamp,
    /// Who can decrypt it: public keys by name.
    pub recipients: BTreeMap<String, String>,
    pub fingerprints: Fingerprints,
    /// Those that were handed over with the keys; absent in records of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_addresses: Option<Value>,
    /// The result of the last `handoff --check`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Check>,
}

/// When the handoff was last compared with live, and the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    pub at: Timestamp,
    pub same: Same,
}

/// What has not changed since the handoff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Same {
    pub retailer: bool,
    pub omnireturns: bool,
    pub omnirps: bool,
    /// Also if it is not known which were handed over.
    #[serde(default = "unknown")]
    pub hub_addresses: bool,
}

fn unknown() -> bool {
    true
}

impl Same {
    /// Returns what has changed.
    pub(crate) fn changed(&self) -> Vec<&'static str> {
        let Same { retailer, omnireturns, omnirps, hub_addresses } = *self;
        let parts = [
            (retailer, "the name"),
            (omnireturns, "the OmniReturns key"),
            (omnirps, "the OmniRPS key"),
            (hub_addresses, "the list of hub addresses"),
        ];
        parts.into_iter().filter_map(|(is_same, what)| (!is_same).then_some(what)).collect()
    }
}

impl HandoffRecord {
    /// Returns the record of a handoff.
    pub(crate) fn new(
        retailer: &str,
        at: Timestamp,
        recipients: &BTreeMap<String, String>,
        hubs: &[HubAddress],
        fingerprints: Fingerprints,
    ) -> HandoffRecord {
        HandoffRecord {
            format_version: FORMAT_VERSION.into(),
            retailer: retailer.into(),
            at,
            recipients: recipients.clone(),
            fingerprints,
            hub_addresses: Some(json!(hubs)),
            checked: None,
        }
    }

    /// Returns whether other hub addresses were handed over than these.
    pub(crate) fn has_other_hubs(&self, hubs: &[HubAddress]) -> bool {
        self.hub_addresses.as_ref().is_some_and(|then| *then != json!(hubs))
    }

    /// Compares the handoff with what is to be handed over now, or returns `None` if the
    /// fingerprints were made with different keys.
    pub(crate) fn compare(
        &self,
        retailer: &str,
        hubs: &[HubAddress],
        now: &Fingerprints,
    ) -> Option<Same> {
        let Fingerprints { made_with, omnireturns, omnirps } = now;
        (self.fingerprints.made_with == *made_with).then(|| Same {
            retailer: self.retailer == retailer,
            omnireturns: self.fingerprints.omnireturns == *omnireturns,
            omnirps: self.fingerprints.omnirps == *omnirps,
            hub_addresses: !self.has_other_hubs(hubs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprints(omnirps: &str, made_with: &str) -> Fingerprints {
        Fingerprints {
            made_with: made_with.into(),
            omnireturns: "aa".into(),
            omnirps: omnirps.into(),
        }
    }

    fn hub(line: &str) -> HubAddress {
        HubAddress { name: "Sydney".into(), lines: vec![line.into()] }
    }

    fn record() -> HandoffRecord {
        let recipients = BTreeMap::from([("Loop".to_owned(), "age1xyz".to_owned())]);
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        HandoffRecord::new("Acme", at, &recipients, &[hub("1 Dock Road")], fingerprints("bb", "k"))
    }

    #[test]
    fn what_changed_is_named() {
        let hubs = [hub("1 Dock Road")];
        let changed = |name: &str, omnirps: &str| {
            record().compare(name, &hubs, &fingerprints(omnirps, "k")).unwrap().changed()
        };
        assert_eq!(changed("Acme", "bb"), [""; 0]);
        assert_eq!(changed("Acme", "cc"), ["the OmniRPS key"]);
        assert_eq!(changed("Acme ", "bb"), ["the name"]);
        let same = Same { retailer: true, omnireturns: false, omnirps: true, hub_addresses: true };
        assert_eq!(same.changed(), ["the OmniReturns key"]);
        let with = |record: HandoffRecord, hubs: &[HubAddress]| {
            record.compare("Acme", hubs, &fingerprints("bb", "k")).unwrap().changed()
        };
        let other = [hub("2 Dock Road")];
        assert_eq!(with(record(), &other), ["the list of hub addresses"]);
        assert_eq!(with(record(), &[]), ["the list of hub addresses"]);
        let older = HandoffRecord { hub_addresses: None, ..record() };
        assert_eq!(with(older, &other), [""; 0]);
    }

    #[test]
    fn fingerprints_of_another_key_are_not_compared() {
        assert_eq!(record().compare("Acme", &[], &fingerprints("bb", "other")), None);
    }

    #[test]
    fn a_record_is_read_back_as_it_was_written() {
        let mut record = record();
        let json = serde_json::to_string_pretty(&record).unwrap();
        insta::assert_snapshot!(json, @r#"
        {
          "format_version": "1.0",
          "retailer": "Acme",
          "at": "2026-11-23T09:00:00Z",
          "recipients": {
            "Loop": "age1xyz"
          },
          "fingerprints": {
            "made_with": "k",
            "omnireturns": "aa",
            "omnirps": "bb"
          },
          "hub_addresses": [
            {
              "lines": [
                "1 Dock Road"
              ],
              "name": "Sydney"
            }
          ]
        }
        "#);
        assert_eq!(serde_json::from_str::<HandoffRecord>(&json).unwrap(), record);
        let same = Same { retailer: true, omnireturns: true, omnirps: false, hub_addresses: true };
        record.checked = Some(Check { at: record.at, same });
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<HandoffRecord>(&json).unwrap(), record);
        let (_, checked) = json.split_once("\"checked\":").unwrap();
        insta::assert_snapshot!(checked, @r#"{"at":"2026-11-23T09:00:00Z","same":{"retailer":true,"omnireturns":true,"omnirps":false,"hub_addresses":true}}}"#);
        let older = json.replace(r#","hub_addresses":true"#, "");
        assert_eq!(serde_json::from_str::<HandoffRecord>(&older).unwrap(), record);
    }
}
