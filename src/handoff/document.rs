//! The document that the recipients decrypt: JSON, for programs and people.

use crate::model::HubAddress;
use crate::systems::keys::Usage;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use zeroize::Zeroizing;

/// The keys issued for a retailer.
#[derive(Debug)]
pub(crate) struct Keys {
    pub omnireturns: IssuedKey,
    pub omnirps: IssuedKey,
}

/// A key, and the record that it was issued for.
#[derive(Debug)]
pub(crate) struct IssuedKey {
    pub id: String,
    pub key: SecretString,
    pub usage: Usage,
}

/// The version of the document. The major number changes when readers have to.
const FORMAT_VERSION: &str = "1.0";

/// How to use the document.
const USE: &str = "Send each key in the header that its key_header names. To OmniRPS also \
                   send the retailer's name, byte for byte as in `retailer`, in the header that \
                   name_header names. If SEKO's documentation of an API names other headers, \
                   follow the documentation.";

/// Larger than any document, so that writing never reallocates and leaves a copy in memory.
const CAPACITY: usize = 16 << 10;

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'a str,
    retailer: &'a str,
    environment: &'a str,
    omnireturns: HandedKey<'a>,
    omnirps: HandedKey<'a>,
    /// The destinations of returns, to be entered at the partner: otherwise returns go to
    /// the shop's own address.
    #[serde(skip_serializing_if = "<[HubAddress]>::is_empty")]
    hub_addresses: &'a [HubAddress],
    #[serde(rename = "use")]
    usage: &'a str,
}

#[derive(Serialize)]
struct HandedKey<'a> {
    api: &'a str,
    retailer_id: &'a str,
    key: &'a str,
    key_header: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_header: Option<&'a str>,
}

fn part(issued: &IssuedKey) -> HandedKey<'_> {
    let IssuedKey { id, key, usage: Usage { api, key_header, name_header } } = issued;
    let name_header = name_header.as_deref();
    HandedKey { api, retailer_id: id, key: key.expose_secret(), key_header, name_header }
}

/// Returns the document in clear text, in memory that is zeroed after use.
pub(crate) fn document(
    retailer: &str,
    environment: &str,
    keys: &Keys,
    hub_addresses: &[HubAddress],
) -> Zeroizing<Vec<u8>> {
    let Keys { omnireturns, omnirps } = keys;
    let document = Document {
        format_version: FORMAT_VERSION,
        retailer,
        environment,
        omnireturns: part(omnireturns),
        omnirps: part(omnirps),
        hub_addresses,
        usage: USE,
    };
    let mut text = Zeroizing::new(Vec::with_capacity(CAPACITY));
    serde_json::to_writer_pretty(&mut *text, &document).expect("texts always become JSON");
    text.push(b'\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_and_a_person_can_read_it() {
        let usage = |api, key_header: &str, name_header: Option<&str>| Usage {
            api,
            key_header: key_header.into(),
            name_header: name_header.map(Into::into),
        };
        let labels = usage("OmniReturns Label Creation API", "access_key", None);
        let returns = usage("OmniRPS Return Upload API", "Token", Some("RetailerName"));
        let keys = Keys {
            omnireturns: IssuedKey { id: "1007".into(), key: "or\"1".into(), usage: labels },
            omnirps: IssuedKey { id: "a/5".into(), key: "rps-2".into(), usage: returns },
        };
        let text = document("Caf\u{e9} & Co", "production", &keys, &[]);
        insta::assert_snapshot!(String::from_utf8(text.to_vec()).unwrap(), @r#"
        {
          "format_version": "1.0",
          "retailer": "Café & Co",
          "environment": "production",
          "omnireturns": {
            "api": "OmniReturns Label Creation API",
            "retailer_id": "1007",
            "key": "or\"1",
            "key_header": "access_key"
          },
          "omnirps": {
            "api": "OmniRPS Return Upload API",
            "retailer_id": "a/5",
            "key": "rps-2",
            "key_header": "Token",
            "name_header": "RetailerName"
          },
          "use": "Send each key in the header that its key_header names. To OmniRPS also send the retailer's name, byte for byte as in `retailer`, in the header that name_header names. If SEKO's documentation of an API names other headers, follow the documentation."
        }
        "#);
        let hub =
            HubAddress { name: "Sydney".into(), lines: vec!["1 Dock Road".into(), "NSW".into()] };
        let with_hub = document("Acme", "production", &keys, &[hub]);
        let read: serde_json::Value = serde_json::from_slice(&with_hub).unwrap();
        let expected = serde_json::json!([{"name": "Sydney", "lines": ["1 Dock Road", "NSW"]}]);
        assert_eq!(read["hub_addresses"], expected);
        let told = format!("{keys:?}");
        assert!(!told.contains("rps-2"), "{told}");
    }
}
