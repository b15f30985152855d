//! From checked files to the model.

use super::checks::{parse_date, setting_value};
use super::scalar::{AnyText, Section, Text};
use super::schema::{JourneyKind, RawAccess, RawFact, RawOverride, RetailerFile};
use crate::model::types::named;
use crate::model::{
    Backend, Database, Endpoint, Environment, EnvironmentFile, Fact, Journey, KeySource, Limits,
    Milestone, Override, Project, ProjectFile, ReadBy, Retailer, Route, RouteFile, SANDBOX,
    Setting, Sql, State, System,
};
use jiff::civil::Date;
use std::collections::BTreeMap;
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
            JourneyKind::Existing => Journey::Existing {
                omnireturns_access: match &file.omnireturns_access {
                    Some(RawAccess(said)) => Some(said.value?.0),
                    None => None,
                },
            },
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
    for (name, environment) in &file.environments {
        environments.insert(name.clone(), self::environment(root, environment));
    }
    Project {
        root: root.to_owned(),
        partner: file.partner.clone(),
        default_environment: file.default_environment.clone(),
        environments,
        safety: file.safety,
        state: state(root, &file.state),
        people: file.people.clone(),
        due_days: file.due_days.clone(),
    }
}

fn environment(root: &Path, said: &EnvironmentFile) -> Environment {
    let routes: BTreeMap<System, Route> = System::ALL
        .into_iter()
        .filter_map(|system| Some((system, route(root, said.route(system)?)?)))
        .collect();
    Environment {
        backend: if said.embedded { Backend::Embedded } else { Backend::Remote(routes) },
        limits: said.limits,
        contracts: BTreeMap::new(),
        label: None,
    }
}

/// Builds a route; `None` where it has not passed its checks.
fn route(root: &Path, said: &RouteFile) -> Option<Route> {
    let endpoint = said.url.as_ref().zip(said.key.as_ref()).map(|(url, key)| Endpoint {
        url: url.clone(),
        key: key_source(root, key),
        key_header: said.key_header.clone(),
        headers: said
            .headers
            .iter()
            .map(|(name, source)| (name.clone(), key_source(root, source)))
            .collect(),
    });
    let database = said.sql.as_ref().map(|sql| {
        let Sql { url, query, companies, uploads } = sql.clone();
        Database { url: key_source(root, &url), query, companies, uploads }
    });
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
    for (name, by) in &said.settings {
        settings.extend(named(name)?.into_iter().map(|setting| (setting, *by)));
    }
    Some(Route { read, write: said.write(), endpoint, database, settings })
}

fn state(root: &Path, said: &State) -> State {
    let mut state = said.clone();
    state.handoff_key = state.handoff_key.map(|source| key_source(root, &source));
    state.folder = state.folder.map(|folder| root.join(folder).to_string_lossy().into_owned());
    if let Some(postgres) = &mut state.postgres {
        postgres.url = key_source(root, &postgres.url);
    }
    state
}

fn key_source(root: &Path, said: &KeySource) -> KeySource {
    match said {
        KeySource::Env(name) => KeySource::Env(name.clone()),
        KeySource::File(path) => KeySource::File(root.join(path).components().collect()),
    }
}
