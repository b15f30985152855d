//! An open environment: its systems, or the embedded sandbox.

use super::Session;
use crate::config;
use crate::console::{print_failed_reads, read_text, warn};
use crate::exit::Failure;
use crate::files::nesting::too_deep_at;
use crate::matching::ReadScope;
use crate::model::address::mask_in_text;
use crate::model::{Backend, Environment, Limits, Live, Override, Setting, System, Value};
use crate::progress::while_reading;
use crate::sandbox::{self, Faults, Sandbox, SandboxError, Seed, Storage, Store};
use crate::systems::{self, Purpose, Reader};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// An open environment.
pub(crate) struct Connection {
    pub reader: Reader,
    pub limits: Limits,
    quiet: bool,
    sandbox: Option<Sandbox>,
}

impl Connection {
    /// Reads everything, with progress on a terminal if it takes long.
    pub(crate) async fn read(&self) -> Live {
        while_reading(self.reader.read(), self.quiet).await
    }

    /// Reads what is needed of each system, with progress.
    pub(crate) async fn read_scopes(&self, scopes: &BTreeMap<System, ReadScope>) -> Live {
        while_reading(self.reader.read_scopes(scopes), self.quiet).await
    }

    /// Stops what was started for the environment.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

impl Session {
    /// Opens an environment; starts the sandbox for an embedded one.
    pub(crate) async fn open(&self, environment: &Environment) -> Result<Connection, Failure> {
        self.open_for(environment, Purpose::Settings).await
    }

    /// Opens an environment for a purpose.
    pub(crate) async fn open_for(
        &self,
        environment: &Environment,
        purpose: Purpose,
    ) -> Result<Connection, Failure> {
        let limits = environment.limits;
        let (opened, sandbox) = match &environment.backend {
            Backend::Remote(routes) => (systems::open(environment, routes, purpose), None),
            Backend::Embedded => {
                let sandbox = self.start_sandbox(Seed::default(), 0).await?;
                (systems::open_sandbox(&sandbox, limits), Some(sandbox))
            }
        };
        let mut reader = opened.map_err(|error| Failure::because(&error, error.hint()))?;
        if sandbox.is_some() && self.command_options().is_rehearsal {
            reader.rehearses = Some(self.project.default_environment.clone());
        }
        self.declare_addresses(&reader);
        Ok(Connection { reader, limits, quiet: self.global.quiet, sandbox })
    }

    /// Opens an environment, reads all of it, and closes it. Systems that could not be read are
    /// named on stderr.
    pub(crate) async fn read_live(
        &self,
        environment: &Environment,
    ) -> Result<&'static Live, Failure> {
        self.read_live_beside(environment, &ReadScope::everything(), std::future::ready(())).await
    }

