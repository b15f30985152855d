//! The HTTP contract of a system as data: where its calls are and what its fields are
//! called.
//!
//! Plain values. `config` builds them from a file and `systems` speaks by them; nothing
//! here knows a wire name. A pointer is a JSON pointer (RFC 6901); the empty one is the
//! whole value.

use super::Setting;
use std::collections::BTreeMap;
use url::Url;

/// How one system is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The header that carries the key.
    pub key_header: String,
    /// The header that makes a create that is sent twice count once.
    pub idempotency_header: String,
    /// Further headers of every request. None of them is a secret.
    pub headers: BTreeMap<String, String>,
    /// How a body tells success from failure. What is not told there, the HTTP status
    /// tells alone.
    pub success: SuccessRule,
    pub list: List,
    /// `None`: one record is looked up in the list.
    pub read: Option<Read>,
    pub create: Option<Create>,
    pub update: Option<Update>,
    pub companies: Option<Companies>,
    /// `None`: people hand a retailer's key over.
    pub key: Option<Key>,
    /// `None`: people make a test label.
    pub label: Option<Label>,
    /// `None`: people upload a test return.
    pub upload: Option<Upload>,
    /// `None`: people look whether returns arrive.
    pub uploads: Option<Uploads>,
    /// A pointer to a record's id.
    pub id: String,
    /// A pointer to a record's name.
    pub name: String,
    pub fields: BTreeMap<Setting, Field>,
}

/// The method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
}

/// Pointers to the parts of a body that tell success from failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuccessRule {
    pub flag: Option<String>,
    /// The texts that the flag has in a success; empty: the flag is a boolean.
    pub is: Vec<String>,
    pub message: Option<String>,
    pub errors: Option<String>,
}

/// A call for all records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    pub method: Method,
    pub path: String,
    /// A pointer to the array of records.
    pub items: String,
    pub paging: Paging,
}

/// How a list is cut into pages. Parameters are named here, and go into the query of a
/// `GET` and into the body of a `POST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paging {
    /// Numbered pages.
    Page {
        /// The parameter for the page's number.
        page: String,
        /// The parameter for the page's size.
        size: String,
        /// The size to ask for.
        ask: u32,
        /// A pointer to the number of all records.
        total: Option<String>,
        /// A pointer to the page size that the system used.
        used: Option<String>,
        /// The number of the first page.
        first: u32,
    },
    /// Pages that begin at a record.
    Offset {
        /// The parameter for the number of records before the page.
        offset: String,
        /// The parameter for the page's size.
        limit: String,
        ask: u32,
        total: Option<String>,
    },
    /// Pages of which each names the next one.
    Cursor {
        /// The parameter for the name of the page.
        cursor: String,
        /// A pointer to the name of the next page.
        next: String,
        /// The parameter for the page's size, with the size to ask for.
        size: Option<(String, u32)>,
    },
    /// All records in one answer.
    None,
}

/// A call for one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub method: Method,
    pub path: String,
    /// A pointer to the record in the answer.
    pub record: String,
}

/// A call that creates a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    pub method: Method,
    pub path: String,
    /// A pointer to where in the request the fields go.
    pub body: String,
    /// A pointer to the record in the answer; `None`: the record is read again.
    pub record: Option<String>,
    /// What the call takes beside the name.
    pub carries: Vec<Setting>,
}

/// A call that changes a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    pub method: Method,
    pub path: String,
    /// A pointer to where in the request the fields go.
    pub body: String,
    /// A pointer to the record in the answer; `None`: the record is read again.
    pub record: Option<String>,
    pub sends: Sends,
}

/// What a call that changes a record sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sends {
    /// The changed fields alone.
    #[default]
    Changes,
    /// The record as it was just read, with the changed fields replaced.
    Record,
}

/// A call for all companies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companies {
    pub method: Method,
    pub path: String,
    pub items: String,
    pub id: String,
    pub name: String,
}

/// A call for the key that a retailer was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub path: String,
    /// A pointer to the key in the answer.
    pub at: String,
}

/// A call that makes a label. It is opened by a retailer's own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The address before the path, where it is not the system's.
    pub url: Option<Url>,
    pub path: String,
    /// The header that carries the retailer's key.
    pub key_header: String,
}

/// A call that uploads a return. It is opened by a retailer's own key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The address before the path, where it is not the system's.
    pub url: Option<Url>,
    pub path: String,
    /// The header that carries the retailer's key.
    pub key_header: String,
    /// The header that carries the retailer's exact name.
    pub name_header: String,
    /// The sign of success; `None`: only its being listed proves an upload.
    pub success: Option<SuccessRule>,
}

/// A call for the returns that were uploaded for a retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploads {
    /// With `{id}`; with `{since}` where the system can leave out older ones.
    pub path: String,
    /// A pointer to the array of uploads.
    pub items: String,
    /// Pointers into one upload.
    pub connote: String,
    pub order: Option<String>,
    pub source: Option<String>,
    pub received_at: String,
    pub processed_at: String,
}

/// Where a setting is in a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// A pointer to read from.
    pub at: String,
    /// A pointer to write an id to, for a setting that is read by name.
    pub write_at: Option<String>,
    /// The system's own words for a switch or a flag.
    pub words: Option<Words>,
    /// A pointer inside each item of a list.
    pub each: Option<String>,
}

