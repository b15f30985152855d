//! The HTTP contract of a system as data: its calls and the names of its fields.
//!
//! This is the format of contract files, and `systems` uses it for its requests; no wire
//! names are defined here. Rules across several keys are checked in `config::contract`.

use super::types::{
    AnyPath, AtLeastOne, BaseUrl, HeaderName, HeaderText, InnerPointer, OtherHeader, PathOfRecord,
    PathOfUploads, PathWithoutId, Pointer, StrictMap, Text, Whole, mapping, tagged, words,
};
use super::{Setting, System};
use serde_json::json;
use std::collections::BTreeMap;
use url::Url;

mod field;

pub(crate) use field::{Field, Words};
use field::{FieldName, Fields};

mapping! {
    /// The admin endpoints of a deployment. A system listed here uses only this file; the
    /// others use the built-in contract. Paths are appended to the system's `url` in the
    /// project file. A pointer is a JSON pointer (RFC 6901), as in `/Retailer/Name`; the empty
    /// pointer is the whole value.
    pub(crate) struct ContractFile {
        /// The endpoints of OmniParcel.
        #[of(Omniparcel)]
        omniparcel: Option<Contract> as Option<Contract>,
        /// The endpoints of OmniRPS.
        #[of(Omnirps)]
        omnirps: Option<Contract> as Option<Contract>,
        /// The endpoints of OmniReturns.
        #[of(Omnireturns)]
        omnireturns: Option<Contract> as Option<Contract>,
    }
}

impl ContractFile {
    /// Returns the contracts as they are written.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = (System, &Contract)> {
        let ContractFile { omniparcel, omnirps, omnireturns } = self;
        let all = [
            (System::Omniparcel, omniparcel),
            (System::Omnirps, omnirps),
            (System::Omnireturns, omnireturns),
        ];
        all.into_iter().filter_map(|(system, contract)| Some((system, contract.as_ref()?)))
    }

    /// Returns the contracts of the systems that the file lists.
    pub(crate) fn systems(&self) -> BTreeMap<System, Contract> {
        let completed = |(system, contract): (_, &Contract)| contract.clone().completed(system);
        self.contracts().map(|of| (of.0, completed(of))).collect()
    }
}

mapping! {
    /// The endpoints of one system.
    pub(crate) struct Contract {
        /// The header for the key.
        key_header: String as HeaderName,
        /// The header that makes a repeated create count only once. A system may ignore it.
        // The name is the one of draft-ietf-httpapi-idempotency-key-header.
        idempotency_header: String as HeaderName = "Idempotency-Key",
        /// Additional headers of all requests, by name, such as an API version. Never a secret:
        /// this file is in Git.
        headers: BTreeMap<String, String> as StrictMap<OtherHeader, HeaderText>,
        /// How a response body indicates success or failure. Without it, only the HTTP status
        /// counts.
        success: SuccessRule as SuccessRule,
        /// The call that lists all records.
        list: List as List,
        /// The call that reads one record. Without it, records are looked up in the list: each
        /// update reads the whole list.
        read: Option<Read> as Option<Read>,
        /// The call that creates a record. Without it, people create records.
        create: Option<Create> as Option<Create>,
        /// The call that changes a record. Without it, people make the changes.
        update: Option<Update> as Option<Update>,
        /// The call that lists all companies, in one response. It is required if a retailer's
        /// company is written by id (`write_at`).
        #[only(Omnireturns)]
        companies: Option<Companies> as Option<Companies>,
        /// The call that returns the key issued to a retailer, which `handoff` encrypts for the
        /// partner. Without it, people hand over the key.
        #[only(Omnireturns, Omnirps)]
        key: Option<Key> as Option<Key>,
        /// The call that creates a label, which `verify` tests with the retailer's own key.
        /// Without it, people create the test label.
        #[only(Omnireturns)]
        label: Option<Label> as Option<Label>,
        /// The call that uploads a return, which `verify` tests with the retailer's own key.
        /// Without it, people upload the test return.
        #[only(Omnirps)]
        upload: Option<Upload> as Option<Upload>,
        /// The call that lists the uploaded returns of a retailer, in one response. Without it,
        /// people check whether returns arrive and are processed.
        #[only(Omnirps)]
        uploads: Option<Uploads> as Option<Uploads>,
        /// A pointer to a record's id.
        id: String as InnerPointer,
        /// A pointer to a record's name.
        name: String as InnerPointer,
        /// A pointer to whether a record is disabled.
        disabled: Option<String> as Option<InnerPointer>,
        /// A pointer to whether a key of the record has been issued.
        key_issued: Option<String> as Option<InnerPointer>,
        /// The locations of the settings in a record. A setting that is not listed is neither
        /// read nor written, except `omnireturns.name`, which then is at the pointer `name`.
        fields: BTreeMap<Setting, Field> as Fields,
    }
}