    /// Like [`Session::read_live`], but reads only what is needed of each system, with other work
    /// at the same time. What was read lives until the program ends, as the files do.
    pub(crate) async fn read_live_beside(
        &self,
        environment: &Environment,
        scopes: &BTreeMap<System, ReadScope>,
        other: impl Future<Output = ()>,
    ) -> Result<&'static Live, Failure> {
        let opened = self.open(environment).await?;
        let (live, ()) = tokio::join!(opened.read_scopes(scopes), other);
        opened.close().await;
        print_failed_reads(&live);
        Ok(Box::leak(Box::new(live)))
    }

    /// Reads what the retailers in scope need, for a command that can do without. Warns why a
    /// system could not be read.
    pub(crate) async fn try_read_live(&self) -> Option<Live> {
        let read = async {
            let opened = self.open(self.environment()?.1).await?;
            let live = opened.read_scopes(&self.needed_scopes(None)).await;
            opened.close().await;
            Ok::<_, Failure>(live)
        };
        let unread = match read.await {
            Ok(live) => {
                for (system, why) in live.failed() {
                    warn(&self.global, &format!("{system} could not be read: {why}"));
                }
                return Some(live);
            }
            Err(failure) => failure.advice,
        };
        unread.iter().for_each(|why| warn(&self.global, &why.to_string()));
        None
    }

    /// Starts the sandbox with its saved state, and the faults that the command line names.
    pub(crate) async fn start_sandbox(&self, seed: Seed, port: u16) -> Result<Sandbox, Failure> {
        let options = sandbox::Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            seed,
            faults: faults(self.global.sandbox_faults.as_deref())?,
            state: Storage::File(self.sandbox_file()),
            ..sandbox::Options::default()
        };
        Ok(sandbox::start(options).await?)
    }

    /// Reads the initial state of the sandbox, and warns if it has records that stay.
    pub(crate) fn seed(&self, path: Option<&Path>, is_reset: bool) -> Result<Seed, Failure> {
        let has_records = || self.sandbox_file().metadata().is_ok_and(|of| of.len() > 0);
        if path.is_some() && !is_reset && has_records() {
            let message = "the sandbox has records already, so the seed file is not used; \
                           `reconcile sandbox --reset --seed FILE` replaces them";
            warn(&self.global, message);
        }
        read_seed(path)
    }

    /// Lets the addresses that the files ask for be read as they are.
    fn declare_addresses(&self, reader: &systems::Reader) {
        let overrides = self.fleet.iter().filter_map(|retailer| {
            match retailer.overrides.get(&Setting::OmnirpsTrackingWebhookUrl)? {
                Override::Value { value: Value::Text(address), .. } => Some(address.as_ref()),
                _ => None,
            }
        });
        let partner = self.project.partner.tracking_webhook_url.as_str();
        reader.declare_addresses(overrides.chain([partner]));
    }
}

/// Reads the faults for the sandbox to inject.
fn faults(path: Option<&Path>) -> Result<Faults, Failure> {
    // CI passes an unset variable as an empty one.
    let path = path.filter(|path| !path.as_os_str().is_empty());
    let Some(path) = path else { return Ok(Faults::default()) };
    read_yaml(path, "faults")
}

/// Reads the initial state of the sandbox, and checks that a sandbox accepts it.
fn read_seed(path: Option<&Path>) -> Result<Seed, Failure> {
    let Some(path) = path else { return Ok(Seed::default()) };
    let seed = read_yaml(path, "seed")?;
    let error = match Store::open(&Storage::Memory, &seed) {
        Ok(_) => return Ok(seed),
        Err(error) => error,
    };
    let SandboxError::Seeded { list, index, property, .. } = &error else {
        return Err(error.into());
    };
    let (line, column) = config::place_of_item(&read_text(path)?, list, *index, property);
    Err(Failure::usage(
        format!("{}:{line}:{column}: {}", path.display(), mask_in_text(&error.to_string())),
        "give each record a unique id, and a company that is among the `Companies`",
    ))
}

/// Reads a file of the sandbox; an error contains the position.
fn read_yaml<T: DeserializeOwned>(path: &Path, schema: &str) -> Result<T, Failure> {
    let wrong = |line: usize, column: usize, message: &str| {
        Failure::usage(
            format!("{}:{line}:{column}: {message}", path.display()),
            format!("correct it; `reconcile schema {schema}` prints what the file may contain"),
        )
    };
    let text = read_text(path)?;
    if let Some(at) = too_deep_at(text.as_bytes()) {
        let before = &text[..at];
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let line = before.matches('\n').count() + 1;
        return Err(wrong(line, column, "values are nested too deeply"));
    }
    serde_yaml::from_str(&text).map_err(|error| {
        // Empty files and files with two documents have no position.
        let (line, column) =
            error.location().map_or((1, 1), |place| (place.line(), place.column()));
        let message = mask_in_text(&error.to_string());
        // The parser repeats the position at the end of its message.
        let message = message.split(" at line ").next().unwrap_or_default();
        wrong(line, column, message.trim_start_matches('.'))
    })
}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Failure {
        Failure::because(&error, error.hint())
    }
}