/// What a system calls the two sides of a switch or a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub on: String,
    pub off: String,
}

impl Contract {
    /// Returns the addresses that calls have of their own, beside the system's.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        let label = self.label.as_ref().and_then(|label| label.url.as_ref());
        let upload = self.upload.as_ref().and_then(|upload| upload.url.as_ref());
        label.into_iter().chain(upload)
    }

    /// Says why a setting cannot be written through this contract; `None` where it can.
    ///
    /// A setting that cannot be written to a record that is there may still go into the
    /// call that creates one; see [`Contract::carries`].
    pub(crate) fn unmapped(&self, setting: Setting) -> Option<String> {
        let system = setting.system();
        let lacks = |call: &str| Some(format!("the contract of {system} has no `{call}` call"));
        if setting == Setting::presence(system) {
            return if self.create.is_some() { None } else { lacks("create") };
        }
        if !self.reads(setting) {
            return Some(format!("the contract of {system} does not map `{setting}`"));
        }
        if self.update.is_none() {
            return lacks("update");
        }
        let by_id = self.fields.get(&setting).is_some_and(|field| field.write_at.is_some());
        if setting == Setting::OmnireturnsCompany && by_id && self.companies.is_none() {
            return lacks("companies");
        }
        None
    }

    /// Says whether a record tells this setting. Every record has a presence and a name.
    pub(crate) fn reads(&self, setting: Setting) -> bool {
        setting == Setting::presence(setting.system())
            || setting == Setting::OmnireturnsName
            || self.fields.contains_key(&setting)
    }

    /// Says whether the call that creates a record takes this setting along.
    pub(crate) fn carries(&self, setting: Setting) -> bool {
        let carries = self.create.as_ref().is_some_and(|call| call.carries.contains(&setting));
        carries || setting == Setting::OmnireturnsName
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract() -> Contract {
        let field = |at: &str| Field { at: at.into(), ..Field::default() };
        Contract {
            key_header: "Key".into(),
            idempotency_header: "Once".into(),
            headers: BTreeMap::new(),
            success: SuccessRule::default(),
            list: List {
                method: Method::Get,
                path: "/all".into(),
                items: "/items".into(),
                paging: Paging::None,
            },
            read: None,
            create: Some(Create {
                method: Method::Post,
                path: "/new".into(),
                body: String::new(),
                record: None,
                carries: vec![Setting::OmnireturnsCompany],
            }),
            update: Some(Update {
                method: Method::Post,
                path: "/change".into(),
                body: String::new(),
                record: None,
                sends: Sends::Changes,
            }),
            companies: Some(Companies {
                method: Method::Get,
                path: "/companies".into(),
                items: "/items".into(),
                id: "/id".into(),
                name: "/name".into(),
            }),
            key: None,
            label: None,
            upload: None,
            uploads: None,
            id: "/id".into(),
            name: "/name".into(),
            fields: BTreeMap::from([
                (
                    Setting::OmnireturnsCompany,
                    Field { write_at: Some("/company_id".into()), ..field("/company") },
                ),
                (Setting::OmnireturnsPortal, field("/state")),
            ]),
        }
    }

    const COMPANY: Setting = Setting::OmnireturnsCompany;

    #[test]
    fn what_the_contract_has_can_be_written() {
        let contract = contract();
        for setting in [
            Setting::OmnireturnsRetailer,
            Setting::OmnireturnsName,
            COMPANY,
            Setting::OmnireturnsPortal,
        ] {
            assert_eq!(contract.unmapped(setting), None, "{setting}");
        }
        assert!(contract.carries(COMPANY) && contract.carries(Setting::OmnireturnsName));
        assert!(!contract.carries(Setting::OmnireturnsPortal));
    }

    #[test]
    fn what_it_lacks_is_named() {
        let told = |contract: Contract, setting| contract.unmapped(setting).unwrap();
        insta::assert_snapshot!(
            told(Contract { create: None, ..contract() }, Setting::OmnirpsRetailer),
            @"the contract of OmniRPS has no `create` call"
        );
        insta::assert_snapshot!(
            told(Contract { update: None, ..contract() }, Setting::OmnireturnsName),
            @"the contract of OmniReturns has no `update` call"
        );
        insta::assert_snapshot!(
            told(Contract { fields: BTreeMap::new(), ..contract() }, Setting::OmnireturnsPortal),
            @"the contract of OmniReturns does not map `omnireturns.portal`"
        );
        insta::assert_snapshot!(
            told(Contract { companies: None, ..contract() }, COMPANY),
            @"the contract of OmniReturns has no `companies` call"
        );
    }

    #[test]
    fn a_company_that_is_written_by_name_needs_no_list_of_companies() {
        let mut contract = Contract { companies: None, ..contract() };
        contract.fields.insert(COMPANY, Field { at: "/company".into(), ..Field::default() });
        assert_eq!(contract.unmapped(COMPANY), None);
    }

    #[test]
    fn a_field_that_is_mapped_is_read() {
        let contract = Contract { update: None, create: None, ..contract() };
        for setting in [Setting::OmnireturnsRetailer, Setting::OmnireturnsName, COMPANY] {
            assert!(contract.reads(setting), "{setting}");
        }
        assert!(!contract.reads(Setting::OmnireturnsHubs));
        assert!(!contract.reads(Setting::OmnireturnsEmails));
    }
}
