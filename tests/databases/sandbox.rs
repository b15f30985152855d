//! The example queries read the sandbox's file as the contract reads its endpoints.

use reconcile::model::{Limits, Reading, System};
use reconcile::sandbox::{Options, State};
use reconcile::systems::open_sandbox;
use reconcile::systems::sql::Database;
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
    let options = Options { state: State::File(file.clone()), ..Options::default() };
    let sandbox = reconcile::sandbox::start(options).await.unwrap();
    let live = open_sandbox(&sandbox, Limits::default()).unwrap().read().await;
    let url = SecretString::from(format!("sqlite://{}", file.display()));
    for system in System::ALL {
        let Reading::Known(served) = live.reading(system) else { panic!("{system} is unknown") };
        assert!(served.records.len() > 5, "{system}");
        let (query, companies) = example(system);
        let timeout = Duration::from_secs(60);
        let database = Database::open(system, &url, query.into(), companies, timeout).unwrap();
        // While the sandbox runs and has the file open.
        let read = database.holdings().await.unwrap();
        assert_eq!(read, *served, "{system}");
        for (read, served) in read.records.iter().zip(&served.records) {
            assert_eq!(read.id.to_json(), served.id.to_json(), "{system}");
        }
    }
    sandbox.stop().await;
}
