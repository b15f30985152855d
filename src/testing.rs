//! Small inputs for tests of the pure stages: fleets and live states as inline YAML.

use crate::config::{Source, Sources, check};
use crate::model::{
    Advice, Capabilities, Company, Id, Live, Partner, ProjectFile, Record, Retailer, Setting,
    SettingValues, System, SystemReading, SystemState, Value,
};
use crate::plan::{Plan, PlanInput};
use crate::render::wrap::ENDLESS;
use crate::shell::CommandOptions;
use crate::status::{HandedOver, JourneyRecords, Status, StatusInput, status};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A day after all dates in the tests.
pub(crate) fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 11, 23)
}

/// Returns retailer files, separated by `---`; each is named after its retailer.
pub(crate) fn sources(yaml: &str) -> Sources {
    let files = yaml.split("---\n").filter(|file| !file.trim().is_empty());
    let mut retailers: Vec<Source> = files
        .map(|text| {
            let name = text.split("retailer: ").nth(1).unwrap().lines().next().unwrap();
            let slug: String = name
                .trim_matches('"')
                .to_lowercase()
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("-");
            Source::new(format!("retailers/{slug}.yaml"), text.into())
        })
        .collect();
    retailers.sort_by(|a, b| a.path.cmp(&b.path));
    Sources { root: ".".into(), retailers, ..Sources::default() }
}

