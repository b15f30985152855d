//! Generated fleets and live states, and a sandbox with their records.

use jiff::civil::date;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reconcile::sandbox::{self, LoggedRequest, Options, Sandbox, Seed};
use reconcile::{ApplyEvent, ApplyReport, EventSink, Stop, apply};
use reconcile::{Checked, Source, Sources, check};
use reconcile::{Limits, Live, Partner, Retailer, System};
use reconcile::{Plan, PlanInput, plan};
use reconcile::{Reader, Writer, open_sandbox};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Names that resemble each other in every way that matching detects, so that a record of one
/// retailer may have the name of another, or one that looks like it.
const NAMES: [&str; 6] = ["Acme", "Acme Online", "ACME", "Acme - Loop", "Café Nord", "Вега"];

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

/// The id of a retailer's own record.
fn own_id(number: usize) -> i64 {
    number as i64 + 100
}

/// Any id: mostly that of the retailer's own record, or of its second one, of another retailer's,
/// or of none.
fn any_id(number: usize) -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => Just(own_id(number)),
        1 => Just(own_id(number) + SECOND),
        1 => (0..NAMES.len()).prop_map(own_id),
        1 => Just(999),
    ]
}

/// The distance of the id of a second record from that of the first.
const SECOND: i64 = 100;

/// The journey with what has been stated and decided.
fn journey() -> impl Strategy<Value = String> {
    let new = [
        "",
        "documents_completed: 2026-10-01",
        "documents_completed: 2026-10-01",
        "documents_completed: 2026-10-01, keys_supplied: 2026-10-02",
        "keys_supplied: 2026-10-02, test_label: 2026-10-03, test_return: 2026-10-03, \
         connote_processed: 2026-10-04, confirmed_by_seko: 2026-10-05, confirmed_by_loop: \
         2026-10-05, live: 2026-10-06",
    ];
    let access = ["", "omnireturns_access: required\n", "omnireturns_access: not_required\n"];
    let existing = [
        "",
        "switched_to_loop: 2026-10-12",
        "switched_to_loop: 2026-10-12",
        "switched_to_loop: 2026-10-12, uploads_checked: 2026-10-13",
        "switched_to_loop: 2026-10-12, uploads_checked: 2026-10-13, live: 2026-10-14",
    ];
    let milestones = |stated: &str| match stated {
        "" => String::new(),
        stated => format!("milestones: {{{stated}}}\n"),
    };
    let new = prop::sample::select(new.to_vec())
        .prop_map(move |stated| format!("journey: new\n{}", milestones(stated)));
    let existing = (prop::sample::select(access.to_vec()), prop::sample::select(existing.to_vec()))
        .prop_map(move |(access, stated)| {
            format!("journey: existing\n{access}{}", milestones(stated))
        });
    prop_oneof![new, existing]
}

/// The file of a retailer.
fn file(name: &'static str, number: usize) -> impl Strategy<Value = (String, String)> {
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
    // The base name in OmniReturns, where it differs: one without the suffix.
    let base = prop_oneof![
        5 => Just(name.to_owned()),
        1 => Just(format!("{name} Online")),
        2 => prop::sample::select(NAMES.to_vec()).prop_map(str::to_owned),
    ];
    let base = base.prop_map(|base| base.trim_end_matches(" - Loop").to_owned());
    let pins =
        (prop::option::weighted(0.5, any_id(number)), prop::option::weighted(0.5, any_id(number)));
    (journey(), settings, pins, base).prop_map(move |(journey, settings, pins, base)| {
        let mut file = format!("retailer: \"{name}\"\n{journey}");
        if base != name {
            file.push_str(&format!("omnireturns: {{name: \"{base}\"}}\n"));
        }
        let pins = [("omnirps", pins.0), ("omnireturns", pins.1)];
        let pins = pins.into_iter().filter_map(|(system, id)| Some(format!("{system}: {}", id?)));
        let pins: Vec<String> = pins.collect();
        if !pins.is_empty() {
            file.push_str(&format!("ids: {{{}}}\n", pins.join(", ")));
        }
        if !settings.is_empty() {
            file.push_str(&format!("settings:\n  {}\n", settings.join("\n  ")));
        }
        (file, base)
    })
}

