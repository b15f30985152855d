//! Which records a retailer's keys were issued for, and whether its name is exact.

use crate::exit::Failure;
use crate::matching::{Match, Need, Sighting, sightings};
use crate::model::{Live, Partner, Reading, Record, Retailer, System, Unread, name};
use crate::plan::BlockedCode;
use std::collections::{BTreeMap, BTreeSet};

/// The records that keys are issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Records<'a> {
    pub omnireturns: &'a Record,
    pub omnirps: &'a Record,
}

/// Returns what has to be read to identify a retailer.
pub fn needs(retailer: &Retailer) -> BTreeMap<System, Need> {
    let of = |system: System| match retailer.ids.get(&system) {
        Some(id) => Need::Records(BTreeSet::from([id.clone()])),
        None => Need::All,
    };
    [System::Omnirps, System::Omnireturns].map(|system| (system, of(system))).into()
}

/// Finds a retailer's records, and refuses where one is missing or in doubt, or where
/// OmniRPS knows the retailer under any other name than the declared one.
pub fn identify<'a>(
    retailer: &Retailer,
    fleet: &[Retailer],
    partner: &Partner,
    live: &'a Live,
) -> Result<Records<'a>, Failure> {
    for system in [System::Omnirps, System::Omnireturns] {
        if let Reading::Unknown(unread) = live.reading(system) {
            return Err(unknown(system, unread));
        }
    }
    let seen = sightings(fleet, partner, live);
    let at = fleet.iter().position(|other| other.slug == retailer.slug);
    let seen = at.and_then(|at| seen.get(at));
    let find = |system| record(retailer, system, seen.and_then(|seen| seen.get(&system)));
    let omnirps = find(System::Omnirps)?;
    if let Some(other) = other_name(retailer, omnirps) {
        return Err(other);
    }
    Ok(Records { omnireturns: find(System::Omnireturns)?, omnirps })
}

fn record<'a>(
    retailer: &Retailer,
    system: System,
    sighting: Option<&Sighting<'a>>,
) -> Result<&'a Record, Failure> {
    let Retailer { name, file, .. } = retailer;
    let Some(Sighting { found, candidates }) = sighting else {
        return Err(missing(name, system));
    };
    match found {
        Match::Record(record) => Ok(record),
        Match::Missing | Match::NotConcerned => Err(missing(name, system)),
        Match::Unknown(unread) => Err(unknown(system, unread)),
        Match::Blocked(problem) | Match::Postponed(problem) => {
            if let (System::Omnirps, BlockedCode::NameNearMiss, [near]) =
                (system, problem.code, candidates.as_slice())
                && let Some(other) = other_name(retailer, near)
            {
                return Err(other);
            }
            Err(Failure::failed(format!("{file}: {}", problem.message), &problem.hint))
        }
    }
}

fn missing(name: &str, system: System) -> Failure {
    Failure::failed(
        format!("no {system} record is called \"{}\"", name.escape_debug()),
        "create it first: `reconcile plan` says what that waits for",
    )
}

fn unknown(system: System, unread: &Unread) -> Failure {
    if unread.on_purpose {
        return Failure::failed(
            format!("{system} is not read in this environment, so nobody knows its record"),
            "hand the keys over by hand, or say in the project file how the system is read",
        );
    }
    Failure::failed(format!("{system} could not be read: {}", unread.why), &unread.hint)
}

