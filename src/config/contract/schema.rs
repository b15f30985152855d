//! The keys of a contract file, as they are written. Every field may be absent here:
//! whether it has to be there is for the checks to say.

use crate::config::scalar::{AnyText, Count, Keys, Named, Section, Text, Texts};
use crate::config::schema::{keys, word};
use crate::model::System;
use crate::model::contract::{Method, Sends};
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use std::fmt;

/// A contract file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ContractFile {
    pub omniparcel: Option<Section<RawContract>>,
    pub omnirps: Option<Section<RawContract>>,
    pub omnireturns: Option<Section<RawContract>>,
}

impl ContractFile {
    pub(crate) fn system(&self, system: System) -> Option<&RawContract> {
        let section = match system {
            System::Omniparcel => &self.omniparcel,
            System::Omnireturns => &self.omnireturns,
            System::Omnirps => &self.omnirps,
        };
        section.as_ref().map(|section| &section.0)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawContract {
    pub key_header: Option<Text>,
    pub idempotency_header: Option<Text>,
    pub headers: Named<Text>,
    pub success: Option<Section<RawSuccess>>,
    pub list: Option<Section<RawList>>,
    pub read: Option<Section<RawRead>>,
    pub create: Option<Section<RawCreate>>,
    pub update: Option<Section<RawUpdate>>,
    pub companies: Option<Section<RawCompanies>>,
    pub key: Option<Section<RawKeyCall>>,
    pub label: Option<Section<RawLabel>>,
    pub upload: Option<Section<RawUpload>>,
    pub uploads: Option<Section<RawUploads>>,
    pub id: Option<AnyText>,
    pub name: Option<AnyText>,
    pub fields: Named<Section<RawField>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawSuccess {
    pub flag: Option<AnyText>,
    pub is: Option<Texts>,
    pub message: Option<AnyText>,
    pub errors: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawList {
    pub method: Option<MethodWord>,
    pub path: Option<Text>,
    pub items: Option<AnyText>,
    pub paging: Option<Section<RawPaging>>,
}

/// The keys of all styles; a check says which belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawPaging {
    pub style: Option<StyleWord>,
    pub page: Option<Text>,
    pub size: Option<Text>,
    pub ask: Option<Count>,
    pub total: Option<AnyText>,
    pub used: Option<AnyText>,
    pub first: Option<Count>,
    pub offset: Option<Text>,
    pub limit: Option<Text>,
    pub cursor: Option<Text>,
    pub next: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawRead {
    pub method: Option<MethodWord>,
    pub path: Option<Text>,
    pub record: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawCreate {
    pub method: Option<MethodWord>,
    pub path: Option<Text>,
    pub body: Option<AnyText>,
    pub record: Option<AnyText>,
    pub carries: Texts,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawUpdate {
    pub method: Option<MethodWord>,
    pub path: Option<Text>,
    pub body: Option<AnyText>,
    pub record: Option<AnyText>,
    pub sends: Option<SendsWord>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawCompanies {
    pub method: Option<MethodWord>,
    pub path: Option<Text>,
    pub items: Option<AnyText>,
    pub id: Option<AnyText>,
    pub name: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawKeyCall {
    pub path: Option<Text>,
    pub at: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawLabel {
    pub url: Option<Text>,
    pub path: Option<Text>,
    pub key_header: Option<Text>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawUpload {
    pub url: Option<Text>,
    pub path: Option<Text>,
    pub key_header: Option<Text>,
    pub name_header: Option<Text>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawUploads {
    pub path: Option<Text>,
    pub items: Option<AnyText>,
    pub connote: Option<AnyText>,
    pub order: Option<AnyText>,
    pub source: Option<AnyText>,
    pub received_at: Option<AnyText>,
    pub processed_at: Option<AnyText>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawField {
    pub at: Option<AnyText>,
    pub write_at: Option<AnyText>,
    pub on: Option<Text>,
    pub off: Option<Text>,
    pub each: Option<AnyText>,
}

/// The name of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MethodWord(pub Method);

/// The name of a style of paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StyleWord(pub Style);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Page,
    Offset,
    Cursor,
    None,
}

/// What an update sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SendsWord(pub Sends);

word!(MethodWord, Method, "`GET`, `POST`, `PUT` or `PATCH`",
    "GET" => Method::Get, "POST" => Method::Post, "PUT" => Method::Put, "PATCH" => Method::Patch);
word!(StyleWord, Style, "`page`, `offset`, `cursor` or `none`",
    "page" => Style::Page, "offset" => Style::Offset, "cursor" => Style::Cursor,
    "none" => Style::None);
word!(SendsWord, Sends, "`changes` or `record`",
    "changes" => Sends::Changes, "record" => Sends::Record);

keys! {
    ContractFile: "a mapping with `omniparcel`, `omnirps` and `omnireturns`",
    RawContract: "a mapping with `key_header`, `list`, `id`, `name` and so on",
    RawSuccess: "a mapping with `flag`, `is`, `message` and `errors`",
    RawList: "a mapping with `path`, `items` and `paging`",
    RawPaging: "a mapping with `style` and so on",
    RawRead: "a mapping with `path` and `record`",
    RawCreate: "a mapping with `path` and so on",
    RawUpdate: "a mapping with `path` and so on",
    RawCompanies: "a mapping with `path`, `items`, `id` and `name`",
    RawKeyCall: "a mapping with `path` and `at`",
    RawLabel: "a mapping with `path` and `key_header`",
    RawUpload: "a mapping with `path`, `key_header` and `name_header`",
    RawUploads: "a mapping with `path`, `items`, `connote` and so on",
    RawField: "a mapping with `at`",
}