/// The method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
}

words! {
    /// The method of a call that reads.
    ReadMethod: Method { "GET" => Method::Get, "POST" => Method::Post }
}

words! {
    /// The method of the call that creates a record.
    CreateMethod: Method { "POST" => Method::Post, "PUT" => Method::Put }
}

words! {
    /// The method of the call that changes a record.
    UpdateMethod: Method {
        "PATCH" => Method::Patch, "PUT" => Method::Put, "POST" => Method::Post
    }
}

mapping! {
    /// How a response body indicates success or failure. If the indicator is missing, or
    /// without `success`, the HTTP status decides.
    #[derive(Default)]
    pub(crate) struct SuccessRule {
        /// A pointer to the success indicator: a boolean, or one of the words in `is`.
        /// Without `is`, an answer in which it is no boolean is not used, and a write is
        /// looked up; null and empty text count as missing.
        flag: Option<String> as Option<InnerPointer>,
        /// The words that indicate success; with any other word, or without one, the call has
        /// failed.
        is: Option<Vec<String>> as Option<AtLeastOne<Text>>,
        /// A pointer to the message of a failure.
        message: Option<String> as Option<InnerPointer>,
        /// A pointer to a list or mapping of errors. If it is not empty, the call has failed.
        errors: Option<String> as Option<Pointer>,
    }
    also |_| json!({"dependentRequired": {"is": ["flag"]}})
}

mapping! {
    /// The call that lists all records.
    pub(crate) struct List {
        /// The HTTP method.
        method: Method as ReadMethod = "GET",
        /// The path to append to the system's `url`; without `{id}`.
        path: String as PathWithoutId,
        /// A pointer to the list of records in the response.
        items: String as Pointer,
        /// How the list is paged. `{style: none}`: all records in one response.
        paging: Paging as Paging,
    }
}

tagged! {
    /// How the list is paged. The parameters are sent in the query of a GET and in the JSON
    /// body of a POST.
    pub(crate) enum Paging by style {
        "page" => Page(NumberedPages),
        "offset" => Offset(OffsetPages),
        "cursor" => Cursor(LinkedPages),
        "none" => None(OnePage),
    }
}

/// The number of records to request per page. A hundred thousand fill the largest body that
/// is read.
type PerPage = Whole<1, 100_000>;

mapping! {
    /// Numbered pages.
    pub(crate) struct NumberedPages {
        /// The parameter for the page number.
        page: String as Text,
        /// The parameter for the page size.
        size: String as Text,
        /// The page size to request.
        ask: u32 as PerPage,
        /// A pointer to the total number of records. With it, pages are read in parallel, and
        /// the list is complete when that many different records were read.
        total: Option<String> as Option<InnerPointer>,
        /// A pointer to the page size that the system used.
        used: Option<String> as Option<InnerPointer>,
        /// The number of the first page.
        first: u32 as Whole<0, 1> = 1,
    }
}

mapping! {
    /// Pages that start at a record offset.
    pub(crate) struct OffsetPages {
        /// The parameter for the number of records before the page.
        offset: String as Text,
        /// The parameter for the page size.
        limit: String as Text,
        /// The page size to request.
        ask: u32 as PerPage,
        /// A pointer to the total number of records. With it, pages are read in parallel, and
        /// the list is complete when that many different records were read.
        total: Option<String> as Option<InnerPointer>,
    }
}

