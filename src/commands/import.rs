//! `reconcile import`: writes files for live retailers, and ids into files. It holds a
//! reader only, so it cannot write to any system.

use super::session::{self, Session};
use crate::cli::{Global, ImportArgs};
use crate::config::{self, Sources};
use crate::exit::{Exit, Failure};
use crate::files::{self, Readers};
use crate::import::pin::{Pin, pin};
use crate::import::{Census, Draft, Import, ImportInput, LeftOut, NotFound, census, import};
use crate::model::{Live, System, SystemReading};
use crate::render::import::{self as show, Done};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Imports what no file declares, or what was named.
pub(super) async fn run(global: &Global, args: &ImportArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let sources = &session.sources;
    let (environment, settings) = session.environment()?;
    let opened = session.open(settings).await?;
    let live = opened.reader.read().await;
    opened.close().await;
    check_complete(&live)?;

    let folder = sources.folder.clone();
    // The name of a file shows what is written before it.
    let shown_folder = config::display(&folder.join("_"));
    let input = ImportInput {
        sources,
        fleet: &session.fleet,
        partner: &session.project.partner,
        live: &live,
        folder: shown_folder.trim_end_matches('_'),
        today: session::today(),
    };
    let names: Vec<&str> = args.names.iter().chain(&global.only).map(String::as_str).collect();
    let files = named_files(&names, &census(&input), &session, args.pin)?;

    let mut work = Work { folder, ..Work::default() };
    let done = if args.pin {
        let pinning = pin(&input, |retailer| names.is_empty() || files.contains(&retailer.file));
        work.refuse(&pinning.refused);
        // A file with its ids stands less in the way of others.
        let input = ImportInput { sources: &pinning.sources, fleet: &pinning.fleet, ..input };
        work.pin(&pinning.pins, sources).and_then(|()| work.import(&input, &names, global.quiet))
    } else {
        work.import(&input, &names, global.quiet)
    };
    if let Err(failure) = &done {
        super::tell(failure);
    }
    super::print(|out| {
        let Work { wrote, pinned, left_out, .. } = work;
        show::summary(environment, wrote, pinned, left_out, out)
    })?;
    Ok(if done.is_err() || work.is_short { Exit::Failed } else { Exit::Done })
}

/// A record that was not read would be taken for one that is not there.
fn check_complete(live: &Live) -> Result<(), Failure> {
    super::tell_unknown(live);
    if matches!(live.reading(System::Omnirps), SystemReading::Unavailable(unread) if unread.on_purpose)
    {
        return Err(Failure::failed(
            "no file was written: the environment does not read OmniRPS, which has the names",
            "say in the project file how OmniRPS is read, or import from another environment",
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

/// Returns the files of the names that are declared already, which only `--pin` takes.
fn named_files(
    names: &[&str],
    census: &Census,
    session: &Session,
    pin: bool,
) -> Result<BTreeSet<String>, Failure> {
    let mut files = BTreeSet::new();
    for name in names {
        let declared = session.fleet.iter().find(|retailer| session::is(retailer, name));
        let file = match (declared, census.find(name)) {
            (_, Ok(())) => continue,
            (Some(retailer), Err(_)) => retailer.file.clone(),
            (None, Err(NotFound::Declared { file })) => file,
            (None, Err(NotFound::Unknown { close })) => {
                return Err(Failure::usage(
                    format!("no live retailer is called `{name}`"),
                    close.map_or_else(
                        || "give the name or the id as it is in OmniRPS".into(),
                        |close| format!("did you mean `{close}`?"),
                    ),
                ));
            }
        };
        if !pin {
            return Err(Failure::usage(
                format!("`{name}` is declared already, by {file}"),
                "leave it out; --pin adds ids to files that are there",
            ));
        }
        files.insert(file);
    }
    Ok(files)
}

/// The files that are written, and what came of it.
#[derive(Default)]
struct Work {
    folder: PathBuf,
    wrote: usize,
    pinned: usize,
    left_out: usize,
    /// Whether something that was asked for was not done.
    is_short: bool,
}

impl Work {
    fn import(&mut self, input: &ImportInput, names: &[&str], quiet: bool) -> Result<(), Failure> {
        let Import { drafts, left_out } = import(input, names);
        self.left_out = left_out.len();
        self.is_short |= !names.is_empty() && !left_out.is_empty();
        if !quiet || self.is_short {
            tell_left_out(&left_out).map_err(super::output)?;
        }
        for Draft { retailer, text, .. } in &drafts {
            let path = self.folder.join(format!("{}.yaml", retailer.slug));
            files::create(&path, text.as_bytes(), Readers::Usual)
                .map_err(|error| cannot(&retailer.file, &error))?;
            self.wrote += 1;
            let ids = crate::import::shown_ids(&retailer.ids);
            super::print(|out| show::file(Done::Wrote, &retailer.file, &retailer.name, &ids, out))?;
        }
        Ok(())
    }

    fn pin(&mut self, pins: &[Pin], read: &Sources) -> Result<(), Failure> {
        for Pin { file, name, ids, text } in pins {
            let before = read.retailers.iter().find(|source| source.path == *file);
            let before = before.map_or(&[][..], |source| &source.bytes);
            files::replace(Path::new(file), before, text).map_err(|error| cannot(file, &error))?;
            self.pinned += 1;
            let ids = crate::import::shown_ids(ids);
            super::print(|out| show::file(Done::Pinned, file, name, &ids, out))?;
        }
        Ok(())
    }

    fn refuse(&mut self, files: &[String]) {
        for file in files {
            self.is_short = true;
            super::tell(&Failure::failed(
                format!("{file} was left as it is: its ids cannot be added without touching more"),
                "write `ids` there as a mapping, one id per line, or add them by hand",
            ));
        }
    }
}

fn tell_left_out(left_out: &[LeftOut]) -> io::Result<()> {
    let mut stderr = super::stderr();
    left_out.iter().try_for_each(|left_out| show::left_out(left_out, &mut stderr))
}

fn cannot(file: &str, error: &io::Error) -> Failure {
    Failure::failed(
        format!("{file} cannot be written: {error}"),
        "check the folder and the file, then import again",
    )
}
