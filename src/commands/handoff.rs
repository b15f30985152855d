//! `reconcile handoff`: encrypts a retailer's keys and exact name for the partner, and later
//! checks whether they are unchanged (steps N6 and E2).

use crate::cli::{Global, HandoffArgs};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::handoff::store::{self, KeyPlace, Records, StoreError};
use crate::handoff::{self, Check, FingerprintKey, Keys, Record, Same, deliver, issued, rules};
use crate::identity::Identity;
use crate::matching::match_each;
use crate::model::{Advice, Environment, Milestone, Retailer, System};
use crate::render::handoff as show;
use crate::runs::RunStore;
use crate::session::Session;
use crate::verify::unsendable;
use futures_util::stream::{self, StreamExt};
use jiff::{Timestamp, Unit};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Hands over a retailer's keys, or compares them with an earlier handoff.
pub(super) async fn run(global: &Global, args: &HandoffArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let HandoffArgs { retailer, out, check } = args;
    let (name, environment) = session.environment()?;
    // Without a retailer, only a check is possible.
    let Some(word) = retailer else { return check_fleet(&session, name, environment).await };
    let retailer = session.find(word)?;
    let task = Task { session: &session, retailer, name, environment };
    if *check { task.check().await } else { task.hand_over(out.as_deref()).await }
}

/// Compares the keys of all retailers in scope with a recorded handoff. A failure for one
/// retailer does not hide the others.
async fn check_fleet(
    session: &Session,
    name: &str,
    environment: &Environment,
) -> Result<Exit, Failure> {
    session.check_scope()?;
    let store = session.store()?;
    let Records { by_slug, errors } = store::records(&*store, name).await;
    for error in &errors {
        super::tell(&Failure::because(error, error.hint()));
    }
    let task = |retailer| Task { session, retailer, name, environment };
    let in_scope = session.fleet.iter().filter(|retailer| session.in_scope(retailer));
    let mut unrecorded = 0;
    let mut recorded: Vec<(&Retailer, &Record)> = Vec::new();
    for retailer in in_scope {
        match by_slug.get(&retailer.slug) {
            Some(record) => recorded.push((retailer, record)),
            None => unrecorded += usize::from(retailer.reached(Milestone::KeysSupplied)),
        }
    }
    recorded.sort_by_key(|(retailer, _)| &retailer.name);
    let mut checked = Vec::new();
    if let Some((first, _)) = recorded.first() {
        let key = task(first).key()?;
        let opened = session.open(environment).await?;
        let mut needs = session.needs(None);
        needs.remove(&System::Omniparcel);
        let live = opened.read_scopes(&needs).await;
        super::tell_unknown(&live);
        let seen = match_each(&session.fleet, &session.project.partner, &live);
        let seen: BTreeMap<&str, _> =
            session.fleet.iter().map(|retailer| retailer.slug.as_str()).zip(seen).collect();
        let (reader, store, seen, key) = (&opened.reader, &store, &seen, &key);
        let live = &live;
        let checks = recorded.iter().map(|(retailer, record)| async move {
            let seen = seen.get(retailer.slug.as_str()).cloned().unwrap_or_default();
            let identity = Identity::seen(retailer, live, seen);
            let keys = issued::fetch_of(reader, retailer, &identity).await?;
            task(retailer).compared(&**store, record, key, &keys).await
        });
        let concurrency = environment.limits.concurrency as usize;
        let done = stream::iter(checks).buffered(concurrency.max(1));
        let done: Vec<show::Compared> = done.collect().await;
        opened.close().await;
        checked = recorded.iter().map(|(retailer, _)| *retailer).zip(done).collect();
    }
    super::print(|out| show::checked_fleet(name, &checked, unrecorded, out))?;
    let is_same =
        |of: &show::Compared| of.as_ref().is_ok_and(|(_, same)| same.changed().is_empty());
    let is_done = errors.is_empty() && checked.iter().all(|(_, found)| is_same(found));
    Ok(if is_done { Exit::Done } else { Exit::Failed })
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
            warn(&session.global, &message);
        }
        store::save(&*store, name, &retailer.slug, &record).await.map_err(|error| {
            // A handoff that cannot be recorded is not delivered.
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
            // Stdout has the document.
            None if !session.global.quiet => {
                show::handed_over(&told, &mut super::stderr()).map_err(super::output)?;
            }
            None => {}
        }
        Ok(Exit::Done)
    }

    /// Returns the location of the fingerprint key.
    fn key_place(&self) -> KeyPlace {
        KeyPlace::of(&self.session.project.state, &self.session.state_folder())
    }

    async fn check(&self) -> Result<Exit, Failure> {
        let Task { session, retailer, name, .. } = *self;
        let Retailer { slug, .. } = retailer;
        let store = session.store()?;
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
        let key = self.key()?;
        let (record, same) = self.compared(&*store, &record, &key, &self.fetch().await?).await?;
        super::print(|out| show::checked(retailer, &record, same, out))?;
        Ok(if same.changed().is_empty() { Exit::Done } else { Exit::Failed })
    }

    /// Reads the fingerprint key, which a handoff has created.
    fn key(&self) -> Result<FingerprintKey, Failure> {
        self.key_place().read().map_err(broken_store)?.ok_or_else(|| self.lost())
    }

    fn lost(&self) -> Failure {
        let Retailer { name, slug, .. } = self.retailer;
        let place = match self.key_place() {
            KeyPlace::File(path) => format!("`{}`", path.display()),
            KeyPlace::Named(_) | KeyPlace::Missing => "`state.handoff_key`".into(),
        };
        Failure::failed(
            format!("the keys of {name} cannot be compared: {place} is not the one of the handoff"),
            format!("put it back from a copy, or hand over again: `reconcile handoff {slug}`"),
        )
    }

    /// Compares keys with the handoff, and records the check.
    async fn compared(
        &self,
        store: &dyn RunStore,
        record: &Record,
        key: &FingerprintKey,
        keys: &Keys,
    ) -> Result<(Record, Same), Failure> {
        let Retailer { slug, name, .. } = self.retailer;
        let same = record.compare(name, &key.of(keys)).ok_or_else(|| self.lost())?;
        let check = Check { at: now(), same };
        // The record was read before the systems, which take a while.
        let kept = store::save_check(store, self.name, slug, record, check).await;
        let record = kept.map_err(broken_store)?.ok_or_else(|| {
            Failure::failed(
                format!("the keys of {name} were handed over again meanwhile"),
                format!("check again: `reconcile handoff {slug} --check`"),
            )
        })?;
        Ok((record, same))
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
