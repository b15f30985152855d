//! Checks of the systems of an environment: how each is read and changed.

use crate::config::finding::{Finding, Part, Place, key};
use crate::model::types::{named, shown};
use crate::model::{ProjectFile, ReadBy, RouteFile, System, ValueKind, WriteBy};

/// One system of one environment.
struct Subject<'a> {
    environment: &'a str,
    system: System,
    route: &'a RouteFile,
}

impl Subject<'_> {
    fn at<const N: usize>(&self, keys: [&str; N]) -> Place {
        let start = ["environments", self.environment, self.system.key()];
        let path = start.into_iter().chain(keys).map(str::to_owned).collect();
        Place::new(path, Part::Value)
    }

    fn missing(&self, name: &str, hint: &str) -> Finding {
        let environment = shown(self.environment);
        let message = format!("{} in {environment} has no `{name}`", self.system);
        let place = key(["environments", self.environment, self.system.key()]);
        Finding::error("missing-key", place, message, hint)
    }
}

/// A system has what its configured ways of reading and writing need.
pub(super) fn routes(file: &ProjectFile, findings: &mut Vec<Finding>) {
    for (environment, declared) in &file.environments {
        for system in System::ALL {
            let Some(route) = declared.route(system) else { continue };
            let subject = Subject { environment, system, route };
            http(&subject, findings);
            sql(&subject, findings);
            settings(&subject, findings);
        }
    }
}

/// A system that uses HTTP has a base URL and the location of its key.
fn http(subject: &Subject, findings: &mut Vec<Finding>) {
    let route = subject.route;
    if route.read().is_some() && !route.needs_http() {
        return;
    }
    if route.url.is_none() {
        findings.push(subject.missing("url", "add `url:` with the https address"));
    }
    if route.key.is_none() {
        findings.push(subject.missing("key", "add `key: {env: NAME}`"));
    }
}

/// A system that is read from a database has a query.
fn sql(subject: &Subject, findings: &mut Vec<Finding>) {
    let is_read = subject.route.read() == Some(ReadBy::Sql);
    match &subject.route.sql {
        None if is_read => {
            let hint = "add `sql: {url: {env: NAME}, query: \"select …\"}`";
            findings.push(subject.missing("sql", hint));
        }
        Some(sql) if is_read && sql.query.is_none() => {
            let hint = "add `query:` with a select that gives a row for each record";
            findings.push(subject.missing("sql.query", hint));
        }
        Some(sql) if !is_read && sql.uploads.is_none() => {
            let message =
                format!("{} has a query, but is not read from a database", subject.system);
            let hint = "write `read: sql`, or remove `sql`";
            findings.push(Finding::warning("unused-sql", subject.at(["sql"]), message, hint));
        }
        _ => {}
    }
}

/// A setting that is changed in another way supports that way.
fn settings(subject: &Subject, findings: &mut Vec<Finding>) {
    let Subject { system, route, .. } = subject;
    for (name, by) in &route.settings {
        let settings = named(name).unwrap_or_default();
        let is_empty = settings.iter().any(|setting| setting.info().kind == ValueKind::Empty);
        let (message, hint) = if *by == WriteBy::Http && is_empty {
            (
                format!("{} is never written by this tool", shown(name)),
                "write `observe`, or remove it: it is manual",
            )
        } else if *by == WriteBy::Observe && route.read() == Some(ReadBy::Nothing) {
            (
                format!("{} cannot be observed, because {system} is not read", shown(name)),
                "write `manual`, or configure how the system is read",
            )
        } else {
            continue;
        };
        findings.push(Finding::error("wrong-value", subject.at(["settings", name]), message, hint));
    }
}