/// What a record is drawn from, beside its name: switches, a company or an address, a link.
type Drawn = ([bool; 4], usize, i64);

fn record(system: System, id: i64, name: &str, (switches, of_three, link): Drawn) -> Value {
    match system {
        System::Omniparcel => {
            json!({"AccountId": id, "AccountName": name, "Disabled": switches[0]})
        }
        System::Omnirps => {
            let urls =
                [Partner::default().tracking_webhook_url, String::new(), ELSEWHERE.to_owned()];
            json!({
                "RetailerId": id, "RetailerName": name,
                "TrackingWebhook": {"Url": urls[of_three], "Enabled": switches[1]},
                "ShopifyIntegrationEnabled": switches[2],
                "TrackAndTraceEmailsEnabled": switches[3],
            })
        }
        System::Omnireturns => {
            let emails: &[&str] = if switches[1] { &["a@acme.example"] } else { &[] };
            let hubs: &[&str] = if switches[1] && switches[2] { &["Sydney"] } else { &[] };
            json!({
                "RetailerId": id, "RetailerName": name, "CompanyId": of_three + 1,
                "PortalPublished": switches[0], "Emails": emails, "Hubs": hubs,
                "KeyIssued": switches[3],
                "OmniRPSRetailerId": if switches[2] { json!(link) } else { json!("") },
            })
        }
    }
}

/// The webhook of another program.
const ELSEWHERE: &str = "https://relay.acme.example/seko";

/// The records of a retailer in a system: mostly one of its name or nearly so, sometimes another
/// one of any name.
fn records(
    system: System,
    number: usize,
    base: String,
) -> impl Strategy<Value = Vec<(System, Value)>> {
    let drawn = move || (any::<[bool; 4]>(), 0..3usize, any_id(number));
    let own = (0..8usize, drawn());
    let any_name = (prop::sample::select(NAMES.to_vec()), 0..7usize);
    let second = prop::option::weighted(0.1, (any_name, drawn()));
    (own, second).prop_map(move |((spelling, own), second)| {
        let id = own_id(number);
        let own = spellings(&base).get(spelling).map(|name| record(system, id, name, own));
        let second = second.map(|((name, spelling), drawn)| {
            record(system, id + SECOND, &spellings(name)[spelling], drawn)
        });
        own.into_iter().chain(second).map(|record| (system, record)).collect()
    })
}

fn retailer(name: &'static str, number: usize) -> impl Strategy<Value = Case> {
    file(name, number).prop_flat_map(move |(file, base)| {
        let records = [
            records(System::Omniparcel, number, name.to_owned()),
            records(System::Omnirps, number, name.to_owned()),
            records(System::Omnireturns, number, base),
        ];
        records.prop_map(move |live| Case { file: file.clone(), live: live.concat() })
    })
}

/// A fleet of up to six retailers, and whether the partner's company exists. A file that is invalid
/// beside those before it, such as one with the name of another in capitals, is left out, and its
/// records stay.
pub(crate) fn world() -> impl Strategy<Value = (Vec<Case>, bool)> {
    let fleet: Vec<_> =
        NAMES.iter().enumerate().map(|(number, name)| retailer(name, number)).collect();
    (fleet, 1..=NAMES.len(), prop::bool::weighted(0.9)).prop_map(|(fleet, size, company)| {
        let mut cases: Vec<Case> = Vec::new();
        for case in fleet.into_iter().take(size) {
            cases.push(case);
            if checked(&cases).report.has_errors()
                && let Some(case) = cases.pop()
                && let Some(before) = cases.last_mut()
            {
                before.live.extend(case.live);
            }
        }
        (cases, company)
    })
}

/// Generates a value from a seed.
pub(crate) fn generated<S: Strategy>(strategy: S, seed: u64) -> S::Value {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    strategy.new_tree(&mut runner).unwrap().current()
}

fn checked(cases: &[Case]) -> Checked {
    let retailers = cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            Source::new(format!("retailers/r{number}.yaml"), case.file.clone().into_bytes())
        })
        .collect();
    let sources = Sources { root: ".".into(), retailers, ..Sources::default() };
    check(&sources, date(2026, 11, 23))
}

fn fleet(cases: &[Case]) -> Vec<Retailer> {
    let checked = checked(cases);
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
