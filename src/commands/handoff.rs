//! `reconcile handoff`: encrypts a retailer's keys and exact name for the partner, and later
//! checks whether they are unchanged (steps N6 and E2).

use crate::cli::{Global, HandoffArgs};
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::handoff::store::{self, HandoffRecords, KeyPlace};
use crate::handoff::{Checker, Compared, Handoff, HandoffRecord, Keys, deliver, issued, rules};
use crate::model::{Advice, Milestone, Retailer, System, listed};
use crate::render::handoff as show;
use crate::session::{Mentioned, Session};
use crate::verify::unsendable;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Hands over a retailer's keys, or compares them with an earlier handoff.
pub(super) async fn run(global: &Global, args: &HandoffArgs) -> Result<Exit, Failure> {
    let HandoffArgs { retailer, out, check } = args;
    let mentioned = Mentioned { retailer: retailer.as_deref(), ..Mentioned::default() };
    let session = Session::load(global, mentioned)?;
    // Without a retailer, only a check is possible.
    let Some(word) = retailer else { return check_fleet(session).await };
    let retailer = session.find(word)?;
    if *check {
        return check_one(session, retailer).await;
    }
    hand_over(session, retailer, out.as_deref()).await
}

async fn hand_over(
    session: &Session,
    retailer: &Retailer,
    out: Option<&Path>,
) -> Result<Exit, Failure> {
    let (name, environment) = session.environment()?;
    let is_embedded = session.project.is_embedded(name);
    let partner = &session.project.partner;
    rules::check(retailer, partner, &session.capabilities(name))?;
    let file = match out {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(path.to_owned()),
        None => Some(PathBuf::from(format!("{}.age", retailer.slug))),
    };
    file.as_deref().map_or(Ok(()), deliver::check)?;
    if let Some(Advice { message, hint }) = unsendable(retailer) {
        warn(&session.global, &format!("{message} (name-not-sendable); {hint}"));
    }
    session.warn_if_records_are_local(environment, "later jobs do not know of this handoff");
    let store = session.store()?;
    let before = store::load(&*store, name, &retailer.slug).await?;
    let fingerprint_key = key_place(session).ensure()?;
    let keys = fetch(session, retailer).await?;
    let handoff = Handoff {
        retailer,
        partner,
        environment: name,
        store: &*store,
        fingerprint_key: &fingerprint_key,
        before: before.as_ref(),
        file: file.as_deref(),
    };
    let (record, same) = handoff.deliver(&keys).await?;
    if let Some(file) = file.as_deref().filter(|file| crate::git::would_add(file)) {
        let message = format!(
            "Git does not ignore `{}`; add `*.age` to .gitignore, and remove the file once it is \
             sent",
            file.display()
        );
        warn(&session.global, &message);
    }
    if retailer.hubs(partner).is_empty() {
        let message = format!(
            "the file has no hub addresses: neither {} nor the project file has `hub_addresses`; add \
             them and hand over again if {} needs them",
            retailer.file, partner.name
        );
        warn(&session.global, &message);
    }
    let options = session.command_options();
    let show = |out: &mut dyn Write| {
        show::handed_over(&handoff, &record, same, is_embedded, &options, out)
    };
    match file {
        Some(_) => super::print(show)?,
        // Stdout has the document.
        None if !session.global.quiet => drop(show(&mut super::stderr())),
        None => {}
    }
    Ok(Exit::Done)
}

/// Compares the keys of one retailer with its recorded handoff.
async fn check_one(session: &Session, retailer: &Retailer) -> Result<Exit, Failure> {
    let (environment, _) = session.environment()?;
    let Retailer { name, slug, .. } = retailer;
    let store = session.store()?;
    let record = store::load(&*store, environment, slug).await?.ok_or_else(|| {
        let place = store.place();
        Failure::failed(
            format!("no handoff of the keys of {name} in {environment} is recorded in {place}"),
            format!("hand them over with `reconcile handoff {slug}`, or check where it was done"),
        )
    })?;
    let place = key_place(session);
    let checker = Checker::new(&*store, environment, &session.project.partner, &place, retailer)?;
    let keys = fetch(session, retailer).await?;
    let (record, same) = checker.compare(retailer, &record, &keys).await?;
    let options = session.command_options();
    super::print(|out| show::checked(retailer, &record, same, &options, out))?;
    if same.changed().is_empty() { Ok(Exit::Done) } else { Err(changed(&[retailer])) }
}

