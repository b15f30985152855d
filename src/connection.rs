//! An open environment: the systems behind it, or the embedded sandbox that plays them.

use crate::console::read_text;
use crate::exit::Failure;
use crate::model::{Backend, Environment, Limits};
use crate::sandbox::{self, Faults, Sandbox, SandboxError, Seed, Storage};
use crate::systems::{self, Purpose, Reader};
use std::path::Path;

/// An environment that is open.
pub(crate) struct Connection {
    pub reader: Reader,
    pub limits: Limits,
    sandbox: Option<Sandbox>,
}

/// Opens an environment for a purpose. An embedded one keeps its state in a file, and shows the
/// faults of another.
pub(crate) async fn open(
    environment: &Environment,
    purpose: Purpose,
    state: &Path,
    faults_file: Option<&Path>,
) -> Result<Connection, Failure> {
    let limits = environment.limits;
    match &environment.backend {
        Backend::Remote(routes) => {
            let reader = systems::open(environment, routes, purpose)
                .map_err(|error| Failure::because(&error, error.hint()))?;
            Ok(Connection { reader, limits, sandbox: None })
        }
        Backend::Embedded => {
            let options = sandbox::Options {
                faults: faults(faults_file)?,
                state: Storage::File(state.to_owned()),
                ..sandbox::Options::default()
            };
            let sandbox = sandbox::start(options).await.map_err(sandbox_failure)?;
            let reader = systems::open_sandbox(&sandbox, limits)
                .map_err(|error| Failure::because(&error, error.hint()))?;
            Ok(Connection { reader, limits, sandbox: Some(sandbox) })
        }
    }
}

impl Connection {
    /// Ends what was started for the environment.
    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Reads the faults that the sandbox is to show.
pub(crate) fn faults(path: Option<&Path>) -> Result<Faults, Failure> {
    // CI passes a variable that is not set as an empty one.
    let path = path.filter(|path| !path.as_os_str().is_empty());
    let Some(path) = path else { return Ok(Faults::default()) };
    serde_yaml::from_str(&read_text(path)?).map_err(|error| {
        Failure::usage(
            format!("`{}` holds no faults: {error}", path.display()),
            "write them as docs/connecting.md shows",
        )
    })
}

/// Reads the seed that the sandbox starts from.
pub(crate) fn seed(path: Option<&Path>) -> Result<Seed, Failure> {
    let Some(path) = path else { return Ok(Seed::default()) };
    Seed::from_yaml(&read_text(path)?).map_err(|error| {
        Failure::usage(
            format!("`{}` holds no seed: {error}", path.display()),
            "write it with the names of the admin contract",
        )
    })
}

/// Describes a sandbox that does not start.
pub(crate) fn sandbox_failure(error: SandboxError) -> Failure {
    Failure::because(&error, "`reconcile sandbox --reset` starts the sandbox afresh")
}
