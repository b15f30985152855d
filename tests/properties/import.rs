//! Properties of an import of generated live states into generated files: the files are
//! valid, the new ones have only held entries in a plan, the plans of existing files do not
//! get worse, and importing or pinning again changes nothing.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use reconcile::{Checked, Source, Sources, check};
use reconcile::{
    Company, Id, Live, Partner, Record, Retailer, Setting, System, SystemReading, SystemState,
    Value,
};
use reconcile::{Import, ImportInput, import, pin};
use reconcile::{Plan, PlanInput, plan};
use std::collections::BTreeMap;

const TODAY: Date = date(2026, 11, 23);

/// Names that resemble each other, and names with a meaning in YAML or in the checks.
const NAMES: [&str; 16] = [
    "Acme",
    "ACME",
    "Acme - Loop",
    "Acme-Loop",
    "Acme - Loop - Loop",
    " Acme",
    "Аcme",
    "Birch & Bay",
    "Birch  & Bay",
    "- x: #",
    "yes",
    "Вега",
    "🙂",
    "a@acme.example",
    "Café",
    "Cafe\u{301}",
];

fn record() -> impl Strategy<Value = (&'static str, u64, [bool; 4], Option<u64>)> {
    (
        prop::sample::select(NAMES.to_vec()),
        1..9_u64,
        any::<[bool; 4]>(),
        prop::option::weighted(0.6, 1..9_u64),
    )
}

fn holdings(system: System) -> impl Strategy<Value = SystemState> {
    prop::collection::vec(record(), 0..6).prop_map(move |drawn| {
        let mut records: BTreeMap<u64, Record> = BTreeMap::new();
        for (name, id, flags, link) in drawn {
            let values = values(system, name, flags, link);
            let json = if flags[3] { id.into() } else { id.to_string().into() };
            let id_of = Id::from_json(&json).unwrap();
            records.insert(
                id,
                Record {
                    id: id_of,
                    name: name.into(),
                    disabled: false,
                    key_issued: false,
                    values: values.into_iter().collect(),
                },
            );
        }
        let companies = [("Loop", 7_u64), ("SEKO", 1)].map(|(name, id)| Company {
            id: Id::from_json(&id.into()).unwrap(),
            name: name.into(),
        });
        SystemState { records: records.into_values().collect(), companies: Some(companies.into()) }
    })
}

fn values(
    system: System,
    name: &str,
    flags: [bool; 4],
    link: Option<u64>,
) -> BTreeMap<Setting, Value> {
    let word =
        |flag: bool, on: &'static str, off: &'static str| Value::text(if flag { on } else { off });
    let url = Partner::default().tracking_webhook_url;
    let link = link.map_or(Value::Unset, |id| Value::text(id.to_string()));
    match system {
        System::Omniparcel => BTreeMap::new(),
        System::Omnirps => BTreeMap::from([
            (
                Setting::OmnirpsTrackingWebhookUrl,
                if flags[0] { Value::text(url) } else { Value::Unset },
            ),
            (Setting::OmnirpsTrackingWebhookEnabled, Value::Flag(flags[1])),
            (Setting::OmnirpsShopifyIntegration, word(flags[2], "enabled", "disabled")),
            (Setting::OmnirpsTrackAndTraceEmails, Value::text("enabled")),
        ]),
        System::Omnireturns => BTreeMap::from([
            (Setting::OmnireturnsName, Value::text(name.to_owned())),
            (Setting::OmnireturnsCompany, word(flags[0], "Loop", "SEKO")),
            (Setting::OmnireturnsPortal, word(flags[1], "published", "unpublished")),
            (Setting::OmnireturnsOmnirpsRetailerId, link),
            (Setting::OmnireturnsEmails, Value::none()),
            (Setting::OmnireturnsHubs, Value::none()),
        ]),
    }
}

fn live() -> impl Strategy<Value = Live> {
    let [parcel, rps, returns] = System::ALL.map(holdings);
    (parcel, rps, returns).prop_map(|(parcel, rps, returns)| {
        let known = [parcel, rps, returns].map(SystemReading::Observed);
        Live::new(System::ALL.into_iter().zip(known).collect())
    })
}

