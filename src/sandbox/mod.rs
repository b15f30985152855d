//! The sandbox: OmniParcel, OmniReturns and OmniRPS served over real HTTP, with their state
//! in SQLite.
//!
//! It implements the project's own admin contract, which is not SEKO's, and the runtime
//! endpoints that SEKO documents publicly. Tests use it as the live systems, and people use
//! it for rehearsals. Enters: a seed, requests, faults. Leaves: responses, webhook events
//! to loopback addresses, a request log. There is no global state, so any number of
//! sandboxes can run concurrently. Of the rest of the program only the model and `files` are
//! used. In particular no code is shared with the client, so that an error in one is not
//! repeated in the other.

mod admin;
mod answer;
mod control;
mod copy;
mod error;
mod faults;
mod fields;
mod omniparcel;
mod omnireturns;
mod omnirps;
mod record;
mod rehearsal;
mod runtime;
mod seed;
mod serve;
mod shared;
mod store;
#[cfg(test)]
mod tests;
mod webhook;

pub(crate) use copy::{SeedCopy, copy};
pub use error::SandboxError;
pub use faults::{Booleans, Echo, Effect, Faults, ListShift, Probability, Rule};
pub use omniparcel::Account;
pub use omnireturns::{Company, ReturnsRetailer};
pub use omnirps::{RpsRetailer, TrackingWebhook, Upload};
pub use rehearsal::RehearsalResult;
pub use seed::Seed;
pub use store::{Delivery, LoggedRequest, Store};

use crate::model::System;
use faults::ActiveFaults;
use serve::SHUTDOWN_TIMEOUT;
use shared::Shared;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use url::Url;

/// The configuration of a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    pub state: Storage,
    /// A loopback address; port 0 selects any free port.
    pub listen: SocketAddr,
    /// The records of new state, and of state that was reset.
    pub seed: Seed,
    pub faults: Faults,
    /// The maximum page size, whatever a client requests.
    pub page_size: u32,
    /// The delays between attempts to deliver a webhook event.
    pub webhook_retries: Vec<Duration>,
}

impl Default for Options {
    /// Returns options for an in-memory sandbox on any free port, with the sample seed.
    fn default() -> Self {
        Options {
            state: Storage::Memory,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Seed::default(),
            faults: Faults::default(),
            // The page size in the contract's examples.
            page_size: 200,
            // 60 minutes, 24 hours and 48 hours in the documentation (see `webhook`),
            // compressed here to intervals that still separate the attempts.
            webhook_retries: [10, 40, 80].map(Duration::from_millis).into(),
        }
    }
}

/// Where the records are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    File(PathBuf),
    Memory,
}

/// A running sandbox. Dropping it stops it without waiting for requests under way.
#[derive(Debug)]
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    deliveries: JoinHandle<()>,
}

/// Starts a sandbox on a loopback address.
pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
    let Options { state, listen, seed, faults, page_size, webhook_retries } = options;
    if !listen.ip().is_loopback() {
        return Err(SandboxError::NotLoopback { listen });
    }
    let client = webhook::client()?;
    let store = Store::open(&state, &seed)?;
    let failed = |source| SandboxError::Listen { listen, source };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let (events, emitted) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(false);
    let deliveries =
        tokio::spawn(webhook::deliver_all(emitted, store.clone(), client, webhook_retries));
    let faults = ActiveFaults::new(faults);
    let log_failed = Once::new();
    let shared = Arc::new(Shared { store, faults, seed, page_size, address, events, log_failed });
    let server = tokio::spawn(serve::serve(listener, Arc::clone(&shared), stopped));
    Ok(Sandbox { shared, stop, server, deliveries })
}

impl Sandbox {
    /// Returns the base URL of a system.
    pub fn url(&self, system: System) -> Url {
        Url::parse(&format!("http://{}/{}", self.shared.address, system.key()))
            .expect("a socket address and a plain word make a URL")
    }

    /// Returns the state, for inspection and for changes by hand.
    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Replaces all fault rules.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.faults.replace(faults);
    }

    /// Stops listening and waits for requests and deliveries under way.
    pub async fn stop(self) {
        let Sandbox { shared, stop, server, deliveries } = self;
        // Fails only if the server has ended already.
        let _ = stop.send(true);
        let _ = server.await;
        // Deliveries end once nothing can emit events.
        drop(shared);
        let abort = deliveries.abort_handle();
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, deliveries).await.is_err() {
            abort.abort();
        }
    }
}

/// Returns a sample request body for a label.
pub(crate) fn label_body() -> serde_json::Value {
    serde_yaml::from_str(include_str!("label.yaml")).expect("a test reads the file")
}

/// Returns a system's admin key. It is the same in every sandbox and protects nothing; it
/// exists so that clients have to send one.
pub fn key(system: System) -> &'static str {
    match system {
        System::Omniparcel => "sandbox-omniparcel-key",
        System::Omnireturns => "sandbox-omnireturns-key",
        System::Omnirps => "sandbox-omnirps-key",
    }
}

/// Returns the name of the header that carries a system's key.
fn key_header(system: System) -> &'static str {
    match system {
        System::Omniparcel | System::Omnireturns => "access_key",
        System::Omnirps => "Token",
    }
}
