//! `reconcile sandbox`: the three systems, served on this machine.

use super::session::{Session, seed};
use crate::cli::{Global, SandboxArgs};
use crate::exit::{Exit, Failure};
use crate::model::System;
use crate::sandbox::{self, LoggedRequest, State, Store};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

/// Serves the sandbox until it is interrupted; or resets it, or shows its log.
pub async fn run(global: &Global, args: &SandboxArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let file = session.sandbox_file();
    let seed = seed(args.seed.as_deref())?;
    if args.reset {
        Store::recreate(&State::File(file.clone()), &seed).map_err(super::sandbox_failure)?;
        super::print(|out| {
            writeln!(out, "The sandbox in {} holds its seed again.", file.display())
        })?;
        return Ok(Exit::Done);
    }
    if args.requests {
        let store = Store::open(&State::File(file), &seed).map_err(super::sandbox_failure)?;
        let requests = store.requests().map_err(super::sandbox_failure)?;
        super::print(|out| requests.iter().try_for_each(|request| line(request, out)))?;
        return Ok(Exit::Done);
    }
    let options = sandbox::Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)),
        seed,
        faults: session.faults()?,
        state: State::File(file),
        ..sandbox::Options::default()
    };
    let sandbox = sandbox::start(options).await.map_err(super::sandbox_failure)?;
    super::print(|out| {
        writeln!(out, "The sandbox is up. Its keys are no secrets. To use it from a project:")?;
        writeln!(out)?;
        writeln!(out, "environments:")?;
        writeln!(out, "  local:")?;
        for system in System::ALL {
            let (key, url) = (system.key(), sandbox.url(system));
            let variable = format!("SANDBOX_{}_KEY", key.to_uppercase());
            writeln!(out, "    {key}: {{url: \"{url}\", key: {{env: {variable}}}}}")?;
        }
        writeln!(out)?;
        for system in System::ALL {
            let variable = format!("SANDBOX_{}_KEY", system.key().to_uppercase());
            writeln!(out, "export {variable}={}", sandbox::key(system))?;
        }
        writeln!(out)?;
        writeln!(out, "Press Ctrl-C to end it.")
    })?;
    // Without a signal handler there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
    sandbox.stop().await;
    Ok(Exit::Done)
}

fn line(request: &LoggedRequest, out: &mut dyn Write) -> io::Result<()> {
    let LoggedRequest { n: _, at, system, method, path, status, effect, fault } = request;
    let status = status.map_or_else(|| "dropped".to_owned(), |status| status.to_string());
    let effect = if *effect { " changed" } else { "" };
    let fault = fault.as_ref().map_or_else(String::new, |fault| format!(" ({fault})"));
    writeln!(out, "{at} {method} {system}{path} {status}{effect}{fault}")
}
