//! Converts checked files to the model.

use crate::model::types::named;
use crate::model::{
    AccessDecision, Attribution, Backend, Endpoint, Environment, EnvironmentFile, Journey,
    KeySource, Override, OverrideKeys, Project, ProjectFile, ReadBy, Retailer, RetailerFile, Route,
    RouteFile, SANDBOX, Setting, Sql, State, System,
};
use jiff::civil::Date;
use litemap::LiteMap;
use std::collections::BTreeMap;
use std::path::Path;

/// Builds a retailer, or returns `None` if the file failed its checks.
pub(super) fn retailer(
    slug: &str,
    path: &str,
    file: RetailerFile,
    today: Date,
) -> Option<Retailer> {
    let RetailerFile {
        retailer,
        journey,
        account_manager,
        omnireturns_access,
        omnireturns,
        ids,
        hub_addresses,
        milestones,
        settings,
        notes,
    } = file;
    let (access, decided) = match omnireturns_access {
        Some(AccessDecision { value, on, by }) => (Some(value), Attribution { on, by }),
        None => (None, Attribution::default()),
    };
    Some(Retailer {
        slug: slug.to_owned(),
        file: path.to_owned(),
        name: retailer?,
        journey: match journey? {
            Journey::New => Journey::New,
            Journey::Existing { .. } => Journey::Existing { omnireturns_access: access },
        },
        account_manager,
        decided,
        omnireturns_name: omnireturns.name,
        ids: System::ALL
            .into_iter()
            .filter_map(|system| Some((system, ids.get(system)?.clone())))
            .collect(),
        hub_addresses,
        milestones: milestones.into_iter().collect(),
        overrides: overrides(&settings, today)?,
        notes,
    })
}

/// Returns the overrides of a file. An acknowledgement that has ended is omitted.
fn overrides(
    settings: &BTreeMap<String, OverrideKeys>,
    today: Date,
) -> Option<LiteMap<Setting, Override>> {
    let mut overrides = LiteMap::new();
    for (name, entry) in settings {
        let keys = override_of(entry)?;
        if matches!(keys, Override::Acknowledged { until, .. } if until < today) {
            continue;
        }
        overrides.extend(named(name)?.into_iter().map(|setting| (setting, keys.clone())));
    }
    Some(overrides)
}

fn override_of(entry: &OverrideKeys) -> Option<Override> {
    if let Some(acknowledge) = &entry.acknowledge {
        let reason = acknowledge.reason.clone()?;
        return Some(Override::Acknowledged { until: acknowledge.until, reason });
    }
    let reason = entry.reason.clone()?;
    Some(match &entry.value {
        Some(value) => Override::Value { value: value.clone(), reason },
        None => Override::Unmanaged { reason },
    })
}

/// Builds the project from the valid parts of its file; the rest has its defaults.
pub(super) fn project(root: &Path, file: &ProjectFile) -> Project {
    let mut environments = BTreeMap::from([(SANDBOX.to_owned(), Environment::default())]);
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

fn environment(root: &Path, file: &EnvironmentFile) -> Environment {
    let routes: BTreeMap<System, Route> = System::ALL
        .into_iter()
        .filter_map(|system| Some((system, route(root, file.route(system)?)?)))
        .collect();
    Environment {
        backend: if file.embedded { Backend::Embedded } else { Backend::Remote(routes) },
        limits: file.limits,
        ..Environment::default()
    }
}

/// Builds a route, or returns `None` if it failed its checks.
fn route(root: &Path, file: &RouteFile) -> Option<Route> {
    let endpoint = file.url.as_ref().zip(file.key.as_ref()).map(|(url, key)| Endpoint {
        url: url.clone(),
        key: key_source(root, key),
        key_header: file.key_header.clone(),
        headers: file
            .headers
            .iter()
            .map(|(name, source)| (name.clone(), key_source(root, source)))
            .collect(),
    });
    let database =
        file.sql.as_ref().map(|sql| Sql { url: key_source(root, &sql.url), ..sql.clone() });
    let read = file.read()?;
    let can = match read {
        ReadBy::Http => endpoint.is_some(),
        ReadBy::Sql => database.as_ref().is_some_and(|database| database.query.is_some()),
        ReadBy::Nothing => true,
    };
    if !can || (file.needs_http() && endpoint.is_none()) {
        return None;
    }
    let mut settings = BTreeMap::new();
    for (name, by) in &file.settings {
        settings.extend(named(name)?.into_iter().map(|setting| (setting, *by)));
    }
    Some(Route { read, write: file.write(), endpoint, database, settings })
}

fn state(root: &Path, file: &State) -> State {
    let mut state = file.clone();
    state.handoff_key = state.handoff_key.map(|source| key_source(root, &source));
    state.folder = state.folder.map(|folder| root.join(folder).to_string_lossy().into_owned());
    if let Some(postgres) = &mut state.postgres {
        postgres.url = key_source(root, &postgres.url);
    }
    state
}

fn key_source(root: &Path, file: &KeySource) -> KeySource {
    match file {
        KeySource::Env(name) => KeySource::Env(name.clone()),
        KeySource::File(path) => KeySource::File(root.join(path).components().collect()),
    }
}
