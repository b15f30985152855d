//! The example queries on the sandbox's file give the same records as the contract's endpoints.

use reconcile::open_sandbox;
use reconcile::sandbox::{Options, Storage};
use reconcile::{Database, Terms, Uploads};
use reconcile::{Limits, System, SystemReading};
use secrecy::SecretString;
use std::time::Duration;

const COMPANIES: &str = include_str!("../../src/systems/sql/examples/companies.sql");

fn example(system: System) -> (&'static str, Option<String>) {
    match system {
        System::Omniparcel => (include_str!("../../src/systems/sql/examples/omniparcel.sql"), None),
        System::Omnirps => (include_str!("../../src/systems/sql/examples/omnirps.sql"), None),
        System::Omnireturns => {
            (include_str!("../../src/systems/sql/examples/omnireturns.sql"), Some(COMPANIES.into()))
        }
    }
}

#[tokio::test]
async fn the_examples_read_what_the_sandbox_serves() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let options = Options { state: Storage::File(file.clone()), ..Options::default() };
    let sandbox = reconcile::sandbox::start(options).await.unwrap();
    let live = open_sandbox(&sandbox, Limits::default()).unwrap().read().await;
    let url = SecretString::from(format!("sqlite://{}", file.display()));
    for system in System::ALL {
        let SystemReading::Observed(served) = live.reading(system) else {
            panic!("{system} is unknown")
        };
        let mut served = served.clone();
        // A query has no columns for these.
        for record in &mut served.records {
            (record.disabled, record.key_issued) = (false, false);
        }
        assert!(served.records.len() > 5, "{system}");
        let (query, companies) = example(system);
        let terms = Terms::alone(Duration::from_secs(60));
        let database = Database::open(system, &url, query.into(), companies, terms).unwrap();
        // The sandbox is running and has the file open.
        let read = database.read_all().await.unwrap();
        assert_eq!(read, served, "{system}");
        for (read, served) in read.records.iter().zip(&served.records) {
            assert_eq!(read.id.to_json(), served.id.to_json(), "{system}");
        }
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn the_example_for_uploads_reads_what_the_sandbox_holds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sandbox.db");
    let options = Options { state: Storage::File(file.clone()), ..Options::default() };
    let sandbox = reconcile::sandbox::start(options).await.unwrap();
    let id = |name| sandbox.retailer(name, None).unwrap().unwrap();
    for _ in 0..2 {
        sandbox.upload(id("Granite Gear")).unwrap();
    }
    sandbox.upload(id("Harbor Kids")).unwrap();
    sandbox.process(id("Granite Gear"), "SBX00000002").unwrap();
    let url = SecretString::from(format!("sqlite://{}", file.display()));
    let query = include_str!("../../src/systems/sql/examples/uploads.sql");
    let uploads = Uploads::open(&url, query.into(), Terms::alone(Duration::from_secs(60))).unwrap();
    let read = uploads.read("507", "2026-01-01".parse().unwrap()).await.unwrap();
    let told: Vec<(&str, bool)> = read
        .iter()
        .map(|upload| (upload.connote.as_str(), upload.processed_at.is_some()))
        .collect();
    assert_eq!(told, [("SBX00000001", false), ("SBX00000002", true)]);
    let later = uploads.read("507", "2999-01-01".parse().unwrap()).await.unwrap();
    assert_eq!(later, []);
    sandbox.stop().await;
}
