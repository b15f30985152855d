//! Checks of the systems of an environment: how each is read and changed.

use super::settings::{TRACKING_WEBHOOK, WEBHOOK_MEMBERS, credentials};
use crate::config::finding::{Finding, Part, Path, Place, key};
use crate::config::mask::is_variable_name;
use crate::config::scalar::{Section, Text};
use crate::config::schema::{ProjectFile, RawKey, RawRoute, RawSql};
use crate::model::types::{Address, address};
use crate::model::types::{instead_of, one_of, shown};
use crate::model::{ReadBy, Setting, System, ValueKind, WriteBy};

/// What [`is_header`] takes, as the pattern of a JSON Schema.
pub(crate) const HEADER_PATTERN: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// One system of one environment.
struct Subject<'a> {
    environment: &'a str,
    system: System,
    route: &'a RawRoute,
}

impl Subject<'_> {
    fn path<const N: usize>(&self, keys: [&str; N]) -> Path {
        let start = ["environments", self.environment, self.system.key()];
        start.into_iter().chain(keys).map(str::to_owned).collect()
    }

    fn at<const N: usize>(&self, keys: [&str; N]) -> Place {
        Place { path: self.path(keys), part: Part::Value }
    }

    fn missing<const N: usize>(&self, keys: [&str; N], hint: &str) -> Finding {
        let environment = shown(self.environment);
        let message = format!("{} in {environment} has no `{}`", self.system, keys.join("."));
        let place = key(["environments", self.environment, self.system.key()]);
        Finding::error("missing-key", place, message, hint).for_absent(vec![self.path(keys)])
    }
}

/// A system can be reached by the means that it is read and changed by.
pub(super) fn routes(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (environment, said) in &file.environments.0 {
        for system in System::ALL {
            let Some(route) = said.0.route(system) else { continue };
            let subject = Subject { environment, system, route };
            http(&subject, findings);
            sql(&subject, findings);
            settings(&subject, findings);
        }
    }
}

/// Over HTTP a system has a base URL and names the place of its key.
fn http(subject: &Subject, findings: &mut Vec<Finding>) {
    let route = subject.route;
    let says_nothing = route.read().is_none();
    match &route.url {
        None if says_nothing || route.needs_http() => {
            findings.push(subject.missing(["url"], "add `url:` with the https address").for_absent(
                ["url", "read", "write", "sql", "settings"].map(|key| subject.path([key])).to_vec(),
            ))
        }
        None => {}
        Some(Text(url)) => findings.extend(base_url(subject.at(["url"]), url)),
    }
    match &route.key {
        None if says_nothing || route.needs_http() => {
            findings.push(subject.missing(["key"], "add `key: {env: NAME}`").for_absent(
                ["key", "read", "write", "sql", "settings"].map(|key| subject.path([key])).to_vec(),
            ));
        }
        None => {}
        Some(source) => findings.extend(key_source(subject.at(["key"]), "key", source)),
    }
    if let Some(Text(header)) = &route.key_header
        && !is_header(header)
    {
        findings.push(Finding::error(
            "wrong-value",
            subject.at(["key_header"]),
            "`key_header` is no name of an HTTP header",
            "write letters, digits and hyphens, as in `X-Api-Key`",
        ));
    }
}

pub(crate) use crate::model::types::is_header;

/// Checks an address that paths are added to.
pub(crate) fn base_url(place: Place, text: &str) -> Option<Finding> {
    let (message, hint) = match address(text) {
        Address::HasCredentials => return Some(credentials(place, "url")),
        Address::NoUrl => ("`url` is no URL", "write the full address, as in `https://host/path`"),
        Address::NotHttps => (
            "`url` is not https, and its key would travel in the open",
            "write `https://`; plain http is for hosts on this machine",
        ),
        Address::Good(url) if url.query().is_some() || url.fragment().is_some() => (
            "`url` has a query or fragment, and paths are added to it",
            "take out what follows `?` or `#`",
        ),
        Address::Good(_) => return None,
    };
    Some(Finding::error("url-not-https", place, message, hint))
}

/// From a database a system has the place of its URL, and a query.
fn sql(subject: &Subject, findings: &mut Vec<Finding>) {
    let is_read = subject.route.read() == Some(ReadBy::Sql);
    let Some(Section(RawSql { url, query, companies, uploads })) = &subject.route.sql else {
        if is_read {
            let hint = "add `sql: {url: {env: NAME}, query: \"select …\"}`";
            findings.push(subject.missing(["sql"], hint));
        }
        return;
    };
    if !is_read && uploads.is_none() {
        findings.push(
            Finding::error(
                "unused-sql",
                subject.at(["sql"]),
                format!("{} has a query, but is not read from a database", subject.system),
                "write `read: sql`, or take `sql` out",
            )
            .warning(),
        );
    }
    match url {
        None => findings.push(subject.missing(["sql", "url"], "add `url: {env: NAME}`")),
        Some(source) => findings.extend(key_source(subject.at(["sql", "url"]), "url", source)),
    }
    if query.is_none() && is_read {
        let hint = "add `query:` with a select that gives a row for each record";
        findings.push(subject.missing(["sql", "query"], hint));
    }
    sql_uploads(subject, uploads, findings);
    if companies.is_some() && subject.system != System::Omnireturns {
        findings.push(Finding::error(
            "wrong-value",
            Place { part: Part::Key, ..subject.at(["sql", "companies"]) },
            format!("{} has no companies", subject.system),
            "take `companies` out; only OmniReturns has them",
        ));
    }
}

