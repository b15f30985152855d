//! Generated fleets and live states, and a sandbox with their records.

use jiff::civil::date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reconcile::sandbox::{self, LoggedRequest, Options, Sandbox, Seed};
use reconcile::{ApplyEvent, ApplyReport, EventSink, Stop, apply};
use reconcile::{Limits, Live, Partner, Retailer, System};
use reconcile::{Plan, PlanInput, plan};
use reconcile::{Reader, Writer, open_sandbox};
use reconcile::{Source, Sources, check};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Names that resemble each other in every way that matching detects.
const NAMES: [&str; 6] = ["Acme", "Birch & Bay", "Café Nord", "Dune-Co", "Вега", "Echo 1"];

/// A generated retailer: its file, and its live records.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub file: String,
    pub live: Vec<(System, Value)>,
}

/// Variants of a name, from equal to unrelated.
fn spellings(name: &str) -> Vec<String> {
    vec![
        name.to_owned(),
        name.to_owned(),
        name.to_owned(),
        format!("{name} - Loop"),
        format!("{name}-Loop"),
        name.to_uppercase(),
        format!(" {name}"),
    ]
}

fn retailer(name: &'static str, number: usize) -> impl Strategy<Value = Case> {
    let journey = prop_oneof![
        Just("journey: new\n".to_owned()),
        Just("journey: new\nmilestones: {documents_completed: 2026-10-01}\n".to_owned()),
        (
            prop_oneof![
                Just(""),
                Just("omnireturns_access: required\n"),
                Just("omnireturns_access: not_required\n")
            ],
            prop_oneof![Just(""), Just("milestones: {switched_to_loop: 2026-10-12}\n")],
        )
            .prop_map(|(access, milestones)| format!("journey: existing\n{access}{milestones}")),
    ];
    let settings = prop::sample::subsequence(
        vec![
            "omnirps.shopify_integration: {value: enabled, reason: r}",
            "omnirps.tracking_webhook: {manage: false, reason: r}",
            "omnirps.track_and_trace_emails: {value: disabled, reason: r}",
            "omnireturns.portal: {value: published, reason: r}",
            "omniparcel.account: {manage: false, reason: r}",
            "omnirps.retailer: {manage: false, reason: r}",
        ],
        0..3,
    );
    let pins = (any::<bool>(), any::<bool>());
    let record = move || (0..8usize, any::<[bool; 4]>(), 1..4i64);
    (journey, settings, pins, record(), record(), record(), any::<bool>()).prop_map(
        move |(journey, settings, pins, parcel, rps, returns, renamed)| {
            let base = if renamed { format!("{name} Online") } else { name.to_owned() };
            let id = number as i64 + 100;
            let mut file = format!("retailer: \"{name}\"\n{journey}");
            if renamed {
                file.push_str(&format!("omnireturns: {{name: \"{base}\"}}\n"));
            }
            let mut ids = Vec::new();
            if pins.0 {
                ids.push(format!("omnirps: {id}"));
            }
            if pins.1 {
                ids.push(format!("omnireturns: \"{id}\""));
            }
            if !ids.is_empty() {
                file.push_str(&format!("ids: {{{}}}\n", ids.join(", ")));
            }
            if !settings.is_empty() {
                file.push_str(&format!("settings:\n  {}\n", settings.join("\n  ")));
            }
            let mut live = Vec::new();
            if let Some(spelling) = spellings(name).get(parcel.0) {
                live.push((
                    System::Omniparcel,
                    json!({"AccountId": id, "AccountName": spelling, "Disabled": parcel.1[0]}),
                ));
            }
            if let Some(spelling) = spellings(name).get(rps.0) {
                let url =
                    if rps.1[0] { Partner::default().tracking_webhook_url } else { String::new() };
                live.push((
                    System::Omnirps,
                    json!({
                        "RetailerId": id, "RetailerName": spelling,
                        "TrackingWebhook": {"Url": url, "Enabled": rps.1[1]},
                        "ShopifyIntegrationEnabled": rps.1[2],
                        "TrackAndTraceEmailsEnabled": rps.1[3],
                    }),
                ));
            }
            if let Some(spelling) = spellings(&base).get(returns.0) {
                let emails: &[&str] = if returns.1[1] { &["a@acme.example"] } else { &[] };
                live.push((
                    System::Omnireturns,
                    json!({
                        "RetailerId": id, "RetailerName": spelling, "CompanyId": returns.2,
                        "PortalPublished": returns.1[0], "Emails": emails,
                        "OmniRPSRetailerId": if returns.1[2] { json!(id) } else { json!("") },
                    }),
                ));
            }
            Case { file, live }
        },
    )
}

