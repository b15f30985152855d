//! `reconcile new`: writes the file of one retailer. It only has a reader, so it cannot write
//! to any system.

use crate::authoring::{NewFile, NewRetailer, draft, likely_journey};
use crate::cli::{Global, JourneyChoice, NewArgs};
use crate::console::{ask, is_terminal, warn};
use crate::exit::{Exit, Failure};
use crate::files::{self, Readers};
use crate::import::ImportInput;
use crate::model::{Advice, Journey, Live};
use crate::render::attest as show;
use crate::session::{self, Session};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::io;

/// Writes the file, unless it would be invalid or a duplicate.
pub(super) async fn run(global: &Global, args: &NewArgs) -> Result<Exit, Failure> {
    session::locations(global).create_folder().map_err(|error| {
        let hint = "check that you may write here, or go to the folder of the project";
        Failure::failed(format!("the folder `retailers` cannot be created: {error}"), hint)
    })?;
    let session = Session::load_without_retailers(global)?;
    let mut given = given(args)?;
    let live = read(&session).await?;
    if is_terminal() {
        ask_for(&mut given, args, &live)?;
    }
    let input = ImportInput {
        sources: &session.sources,
        fleet: &session.fleet,
        partner: &session.project.partner,
        live: &live,
        today: session::today(),
    };
    let NewFile { retailer, text, report, warnings } = draft(&input, &given)?;
    let path = session.sources.folder.join(format!("{}.yaml", retailer.slug));
    files::create(&path, text.as_bytes(), Readers::Usual).map_err(|error| {
        let file = &retailer.file;
        match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::failed(
                format!("{file} is there already, and is not overwritten"),
                "choose another name for the file with --slug",
            ),
            _ => Failure::failed(format!("{file} cannot be written: {error}"), "check the folder"),
        }
    })?;
    super::print_diagnostics(global, &report)?;
    for Advice { message, hint } in warnings {
        warn(global, &format!("{message}; {hint}"));
    }
    super::print(|out| {
        show::created(&retailer.file, &retailer.name, &text, out)?;
        show::next(&session.next(&retailer), out)
    })?;
    Ok(Exit::Done)
}

fn given(args: &NewArgs) -> Result<NewRetailer, Failure> {
    let NewArgs { name, journey, account_manager, omnireturns_name, slug } = args.clone();
    let name = match name {
        Some(name) => name,
        None if is_terminal() => ask("Name, exactly as in OmniRPS", "")?,
        None => {
            return Err(Failure::usage(
                "no name is given, and there is no terminal to ask on",
                "write it after the command, as in `reconcile new \"Acme Apparel\"`",
            ));
        }
    };
    let journey = journey.map(self::journey);
    Ok(NewRetailer { name, journey, account_manager, omnireturns_name, slug })
}

fn journey(choice: JourneyChoice) -> Journey {
    match choice {
        JourneyChoice::New => Journey::New,
        JourneyChoice::Existing => Journey::Existing { omnireturns_access: None },
    }
}

/// Asks for what the command line does not specify.
fn ask_for(given: &mut NewRetailer, args: &NewArgs, live: &Live) -> Result<(), Failure> {
    if args.journey.is_none() {
        let likely = likely_journey(&given.name, live).key();
        let word = ask("Journey, new or existing", likely)?;
        let choice = JourneyChoice::from_str(&word, false).map_err(|_| {
            Failure::usage(format!("there is no journey `{word}`"), "choose `new` or `existing`")
        })?;
        given.journey = Some(journey(choice));
    }
    if args.account_manager.is_none() {
        let name = ask("Account manager (empty: not known yet)", "")?;
        given.account_manager = (!name.is_empty()).then_some(name);
    }
    Ok(())
}

/// Reads the systems. Those that cannot be read cause a warning only.
async fn read(session: &Session) -> Result<Live, Failure> {
    let (_, environment) = session.environment()?;
    let live = match session.open(environment).await {
        Ok(opened) => {
            let live = opened.read().await;
            opened.close().await;
            live
        }
        Err(Failure { advice, .. }) => {
            if let Some(Advice { message, hint }) = advice {
                warn(&session.global, &format!("{message}; {hint}"));
            }
            Live::new(BTreeMap::new())
        }
    };
    let unread: Vec<String> =
        live.unknown().map(|(system, unread)| format!("{system} ({})", unread.why)).collect();
    if !unread.is_empty() {
        let systems = unread.join(", ");
        let message = format!(
            "not looked for the name and names like it in {systems}; `reconcile plan` looks again"
        );
        warn(&session.global, &message);
    }
    Ok(live)
}
