//! From checked files to the model.

use super::checks::{
    Address, CONCURRENCY, DEADLINE_SECONDS, REQUESTS_PER_SECOND, RETRIES, SANDBOX, TIMEOUT_SECONDS,
    address, named, parse_date, setting_value,
};
use super::scalar::{AnyText, Count, Section, Text};
use super::schema::{JourneyKind, ProjectFile, RawEnvironment, RawFact, RawKey, RawRoute, RawSql};
use super::schema::{RawLimits, RawOverride, RetailerFile};
use crate::model::{
    Backend, Database, Endpoint, Environment, Fact, Journey, KeySource, Limits, Milestone,
    Override, Partner, Project, ReadBy, Retailer, Route, Safety, Setting, System,
};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;

/// Builds a retailer; `None` where the file has not passed its checks.
pub(super) fn retailer(
    slug: &str,
    path: &str,
    file: &RetailerFile,
    today: Date,
) -> Option<Retailer> {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.0.clone());
    Some(Retailer {
        slug: slug.to_owned(),
        file: path.to_owned(),
        name: text(&file.retailer)?,
        journey: match file.journey?.0 {
            JourneyKind::New => Journey::New,
            JourneyKind::Existing => {
                Journey::Existing { omnireturns_access: file.omnireturns_access.map(|word| word.0) }
            }
        },
        account_manager: text(&file.account_manager),
        omnireturns_name: text(&file.omnireturns.0.name),
        ids: System::ALL
            .into_iter()
            .filter_map(|system| Some((system, file.ids.0.get(system)?.0.clone())))
            .collect(),
        milestones: file
            .milestones
            .0
            .iter()
            .map(|(name, fact)| {
                let milestone = Milestone::ALL.into_iter().find(|known| known.key() == name)?;
                Some((milestone, self::fact(fact)?))
            })
            .collect::<Option<_>>()?,
        overrides: overrides(file, today)?,
        notes: text(&file.notes),
    })
}

fn fact(fact: &RawFact) -> Option<Fact> {
    match fact {
        RawFact::Nothing => None,
        RawFact::Date(date) => Some(Fact { on: parse_date(&date.0)?, by: None, connote: None }),
        RawFact::Told(told) => Some(Fact {
            on: parse_date(&told.on.as_ref()?.0)?,
            by: told.by.as_ref().map(|by| by.0.clone()),
            connote: told.connote.as_ref().map(|connote| connote.0.clone()),
        }),
    }
}

/// Returns what the file says otherwise than the process. An acknowledgement that has
/// ended says nothing any more.
fn overrides(file: &RetailerFile, today: Date) -> Option<BTreeMap<Setting, Override>> {
    let mut overrides = BTreeMap::new();
    for (name, entry) in &file.settings.0 {
        for setting in named(name)? {
            match said(setting, &entry.0)? {
                Override::Acknowledged { until, .. } if until < today => {}
                said => {
                    overrides.insert(setting, said);
                }
            }
        }
    }
    Some(overrides)
}

fn said(setting: Setting, entry: &RawOverride) -> Option<Override> {
    let trimmed = |reason: &Option<AnyText>| Some(reason.as_ref()?.0.trim().to_owned());
    if let Some(Section(acknowledge)) = &entry.acknowledge {
        let until = parse_date(&acknowledge.until.as_ref()?.0)?;
        return Some(Override::Acknowledged { until, reason: trimmed(&acknowledge.reason)? });
    }
    let reason = trimmed(&entry.reason)?;
    match &entry.value {
        Some(value) => Some(Override::Value { value: setting_value(setting, value).ok()?, reason }),
        None => Some(Override::Unmanaged { reason }),
    }
}

/// Builds the project from whatever of its file can be used; the rest has its defaults.
pub(super) fn project(root: &Path, file: &ProjectFile) -> Project {
    let mut environments = BTreeMap::from([(
        SANDBOX.to_owned(),
        Environment {
            backend: Backend::Embedded,
            limits: Limits::default(),
            contracts: BTreeMap::new(),
            label: None,
        },
    )]);
    for (name, environment) in &file.environments.0 {
        environments.insert(name.clone(), self::environment(root, &environment.0));
    }
    let safety = &file.safety.0;
    let usual = Safety::default();
    let any = 0..=u64::from(u32::MAX);
    Project {
        root: root.to_owned(),
        partner: partner(file),
        default_environment: file
            .default_environment
            .as_ref()
            .map_or_else(|| SANDBOX.to_owned(), |name| name.0.clone()),
        environments,
        safety: Safety {
            max_changed_retailers_percent: number(
                safety.max_changed_retailers_percent,
                &(0..=100),
                usual.max_changed_retailers_percent,
            ),
            from_retailers: number(safety.from_retailers, &any, usual.from_retailers),
            max_changed_retailers: limit(safety.max_changed_retailers),
            max_unpublished_portals: limit(safety.max_unpublished_portals),
            max_unpublished_portals_percent: limit(safety.max_unpublished_portals_percent),
            max_switch_offs: limit(safety.max_switch_offs),
            max_switch_offs_percent: limit(safety.max_switch_offs_percent),
        },
    }
}

