//! `reconcile new`: writes the file of one retailer. It only has a reader, so it cannot write
//! to any system.

use crate::authoring::{NewFile, NewRetailer, draft, likely_journey};
use crate::cli::{Global, NewArgs};
use crate::console::{ask, is_terminal, print_failure, warn};
use crate::exit::{Exit, Failure};
use crate::files::{self, Readers};
use crate::import::ImportInput;
use crate::model::{Advice, JourneyKind, Live, System, SystemReading, listed};
use crate::render::attest as show;
use crate::session::{self, Mentioned, Session, reject_only};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::io;

/// Writes the file, unless it would be invalid or a duplicate.
pub(super) async fn run(global: &Global, args: &NewArgs) -> Result<Exit, Failure> {
    args.check()?;
    reject_only(global, true, "`reconcile new`: its retailer is the one that it names")?;
    if args.name.is_none() && !is_terminal() {
        return Err(Failure::usage(
            "no name is given, and there is no terminal to prompt for it",
            "write it after the command, as in `reconcile new \"Acme Apparel\"`",
        ));
    }
    // Reading may create files, so a name that the files alone refuse is refused first.
    let drafted = |session: &Session, given: &NewRetailer| {
        draft(&input(session, &Live::new(BTreeMap::new())), given).map(drop)
    };
    let usage = |session: &Session| match args.name {
        Some(_) => drafted(session, &given(args)?),
        None => Ok(()),
    };
    let (records, usage) = (Some("--environment"), Some(&usage as _));
    let mentioned = Mentioned { records, usage, ..Mentioned::default() };
    let session = Session::load_without_retailers(global, mentioned)?;
    let mut given = given(args)?;
    if args.name.is_none() {
        drafted(session, &given)?;
    }
    let live = read(session).await?;
    let input = input(session, &live);
    if is_terminal() {
        check_name(&input, &given)?;
        ask_for(&mut given, args, &live)?;
    }
    let NewFile { retailer, text, report, warnings } = draft(&input, &given)?;
    let folder = &session.sources.folder;
    std::fs::create_dir_all(folder).map_err(|error| {
        let hint = "check that you may write here, or go to the folder of the project";
        Failure::failed(format!("the folder `retailers` cannot be created: {error}"), hint)
    })?;
    let path = folder.join(format!("{}.yaml", retailer.slug));
    files::create(&path, text.as_bytes(), Readers::Usual).map_err(|error| {
        let file = &retailer.file;
        match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::failed(
                format!("{file} exists already, and is not overwritten"),
                "choose another name for the file with --slug",
            ),
            _ => Failure::failed(format!("{file} cannot be written: {error}"), "check the folder"),
        }
    })?;
    super::print_diagnostics(global, &report);
    for Advice { message, hint } in warnings {
        warn(global, &format!("{message}; {hint}"));
    }
    super::print(|out| {
        show::created(&retailer.file, &retailer.name, &text, out)?;
        show::next(&session.next(&retailer), out)
    })?;
    Ok(Exit::Done)
}

fn input<'a>(session: &'a Session, live: &'a Live) -> ImportInput<'a> {
    ImportInput {
        sources: &session.sources,
        fleet: &session.fleet,
        partner: &session.project.partner,
        live,
        today: session::today(),
    }
}

fn given(args: &NewArgs) -> Result<NewRetailer, Failure> {
    let NewArgs { name, journey, account_manager, omnireturns_name, slug, more: _ } = args.clone();
    let name = match name {
        Some(name) => name,
        None => ask("Name, exactly as in OmniRPS", "")?,
    };
    Ok(NewRetailer { name, journey, account_manager, omnireturns_name, slug })
}

/// Refuses a name with which no file could be written, whatever the other answers are.
fn check_name(input: &ImportInput, given: &NewRetailer) -> Result<(), Failure> {
    let refused = match draft(input, given) {
        Err(refused) if given.journey.is_none() => refused,
        drafted => return drafted.map(drop),
    };
    let likely = likely_journey(&given.name, input.live);
    let journey = JourneyKind::ALL.into_iter().find(|other| *other != likely);
    let other = NewRetailer { journey, ..given.clone() };
    draft(input, &other).map(drop).map_err(|_| refused)
}

/// Asks for what the command line does not specify.
fn ask_for(given: &mut NewRetailer, args: &NewArgs, live: &Live) -> Result<(), Failure> {
    if args.journey.is_none() {
        let likely = likely_journey(&given.name, live).key();
        given.journey = Some(loop {
            let word = ask("Journey: `existing` if SEKO serves it already, or `new`", likely)?;
            match JourneyKind::from_str(word.trim(), true) {
                Ok(journey) => break journey,
                Err(_) => print_failure(&Failure::usage(
                    format!("there is no journey `{word}`"),
                    "choose `new` or `existing`",
                )),
            }
        });
    }
    if args.account_manager.is_none() {
        let name = ask("Account manager (empty: not known yet)", "")?;
        let name = name.trim();
        given.account_manager = (!name.is_empty()).then(|| name.to_owned());
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
        Err(Failure { advice: Some(advice), .. }) => {
            let of = |system| (system, SystemReading::Failed(advice.clone()));
            Live::new(System::ALL.map(of).into())
        }
        Err(printed) => return Err(printed),
    };
    // Often one cause, such as a missing key, is that of all systems.
    let mut causes: BTreeMap<(Advice, bool), Vec<&str>> = BTreeMap::new();
    for system in System::ALL {
        let reading = live.reading(system);
        if let Err(advice) = reading.state() {
            let cause = (advice, *reading == SystemReading::NotRead);
            causes.entry(cause).or_default().push(system.title());
        }
    }
    for ((advice, is_not_read), systems) in causes {
        let systems = listed(&systems);
        let again = if is_not_read { "" } else { ", then delete the new file and run this again" };
        let message = format!(
            "{systems} could not be checked for this name and similar ones: {advice}{again}"
        );
        warn(&session.global, &message);
    }
    Ok(live)
}
