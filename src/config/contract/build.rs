//! From a contract as it is written to the model.

use super::schema::{MethodWord, RawContract, RawField, RawList, RawPaging, RawSuccess, Style};
use crate::config::checks::{Address, address};
use crate::config::scalar::{AnyText, Count, Section, Text};
use crate::model::contract::{
    Companies, Create, Field, Key, Label, List, Method, Paging, Read, SuccessRule, Update, Upload,
    Uploads, Words,
};
use crate::model::{Contract, Setting, System};
use std::collections::BTreeMap;
use url::Url;

/// The header of creates where a contract names none: the one of the IETF draft
/// (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_HEADER: &str = "Idempotency-Key";

/// Builds a contract; `None` where it has not passed its checks.
pub(super) fn contract(system: System, said: &RawContract) -> Option<Contract> {
    let pointer = |pointer: &Option<AnyText>| pointer.as_ref().map(|text| text.0.clone());
    let path = |path: &Option<Text>| path.as_ref().map(|text| text.0.clone());
    let or_whole = |said: &Option<AnyText>| pointer(said).unwrap_or_default();
    let read = match &said.read {
        None => None,
        Some(Section(read)) => Some(Read {
            method: method(read.method, Method::Get),
            path: path(&read.path)?,
            record: pointer(&read.record)?,
        }),
    };
    let create = match &said.create {
        None => None,
        Some(Section(create)) => Some(Create {
            method: method(create.method, Method::Post),
            path: path(&create.path)?,
            body: or_whole(&create.body),
            record: pointer(&create.record),
            carries: create
                .carries
                .0
                .iter()
                .map(|key| Setting::from_key(key))
                .collect::<Option<_>>()?,
        }),
    };
    let update = match &said.update {
        None => None,
        Some(Section(update)) => Some(Update {
            method: method(update.method, Method::Patch),
            path: path(&update.path)?,
            body: or_whole(&update.body),
            record: pointer(&update.record),
            sends: update.sends.map(|word| word.0).unwrap_or_default(),
        }),
    };
    let companies = match &said.companies {
        None => None,
        Some(Section(companies)) => Some(Companies {
            method: method(companies.method, Method::Get),
            path: path(&companies.path)?,
            items: pointer(&companies.items)?,
            id: pointer(&companies.id)?,
            name: pointer(&companies.name)?,
        }),
    };
    let key = match &said.key {
        None => None,
        Some(Section(key)) => Some(Key { path: path(&key.path)?, at: pointer(&key.at)? }),
    };
    let label = match &said.label {
        None => None,
        Some(Section(label)) => Some(Label {
            url: base(&label.url)?,
            path: path(&label.path)?,
            key_header: path(&label.key_header)?,
        }),
    };
    let upload = match &said.upload {
        None => None,
        Some(Section(upload)) => Some(Upload {
            url: base(&upload.url)?,
            path: path(&upload.path)?,
            key_header: path(&upload.key_header)?,
            name_header: path(&upload.name_header)?,
            success: None,
        }),
    };
    let uploads = match &said.uploads {
        None => None,
        Some(Section(uploads)) => Some(Uploads {
            path: path(&uploads.path)?,
            items: pointer(&uploads.items)?,
            connote: pointer(&uploads.connote)?,
            order: pointer(&uploads.order),
            source: pointer(&uploads.source),
            received_at: pointer(&uploads.received_at)?,
            processed_at: pointer(&uploads.processed_at)?,
        }),
    };
    let name = pointer(&said.name)?;
    Some(Contract {
        key_header: path(&said.key_header)?,
        idempotency_header: path(&said.idempotency_header)
            .unwrap_or_else(|| IDEMPOTENCY_HEADER.to_owned()),
        headers: said.headers.0.iter().map(|(name, text)| (name.clone(), text.0.clone())).collect(),
        success: said.success.as_ref().map(|section| success(&section.0)).unwrap_or_default(),
        list: list(&said.list.as_ref()?.0)?,
        read,
        create,
        update,
        companies,
        key,
        label,
        upload,
        uploads,
        id: pointer(&said.id)?,
        fields: fields(system, said, &name)?,
        name,
    })
}

/// Returns the address that a call has of its own; `None` where it is a wrong one.
fn base(said: &Option<Text>) -> Option<Option<Url>> {
    match said.as_ref().map(|text| address(&text.0)) {
        None => Some(None),
        Some(Address::Good(url)) => Some(Some(url)),
        Some(_) => None,
    }
}

fn method(said: Option<MethodWord>, usual: Method) -> Method {
    said.map_or(usual, |word| word.0)
}

fn success(said: &RawSuccess) -> SuccessRule {
    let pointer = |pointer: &Option<AnyText>| pointer.as_ref().map(|text| text.0.clone());
    SuccessRule {
        flag: pointer(&said.flag),
        is: said.is.as_ref().map(|texts| texts.0.clone()).unwrap_or_default(),
        message: pointer(&said.message),
        errors: pointer(&said.errors),
    }
}

fn list(said: &RawList) -> Option<List> {
    Some(List {
        method: method(said.method, Method::Get),
        path: said.path.as_ref()?.0.clone(),
        items: said.items.as_ref()?.0.clone(),
        paging: paging(&said.paging.as_ref()?.0)?,
    })
}

fn paging(said: &RawPaging) -> Option<Paging> {
    let parameter = |name: &Option<Text>| name.as_ref().map(|text| text.0.clone());
    let pointer = |pointer: &Option<AnyText>| pointer.as_ref().map(|text| text.0.clone());
    let number = |count: Option<Count>| count?.0.and_then(|number| u32::try_from(number).ok());
    Some(match said.style?.0 {
        Style::Page => Paging::Page {
            page: parameter(&said.page)?,
            size: parameter(&said.size)?,
            ask: number(said.ask)?,
            total: pointer(&said.total),
            used: pointer(&said.used),
            first: if said.first.is_some() { number(said.first)? } else { 1 },
        },
        Style::Offset => Paging::Offset {
            offset: parameter(&said.offset)?,
            limit: parameter(&said.limit)?,
            ask: number(said.ask)?,
            total: pointer(&said.total),
        },
        Style::Cursor => Paging::Cursor {
            cursor: parameter(&said.cursor)?,
            next: pointer(&said.next)?,
            size: parameter(&said.size).zip(number(said.ask)),
        },
        Style::None => Paging::None,
    })
}

/// The name of an OmniReturns record is a setting, which needs no field of its own.
fn fields(system: System, said: &RawContract, name: &str) -> Option<BTreeMap<Setting, Field>> {
    let mut fields = BTreeMap::new();
    if system == System::Omnireturns {
        let field = Field { at: name.to_owned(), ..Field::default() };
        fields.insert(Setting::OmnireturnsName, field);
    }
    for (key, Section(said)) in &said.fields.0 {
        fields.insert(Setting::from_key(key)?, field(said)?);
    }
    Some(fields)
}

fn field(said: &RawField) -> Option<Field> {
    let RawField { at, write_at, on, off, each } = said;
    let pointer = |pointer: &Option<AnyText>| pointer.as_ref().map(|text| text.0.clone());
    Some(Field {
        at: pointer(at)?,
        write_at: pointer(write_at),
        words: on
            .as_ref()
            .zip(off.as_ref())
            .map(|(on, off)| Words { on: on.0.clone(), off: off.0.clone() }),
        each: pointer(each),
    })
}