mapping! {
    /// Pages that contain a cursor to the next page.
    pub(crate) struct LinkedPages {
        /// The parameter for the cursor.
        cursor: String as Text,
        /// A pointer to the cursor of the next page; on the last page it is missing, null or
        /// empty.
        next: String as InnerPointer,
        /// The parameter for the page size.
        size: Option<String> as Option<Text>,
        /// The page size to request.
        ask: Option<u32> as Option<PerPage>,
    }
    also |_| json!({"dependentRequired": {"size": ["ask"], "ask": ["size"]}})
}

mapping! {
    /// All records in one response.
    pub(crate) struct OnePage {}
}

mapping! {
    /// The call that reads one record. Without it, records are looked up in the list: each
    /// update reads the whole list.
    pub(crate) struct Read {
        /// The HTTP method.
        method: Method as ReadMethod = "GET",
        /// The path to append to the system's `url`, with `{id}` as placeholder for the
        /// record's id. A POST may omit `{id}`: then the id is sent in the body, at the pointer
        /// `id`, and an id of digits is sent as a number.
        path: String as AnyPath,
        /// A pointer to the record in the response.
        record: String as Pointer,
    }
    also |_| json!({
        "if": {"not": {"properties": {"method": {"const": "POST"}}, "required": ["method"]}},
        "then": {"properties": {"path": {"pattern": r"\{id\}"}}},
    })
}

mapping! {
    /// The call that creates a record. Without it, people create records.
    pub(crate) struct Create {
        /// The HTTP method.
        method: Method as CreateMethod = "POST",
        /// The path to append to the system's `url`; without `{id}`.
        path: String as PathWithoutId,
        /// A pointer to the location of the fields in the request body: `/retailer` sends
        /// {"retailer": {…}}. Without it, the fields are the body.
        body: String as Pointer = "",
        /// A pointer to the record in the response. Without it, the response may be empty, and
        /// the record is read again.
        record: Option<String> as Option<Pointer>,
        /// The settings that the call accepts together with the name. The others are changed
        /// immediately afterwards.
        carries: Vec<Setting> as Vec<FieldName>,
    }
}

mapping! {
    /// The call that changes a record. Without it, people make the changes.
    pub(crate) struct Update {
        /// The HTTP method.
        method: Method as UpdateMethod = "PATCH",
        /// The path to append to the system's `url`, with `{id}` as placeholder for the
        /// record's id; without it the id is sent in the body, at the pointer `id`.
        path: String as AnyPath,
        /// A pointer to the location of the fields in the request body: `/retailer` sends
        /// {"retailer": {…}}. Without it, the fields are the body.
        body: String as Pointer = "",
        /// A pointer to the record in the response. Without it, the response may be empty, and
        /// the record is read again.
        record: Option<String> as Option<Pointer>,
        /// `changes`: only the changed fields; `record`: the whole record as just read, with
        /// the changed fields replaced.
        sends: Sends as SendsWord = "changes",
    }
}

/// The body of a call that changes a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    /// Only the changed fields.
    Changes,
    /// The record as just read, with the changed fields replaced.
    Record,
}

words! {
    /// The body of an update.
    SendsWord: Sends { "changes" => Sends::Changes, "record" => Sends::Record }
}

mapping! {
    /// The call that lists all companies, in one response.
    pub(crate) struct Companies {
        /// The HTTP method.
        method: Method as ReadMethod = "GET",
        /// The path to append to the system's `url`; without `{id}`.
        path: String as PathWithoutId,
        /// A pointer to the list of companies in the response.
        items: String as Pointer,
        /// A pointer to a company's id.
        id: String as InnerPointer,
        /// A pointer to a company's name.
        name: String as InnerPointer,
    }
}

mapping! {
    /// The call that returns the key issued to a retailer.
    pub(crate) struct Key {
        /// The path to append to the system's `url`, with `{id}` as placeholder for the
        /// record's id.
        path: String as PathOfRecord,
        /// A pointer to the key in the response.
        at: String as InnerPointer,
    }
}

mapping! {
    /// The call that creates a label, with the retailer's own key.
    pub(crate) struct Label {
        /// The base URL of the path, if it is not the system's `url`.
        url: Option<Url> as Option<BaseUrl>,
        /// The path to append to the `url`; without `{id}`.
        path: String as PathWithoutId,
        /// The header for the retailer's key.
        key_header: String as HeaderName,
    }
}

