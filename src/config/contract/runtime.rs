//! Checks of the calls that a verification makes: a label, a return, the returns that were
//! uploaded. The first two are opened by a retailer's own key, and may be elsewhere than
//! the admin endpoints.

use super::Look;
use super::checks::{header_name, inside, need, need_inside, path};
use super::schema::{RawContract, RawLabel, RawUpload, RawUploads};
use crate::config::checks::base_url;
use crate::config::finding::{Part, Place};
use crate::config::scalar::{Section, Text};
use crate::model::System;

/// What the path of the call for uploads is, roughly, as the pattern of a JSON Schema.
pub(crate) const UPLOADS_PATTERN: &str = r"^(?!//)/([^\s#\\{}]|\{id\}|\{since\})*$";

/// Checks the calls of one system.
pub(super) fn runtime(look: &mut Look<'_>, said: &RawContract) {
    if let Some(Section(label)) = &said.label
        && is_of(look, "label", System::Omnireturns)
    {
        let RawLabel { url, path, key_header } = label;
        let mut look = look.below("label");
        place(&mut look, url, path);
        header(&mut look, "key_header", key_header, "add `key_header:` with the header of the key");
    }
    if let Some(Section(upload)) = &said.upload
        && is_of(look, "upload", System::Omnirps)
    {
        let RawUpload { url, path, key_header, name_header } = upload;
        let mut look = look.below("upload");
        place(&mut look, url, path);
        header(&mut look, "key_header", key_header, "add `key_header:` with the header of the key");
        let hint = "add `name_header:` with the header of the retailer's name";
        header(&mut look, "name_header", name_header, hint);
    }
    if let Some(Section(uploads)) = &said.uploads
        && is_of(look, "uploads", System::Omnirps)
    {
        self::uploads(&mut look.below("uploads"), uploads);
    }
}

/// Refuses a call of another system.
fn is_of(look: &mut Look<'_>, call: &str, system: System) -> bool {
    let is_of = look.system == system;
    if !is_of {
        let message = format!("has no business here: it is a call of {system}");
        look.strange("unknown-key", call, &message, format!("move it to `{}`", system.key()));
    }
    is_of
}

fn place(look: &mut Look<'_>, url: &Option<Text>, said: &Option<Text>) {
    if let Some(Text(url)) = url {
        let place = Place { path: look.path("url"), part: Part::Value };
        look.findings.extend(base_url(place, url));
    }
    path(look, said.as_ref(), Some(false));
}

fn header(look: &mut Look<'_>, key: &str, said: &Option<Text>, hint: &str) {
    match said {
        None => look.missing(key, hint),
        Some(Text(name)) => header_name(look, key, name),
    }
}

fn uploads(look: &mut Look<'_>, said: &RawUploads) {
    let RawUploads { path, items, connote, order, source, received_at, processed_at } = said;
    // Whatever the day is filled in for is of no account to the rest of the path.
    let without_day = path.as_ref().map(|path| Text(path.0.replace("{since}", "")));
    self::path(look, without_day.as_ref(), Some(true));
    need(look, "items", items, "add `items:` with a pointer to the uploads");
    for (key, said, usual) in [
        ("connote", connote, "/ConsignmentNo"),
        ("received_at", received_at, "/ReceivedAt"),
        ("processed_at", processed_at, "/ProcessedAt"),
    ] {
        need_inside(look, key, said, &format!("add `{key}:` with a pointer, as in `{usual}`"));
    }
    for (key, said) in [("order", order), ("source", source)] {
        inside(look, key, said.as_ref());
    }
}