/// Refuses an OmniRPS record whose name is not the declared one, byte for byte.
fn other_name(retailer: &Retailer, record: &Record) -> Option<Failure> {
    let difference = name::difference(&retailer.name, &record.name)?;
    Some(Failure::failed(
        format!(
            "the name of OmniRPS record {} is not the one in {}: {difference}",
            record.id, retailer.file
        ),
        format!(
            "OmniRPS refuses uploads under any other name: correct `retailer` in {}, or have it \
             corrected in OmniRPS before anybody uploads",
            retailer.file
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fleet, live};
    use insta::assert_snapshot;

    const ACME: &str = "retailer: Acme\njourney: existing\n";

    fn identified(file: &str, live_yaml: &str) -> String {
        let fleet = fleet(file);
        let live = live(live_yaml);
        match identify(&fleet[0], &fleet, &Partner::default(), &live) {
            Ok(Records { omnireturns, omnirps }) => {
                format!("OmniReturns {}, OmniRPS {}", omnireturns.id, omnirps.id)
            }
            Err(failure) => {
                format!("{}\nhint: {}", failure.message.unwrap(), failure.hint.unwrap())
            }
        }
    }

    fn rps(name: &str) -> String {
        format!("omnirps: [{{id: 5, name: \"{name}\"}}]\nomnireturns: [{{id: 7, name: Acme}}]\n")
    }

    #[test]
    fn a_retailer_has_one_record_in_each_system() {
        assert_eq!(identified(ACME, &rps("Acme")), "OmniReturns 7, OmniRPS 5");
        let suffixed = rps("Acme").replace("7, name: Acme", "7, name: Acme - Loop");
        assert_eq!(identified(ACME, &suffixed), "OmniReturns 7, OmniRPS 5");
        let pinned = format!("{ACME}ids: {{omnireturns: 7}}\n");
        let renamed = rps("Acme").replace("7, name: Acme", "7, name: Other");
        assert_eq!(identified(&pinned, &renamed), "OmniReturns 7, OmniRPS 5");
    }

    #[test]
    fn the_name_in_omnirps_is_exact() {
        assert_snapshot!(identified(ACME, &rps("Acme ")), @"
        the name of OmniRPS record 5 is not the one in retailers/acme.yaml: byte 5 is U+0020 (space) instead of the end
        hint: OmniRPS refuses uploads under any other name: correct `retailer` in retailers/acme.yaml, or have it corrected in OmniRPS before anybody uploads
        ");
        let pinned = format!("{ACME}ids: {{omnirps: 5}}\n");
        assert_snapshot!(identified(&pinned, &rps("ACME")), @"
        the name of OmniRPS record 5 is not the one in retailers/acme.yaml: byte 2 is U+0043 (`C`) instead of U+0063 (`c`)
        hint: OmniRPS refuses uploads under any other name: correct `retailer` in retailers/acme.yaml, or have it corrected in OmniRPS before anybody uploads
        ");
        let spaced = ACME.replace("Acme", "Acme Co");
        assert_snapshot!(identified(&spaced, &rps("Acme\u{a0}Co")), @"
        the name of OmniRPS record 5 is not the one in retailers/acme-co.yaml: byte 5 is U+00A0 (no-break space) instead of U+0020 (space)
        hint: OmniRPS refuses uploads under any other name: correct `retailer` in retailers/acme-co.yaml, or have it corrected in OmniRPS before anybody uploads
        ");
    }

    #[test]
    fn what_is_missing_or_in_doubt_is_refused() {
        let new = ACME.replace("existing", "new");
        assert_snapshot!(identified(&new, "omnirps: []"), @r#"
        no OmniRPS record is called "Acme"
        hint: create it first: `reconcile plan` says what that waits for
        "#);
        assert_snapshot!(identified(&new, "omnirps: [{id: 5, name: Acme}]"), @r#"
        no OmniReturns record is called "Acme"
        hint: create it first: `reconcile plan` says what that waits for
        "#);
        assert_snapshot!(identified(ACME, "omnirps: []"), @r#"
        retailers/acme.yaml: no OmniRPS record is called "Acme"
        hint: a retailer on journey `existing` has to be there already: correct the name in retailers/acme.yaml, pin `ids.omnirps`, or use journey `new`
        "#);
        let twice = "omnirps: [{id: 5, name: Acme}, {id: 6, name: Acme}]";
        assert_snapshot!(identified(ACME, twice), @r#"
        retailers/acme.yaml: 2 OmniRPS records fit: "Acme" (id 5) and "Acme" (id 6)
        hint: pin the right one as `ids.omnirps` in retailers/acme.yaml
        "#);
        assert_snapshot!(identified(ACME, "unknown: [omnirps]"), @"
        OmniRPS could not be read: no answer: connection refused
        hint: check that it is up
        ");
        assert_snapshot!(identified(ACME, "unread: [omnireturns]"), @"
        OmniReturns is not read in this environment, so nobody knows its record
        hint: hand the keys over by hand, or say in the project file how the system is read
        ");
        let two = "omnirps: [{id: 5, name: ACME}, {id: 6, name: acme}]";
        assert_snapshot!(identified(ACME, two), @r#"
        retailers/acme.yaml: no OmniRPS record is called "Acme", but "ACME" (id 5) and "acme" (id 6) looks like it
        hint: if that is the retailer, correct the name on one side or pin `ids.omnirps` in retailers/acme.yaml
        "#);
    }

    #[test]
    fn only_what_is_needed_is_read() {
        let fleet = fleet(&format!("{ACME}ids: {{omnirps: 5}}\n"));
        let needs = needs(&fleet[0]);
        assert_eq!(needs.get(&System::Omnirps), Some(&Need::Records(["5".to_owned()].into())));
        assert_eq!(needs.get(&System::Omnireturns), Some(&Need::All));
        assert_eq!(needs.get(&System::Omniparcel), None);
    }
}
