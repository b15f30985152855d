//! `reconcile import`: writes files for live retailers, and ids into files. It only has a
//! reader, so it cannot write to any system.

use crate::cli::{Global, ImportArgs};
use crate::exit::{Exit, Failure};
use crate::import::pin::pin;
use crate::import::{ImportInput, census};
use crate::import_files::{ImportFiles, check_words, named_files};
use crate::model::{Live, Role, System, SystemReading};
use crate::render::attest;
use crate::render::import as show;
use crate::scope;
use crate::session::{self, Mentioned, Selection, Session};
use crate::status::NextStep;

/// Imports the undeclared retailers, or the named ones.
pub(super) async fn run(global: &Global, args: &ImportArgs) -> Result<Exit, Failure> {
    let (selection, records) = (Selection::Others, (!args.is_dry).then_some("--environment"));
    let mentioned = Mentioned { selection, records, ..Mentioned::default() };
    let session = Session::load_without_retailers(global, mentioned)?;
    let sources = &session.sources;
    let (environment, settings) = session.environment()?;
    let live = session.read_live(settings).await?;
    check_complete(live)?;
    let input = ImportInput {
        sources,
        fleet: &session.fleet,
        partner: &session.project.partner,
        live,
        today: session::today(),
    };
    let census = census(&input);
    let pinned = session.fleet.iter().filter(|_| args.pin).map(|retailer| retailer.name.as_str());
    let known: Vec<&str> = census.names().chain(pinned).collect();
    let only = global.only.iter().flat_map(|word| scope::expand(word, &known));
    let names: Vec<&str> = args.names.iter().map(String::as_str).chain(only).collect();
    check_words(args.names.iter().chain(&global.only), &census)?;
    let files = named_files(&names, &census, &session.fleet, args.pin)?;

    let folder = sources.folder.clone();
    let mut work = ImportFiles { folder, is_dry: args.is_dry, ..ImportFiles::default() };
    let done = if args.pin {
        let pinning = pin(&input, |retailer| names.is_empty() || files.contains(&retailer.file));
        work.refuse(&pinning.refused);
        // A file with ids causes fewer conflicts with others.
        let input = ImportInput { sources: &pinning.sources, fleet: &pinning.fleet, ..input };
        work.pin(&pinning.pins, sources).and_then(|()| work.import(&input, &names, global.quiet))
    } else {
        work.import(&input, &names, global.quiet)
    };
    if let Err(failure) = &done {
        super::print_failure(failure);
    }
    super::print(|out| {
        let ImportFiles { wrote, pinned, left_out, is_dry, .. } = work;
        let counts = [wrote, pinned, left_out];
        show::summary(environment, is_dry, counts, out)?;
        let next = next(session, wrote, pinned).filter(|_| !is_dry);
        next.map_or(Ok(()), |next| attest::next(&[next], out))
    })?;
    Ok(if done.is_err() || work.is_short { Exit::Failed } else { Exit::Done })
}

/// Returns the next step after files were written.
fn next(session: &Session, wrote: usize, pinned: usize) -> Option<NextStep> {
    let (to_do, commands): (_, &[&str]) = match (wrote, pinned) {
        (0, 0) => return None,
        (0, _) => ("check that the plan is the same with the ids", &["reconcile plan"]),
        _ => (
            "add what the files mark with TODO, then see where the retailers are in their journeys",
            &["reconcile validate", "reconcile status"],
        ),
    };
    let options = session.command_options();
    let commands = commands.iter().map(|command| options.add_to(command)).collect();
    let who = session.project.roles().title(Role::Onboarding);
    Some(NextStep { who, to_do: to_do.into(), commands, is_choice: false })
}

/// Rejects an incomplete read: a record that was not read would be considered absent.
fn check_complete(live: &Live) -> Result<(), Failure> {
    if *live.reading(System::Omnirps) == SystemReading::NotRead {
        return Err(Failure::failed(
            "no file was written: the environment does not read OmniRPS, which has the names",
            "configure in the project file how OmniRPS is read, or import from another environment",
        ));
    }
    if live.failed().next().is_none() {
        return Ok(());
    }
    Err(Failure::failed(
        "no file was written: a system could not be read",
        "import again when every system can be read",
    ))
}
