//! `reconcile handoff`: encrypts a retailer's keys and exact name to the partner, and
//! tells later whether they are still the same (steps N6 and E2).

use super::session::Session;
use crate::cli::{Global, HandoffArgs};
use crate::exit::{Exit, Failure};
use crate::files::{self, Readers};
use crate::handoff::store::{self, StoreError};
use crate::handoff::{self, Check, Issued, Keys, Record};
use crate::identity::{self, Identity};
use crate::model::{self, Environment, Retailer, System};
use crate::process::milestones::before_handoff;
use crate::render::handoff as show;
use crate::systems::Reader;
use jiff::{Timestamp, Unit};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Hands a retailer's keys over, or compares them with those that were.
pub(super) async fn run(global: &Global, args: &HandoffArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let HandoffArgs { retailer, out, check } = args;
    let retailer = session.find(retailer)?;
    let (name, environment) = session.environment()?;
    let task = Task { session: &session, retailer, name, environment };
    if *check { task.check().await } else { task.hand_over(out.as_deref()).await }
}

struct Task<'a> {
    session: &'a Session,
    retailer: &'a Retailer,
    /// The name of the environment.
    name: &'a str,
    environment: &'a Environment,
}

impl Task<'_> {
    async fn hand_over(&self, out: Option<&Path>) -> Result<Exit, Failure> {
        let Task { session, retailer, name, .. } = *self;
        let partner = &session.project.partner;
        self.refuse_early()?;
        let file = match out {
            Some(path) if path == Path::new("-") => None,
            Some(path) => Some(path.to_owned()),
            None => Some(PathBuf::from(format!("{}.age", retailer.slug))),
        };
        if let Some(file) = file.as_deref().filter(|file| file.symlink_metadata().is_ok()) {
            return Err(already_there(file));
        }
        let state = session.state_folder();
        let before = store::load(&state, name, &retailer.slug).map_err(broken_store)?;
        let fingerprint_key = store::ensure_fingerprint_key(&state).map_err(broken_store)?;

        let keys = self.fetch().await?;
        let sealed = {
            let clear = handoff::document(&retailer.name, name, &keys);
            handoff::seal(&clear, &partner.recipients).map_err(|error| {
                Failure::because(&error, "correct `partner.recipients` in the project file")
            })?
        };
        let fingerprints = fingerprint_key.of(&keys);
        let same = before.as_ref().map(|before| before.compare(&retailer.name, &fingerprints));
        let record = Record::new(&retailer.name, now(), &partner.recipients, fingerprints);

        deliver(file.as_deref(), &sealed)?;
        store::save(&state, name, &retailer.slug, &record).map_err(|error| {
            // What nobody knows of is not handed over.
            if let Some(file) = &file {
                let _ = std::fs::remove_file(file);
            }
            broken_store(error)
        })?;
        let shown = file.as_ref().map(|file| file.display().to_string());
        let told = show::Told {
            file: shown.as_deref(),
            retailer,
            environment: name,
            partner: &partner.name,
            record: &record,
            before: before.as_ref().zip(same),
        };
        match file {
            Some(_) => super::print(|out| show::handed_over(&told, out))?,
            // Stdout is the file.
            None if !session.global.quiet => {
                show::handed_over(&told, &mut super::stderr()).map_err(super::output)?;
            }
            None => {}
        }
        Ok(Exit::Done)
    }

    /// Refuses what no system needs to be asked for.
    fn refuse_early(&self) -> Result<(), Failure> {
        let Task { session, retailer, .. } = *self;
        let Retailer { name, slug, file, journey, .. } = retailer;
        let first = before_handoff(*journey);
        if let Some(stage) = first.filter(|stage| !retailer.reached(stage.milestone)) {
            return Err(Failure::failed(
                format!(
                    "{name} has not asked for its keys: {file} does not state {} (step {})",
                    stage.milestone, stage.step
                ),
                format!("once it has, state it: `reconcile attest {slug} {}`", stage.milestone),
            ));
        }
        if session.project.partner.recipients.is_empty() {
            return Err(Failure::failed(
                "the project file names nobody to hand keys over to",
                "ask the partner for an age public key, which `age-keygen` makes, and add it as \
                 `partner: {recipients: {NAME: age1…}}`",
            ));
        }
        Ok(())
    }

    async fn check(&self) -> Result<Exit, Failure> {
        let Task { session, retailer, name, .. } = *self;
        let Retailer { slug, .. } = retailer;
        let state = session.state_folder();
        let again = format!("hand over again: `reconcile handoff {slug}`");
        let record = store::load(&state, name, slug).map_err(broken_store)?;
        let Some(record) = record else {
            return Err(Failure::failed(
                format!(
                    "no handoff of the keys of {} in {name} is recorded in `{}`",
                    retailer.name,
                    state.display()
                ),
                format!(
                    "hand them over with `reconcile handoff {slug}`, or check where it was done"
                ),
            ));
        };
        let lost = || {
            Failure::failed(
                format!(
                    "the keys of {} cannot be compared: `{}` is not the one of the handoff",
                    retailer.name,
                    state.join("handoff.key").display()
                ),
                format!("put it back from a copy, or {again}"),
            )
        };
        let key = store::fingerprint_key(&state).map_err(broken_store)?.ok_or_else(lost)?;
        let fingerprints = key.of(&self.fetch().await?);
        let same = record.compare(&retailer.name, &fingerprints).ok_or_else(lost)?;
        let check = Check { at: now(), same };
        // The record was read before the systems were asked, which takes its time.
        let kept = store::save_check(&state, name, slug, &record, check).map_err(broken_store)?;
        let record = kept.ok_or_else(|| {
            Failure::failed(
                format!("the keys of {} were handed over anew meanwhile", retailer.name),
                format!("check again: `reconcile handoff {slug} --check`"),
            )
        })?;
        super::print(|out| show::checked(retailer, &record, same, out))?;
        Ok(if same.changed().is_empty() { Exit::Done } else { Exit::Failed })
    }

    /// Finds the retailer's records and fetches the keys that were issued for them.
    async fn fetch(&self) -> Result<Keys, Failure> {
        let Task { session, retailer, environment, .. } = *self;
        let opened = session.open(environment).await?;
        let fetched = async {
            let live = opened.reader.read_what(&identity::needs(retailer)).await;
            let partner = &session.project.partner;
            let identity = Identity::new(retailer, &session.fleet, partner, &live);
            let omnirps = identity.exact_omnirps()?;
            let omnireturns = identity.record(System::Omnireturns)?;
            Ok(Keys {
                omnireturns: self.issued(&opened.reader, System::Omnireturns, omnireturns).await?,
                omnirps: self.issued(&opened.reader, System::Omnirps, omnirps).await?,
            })
        };
        let fetched = fetched.await;
        opened.close().await;
        fetched
    }

    async fn issued(
        &self,
        reader: &Reader,
        system: System,
        record: &model::Record,
    ) -> Result<Issued, Failure> {
        let id = record.id.to_string();
        match reader.retailer_key(system, &id).await {
            Ok(key) => Ok(Issued { id, key, usage: reader.usage(system) }),
            Err(unread) => Err(Failure::failed(
                format!(
                    "the {system} key of {} (id {id}) cannot be fetched: {}",
                    self.retailer.name, unread.why
                ),
                unread.hint,
            )),
        }
    }
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now)
}

/// Writes the encrypted file, or prints it. Here a reader of stdout that has gone away
/// is a failure: nothing was handed over.
fn deliver(file: Option<&Path>, sealed: &[u8]) -> Result<(), Failure> {
    let Some(file) = file else {
        let mut stdout = io::stdout().lock();
        return stdout.write_all(sealed).and_then(|()| stdout.flush()).map_err(super::output);
    };
    files::create(file, sealed, Readers::Owner).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => already_there(file),
        _ => Failure::failed(
            // The error itself would name a file that is gone.
            format!("`{}` cannot be written: {}", file.display(), error.kind()),
            "choose another place with --out",
        ),
    })
}

fn already_there(file: &Path) -> Failure {
    if file.is_dir() {
        return Failure::failed(format!("`{}` is a folder", file.display()), "name a file in it");
    }
    Failure::failed(
        format!("`{}` is there already, and is not overwritten", file.display()),
        "take it away once it is sent, or name another file with --out",
    )
}

fn broken_store(error: StoreError) -> Failure {
    Failure::because(&error, error.hint())
}
