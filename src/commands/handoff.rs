//! `reconcile handoff`: encrypts a retailer's keys and exact name to the partner, and
//! tells later whether they are still the same (steps N6 and E2).

use super::session::{Session, warn};
use crate::cli::{Global, HandoffArgs};
use crate::exit::{Exit, Failure};
use crate::handoff::store::{self, KeyPlace, StoreError};
use crate::handoff::{self, Check, Keys, Record, deliver, issued, rules};
use crate::model::{Advice, Environment, Retailer};
use crate::render::handoff as show;
use crate::verify::unsendable;
use jiff::{Timestamp, Unit};
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
        rules::check(retailer, partner)?;
        let file = match out {
            Some(path) if path == Path::new("-") => None,
            Some(path) => Some(path.to_owned()),
            None => Some(PathBuf::from(format!("{}.age", retailer.slug))),
        };
        file.as_deref().map_or(Ok(()), deliver::check)?;
        if let Some(Advice { message, hint }) = unsendable(retailer) {
            warn(&session.global, &format!("{message} (name-not-sendable); {hint}"));
        }
        let store = session.store()?;
        let before = store::load(&*store, name, &retailer.slug).await.map_err(broken_store)?;
        let fingerprint_key = self.key_place().ensure().map_err(broken_store)?;

        let keys = self.fetch().await?;
        let sealed = {
            let clear = handoff::document(&retailer.name, name, &keys, retailer.hubs(partner));
            handoff::seal(&clear, &partner.recipients).map_err(|error| {
                Failure::because(&error, "correct `partner.recipients` in the project file")
            })?
        };
        let fingerprints = fingerprint_key.of(&keys);
        let same = before.as_ref().map(|before| before.compare(&retailer.name, &fingerprints));
        let record = Record::new(&retailer.name, now(), &partner.recipients, fingerprints);

        deliver::deliver(file.as_deref(), &sealed)?;
        if let Some(file) = file.as_deref().filter(|file| crate::git::would_add(file)) {
            let message = format!(
                "Git does not ignore `{}`; add `*.age` to .gitignore, and remove the file once it \
                 is sent",
                file.display()
            );
            super::session::warn(&session.global, &message);
        }
        store::save(&*store, name, &retailer.slug, &record).await.map_err(|error| {
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

    /// Returns where the key of the fingerprints is.
    fn key_place(&self) -> KeyPlace {
        KeyPlace::of(&self.session.project.state, &self.session.state_folder())
    }

    async fn check(&self) -> Result<Exit, Failure> {
        let Task { session, retailer, name, .. } = *self;
        let Retailer { slug, .. } = retailer;
        let store = session.store()?;
        let again = format!("hand over again: `reconcile handoff {slug}`");
        let record = store::load(&*store, name, slug).await.map_err(broken_store)?;
        let Some(record) = record else {
            return Err(Failure::failed(
                format!(
                    "no handoff of the keys of {} in {name} is recorded in {}",
                    retailer.name,
                    store.place()
                ),
                format!(
                    "hand them over with `reconcile handoff {slug}`, or check where it was done"
                ),
            ));
        };
        let lost = || {
            Failure::failed(
                format!(
                    "the keys of {} cannot be compared: {} is not the one of the handoff",
                    retailer.name,
                    match self.key_place() {
                        KeyPlace::File(path) => format!("`{}`", path.display()),
                        KeyPlace::Named(_) | KeyPlace::Missing => "`state.handoff_key`".into(),
                    }
                ),
                format!("put it back from a copy, or {again}"),
            )
        };
        let key = self.key_place().read().map_err(broken_store)?.ok_or_else(lost)?;
        let fingerprints = key.of(&self.fetch().await?);
        let same = record.compare(&retailer.name, &fingerprints).ok_or_else(lost)?;
        let check = Check { at: now(), same };
        // The record was read before the systems were asked, which takes its time.
        let kept = store::save_check(&*store, name, slug, &record, check).await;
        let kept = kept.map_err(broken_store)?;
        let record = kept.ok_or_else(|| {
            Failure::failed(
                format!("the keys of {} were handed over anew meanwhile", retailer.name),
                format!("check again: `reconcile handoff {slug} --check`"),
            )
        })?;
        super::print(|out| show::checked(retailer, &record, same, out))?;
        Ok(if same.changed().is_empty() { Exit::Done } else { Exit::Failed })
    }

    async fn fetch(&self) -> Result<Keys, Failure> {
        let Task { session, retailer, environment, .. } = *self;
        let opened = session.open(environment).await?;
        let partner = &session.project.partner;
        let fetched = issued::fetch(&opened.reader, retailer, &session.fleet, partner).await;
        opened.close().await;
        Ok(fetched?)
    }
}

fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(Unit::Second).unwrap_or(now)
}

fn broken_store(error: StoreError) -> Failure {
    Failure::because(&error, error.hint())
}