/// Files that are valid together; invalid ones are dropped.
fn files() -> impl Strategy<Value = Sources> {
    let file = (
        prop::sample::select(NAMES.to_vec()),
        any::<bool>(),
        prop::option::of(1..9_u64),
        prop::option::of(1..9_u64),
    );
    prop::collection::vec(file, 0..4).prop_map(|drawn| {
        let mut sources =
            Sources { root: ".".into(), folder: "retailers".into(), ..Sources::default() };
        for (number, (name, is_new, rps, returns)) in drawn.into_iter().enumerate() {
            let journey = if is_new { "new" } else { "existing" };
            let mut text = format!("retailer: {name:?} # kept\njourney: {journey}\n");
            if rps.is_some() || returns.is_some() {
                text.push_str("ids:\n");
            }
            for (key, id) in [("omnirps", rps), ("omnireturns", returns)] {
                text.extend(id.map(|id| format!("  {key}: {id}\n")));
            }
            text.push_str("# the end\n");
            let path = format!("retailers/r{number}.yaml");
            sources.retailers.push(Source::new(path, text.into_bytes()));
            if check(&sources, TODAY).report.has_errors() {
                sources.retailers.pop();
            }
        }
        sources
    })
}

fn checked(sources: &Sources) -> Checked {
    let checked = check(sources, TODAY);
    assert!(!checked.report.has_errors(), "{:?}", checked.report.diagnostics);
    checked
}

fn input<'a>(
    sources: &'a Sources,
    fleet: &'a [Retailer],
    partner: &'a Partner,
    live: &'a Live,
) -> ImportInput<'a> {
    ImportInput { sources, fleet, partner, live, today: TODAY }
}

fn planned(fleet: &[Retailer], live: &Live, in_scope: &(dyn Fn(&Retailer) -> bool + Sync)) -> Plan {
    let partner = &Partner::default();
    plan(&PlanInput {
        environment: "test",
        partner,
        fleet: fleet.iter().collect(),
        in_scope,
        live,
        capabilities: &reconcile::Capabilities::default(),
        is_whole: true,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn an_import_is_valid_and_plans_nothing(mut sources in files(), live in live()) {
        let partner = Partner::default();
        let before = checked(&sources).retailers;
        let is_old = |retailer: &Retailer| before.iter().any(|old| old.file == retailer.file);
        let first = input(&sources, &before, &partner, &live);
        let Import { drafts, left_out } = import(&first, &[]);
        for draft in &drafts {
            let (path, bytes) = (draft.retailer.file.clone(), draft.text.clone().into_bytes());
            sources.retailers.push(Source::new(path, bytes));
        }

        let after = checked(&sources).retailers;
        let plan = planned(&after, &live, &|retailer| !is_old(retailer));
        let summary = plan.summary;
        let entries = summary.create + summary.update + summary.manual + summary.blocked;
        prop_assert_eq!(entries, 0, "{:?}", plan);
        // Previously undeclared records have a file now.
        let old = |fleet: &[Retailer]| Plan { undeclared: None, ..planned(fleet, &live, &is_old) };
        prop_assert_eq!(old(&after), old(&before), "files that were there plan the same");

        let second = input(&sources, &after, &partner, &live);
        let again = import(&second, &[]);
        prop_assert_eq!(again.drafts, vec![], "importing again writes nothing");
        prop_assert_eq!(again.left_out, left_out, "what is left out stays so");
    }

    #[test]
    fn pins_keep_the_files_and_the_plan(sources in files(), live in live()) {
        let partner = Partner::default();
        let fleet = checked(&sources).retailers;
        let first = input(&sources, &fleet, &partner, &live);
        let pinning = pin::pin(&first, |_| true);
        prop_assert_eq!(&pinning.refused, &Vec::<String>::new());
        for (old, new) in sources.retailers.iter().zip(&pinning.sources.retailers) {
            let new = String::from_utf8(new.bytes.clone()).unwrap();
            let mut lines = new.lines();
            for line in std::str::from_utf8(&old.bytes).unwrap().lines() {
                prop_assert!(lines.any(|other| other == line), "{} in {}", line, new);
            }
        }
        let after = checked(&pinning.sources).retailers;
        prop_assert_eq!(&after, &pinning.fleet);
        let actions = |fleet: &[Retailer]| -> Vec<String> {
            let plan = planned(fleet, &live, &|_| true);
            plan.actions().map(|(_, action)| format!("{action:?}")).collect()
        };
        prop_assert_eq!(actions(&after), actions(&fleet));
        let second = input(&pinning.sources, &after, &partner, &live);
        let again = pin::pin(&second, |_| true);
        prop_assert_eq!((again.pins, again.refused), (vec![], vec![]), "pinning again does nothing");
    }
}
