//! Checks of a contract file: each key by itself, and the keys of a call together.

use super::Look;
use super::fields::{carried, fields};
use super::runtime::runtime;
use super::schema::{ContractFile, MethodWord, RawContract, RawPaging, RawSuccess, Style};
use crate::config::checks::is_header;
use crate::config::finding::Finding;
use crate::config::scalar::{AnyText, Count, Section, Text};
use crate::config::words::one_of;
use crate::model::System;
use crate::model::contract::Method;
use crate::model::secret::is_secret_name;
use std::ops::RangeInclusive;

/// How many records a page may be asked for. A hundred thousand fill the largest body
/// that is read.
pub(crate) const ASK: RangeInclusive<u64> = 1..=100_000;

/// The number of the first page: systems count from 0 or from 1.
pub(crate) const FIRST: RangeInclusive<u64> = 0..=1;

/// What a pointer is that may be the whole value, as the pattern of a JSON Schema.
pub(crate) const POINTER_PATTERN: &str = "^(/([^~/]|~[01])*)*$";

/// What a pointer to something inside a value is, as the pattern of a JSON Schema.
pub(crate) const FIELD_PATTERN: &str = "^(/([^~/]|~[01])*)+$";

/// What the path of a call is, roughly, as the pattern of a JSON Schema.
pub(crate) const PATH_PATTERN: &str = r"^(?!//)/([^\s#\\{}]|\{id\})*$";

/// The headers that HTTP itself has a use for.
const OF_HTTP: [&str; 4] = ["Connection", "Content-Length", "Host", "Transfer-Encoding"];

/// Checks a contract file.
pub(crate) fn check(file: &ContractFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for system in System::ALL {
        if let Some(said) = file.system(system) {
            let at = vec![system.key().to_owned()];
            contract(&mut Look { system, at, findings: &mut findings }, said);
        }
    }
    findings
}

fn contract(look: &mut Look<'_>, said: &RawContract) {
    headers(look, said);
    if let Some(Section(success)) = &said.success {
        self::success(&mut look.below("success"), success);
    }
    calls(look, said);
    need_inside(look, "id", &said.id, "add `id:` with a pointer, as in `/RetailerId`");
    need_inside(look, "name", &said.name, "add `name:` with a pointer, as in `/RetailerName`");
    fields(look, said);
    carried(look, said);
}

fn headers(look: &mut Look<'_>, said: &RawContract) {
    match &said.key_header {
        None => look.missing("key_header", "add `key_header:` with the header of the key"),
        Some(header) => header_name(look, "key_header", &header.0),
    }
    if let Some(header) = &said.idempotency_header {
        header_name(look, "idempotency_header", &header.0);
    }
    let used = [&said.key_header, &said.idempotency_header];
    let mut look = look.below("headers");
    for (name, Text(text)) in &said.headers.0 {
        let same = |other: &&Option<Text>| {
            other.as_ref().is_some_and(|other| other.0.eq_ignore_ascii_case(name))
        };
        if is_secret_name(name) {
            look.wrong(
                "literal-key",
                name,
                "holds a key in plain text",
                "name its header in `key_header`, say where the key is kept in the project file, \
                 and have a new one issued",
            );
        } else if !is_header(name) || OF_HTTP.iter().any(|of| of.eq_ignore_ascii_case(name)) {
            look.strange("wrong-value", name, "is no header to set", HEADER_HINT);
        } else if used.iter().any(same) {
            let message = "is the header of something else here";
            look.strange("wrong-value", name, message, "take it out of `headers`");
        } else if text.contains(char::is_control) {
            let message = "has a character that no header can carry";
            look.wrong("wrong-value", name, message, "write it on one line");
        }
    }
}

const HEADER_HINT: &str = "write letters, digits and hyphens, as in `X-Api-Version`";

pub(super) fn header_name(look: &mut Look<'_>, key: &str, name: &str) {
    if !is_header(name) {
        look.wrong("wrong-value", key, "is no name of an HTTP header", HEADER_HINT);
    }
}

fn success(look: &mut Look<'_>, said: &RawSuccess) {
    for (key, pointer) in [("flag", &said.flag), ("message", &said.message)] {
        inside(look, key, pointer.as_ref());
    }
    pointer(look, "errors", said.errors.as_ref());
    let Some(is) = &said.is else { return };
    if is.0.is_empty() {
        let hint = "list the texts of a success, as in `is: [ok]`, or take it out";
        look.wrong("wrong-value", "is", "lists no text", hint);
    }
    if said.flag.is_none() {
        look.missing("flag", "add `flag:` with a pointer to what `is` is about");
    }
}

