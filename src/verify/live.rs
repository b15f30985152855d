//! What live has to say before anything is sent for a retailer.

use crate::matching::{Match, Sighting};
use crate::model::{Live, Reading, Record, Retailer, System, name};
use std::collections::BTreeMap;

/// Why something cannot be done, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    pub hint: String,
}

impl Fault {
    /// Returns a fault.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault { message: message.into(), hint: hint.into() }
    }
}

/// Returns the retailer's record in a system.
pub fn record<'a>(
    retailer: &Retailer,
    seen: &BTreeMap<System, Sighting<'a>>,
    live: &Live,
    system: System,
) -> Result<&'a Record, Fault> {
    let name = &retailer.name;
    let Some(sighting) = seen.get(&system) else {
        return Err(match live.reading(system) {
            Reading::Unknown(unread) => Fault::new(
                format!(
                    "{system} could not be read, so {name} was not found in it: {}",
                    unread.why
                ),
                unread.hint.clone(),
            ),
            Reading::Known(_) => unknown(name, system),
        });
    };
    match &sighting.found {
        Match::Record(record) => Ok(record),
        Match::Missing => Err(Fault::new(
            format!("{system} has no record of {name} yet"),
            format!("`reconcile apply --only {}` sets it up", retailer.slug),
        )),
        // A name that is almost right is told by what is wrong with it.
        Match::Blocked(problem) | Match::Postponed(problem) => {
            let only = match sighting.candidates.as_slice() {
                [only] if system == System::Omnirps => same_name(retailer, only).err(),
                _ => None,
            };
            Err(only.unwrap_or_else(|| Fault::new(&problem.message, &problem.hint)))
        }
        Match::NotConcerned | Match::Unknown(_) => Err(unknown(name, system)),
    }
}

fn unknown(name: &str, system: System) -> Fault {
    Fault::new(
        format!("it cannot be said which record of {system} is that of {name}"),
        "look with `reconcile explain`",
    )
}

/// Refuses a live OmniRPS name that is not the declared one, byte for byte.
pub fn same_name(retailer: &Retailer, record: &Record) -> Result<(), Fault> {
    let Some(difference) = name::difference(&retailer.name, &record.name) else { return Ok(()) };
    Err(Fault::new(
        format!(
            "the name of {} in OmniRPS (record {}) is not the one in {}: {difference}",
            retailer.name, record.id, retailer.file
        ),
        "returns are refused when the name differs by one byte; correct `retailer:` in the file to \
         what OmniRPS has, and give the partner that name",
    ))
}

/// Refuses a name that the header of an upload cannot carry.
///
/// HTTP takes the bytes of Latin-1 in a header's value (RFC 9110, section 5.5), and that is
/// all that most clients send.
pub fn carried(retailer: &Retailer) -> Result<(), Fault> {
    let cannot = |c: &char| c.is_control() || u32::from(*c) > 0xff;
    match retailer.name.chars().find(cannot) {
        None => Ok(()),
        Some(c) => Err(Fault::new(
            format!(
                "the name of {} has `{}` (U+{:04X}), which the header of an upload cannot carry",
                retailer.name,
                c.escape_debug(),
                u32::from(c)
            ),
            "have SEKO change the name in OmniRPS before the partner uploads returns under it",
        )),
    }
}