/// Returns the failure that what was handed over for these retailers has changed since.
fn changed(retailers: &[&Retailer]) -> Failure {
    let names: Vec<&str> = retailers.iter().map(|retailer| retailer.name.as_str()).collect();
    Failure::failed(
        format!("what was handed over for {} has changed since", listed(&names)),
        "hand it over again with `reconcile handoff`",
    )
}

/// Compares the keys of all retailers in scope with a recorded handoff.
async fn check_fleet(session: &Session) -> Result<Exit, Failure> {
    let (name, environment) = session.environment()?;
    let store = session.store()?;
    let records = store::records(&*store, name).await;
    let HandoffRecords { by_slug, errors } = &records;
    for (_, error) in errors {
        super::print_failure(&Failure::because(error, error.hint()));
    }
    let in_scope = session.fleet.iter().filter(|retailer| session.in_scope(retailer));
    let (mut unrecorded, mut unknown) = (0, 0);
    let mut recorded: Vec<(&Retailer, &HandoffRecord)> = Vec::new();
    for retailer in in_scope {
        match by_slug.get(&retailer.slug) {
            Some(record) => recorded.push((retailer, record)),
            None if records.is_unknown(&retailer.slug) => unknown += 1,
            None => unrecorded += usize::from(retailer.reached(Milestone::KeysSupplied)),
        }
    }
    recorded.sort_by_key(|(retailer, _)| &retailer.name);
    let mut compared: Vec<Compared> = Vec::new();
    if let Some((first, _)) = recorded.first() {
        let place = key_place(session);
        let checker = Checker::new(&*store, name, &session.project.partner, &place, first)?;
        let opened = session.open(environment).await?;
        let mut scopes = session.needed_scopes(None);
        scopes.remove(&System::Omniparcel);
        let live = opened.read_scopes(&scopes).await;
        super::print_failed_reads(&live);
        let concurrency = environment.limits.concurrency as usize;
        compared = checker
            .compare_all(&opened.reader, &live, &session.fleet, &recorded, concurrency)
            .await;
        opened.close().await;
    }
    let checked: Vec<_> = recorded.iter().map(|(retailer, _)| *retailer).zip(compared).collect();
    let (counts, options) = ((unrecorded, unknown), session.command_options());
    super::print(|out| show::checked_fleet(name, &checked, counts, &options, out))?;
    let of = |is: fn(&Compared) -> bool| {
        let found = checked.iter().filter(move |(_, found)| is(found));
        found.map(|(retailer, _)| *retailer).collect::<Vec<_>>()
    };
    let differs = of(|found| found.as_ref().is_ok_and(|(_, same)| !same.changed().is_empty()));
    if !differs.is_empty() {
        super::print_failure(&changed(&differs));
    }
    let failed = of(Result::is_err);
    if !failed.is_empty() {
        let names: Vec<&str> = failed.iter().map(|retailer| retailer.name.as_str()).collect();
        return Err(Failure::failed(
            format!("the keys of {} could not be compared", listed(&names)),
            "the report shows why; run the command again once the cause is removed",
        ));
    }
    let is_done = errors.is_empty() && differs.is_empty();
    Ok(if is_done { Exit::Done } else { Exit::Failed })
}

/// Returns the location of the fingerprint key.
fn key_place(session: &Session) -> KeyPlace {
    KeyPlace::of(&session.project.state, &session.state_folder())
}

async fn fetch(session: &Session, retailer: &Retailer) -> Result<Keys, Failure> {
    let (_, environment) = session.environment()?;
    let opened = session.open(environment).await?;
    let partner = &session.project.partner;
    let fetched = issued::fetch(&opened.reader, retailer, &session.fleet, partner).await;
    opened.close().await;
    Ok(fetched?)
}