fn calls(look: &mut Look<'_>, said: &RawContract) {
    match &said.list {
        None => look.missing("list", "add `list:` with the call for all records"),
        Some(Section(list)) => {
            let mut look = look.below("list");
            method(&mut look, list.method, &[Method::Get, Method::Post]);
            path(&mut look, list.path.as_ref(), Some(false));
            need(&mut look, "items", &list.items, "add `items:` with a pointer to the records");
            match &list.paging {
                None => look.missing("paging", "add `paging:`, or `paging: {style: none}`"),
                Some(Section(said)) => paging(&mut look.below("paging"), said),
            }
        }
    }
    if let Some(Section(read)) = &said.read {
        let mut look = look.below("read");
        method(&mut look, read.method, &[Method::Get, Method::Post]);
        let by_path = read.method.is_none_or(|word| word.0 == Method::Get);
        path(&mut look, read.path.as_ref(), by_path.then_some(true));
        need(&mut look, "record", &read.record, "add `record:` with a pointer to the record");
    }
    if let Some(Section(create)) = &said.create {
        let mut look = look.below("create");
        method(&mut look, create.method, &[Method::Post, Method::Put]);
        path(&mut look, create.path.as_ref(), Some(false));
        pointer(&mut look, "body", create.body.as_ref());
        pointer(&mut look, "record", create.record.as_ref());
    }
    if let Some(Section(update)) = &said.update {
        let mut look = look.below("update");
        method(&mut look, update.method, &[Method::Patch, Method::Put, Method::Post]);
        path(&mut look, update.path.as_ref(), None);
        pointer(&mut look, "body", update.body.as_ref());
        pointer(&mut look, "record", update.record.as_ref());
    }
    companies(look, said);
    key(look, said);
    runtime(look, said);
}

fn companies(look: &mut Look<'_>, said: &RawContract) {
    let Some(Section(companies)) = &said.companies else { return };
    if look.system != System::Omnireturns {
        let message = format!("has no business here: {} has no companies", look.system);
        look.strange("unknown-key", "companies", &message, "take it out");
        return;
    }
    let mut look = look.below("companies");
    method(&mut look, companies.method, &[Method::Get, Method::Post]);
    path(&mut look, companies.path.as_ref(), Some(false));
    need(&mut look, "items", &companies.items, "add `items:` with a pointer to the companies");
    need_inside(&mut look, "id", &companies.id, "add `id:` with a pointer, as in `/CompanyId`");
    let hint = "add `name:` with a pointer, as in `/CompanyName`";
    need_inside(&mut look, "name", &companies.name, hint);
}

/// OmniParcel issues no keys to retailers.
fn key(look: &mut Look<'_>, said: &RawContract) {
    let Some(Section(key)) = &said.key else { return };
    if look.system == System::Omniparcel {
        let message = format!("has no business here: {} issues no keys", look.system);
        look.strange("unknown-key", "key", &message, "take it out");
        return;
    }
    let mut look = look.below("key");
    path(&mut look, key.path.as_ref(), Some(true));
    need_inside(&mut look, "at", &key.at, "add `at:` with a pointer, as in `/ApiKey`");
}

fn method(look: &mut Look<'_>, said: Option<MethodWord>, allowed: &[Method]) {
    let Some(MethodWord(said)) = said else { return };
    if !allowed.contains(&said) {
        let allowed: Vec<&str> = allowed.iter().map(|method| method_name(*method)).collect();
        let message = format!("cannot be `{}`", method_name(said));
        look.wrong("unknown-value", "method", &message, format!("write {}", one_of(&allowed)));
    }
}

fn method_name(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
    }
}

