//! Contract files: which ones the project file names, and the checks that involve several keys
//! of one. Their format is [`crate::model::contract`].

use super::finding::{Finding, Part, Path, Place, key, value};
use super::source::{Files, source_of};
use crate::model::contract::{
    ContractFile, Field, LinkedPages, List, Method, NumberedPages, OffsetPages, Paging,
};
use crate::model::types::{Format, Scope, shown};
use crate::model::{Contract, ProjectFile, Setting, System, ValueKind};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Returns the contracts of a file that passed its checks.
pub(crate) fn contracts(text: &str) -> BTreeMap<System, Contract> {
    let from = serde_yaml::Deserializer::from_str(text);
    let file = ContractFile::fast(Scope::default(), from);
    file.map(|file| file.systems()).unwrap_or_default()
}

/// Checks that each environment's contract file was read, and that it has systems to apply to.
pub(super) fn check_names(file: &ProjectFile, files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, environment) in &file.environments {
        let Some(path) = &environment.contract else { continue };
        if environment.embedded {
            let place = |of| key(["environments", name, of]);
            let message = format!("{} is embedded and has a contract file", shown(name));
            let hint = "remove `contract`: the sandbox uses the built-in contract";
            let finding = Finding::error("environment-conflict", place("contract"), message, hint);
            findings.push(finding.with(place("embedded"), "embedded"));
        }
        let Err((code, why)) = source_of(path, files) else { continue };
        let message = format!("the contract file {} cannot be used: {why}", shown(path));
        let hint = "correct the path, which begins at the project file's folder, or create the \
                    file with `reconcile schema --out DIR`";
        let place = value(["environments", name, "contract"]);
        findings.push(Finding::error(code, place, message, hint));
    }
    findings
}

/// Reports a problem: its code, its keys below the system, the part, the message, the hint.
type Report<'a> = dyn FnMut(&'static str, &[&str], Part, &str, &str) + 'a;

/// Each parameter of a list has one value.
fn parameters(contract: &Contract, wrong: &mut Report<'_>) {
    let Contract { list: List { method, path, paging, .. }, .. } = contract;
    let parameters: Vec<(&str, &String)> = match paging {
        Paging::Page(NumberedPages { page, size, .. }) => vec![("page", page), ("size", size)],
        Paging::Offset(OffsetPages { offset, limit, .. }) => {
            vec![("offset", offset), ("limit", limit)]
        }
        Paging::Cursor(LinkedPages { cursor, size, .. }) => {
            let size = size.iter().map(|size| ("size", size));
            [("cursor", cursor)].into_iter().chain(size).collect()
        }
        Paging::None(_) => Vec::new(),
    };
    if let [(first, one), (second, other)] = parameters.as_slice()
        && one == other
    {
        let message = format!("is the same parameter as `{first}`");
        let hint = "write the name of each of the two";
        wrong("wrong-value", &["list", "paging", second], Part::Value, &message, hint);
    }
    let query = path.split_once('?').map_or("", |(_, query)| query);
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if *method == Method::Get && parameters.iter().any(|(_, parameter)| **parameter == name) {
            let message = format!("contains the parameter {} of `paging`", shown(&name));
            let hint = "remove it from the path, or it is sent twice";
            wrong("wrong-value", &["list", "path"], Part::Value, &message, hint);
        }
    }
}

/// No field is at, above or below the place of another one, or of the id or the name. The name of
/// an account in OmniReturns is a setting, and what is never written may be anywhere.
fn places(contract: &Contract, wrong: &mut Report<'_>) {
    let mut places = vec![("id".to_owned(), &contract.id), ("name".to_owned(), &contract.name)];
    let is_written = |setting: &Setting| setting.info().kind != ValueKind::Empty;
    for (setting, Field { at, write_at, .. }) in &contract.fields {
        if !is_written(setting) {
            continue;
        }
        let own = [("at", Some(at)), ("write_at", write_at.as_ref())];
        let own = own.into_iter().filter_map(|(key, pointer)| Some((key, pointer?)));
        for (key, pointer) in own.clone() {
            let clash = places.iter().find(|(other, its)| {
                let is_name = *setting == Setting::OmnireturnsName && other == "name";
                !(is_name && pointer == *its)
                    && (is_within(pointer, its) || is_within(its, pointer))
            });
            if let Some((other, its)) = clash {
                let verb = if pointer == *its { "points to" } else { "overlaps" };
                let message = format!("{verb} the place of `{other}`");
                let hint = "write the pointer to this setting alone";
                let keys = ["fields", setting.key(), key];
                wrong("wrong-value", &keys, Part::Value, &message, hint);
            }
        }
        let own =
            own.into_iter().map(|(key, pointer)| (format!("fields.{setting}.{key}"), pointer));
        places.extend(own);
    }
}