/// The query for uploads is OmniRPS's, and says which retailer is meant.
fn sql_uploads(subject: &Subject, uploads: &Option<Text>, findings: &mut Vec<Finding>) {
    let Some(Text(query)) = uploads else { return };
    let place = || subject.at(["sql", "uploads"]);
    let quoted =
        |place: &str| ["'", "\""].iter().any(|q| query.contains(&format!("{q}{place}{q}")));
    if subject.system != System::Omnirps {
        findings.push(Finding::error(
            "wrong-value",
            Place { part: Part::Key, ..place() },
            format!("{} has no uploads", subject.system),
            "move `uploads` to OmniRPS",
        ));
    } else if !query.contains("{id}") {
        findings.push(Finding::error(
            "wrong-value",
            place(),
            "`uploads` does not say whose uploads it gives",
            "write `{id}` where the retailer's id goes, and `{since}` where the first day goes",
        ));
    } else if ["{id}", "{since}"].into_iter().any(quoted) {
        findings.push(Finding::error(
            "wrong-value",
            place(),
            "`uploads` has `{id}` or `{since}` in quotes, and it would be a text like any other",
            "take the quotes away: the value is bound to the query",
        ));
    }
}

/// A setting that goes its own way is one of the system's, and can go that way.
fn settings(subject: &Subject, findings: &mut Vec<Finding>) {
    let Subject { system, route, .. } = subject;
    let mut keys: Vec<&str> = Setting::ALL
        .iter()
        .filter(|setting| setting.system() == *system)
        .map(|setting| setting.key())
        .collect();
    if *system == System::Omnirps {
        keys.push(TRACKING_WEBHOOK);
    }
    for (name, word) in &route.settings.0 {
        let place = subject.at(["settings", name]);
        let Some(settings) = named(name).filter(|_| keys.contains(&name.as_str())) else {
            findings.push(Finding::error(
                "unknown-setting",
                Place { part: Part::Key, ..place },
                format!("{} is no setting of {system}", shown(name)),
                instead_of(name, &keys, || format!("the settings are {}", one_of(&keys))),
            ));
            continue;
        };
        let is_empty = settings.iter().any(|setting| setting.info().kind == ValueKind::Empty);
        if word.0 == WriteBy::Http && is_empty {
            findings.push(Finding::error(
                "wrong-value",
                place,
                format!("{} is never written by this tool", shown(name)),
                "write `observe`, or take it out: it is manual",
            ));
        } else if word.0 == WriteBy::Observe && route.read() == Some(ReadBy::Nothing) {
            findings.push(Finding::error(
                "wrong-value",
                place,
                format!("{} cannot be observed, because {system} is not read", shown(name)),
                "write `manual`, or say how the system is read",
            ));
        }
    }
}

/// Returns the settings that a name stands for.
pub(crate) fn named(name: &str) -> Option<Vec<Setting>> {
    match Setting::from_key(name) {
        Some(setting) => Some(vec![setting]),
        None if name == TRACKING_WEBHOOK => Some(WEBHOOK_MEMBERS.to_vec()),
        None => None,
    }
}

fn key_source(place: Place, name: &str, source: &RawKey) -> Option<Finding> {
    let from = match source {
        RawKey::Literal => {
            let (what, new) = match name {
                "key" => ("is the key itself; this file is in Git, and a key must not be", "key"),
                _ => (
                    "is in plain text; this file is in Git, and a password must not be",
                    "password",
                ),
            };
            return Some(Finding::error(
                "literal-key",
                place,
                format!("`{name}` {what}"),
                format!(
                    "write `{name}: {{env: NAME}}` or `{name}: {{file: PATH}}`, and have a new {new} \
                     issued"
                ),
            ));
        }
        RawKey::From(from) => from,
    };
    match (&from.env, &from.file) {
        (Some(Text(name)), None) if is_variable_name(name) => None,
        // The name is not repeated: it may well be the key.
        (Some(_), None) => Some(Finding::error(
            "wrong-value",
            Place { path: [place.path, vec!["env".to_owned()]].concat(), ..place },
            "`env` is no name of an environment variable",
            "write letters, digits and `_`, as in `OMNIRPS_ADMIN_KEY`",
        )),
        (None, Some(_)) => None,
        (Some(_), Some(_)) | (None, None) => Some(
            Finding::error(
                "wrong-value",
                place.clone(),
                format!("`{name}` has to name one place where the {name} is kept"),
                "write either `{env: NAME}` or `{file: PATH}`",
            )
            .for_absent(
                ["env", "file"]
                    .map(|last| [place.path.clone(), vec![last.to_owned()]].concat())
                    .to_vec(),
            ),
        ),
    }
}