/// Checks a path; `needs_id` says whether it has to tell which record is meant, or must
/// not, or may.
pub(super) fn path(look: &mut Look<'_>, said: Option<&Text>, needs_id: Option<bool>) {
    let Some(Text(said)) = said else {
        look.missing("path", "add `path:` with what follows the system's `url`");
        return;
    };
    let (segments, query) = said.split_once('?').unwrap_or((said, ""));
    let has_id = said.contains("{id}");
    let is_secret = query.split('&').any(|pair| {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        is_secret_name(name) && !text.is_empty() && text != "{id}"
    });
    if is_secret {
        let hint = "take it out, and have a new one issued: Git keeps the old one";
        look.wrong("literal-key", "path", "holds a key or password", hint);
    } else if !said.starts_with('/') || said.starts_with("//") {
        let hint = "write what follows the system's `url`, as in `/admin/retailers`";
        look.wrong("wrong-value", "path", "does not begin with one `/`", hint);
    } else if said.contains(|c: char| c.is_whitespace() || c.is_control() || "#\\".contains(c)) {
        let hint = "write letters, digits, `/` and the like, and a query after `?`";
        look.wrong("wrong-value", "path", "has a character that no path has", hint);
    } else if segments.split('/').any(|segment| segment == "." || segment == "..") {
        let hint = "write the path out; the address above it is the system's `url`";
        look.wrong("wrong-value", "path", "leads upwards or nowhere", hint);
    } else if said.replace("{id}", "").contains(['{', '}']) {
        let (what, hint) = match look.at.last().map(String::as_str) {
            Some("uploads") => (
                "has braces around something else than `id` or `since`",
                "write `{id}` where the record's id goes, and `{since}` where a day goes",
            ),
            _ => (
                "has braces around something else than `id`",
                "write `{id}` where the record's id goes; there is nothing else to fill in",
            ),
        };
        look.wrong("wrong-value", "path", what, hint);
    } else if needs_id == Some(true) && !has_id {
        let hint = match look.at.last().map(String::as_str) {
            Some("read") => "write `{id}` where it goes, or `method: POST` to send it in the body",
            _ => "write `{id}` where it goes",
        };
        look.wrong("wrong-value", "path", "does not say where the record's id goes", hint);
    } else if needs_id == Some(false) && has_id {
        let message = "has an `{id}`, and this call is about no record that exists";
        look.wrong("wrong-value", "path", message, "write the path without `{id}`");
    }
}

pub(super) fn need(look: &mut Look<'_>, key: &str, said: &Option<AnyText>, hint: &str) {
    match said {
        None => look.missing(key, hint),
        Some(said) => pointer(look, key, Some(said)),
    }
}

pub(super) fn need_inside(look: &mut Look<'_>, key: &str, said: &Option<AnyText>, hint: &str) {
    match said {
        None => look.missing(key, hint),
        Some(said) => inside(look, key, Some(said)),
    }
}

/// Checks a pointer that may be the whole.
pub(super) fn pointer(look: &mut Look<'_>, key: &str, said: Option<&AnyText>) {
    let Some(AnyText(said)) = said else { return };
    let is_escaped = said.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !said.is_empty() && (!said.starts_with('/') || !is_escaped) {
        let hint = "write a JSON pointer, as in `/Retailer/Name`; the whole is `\"\"`";
        look.wrong("wrong-value", key, "is no JSON pointer", hint);
    }
}

/// Checks a pointer to something inside a record or an answer.
pub(super) fn inside(look: &mut Look<'_>, key: &str, said: Option<&AnyText>) {
    if said.is_some_and(|said| said.0.is_empty()) {
        let hint = "write a JSON pointer to one field, as in `/RetailerName`";
        look.wrong("wrong-value", key, "points at the whole instead of a field", hint);
    } else {
        pointer(look, key, said);
    }
}

fn paging(look: &mut Look<'_>, said: &RawPaging) {
    let Some(style) = said.style else {
        look.missing("style", "add `style:`: `page`, `offset`, `cursor` or `none`");
        return;
    };
    let (style, needed, allowed): (&str, &[&str], &[&str]) = match style.0 {
        Style::Page => ("page", &["page", "size", "ask"], &["total", "used", "first"]),
        Style::Offset => ("offset", &["offset", "limit", "ask"], &["total"]),
        Style::Cursor if said.size.is_some() || said.ask.is_some() => {
            ("cursor", &["cursor", "next", "size", "ask"], &[])
        }
        Style::Cursor => ("cursor", &["cursor", "next"], &[]),
        Style::None => ("none", &[], &[]),
    };
    for (key, is_there) in [
        ("page", said.page.is_some()),
        ("size", said.size.is_some()),
        ("ask", said.ask.is_some()),
        ("total", said.total.is_some()),
        ("used", said.used.is_some()),
        ("first", said.first.is_some()),
        ("offset", said.offset.is_some()),
        ("limit", said.limit.is_some()),
        ("cursor", said.cursor.is_some()),
        ("next", said.next.is_some()),
    ] {
        if !is_there && needed.contains(&key) {
            look.missing(key, &format!("add `{key}:`, which the style `{style}` needs"));
        } else if is_there && !needed.contains(&key) && !allowed.contains(&key) {
            let message = format!("means nothing to the style `{style}`");
            look.strange("unknown-key", key, &message, "take it out, or choose another `style`");
        }
    }
    for (key, pointer) in [("total", &said.total), ("used", &said.used), ("next", &said.next)] {
        inside(look, key, pointer.as_ref());
    }
    for (key, count, range) in [("ask", said.ask, ASK), ("first", said.first, FIRST)] {
        let Some(Count(number)) = count else { continue };
        if !number.is_some_and(|number| range.contains(&number)) {
            let hint = format!("write a whole number from {} to {}", range.start(), range.end());
            look.wrong("bad-limit", key, "is out of range", hint);
        }
    }
}