/// Returns whether a pointer is the other one or below it.
fn is_within(pointer: &str, other: &str) -> bool {
    pointer.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Checks that no secret header of a system is used for something else. `contract_at` returns the
/// contract file at a path, if it was read.
pub(super) fn check_headers<'c>(
    file: &ProjectFile,
    contract_at: impl Fn(&str) -> Option<&'c ContractFile>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (environment, declared) in &file.environments {
        let mapped = match &declared.contract {
            None => None,
            Some(path) => {
                let Some(file) = contract_at(path) else { continue };
                Some(file)
            }
        };
        for system in System::ALL {
            let Some(route) = declared.route(system) else { continue };
            let of_file = mapped.and_then(|file| file.contracts().find(|(of, _)| *of == system));
            let contract = of_file.map_or_else(|| Contract::built_in(system), |(_, own)| own);
            let Contract { key_header, idempotency_header, headers, upload, label, .. } = contract;
            let upload = upload.iter().filter(|upload| upload.url.is_none());
            let label = label.iter().filter(|label| label.url.is_none());
            let mut used: Vec<&String> = headers.keys().chain([idempotency_header]).collect();
            let is_used = |own: &&String| used.iter().any(|name| name.eq_ignore_ascii_case(own));
            if let Some(own) = route.key_header.as_ref().filter(is_used) {
                let keys = ["environments", environment, system.key(), "key_header"];
                let message = format!("{} is used for something else", shown(own));
                let hint = "name another header, here or in the contract file";
                findings.push(Finding::error("wrong-value", value(keys), message, hint));
            }
            used.push(route.key_header.as_ref().unwrap_or(key_header));
            used.extend(upload.flat_map(|upload| [&upload.key_header, &upload.name_header]));
            used.extend(label.map(|label| &label.key_header));
            for name in clashes(&route.headers, &used) {
                let keys = ["environments", environment, system.key(), "headers", name];
                let message = format!("{} is used for something else", shown(&keys.join(".")));
                let hint = "remove it from `headers`, or name another header in the contract file";
                findings.push(Finding::error("wrong-value", key(keys), message, hint));
            }
        }
    }
    findings
}

/// Returns the names of headers that are used for something else, or are another of these names in
/// another case.
fn clashes<'h, T>(headers: &'h BTreeMap<String, T>, used: &[&String]) -> Vec<&'h String> {
    let names: Vec<&String> = headers.keys().collect();
    let is_used = |(at, name): &(usize, &&String)| {
        let mut others = used.iter().chain(&names[..*at]);
        others.any(|other| other.eq_ignore_ascii_case(name))
    };
    names.iter().enumerate().filter(is_used).map(|(_, name)| *name).collect()
}

/// Checks the keys of a contract file against each other.
pub(super) fn check(file: &ContractFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (system, contract) in file.contracts() {
        agreement(system, contract, &mut findings);
    }
    findings
}

fn agreement(system: System, contract: &Contract, findings: &mut Vec<Finding>) {
    let mut wrong = |code, keys: &[&str], part, message: &str, hint: &str| {
        let path: Path =
            std::iter::once(system.key()).chain(keys.iter().copied()).map(str::to_owned).collect();
        let message = format!("{} {message}", shown(&path.join(".")));
        findings.push(Finding::error(code, Place::new(path, part), message, hint));
    };
    parameters(contract, &mut wrong);
    places(contract, &mut wrong);
    let used = [&contract.key_header, &contract.idempotency_header];
    for name in clashes(&contract.headers, &used) {
        let message = "is used for something else in this contract";
        let hint = "remove it from `headers`";
        wrong("wrong-value", &["headers", name], Part::Key, message, hint);
    }
    let hint = "write another header for one of the two";
    if contract.key_header.eq_ignore_ascii_case(&contract.idempotency_header) {
        let message = "is also the `idempotency_header`";
        wrong("wrong-value", &["key_header"], Part::Value, message, hint);
    }
    if let Some(upload) = &contract.upload
        && upload.name_header.eq_ignore_ascii_case(&upload.key_header)
    {
        let message = "is also the `key_header`";
        wrong("wrong-value", &["upload", "name_header"], Part::Value, message, hint);
    }
    let of_upload = contract.upload.as_ref().and_then(|upload| upload.success.as_ref());
    let rules: [(&[&str], _); 2] =
        [(&["success"], Some(&contract.success)), (&["upload", "success"], of_upload)];
    for (keys, rule) in rules {
        if rule.is_some_and(|rule| rule.is.is_some() && rule.flag.is_none()) {
            let hint = "add `flag:`, a pointer to the value that `is` is compared with";
            wrong("missing-key", keys, Part::Key, "has no `flag`", hint);
        }
    }
    if let Paging::Cursor(pages) = &contract.list.paging
        && pages.size.is_some() != pages.ask.is_some()
    {
        let missing = if pages.size.is_some() { "ask" } else { "size" };
        let message = format!("has no `{missing}`");
        let hint = format!("add `{missing}:`; `size` and `ask` can only be used together");
        wrong("missing-key", &["list", "paging"], Part::Key, &message, &hint);
    }
    if let Some(read) = &contract.read
        && read.method == Method::Get
        && !read.path.contains("{id}")
    {
        let message = "does not contain the record's id";
        let hint = "write `{id}` where it goes, or `method: POST` to send it in the body";
        wrong("wrong-value", &["read", "path"], Part::Value, message, hint);
    }
    for setting in contract.create.iter().flat_map(|create| &create.carries) {
        if *setting != Setting::OmnireturnsName && !contract.fields.contains_key(setting) {
            let message = format!("lists `{setting}`, which is not in `fields`");
            let hint = "map it in `fields`, or remove it from `carries`";
            wrong("wrong-value", &["create", "carries"], Part::Value, &message, hint);
        }
    }
}
