//! The record of a handoff: when, to whom, and fingerprints of the keys.

use super::fingerprint::Fingerprints;
use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};
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
pub(crate) struct Record {
    pub format_version: String,
    /// The name that was handed over.
    pub retailer: String,
    pub at: Timestamp,
    /// Who can decrypt it: public keys by name.
    pub recipients: BTreeMap<String, String>,
    pub fingerprints: Fingerprints,
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
}

impl Same {
    /// Returns what has changed.
    pub(crate) fn changed(&self) -> Vec<&'static str> {
        let Same { retailer, omnireturns, omnirps } = *self;
        [(retailer, "the name"), (omnireturns, "the OmniReturns key"), (omnirps, "the OmniRPS key")]
            .into_iter()
            .filter_map(|(is_same, what)| (!is_same).then_some(what))
            .collect()
    }
}

impl Record {
    /// Returns the record of a handoff.
    pub(crate) fn new(
        retailer: &str,
        at: Timestamp,
        recipients: &BTreeMap<String, String>,
        fingerprints: Fingerprints,
    ) -> Record {
        Record {
            format_version: FORMAT_VERSION.into(),
            retailer: retailer.into(),
            at,
            recipients: recipients.clone(),
            fingerprints,
            checked: None,
        }
    }

    /// Compares the handoff with the present keys, or returns `None` if the fingerprints
    /// were made with different keys.
    pub(crate) fn compare(&self, retailer: &str, now: &Fingerprints) -> Option<Same> {
        let Fingerprints { made_with, omnireturns, omnirps } = now;
        (self.fingerprints.made_with == *made_with).then(|| Same {
            retailer: self.retailer == retailer,
            omnireturns: self.fingerprints.omnireturns == *omnireturns,
            omnirps: self.fingerprints.omnirps == *omnirps,
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

    fn record() -> Record {
        let recipients = BTreeMap::from([("Loop".to_owned(), "age1xyz".to_owned())]);
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        Record::new("Acme", at, &recipients, fingerprints("bb", "k"))
    }

    #[test]
    fn what_changed_is_named() {
        let changed = |name: &str, omnirps: &str| {
            record().compare(name, &fingerprints(omnirps, "k")).unwrap().changed()
        };
        assert_eq!(changed("Acme", "bb"), [""; 0]);
        assert_eq!(changed("Acme", "cc"), ["the OmniRPS key"]);
        assert_eq!(changed("Acme ", "bb"), ["the name"]);
        let same = Same { retailer: true, omnireturns: false, omnirps: true };
        assert_eq!(same.changed(), ["the OmniReturns key"]);
    }

    #[test]
    fn fingerprints_of_another_key_are_not_compared() {
        assert_eq!(record().compare("Acme", &fingerprints("bb", "other")), None);
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
          }
        }
        "#);
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
        let same = Same { retailer: true, omnireturns: true, omnirps: false };
        record.checked = Some(Check { at: record.at, same });
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
        let (_, checked) = json.split_once("\"checked\":").unwrap();
        insta::assert_snapshot!(checked, @r#"{"at":"2026-11-23T09:00:00Z","same":{"retailer":true,"omnireturns":true,"omnirps":false}}}"#);
    }
}