/// A fleet of up to six retailers, and whether the partner's company exists.
pub(crate) fn world() -> impl Strategy<Value = (Vec<Case>, bool)> {
    let fleet: Vec<_> =
        NAMES.iter().enumerate().map(|(number, name)| retailer(name, number)).collect();
    (fleet, 1..=NAMES.len(), prop::bool::weighted(0.9))
        .prop_map(|(fleet, size, company)| (fleet.into_iter().take(size).collect(), company))
}

/// Generates a value from a seed.
pub(crate) fn generated<S: Strategy>(strategy: S, seed: u64) -> S::Value {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).unwrap().current()
}

fn fleet(cases: &[Case]) -> Vec<Retailer> {
    let retailers = cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            Source::new(format!("retailers/r{number}.yaml"), case.file.clone().into_bytes())
        })
        .collect();
    let checked =
        check(&Sources { root: ".".into(), retailers, ..Sources::default() }, date(2026, 11, 23));
    assert!(!checked.report.has_errors(), "{:?}", checked.report.diagnostics);
    checked.retailers
}

pub(crate) struct Silent;

impl EventSink for Silent {
    async fn event(&self, _: ApplyEvent<'_>) -> Result<(), Stop> {
        Ok(())
    }
}

/// A sandbox with the live records, and a reader of it.
pub(crate) struct World {
    pub sandbox: Sandbox,
    pub reader: Reader,
    pub fleet: Vec<Retailer>,
}

impl World {
    /// Starts a sandbox with the cases' live records.
    pub(crate) async fn new(cases: &[Case], company: bool) -> World {
        World::with(cases, company, Limits::default()).await
    }

    /// Like [`World::new`], with a client that retries once.
    pub(crate) async fn impatient(cases: &[Case], company: bool) -> World {
        World::with(cases, company, Limits { retries: 1, ..Limits::default() }).await
    }

    async fn with(cases: &[Case], company: bool, limits: Limits) -> World {
        let mut companies =
            "Companies: [{CompanyId: 1, CompanyName: SEKO}, {CompanyId: 2, CompanyName: Other}"
                .to_owned();
        companies.push_str(if company {
            ", {CompanyId: 3, CompanyName: Loop}]"
        } else {
            ", {CompanyId: 3, CompanyName: Loopy}]"
        });
        let seed = Seed::from_yaml(&companies).unwrap();
        let sandbox = sandbox::start(Options { seed, ..Options::default() }).await.unwrap();
        for (system, record) in cases.iter().flat_map(|case| &case.live) {
            sandbox.store().put(*system, record).unwrap();
        }
        let reader = open_sandbox(&sandbox, limits).unwrap();
        World { sandbox, reader, fleet: fleet(cases) }
    }

    pub(crate) async fn plan(&self) -> Plan {
        self.plan_of(&self.fleet).await
    }

    /// Plans a fleet against the present state of the systems.
    pub(crate) async fn plan_of(&self, fleet: &[Retailer]) -> Plan {
        let live = self.reader.read().await;
        assert_eq!(live.unknown().count(), 0);
        self.plan_against(fleet, &live)
    }

    /// Plans a fleet against a live state.
    pub(crate) fn plan_against(&self, fleet: &[Retailer], live: &Live) -> Plan {
        plan(&PlanInput {
            environment: "test",
            partner: &Partner::default(),
            fleet: fleet.iter().collect(),
            in_scope: &|_| true,
            live,
            capabilities: &reconcile::Capabilities::default(),
            is_whole: true,
        })
    }

    pub(crate) async fn apply(&self, plan: &Plan) -> ApplyReport {
        apply(plan, &BTreeMap::new(), "run", &Writer::new(&self.reader, "test"), &Silent, 4).await
    }

    pub(crate) fn records(&self) -> BTreeMap<System, Vec<Value>> {
        System::ALL.map(|system| (system, self.sandbox.store().records(system).unwrap())).into()
    }

    pub(crate) fn writes(&self) -> Vec<LoggedRequest> {
        let requests = self.sandbox.store().requests().unwrap();
        requests.into_iter().filter(|request| request.method != "GET").collect()
    }
}

/// Returns a record's id.
pub(crate) fn id(record: &Value) -> String {
    let id = record.get("RetailerId").or(record.get("AccountId")).unwrap();
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Returns a record's name.
pub(crate) fn called(record: &Value) -> &str {
    record.get("RetailerName").or(record.get("AccountName")).unwrap().as_str().unwrap()
}

/// Returns a runtime like the binary's own, limited to what a test needs.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
