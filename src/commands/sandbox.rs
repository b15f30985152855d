//! `reconcile sandbox`: serves the three systems on this machine, and simulates the hub and the
//! partner.

use crate::cli::{Global, SandboxArgs};
use crate::exit::{Exit, Failure};
use crate::model::{Retailer, SANDBOX, System};
use crate::render::sandbox as show;
use crate::render::style::clean;
use crate::sandbox::{self, RehearsalResult, Sandbox, Storage, Store};
use crate::session::{Mentioned, Session};

/// Serves the sandbox until it is interrupted; or resets it, shows its log, or simulates
/// actions of others in it.
pub(super) async fn run(global: &Global, args: &SandboxArgs) -> Result<Exit, Failure> {
    let SandboxArgs { seed_from: from, process, upload, .. } = args;
    let usage =
        |session: &Session| from.as_deref().map_or(Ok(()), |name| session.real(name).map(drop));
    let retailer = process.as_ref().and_then(|words| words.first()).or(upload.as_ref());
    let (retailer, usage) = (retailer.map(String::as_str), Some(&usage as _));
    let mentioned = Mentioned { retailer, usage, ..Mentioned::default() };
    let session = Session::load_without_retailers(global, mentioned)?;
    let retailer = retailer.map(|word| session.find(word)).transpose()?;
    let file = session.sandbox_file();
    if let Some(name) = from {
        return seed_from(session, name).await;
    }
    let seed = session.seed(args.seed.as_deref(), args.reset)?;
    if args.reset {
        session.forget_embedded_records().await?;
        Store::recreate(&Storage::File(file.clone()), &seed)?;
        let file = clean(&file.display().to_string());
        super::print(|out| writeln!(out, "The sandbox in {file} was reset to its seed."))?;
        return Ok(Exit::Done);
    }
    if args.requests {
        let store = Store::open(&Storage::File(file), &seed)?;
        let requests = store.requests()?;
        super::print(|out| requests.iter().try_for_each(|request| show::request(request, out)))?;
        return Ok(Exit::Done);
    }
    if let Some(retailer) = retailer {
        let connote = process.as_ref().and_then(|words| words.last());
        return play(session, retailer, session.start_sandbox(seed, 0).await?, connote).await;
    }
    let sandbox = session.start_sandbox(seed, args.port).await?;
    let entrances = System::ALL.map(|of| (of, sandbox.url(of), sandbox::key(of)));
    super::print(|out| show::served(&entrances, out))?;
    // Without a signal handler there is nothing to wait for.
    let _ = tokio::signal::ctrl_c().await;
    sandbox.stop().await;
    Ok(Exit::Done)
}

/// Replaces the sandbox's records with those of another environment. It only has a reader, so
/// it cannot write there.
async fn seed_from(session: &Session, name: &str) -> Result<Exit, Failure> {
    let (name, environment) = session.real(name)?;
    let live = session.read_live(environment).await?;
    if live.failed().next().is_some() {
        return Err(Failure::failed(
            "the sandbox was not changed: a system could not be read",
            "copy again when every system can be read",
        ));
    }
    let copy = sandbox::copy(live)?;
    let file = session.sandbox_file();
    session.forget_embedded_records().await?;
    Store::recreate(&Storage::File(file.clone()), &copy.seed)?;
    let embedded = session.embedded_environments().next().unwrap_or(SANDBOX);
    super::print(|out| show::copied(&file, name, embedded, &copy, live, out))?;
    Ok(Exit::Done)
}

/// Simulates the hub for a connote, or without one the partner.
async fn play(
    session: &Session,
    retailer: &Retailer,
    sandbox: Sandbox,
    connote: Option<&String>,
) -> Result<Exit, Failure> {
    let played = rehearse(session, retailer, &sandbox, connote);
    // Stopping delivers the events of the return to the webhook.
    sandbox.stop().await;
    let played = played?;
    super::print(|out| show::played(&played, &retailer.name, connote, out))?;
    Ok(Exit::Done)
}

fn rehearse(
    session: &Session,
    retailer: &Retailer,
    sandbox: &Sandbox,
    connote: Option<&String>,
) -> Result<RehearsalResult, Failure> {
    let name = &retailer.name;
    let id = retailer.ids.get(&System::Omnirps).map(String::as_str);
    let Some(found) = sandbox.retailer(name, id)? else {
        return Err(session.not_in_sandbox(name));
    };
    let Some(connote) = connote else { return Ok(sandbox.upload(found)?) };
    sandbox.process(found, connote)?.ok_or_else(|| {
        Failure::failed(
            format!("nobody has uploaded a return `{connote}` of {name}"),
            "copy the connote from the output of `reconcile verify`",
        )
    })
}