mapping! {
    /// The call that uploads a return, with the retailer's own key.
    pub(crate) struct Upload {
        /// The base URL of the path, if it is not the system's `url`.
        url: Option<Url> as Option<BaseUrl>,
        /// The path to append to the `url`; without `{id}`.
        path: String as PathWithoutId,
        /// The header for the retailer's key.
        key_header: String as HeaderName,
        /// The header for the retailer's exact name.
        name_header: String as HeaderName,
        /// How the response indicates that the return was accepted. Without it, a return is
        /// only proven by the call `uploads`.
        success: Option<SuccessRule> as Option<SuccessRule>,
    }
}

mapping! {
    /// The call that lists the uploaded returns of a retailer, in one response.
    pub(crate) struct Uploads {
        /// The path to append to the system's `url`, with the placeholders `{id}` for the
        /// record's id and `{since}` for the first day.
        path: String as PathOfUploads,
        /// A pointer to the list of uploads in the response.
        items: String as Pointer,
        /// A pointer to an upload's connote.
        connote: String as InnerPointer,
        /// A pointer to its order number.
        order: Option<String> as Option<InnerPointer>,
        /// A pointer to its source, as in `API`.
        source: Option<String> as Option<InnerPointer>,
        /// A pointer to the time of arrival: a text that starts with the date, as in
        /// 2026-10-12.
        received_at: String as InnerPointer,
        /// A pointer to the time of processing by a hub; missing, null or empty until then.
        processed_at: String as InnerPointer,
    }
}

impl Contract {
    /// Adds the field that is always present: the name of an OmniReturns record is a setting.
    fn completed(mut self, system: System) -> Contract {
        if system == System::Omnireturns {
            let at = self.name.clone();
            let field = || Field { at, ..Field::default() };
            self.fields.entry(Setting::OmnireturnsName).or_insert_with(field);
        }
        self
    }

    /// Returns the base URLs of calls that do not use the system's URL.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Url> {
        let label = self.label.as_ref().and_then(|label| label.url.as_ref());
        let upload = self.upload.as_ref().and_then(|upload| upload.url.as_ref());
        label.into_iter().chain(upload)
    }

    /// Returns why a setting cannot be written through this contract, or `None` if it can.
    ///
    /// A setting that cannot be written to an existing record may still be part of the call
    /// that creates one; see [`Contract::carries`].
    pub(crate) fn unmapped(&self, setting: Setting) -> Option<String> {
        let system = setting.system();
        let lacks = |call: &str| Some(format!("the contract of {system} has no `{call}` call"));
        if setting.is_presence() {
            return if self.create.is_some() { None } else { lacks("create") };
        }
        if !self.reads(setting) {
            return Some(format!("the contract of {system} does not map `{setting}`"));
        }
        if self.update.is_none() {
            return lacks("update");
        }
        if self.needs_companies(setting) { lacks("companies") } else { None }
    }

    /// Returns whether a setting is a company that is written by an id that no call returns.
    fn needs_companies(&self, setting: Setting) -> bool {
        let by_id = self.fields.get(&setting).is_some_and(|field| field.write_at.is_some());
        setting == Setting::OmnireturnsCompany && by_id && self.companies.is_none()
    }

    /// Returns whether a record has a field for this setting. Every record has a presence
    /// and a name.
    pub(crate) fn reads(&self, setting: Setting) -> bool {
        setting.is_presence()
            || setting == Setting::OmnireturnsName
            || self.fields.contains_key(&setting)
    }

    /// Returns whether the call that creates a record accepts this setting.
    pub(crate) fn carries(&self, setting: Setting) -> bool {
        let carries = self.create.as_ref().is_some_and(|call| call.carries.contains(&setting));
        carries && !self.needs_companies(setting) || setting == Setting::OmnireturnsName
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
                paging: Paging::None(OnePage {}),
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
            disabled: None,
            key_issued: None,
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
        assert!(!Contract { companies: None, ..contract() }.carries(COMPANY));
    }

    #[test]
    fn a_company_that_is_written_by_name_needs_no_list_of_companies() {
        let mut contract = Contract { companies: None, ..contract() };
        contract.fields.insert(COMPANY, Field { at: "/company".into(), ..Field::default() });
        assert_eq!(contract.unmapped(COMPANY), None);
        assert!(contract.carries(COMPANY));
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
