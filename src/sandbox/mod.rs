//! The sandbox: OmniParcel, OmniReturns and OmniRPS served over real HTTP, with their
//! state in SQLite.
//!
//! It serves the project's own admin contract, and beside it the runtime endpoints that
//! public documentation knows; the contract is not SEKO's. Tests use it as the live
//! systems, and people rehearse with it. Enters: a seed, requests, faults. Leaves:
//! answers, webhook events to loopback addresses, a log of requests. Nothing here is
//! global, so any number of sandboxes run side by side. Only the model is used from the
//! rest of the program; in particular nothing is shared with the client that talks to
//! it, or a slip in the one would be repeated in the other.

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
mod play;
mod record;
mod runtime;
mod seed;
mod serve;
mod store;
#[cfg(test)]
mod tests;
mod webhook;

pub(crate) use copy::{Copied, copy};
pub use error::SandboxError;
pub use faults::{Booleans, Echo, Effect, Faults, Move, Probability, Rule};
pub use omniparcel::Account;
pub use omnireturns::{Company, ReturnsRetailer};
pub use omnirps::{RpsRetailer, TrackingWebhook, Upload};
pub use play::Played;
pub use seed::Seed;
pub use store::{Delivery, LoggedRequest, Store};

use crate::model::System;
use faults::FaultBook;
use serve::{GRACE, Shared};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Once};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use url::Url;
use webhook::WebhookEvent;

/// How a sandbox is started.
#[derive(Clone, Debug)]
pub struct Options {
    pub state: Storage,
    /// A loopback address; port 0 takes any free port.
    pub listen: SocketAddr,
    /// What a new state holds, and what a reset brings back.
    pub seed: Seed,
    pub faults: Faults,
    /// The largest page that is given, whatever a client asks for.
    pub page_size: u32,
    /// How long after each failed delivery a webhook is tried again.
    pub webhook_retries: Vec<Duration>,
}

impl Default for Options {
    /// Returns options for a sandbox in memory, on any free port, with the sample seed.
    fn default() -> Self {
        Options {
            state: Storage::Memory,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            seed: Seed::default(),
            faults: Faults::default(),
            // The page size that the contract shows.
            page_size: 200,
            // 60 minutes, 24 hours and 48 hours in the documentation; here just apart
            // enough to tell the attempts from each other.
            webhook_retries: [10, 40, 80].map(Duration::from_millis).into(),
        }
    }
}

/// Where the records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    File(PathBuf),
    Memory,
}

/// A running sandbox. Dropping it stops it, too, but waits for nothing.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    store: Store,
    faults: Arc<FaultBook>,
    events: mpsc::UnboundedSender<WebhookEvent>,
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
    let faults = Arc::new(FaultBook::new(faults));
    let shared = Arc::new(Shared {
        store: store.clone(),
        faults: Arc::clone(&faults),
        seed,
        page_size,
        address,
        events: events.clone(),
        log_failed: Once::new(),
    });
    let server = tokio::spawn(serve::serve(listener, shared, stopped));
    let deliveries =
        tokio::spawn(webhook::deliver_all(emitted, store.clone(), client, webhook_retries.into()));
    Ok(Sandbox { address, store, faults, events, stop, server, deliveries })
}

impl Sandbox {
    /// Returns a system's URL, below which the contract's paths lie.
    pub fn url(&self, system: System) -> Url {
        Url::parse(&format!("http://{}/{}", self.address, system.key()))
            .expect("a socket address and a plain word make a URL")
    }

    /// Returns the state, to look into it or to change it by hand.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Puts other faults in place of all there are.
    pub fn set_faults(&self, faults: Faults) {
        self.faults.replace(faults);
    }

    /// Stops listening, and lets requests and deliveries under way end.
    pub async fn stop(self) {
        let Sandbox { address: _, store: _, faults: _, events, stop, server, deliveries } = self;
        // Fails only if the server has ended already.
        let _ = stop.send(true);
        let _ = server.await;
        drop(events);
        let abort = deliveries.abort_handle();
        if tokio::time::timeout(GRACE, deliveries).await.is_err() {
            abort.abort();
        }
    }
}

/// Returns what a test label can be asked for with.
pub(crate) fn label_body() -> serde_json::Value {
    serde_yaml::from_str(include_str!("label.yaml")).expect("a test reads the file")
}

/// Returns a system's admin key, the same in every sandbox. It is no secret: it protects
/// nothing, and exists so that clients have to send one.
pub fn key(system: System) -> &'static str {
    match system {
        System::Omniparcel => "sandbox-omniparcel-key",
        System::Omnireturns => "sandbox-omnireturns-key",
        System::Omnirps => "sandbox-omnirps-key",
    }
}

/// Returns the header that carries a system's key.
fn key_header(system: System) -> &'static str {
    match system {
        System::Omniparcel | System::Omnireturns => "access_key",
        System::Omnirps => "Token",
    }
}