fn partner(file: &ProjectFile) -> Partner {
    let said = &file.partner.0;
    let usual = Partner::default();
    let or = |said: &Option<Text>, usual| said.as_ref().map_or(usual, |text| text.0.clone());
    Partner {
        name: or(&said.name, usual.name),
        company: or(&said.company, usual.company),
        name_suffix: or(&said.name_suffix, usual.name_suffix),
        tracking_webhook_url: or(&said.tracking_webhook_url, usual.tracking_webhook_url),
        onboarding_form_url: or(&said.onboarding_form_url, usual.onboarding_form_url),
        recipients: said
            .recipients
            .0
            .iter()
            .map(|(name, key)| (name.clone(), key.0.clone()))
            .collect(),
    }
}

fn environment(root: &Path, said: &RawEnvironment) -> Environment {
    let routes: BTreeMap<System, Route> = System::ALL
        .into_iter()
        .filter_map(|system| Some((system, route(root, said.route(system)?)?)))
        .collect();
    let is_embedded = said.embedded.is_some_and(|flag| flag.0);
    Environment {
        backend: if is_embedded { Backend::Embedded } else { Backend::Remote(routes) },
        limits: limits(&said.limits.0),
        contracts: BTreeMap::new(),
        label: None,
    }
}

/// Builds a route; `None` where it has not passed its checks.
fn route(root: &Path, said: &RawRoute) -> Option<Route> {
    let endpoint = endpoint(root, said);
    let database = said.sql.as_ref().and_then(|sql| database(root, &sql.0));
    let read = said.read()?;
    let can = match read {
        ReadBy::Http => endpoint.is_some(),
        ReadBy::Sql => database.as_ref().is_some_and(|database| database.query.is_some()),
        ReadBy::Nothing => true,
    };
    if !can || (said.needs_http() && endpoint.is_none()) {
        return None;
    }
    let mut settings = BTreeMap::new();
    for (name, word) in &said.settings.0 {
        settings.extend(named(name)?.into_iter().map(|setting| (setting, word.0)));
    }
    Some(Route { read, write: said.write(), endpoint, database, settings })
}

fn endpoint(root: &Path, said: &RawRoute) -> Option<Endpoint> {
    let Address::Good(url) = address(&said.url.as_ref()?.0) else { return None };
    let key = key_source(root, said.key.as_ref()?)?;
    let key_header = said.key_header.as_ref().map(|header| header.0.clone());
    Some(Endpoint { url, key, key_header, headers: Vec::new() })
}

fn database(root: &Path, said: &RawSql) -> Option<Database> {
    let url = key_source(root, said.url.as_ref()?)?;
    let RawSql { url: _, query, companies, uploads } = said;
    let text = |query: &Option<Text>| query.as_ref().map(|query| query.0.clone());
    Some(Database { url, query: text(query), companies: text(companies), uploads: text(uploads) })
}

fn key_source(root: &Path, said: &RawKey) -> Option<KeySource> {
    let RawKey::From(from) = said else { return None };
    match (&from.env, &from.file) {
        (Some(name), None) => Some(KeySource::Env(name.0.clone())),
        (None, Some(path)) => Some(KeySource::File(root.join(&path.0).components().collect())),
        _ => None,
    }
}

fn limits(said: &RawLimits) -> Limits {
    let usual = Limits::default();
    Limits {
        concurrency: number(said.concurrency, &CONCURRENCY, usual.concurrency),
        requests_per_second: number(
            said.requests_per_second,
            &REQUESTS_PER_SECOND,
            usual.requests_per_second,
        ),
        timeout_seconds: number(said.timeout_seconds, &TIMEOUT_SECONDS, usual.timeout_seconds),
        retries: number(said.retries, &RETRIES, usual.retries),
        deadline_seconds: number(said.deadline_seconds, &DEADLINE_SECONDS, usual.deadline_seconds),
        ..usual
    }
}

/// Returns a limit that applies only where somebody has written it.
fn limit(said: Option<Count>) -> Option<u32> {
    said.and_then(|count| count.0).and_then(|number| u32::try_from(number).ok())
}

fn number(said: Option<Count>, range: &RangeInclusive<u64>, usual: u32) -> u32 {
    said.and_then(|count| count.0)
        .filter(|number| range.contains(number))
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(usual)
}