/// Parses retailer files, separated by `---`.
pub(crate) fn fleet(yaml: &str) -> Vec<Retailer> {
    let checked = check(&sources(yaml), today());
    if checked.report.has_errors() {
        let mut shown = Vec::new();
        crate::render::diagnostics::render(&checked.report, ENDLESS, &mut shown).unwrap();
        panic!("{}", anstream::adapter::strip_str(&String::from_utf8_lossy(&shown)));
    }
    checked.retailers
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LiveYaml {
    #[serde(default)]
    omniparcel: Vec<BTreeMap<String, serde_json::Value>>,
    #[serde(default)]
    omnirps: Vec<BTreeMap<String, serde_json::Value>>,
    #[serde(default)]
    omnireturns: Vec<BTreeMap<String, serde_json::Value>>,
    #[serde(default)]
    companies: Option<BTreeMap<String, u64>>,
    /// Systems that could not be read.
    #[serde(default)]
    unknown: Vec<System>,
    /// Systems that are not read by configuration.
    #[serde(default)]
    unread: Vec<System>,
}

/// Parses a live state. A record has an `id`, a `name` and settings by their short keys;
/// the others default to those of a retailer that SEKO serves and that has not switched
/// over.
pub(crate) fn live(yaml: &str) -> Live {
    let yaml: LiveYaml = serde_yaml::from_str(yaml).unwrap();
    let mut readings = BTreeMap::new();
    for (system, records) in [
        (System::Omniparcel, &yaml.omniparcel),
        (System::Omnirps, &yaml.omnirps),
        (System::Omnireturns, &yaml.omnireturns),
    ] {
        let records = records.iter().map(|fields| record(system, fields)).collect();
        let companies = match &yaml.companies {
            Some(companies) => companies.clone(),
            None => BTreeMap::from([("Loop".into(), 7), ("SEKO".into(), 1)]),
        };
        let companies = companies
            .iter()
            .map(|(name, id)| Company {
                id: Id::from_json(&(*id).into()).unwrap(),
                name: name.clone(),
            })
            .collect();
        let reading = if yaml.unread.contains(&system) {
            SystemReading::NotRead
        } else if yaml.unknown.contains(&system) {
            SystemReading::Failed(Advice::new(
                "no response: connection refused",
                "check that it is up",
            ))
        } else {
            SystemReading::Observed(SystemState { records, companies: Some(companies) })
        };
        readings.insert(system, reading);
    }
    Live::new(readings)
}

fn record(system: System, fields: &BTreeMap<String, serde_json::Value>) -> Record {
    let mut values: SettingValues = [
        (Setting::OmnirpsTrackingWebhookUrl, Value::Unset),
        (Setting::OmnirpsTrackingWebhookEnabled, Value::Flag(false)),
        (Setting::OmnirpsShopifyIntegration, Value::text("enabled")),
        (Setting::OmnirpsTrackAndTraceEmails, Value::text("enabled")),
        (Setting::OmnireturnsCompany, Value::text("SEKO")),
        (Setting::OmnireturnsPortal, Value::text("published")),
        (Setting::OmnireturnsOmnirpsRetailerId, Value::Unset),
        (Setting::OmnireturnsEmails, Value::none()),
        (Setting::OmnireturnsHubs, Value::none()),
    ]
    .into_iter()
    .filter(|(setting, _)| setting.system() == system)
    .collect();
    for (key, value) in fields {
        if let "id" | "name" | "disabled" | "key_issued" = key.as_str() {
            continue;
        }
        let setting = Setting::from_key(&format!("{}.{key}", system.key())).expect(key);
        values.insert(setting, serde_json::from_value(value.clone()).unwrap());
    }
    let name = fields["name"].as_str().unwrap().to_owned();
    if system == System::Omnireturns {
        values.insert(Setting::OmnireturnsName, Value::text(name.clone()));
    }
    let is = |key: &str| fields.get(key).is_some_and(|value| value == true);
    let (disabled, key_issued) = (is("disabled"), is("key_issued"));
    Record { id: Id::from_json(&fields["id"]).unwrap(), name, disabled, key_issued, values }
}

/// Plans a fleet against a live state.
pub(crate) fn plan(fleet_yaml: &str, live_yaml: &str) -> Plan {
    plan_by(&Capabilities::default(), fleet_yaml, live_yaml)
}

/// Plans a fleet against a live state, in an environment with these capabilities.
pub(crate) fn plan_by(capabilities: &Capabilities, fleet_yaml: &str, live_yaml: &str) -> Plan {
    with_input(capabilities, fleet_yaml, live_yaml, |input| crate::plan::plan(&input))
}

/// Calls a function with what a plan is made from.
pub(crate) fn with_input<T>(
    capabilities: &Capabilities,
    fleet_yaml: &str,
    live_yaml: &str,
    make: impl FnOnce(PlanInput) -> T,
) -> T {
    make(PlanInput {
        environment: "test",
        partner: &Partner::default(),
        fleet: fleet(fleet_yaml).iter().collect(),
        in_scope: &|_| true,
        live: &live(live_yaml),
        capabilities,
        is_whole: true,
    })
}

/// Returns the status of a fleet in an environment with these capabilities. `loop_uploads` are the
/// slugs of the retailers for which the partner itself has uploaded.
pub(crate) fn status_by(
    capabilities: &Capabilities,
    fleet_yaml: &str,
    live_yaml: Option<&str>,
    handoffs: &BTreeMap<String, HandedOver>,
    loop_uploads: &[&str],
) -> Status {
    status(&StatusInput {
        environment: "test",
        options: &CommandOptions::default(),
        partner: &Partner::default(),
        people: &ProjectFile::default().people,
        due_days: &BTreeMap::new(),
        fleet: &fleet(fleet_yaml),
        in_scope: &|_| true,
        live: live_yaml.map(live).as_ref(),
        is_whole: true,
        capabilities,
        records: &JourneyRecords {
            handoffs: handoffs.clone(),
            loop_uploads: loop_uploads.iter().map(|slug| (*slug).to_owned()).collect(),
        },
        today: today(),
    })
}

/// Plans a fleet against a live state and shows the plan as text without colours.
pub(crate) fn shown(fleet_yaml: &str, live_yaml: &str) -> String {
    shown_by(&Capabilities::default(), fleet_yaml, live_yaml)
}

/// Like [`shown`], in an environment with these capabilities.
pub(crate) fn shown_by(capabilities: &Capabilities, fleet_yaml: &str, live_yaml: &str) -> String {
    text_of(&plan_by(capabilities, fleet_yaml, live_yaml))
}

/// Shows a plan as text without colours.
pub(crate) fn text_of(plan: &Plan) -> String {
    let mut text = Vec::new();
    crate::render::text::plan(plan, &Default::default(), &mut text).unwrap();
    anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string()
}
